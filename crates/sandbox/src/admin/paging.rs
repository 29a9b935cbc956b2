//! `pageSize` and `pageToken` (AIP-158): sizes above the maximum are coerced, negative ones refused, tokens opaque.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use crate::{
    http::{ApiReply, ApiRequest},
    rpc_error,
};

/// The page of `items` that the request asks for, under `key`, with `nextPageToken` where more follow. An empty list has no key.
pub(super) fn page(
    request: &ApiRequest,
    key: &str,
    items: Vec<Value>,
    default_size: usize,
    max_size: usize,
) -> Result<Value, ApiReply> {
    let size = match request.param("pageSize").or_else(|| request.param("page_size")) {
        None | Some("" | "0") => default_size,
        Some(text) => match text.parse::<i64>() {
            Ok(size) if size > 0 => usize::try_from(size).unwrap_or(max_size).min(max_size),
            _ => return Err(rpc_error::bad_field("page_size", "The page_size must not be negative.")),
        },
    };
    let start = match request.param("pageToken").or_else(|| request.param("page_token")) {
        None | Some("") => 0,
        Some(token) => {
            read_token(token, &request.path).ok_or_else(|| rpc_error::invalid_argument("The page token is invalid."))?
        }
    };
    let total = items.len();
    let shown: Vec<Value> = items.into_iter().skip(start).take(size).collect();
    let end = start + shown.len();
    let mut answer = Map::new();
    if !shown.is_empty() {
        answer.insert(key.to_owned(), Value::Array(shown));
    }
    if end < total {
        answer.insert(
            "nextPageToken".to_owned(),
            Value::String(write_token(end, &request.path)),
        );
    }
    Ok(Value::Object(answer))
}

/// A token holds for the list it came from and no other.
fn write_token(start: usize, path: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{start}@{path}"))
}

fn read_token(token: &str, path: &str) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let (start, of) = text.split_once('@')?;
    (of == path).then(|| start.parse().ok()).flatten()
}
