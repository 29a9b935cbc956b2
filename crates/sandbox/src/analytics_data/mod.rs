//! Analytics Data API v1beta as a sandbox: every report is an aggregation of one deterministic stream of sessions,
//! so numbers agree with each other however they are asked for (discovery document `analyticsdata.v1beta`).
use jiff::Timestamp;

use crate::http::{ApiReply, ApiRequest, Caller};

/// What a report needs to know of a property. The world copies it out, so a report runs without the world's lock.
#[derive(Debug, Clone)]
pub struct PropertyFacts {
    /// Numeric id, without `properties/`.
    pub id: String,
    /// Display name of the property.
    pub display_name: String,
    /// IANA time zone of the property; report days are its days.
    pub time_zone: String,
    /// ISO 4217 currency of the property.
    pub currency_code: String,
    /// When the property was made: no data before it.
    pub created: Timestamp,
    /// Web stream: (stream id, display name, host name of the default URI).
    pub streams: Vec<(String, String, String)>,
    /// Registered custom dimensions: (parameter name, display name, scope `EVENT` | `USER` | `ITEM`).
    pub custom_dimensions: Vec<(String, String, String)>,
    /// Event names marked as key events.
    pub key_events: Vec<String>,
}

/// What the Data API remembers between requests: quota spent, pre-built answers. Shareable without a lock around it.
#[derive(Debug, Default)]
pub struct Model {}

/// The property id in `/v1beta/properties/ID...`, so that the caller can look its facts up first.
pub fn property_id(path: &str) -> Option<&str> {
    let rest = path.split("/properties/").nth(1)?;
    rest.split([':', '/']).next().filter(|id| !id.is_empty())
}

/// Answers one request for `/v1beta/properties/...`; `property` is `None` when the caller may not read it (or it does not exist).
pub fn handle(
    _model: &Model,
    _property: Option<&PropertyFacts>,
    _caller: &Caller,
    _req: &ApiRequest,
    _now: Timestamp,
) -> ApiReply {
    crate::http::ApiReply {
        status: 404,
        headers: Vec::new(),
        body: crate::http::ReplyBody::Json(serde_json::json!({})),
    }
}

/// Pre-built big answers: one gzip body made once, then served to every runReport of that property.
pub mod prebuilt {
    use super::{Model, PropertyFacts};

    /// Makes the answer (`rows` x 8 dimensions + 3 metrics) for this property; returns (rows, JSON bytes, gzip bytes).
    pub fn build(
        _model: &Model,
        _property: &PropertyFacts,
        _rows: usize,
        _now: jiff::Timestamp,
    ) -> (usize, usize, usize) {
        (0, 0, 0)
    }
}
