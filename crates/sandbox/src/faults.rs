//! Faults on request: the next matching answers fail the way Google, a proxy or a network does.
//!
//! Ordered through `POST BASE/_control/faults`, one order or a list. The lost reply of any call, here the second
//! create_version: `{"match":{"path_contains":":create_version"},"after":1,"drop":"after"}` carries the request out and
//! closes the connection without an answer; `"drop":"before"` closes it and carries nothing out. `body_contains` tells
//! calls of one path apart, for example a property by its name. Delay every call alike with `POST BASE/_control/latency`
//! or `gantry sandbox --latency-ms`; delay some with `delay_ms`.

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::http::{ApiReply, ApiRequest, ReplyBody};

/// Which requests a fault hits. What is left out matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultMatch {
    pub host: Option<String>,
    pub path_contains: Option<String>,
    pub method: Option<String>,
    /// A text in the body as it was sent.
    pub body_contains: Option<String>,
}

impl FaultMatch {
    fn hits(&self, request: &ApiRequest) -> bool {
        self.host.as_ref().is_none_or(|host| *host == request.host)
            && self
                .path_contains
                .as_ref()
                .is_none_or(|part| request.path.contains(part.as_str()))
            && self
                .method
                .as_ref()
                .is_none_or(|method| request.method.as_str().eq_ignore_ascii_case(method))
            && self
                .body_contains
                .as_ref()
                .is_none_or(|part| String::from_utf8_lossy(&request.body).contains(part.as_str()))
    }
}

/// A fault as it is ordered through `POST BASE/_control/faults`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultOrder {
    #[serde(default, rename = "match")]
    pub matches: FaultMatch,
    /// How many requests to hit.
    #[serde(default = "once")]
    pub times: u32,
    /// How many matching requests to let through first.
    #[serde(default)]
    pub after: u32,
    /// Answer this status instead of doing anything.
    pub status: Option<u16>,
    /// The body of that answer; without it, Google's usual body for the status.
    pub body: Option<Value>,
    /// An HTML body instead, as a proxy or Google's front end sends.
    pub html: Option<String>,
    /// Headers of that answer, e.g. `retry-after`; without `status`, of the usual answer, e.g. `date`.
    #[serde(default)]
    pub headers: std::collections::BTreeMap<String, String>,
    /// Wait this long first.
    #[serde(default)]
    pub delay_ms: u64,
    /// Close the connection: `before` the request has had its effect, or `after` it (a lost reply).
    pub drop: Option<DropWhen>,
    /// Announce the whole body, send this many bytes, close.
    pub truncate_bytes: Option<usize>,
}

fn once() -> u32 {
    1
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DropWhen {
    Before,
    After,
}

/// What happens to the connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Transport {
    #[default]
    Whole,
    Drop,
    Truncate(usize),
}

/// A fault that was drawn for one request.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub delay: Duration,
    pub transport: Transport,
    /// Drop without letting the request have its effect.
    pub drop_before: bool,
    /// Answer this instead.
    pub reply: Option<ApiReply>,
    /// Headers for whatever is answered.
    pub headers: Vec<(String, String)>,
}

/// The armed faults, in the order they were ordered; the first that matches is drawn.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<FaultOrder>);

impl Faults {
    pub fn arm(&mut self, order: FaultOrder) {
        self.0.push(order);
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn armed(&self) -> &[FaultOrder] {
        &self.0
    }

    pub fn take(&mut self, request: &ApiRequest) -> Option<Fault> {
        let found = self
            .0
            .iter_mut()
            .find(|order| order.times > 0 && order.matches.hits(request))?;
        if found.after > 0 {
            found.after -= 1;
            return None;
        }
        found.times -= 1;
        let fault = found.draw();
        self.0.retain(|order| order.times > 0);
        Some(fault)
    }
}

impl FaultOrder {
    fn draw(&self) -> Fault {
        let transport = match (self.drop, self.truncate_bytes) {
            (Some(_), _) => Transport::Drop,
            (None, Some(bytes)) => Transport::Truncate(bytes),
            (None, None) => Transport::Whole,
        };
        Fault {
            delay: Duration::from_millis(self.delay_ms),
            transport,
            drop_before: self.drop == Some(DropWhen::Before),
            reply: self.reply(),
            headers: self.headers.clone().into_iter().collect(),
        }
    }

    fn reply(&self) -> Option<ApiReply> {
        Some(match (&self.html, self.status) {
            (Some(html), status) => ApiReply::html(status.unwrap_or(200), html.clone()),
            (None, Some(status)) => match &self.body {
                Some(Value::String(text)) => ApiReply {
                    status,
                    headers: Vec::new(),
                    body: ReplyBody::Bytes {
                        content_type: "text/plain; charset=utf-8",
                        bytes: Bytes::from(text.clone()),
                    },
                },
                Some(body) => ApiReply::json(status, body.clone()),
                None => usual(status),
            },
            (None, None) => return None,
        })
    }
}

/// Google's usual body for a status.
fn usual(status: u16) -> ApiReply {
    let (name, message) = match status {
        400 => ("INVALID_ARGUMENT", "Request contains an invalid argument."),
        401 => {
            return crate::rpc_error::unauthenticated(crate::rpc_error::BadCredential::Invalid, "googleapis.com", true);
        }
        403 => ("PERMISSION_DENIED", "The caller does not have permission"),
        404 => ("NOT_FOUND", "Requested entity was not found."),
        409 => ("ABORTED", "The operation was aborted."),
        412 => ("FAILED_PRECONDITION", "Precondition check failed."),
        429 => ("RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
        500 => ("INTERNAL", "Internal error encountered."),
        503 => ("UNAVAILABLE", "The service is currently unavailable."),
        504 => ("DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
        _ => ("UNKNOWN", "Unknown error."),
    };
    crate::rpc_error::status(status, name, message, Vec::new())
}
