//! Paging as Tag Manager does it: the server chooses the size, the client hands back an opaque token.
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::refusal::Refusal;
use crate::http::ApiRequest;

/// Accounts, containers, workspaces and version headers on a page.
pub const RESOURCES: usize = 30;
/// Entities of a workspace on a page.
pub const ENTITIES: usize = 50;

/// One page of a list under its singular `key`; an empty list is `{}`, as proto JSON has it.
pub fn page(req: &ApiRequest, key: &str, size: usize, all: Vec<Value>) -> Result<Value, Refusal> {
    let from = offset(req)?;
    let more = all.len() > from + size;
    let items: Vec<Value> = all.into_iter().skip(from).take(size).collect();
    let mut shown = Map::new();
    if !items.is_empty() {
        shown.insert(key.to_owned(), items.into());
    }
    if more {
        shown.insert("nextPageToken".to_owned(), token(from + size).into());
    }
    Ok(Value::Object(shown))
}

/// Where the page that a request asks for begins.
pub fn offset(req: &ApiRequest) -> Result<usize, Refusal> {
    let Some(token) = req.param("pageToken").filter(|token| !token.is_empty()) else {
        return Ok(0);
    };
    URL_SAFE_NO_PAD
        .decode(token)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| text.strip_prefix("from:").and_then(|number| number.parse().ok()))
        .ok_or_else(|| Refusal::invalid("Invalid value for page token."))
}

/// The token of the page that begins at `from`.
pub fn token(from: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("from:{from}"))
}
