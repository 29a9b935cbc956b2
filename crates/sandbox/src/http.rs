//! One request and one reply as the fake Google's parts see them: no sockets, no framework, so that a part is a function.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde_json::Value;

/// A request to `https://HOST/PATH`, whatever base it was dialled at.
#[derive(Clone, Debug)]
pub struct ApiRequest {
    pub method: Method,
    /// Google's host, e.g. `tagmanager.googleapis.com`.
    pub host: String,
    /// The path after the host, percent-decoded; starts with `/`.
    pub path: String,
    /// Decoded query parameters in the order sent; repeats stay.
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl ApiRequest {
    /// The first value of a query parameter.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// All values of a repeated query parameter.
    pub fn params<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// A header as text; absent when it is not UTF-8.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as JSON; an empty body is an empty object, as Google's transcoder has it.
    pub fn json(&self) -> Result<Value, serde_json::Error> {
        if self.body.is_empty() {
            Ok(Value::Object(serde_json::Map::new()))
        } else {
            serde_json::from_slice(&self.body)
        }
    }

    /// The fields of an `application/x-www-form-urlencoded` body, in order.
    pub fn form(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(&self.body).into_owned().collect()
    }

    /// The path's segments without the leading slash.
    pub fn segments(&self) -> Vec<&str> {
        self.path.trim_start_matches('/').split('/').collect()
    }
}

/// What a reply carries.
#[derive(Clone, Debug)]
pub enum ReplyBody {
    Json(Value),
    Bytes { content_type: &'static str, bytes: Bytes },
}

/// A reply before compression and faults.
#[derive(Clone, Debug)]
pub struct ApiReply {
    pub status: u16,
    /// Further headers. A `content-encoding` here says that the bytes are encoded already.
    pub headers: Vec<(String, String)>,
    pub body: ReplyBody,
}

impl ApiReply {
    pub fn json(status: u16, body: Value) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: ReplyBody::Json(body),
        }
    }

    pub fn ok(body: Value) -> Self {
        Self::json(200, body)
    }

    /// JSON that was serialised by hand.
    pub fn raw_json(status: u16, bytes: Bytes) -> Self {
        let content_type = "application/json; charset=UTF-8";
        Self {
            status,
            headers: Vec::new(),
            body: ReplyBody::Bytes { content_type, bytes },
        }
    }

    pub fn html(status: u16, page: String) -> Self {
        let body = ReplyBody::Bytes {
            content_type: "text/html; charset=utf-8",
            bytes: page.into(),
        };
        Self {
            status,
            headers: Vec::new(),
            body,
        }
    }

    pub fn text(status: u16, content_type: &'static str, text: &'static str) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: ReplyBody::Bytes {
                content_type,
                bytes: Bytes::from_static(text.as_bytes()),
            },
        }
    }

    /// 302 to `location`.
    pub fn redirect(location: &str) -> Self {
        Self::html(302, String::new()).with_header("location", location)
    }

    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The value of a header set on this reply.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// Who calls: the identity and the grant behind an access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub email: String,
    pub service_account: bool,
    /// Full scope URLs, and `openid`.
    pub scopes: BTreeSet<String>,
    pub client_id: String,
    /// The Google Cloud project that pays for the call.
    pub project: String,
}

impl Caller {
    /// Whether one of `scopes` was granted. Short names such as `analytics.edit` mean
    /// `https://www.googleapis.com/auth/analytics.edit`.
    pub fn has_any_scope(&self, scopes: &[&str]) -> bool {
        scopes.iter().any(|short| {
            self.scopes.contains(*short)
                || self
                    .scopes
                    .iter()
                    .any(|full| full.strip_prefix("https://www.googleapis.com/auth/") == Some(short))
        })
    }
}
