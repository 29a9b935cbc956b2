//! Error bodies of the Data API: google.rpc.Status with details.
use serde_json::json;

use crate::http::ApiReply;
use crate::rpc_error;

/// A request that the Data API does not carry out.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    http_status: u16,
    status: &'static str,
    message: String,
    details: Vec<serde_json::Value>,
}

impl Refusal {
    /// 400 with a sentence.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self {
            http_status: 400,
            status: "INVALID_ARGUMENT",
            message: message.into(),
            details: Vec::new(),
        }
    }

    /// 400 with a `BadRequest` detail; `field` is empty where Google names none.
    pub fn field(field: &str, description: &str) -> Self {
        let violation = if field.is_empty() {
            json!({ "description": description })
        } else {
            json!({ "field": field, "description": description })
        };
        let details = json!({ "@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation] });
        Self {
            details: vec![details],
            ..Self::invalid(description)
        }
    }

    /// 400 for a name that is no dimension (or metric) of this property.
    pub fn unknown(kind: &str, name: &str) -> Self {
        Self::invalid(format!(
            "Field {name} is not a valid {kind}. For a list of valid dimensions and metrics, see \
             https://developers.google.com/analytics/devguides/reporting/data/v1/api-schema "
        ))
    }

    /// 400 for fields that cannot be asked for together; `culprits` are those to remove.
    pub fn incompatible(culprits: &[String]) -> Self {
        Self::invalid(format!(
            "Please remove {} to make the request compatible. The request's dimensions & metrics are incompatible. To \
             learn more, see https://ga-dev-tools.google/ga4/dimensions-metrics-explorer/",
            culprits.join(", ")
        ))
    }

    /// 403 for a property that is not there or not the caller's.
    pub fn forbidden() -> Self {
        Self {
            http_status: 403,
            status: "PERMISSION_DENIED",
            message: "User does not have sufficient permissions for this property. To learn more about Property ID, \
                      see https://developers.google.com/analytics/devguides/reporting/data/v1/property-id."
                .to_owned(),
            details: Vec::new(),
        }
    }

    /// 429 when a quota is spent.
    pub fn exhausted(message: &str) -> Self {
        Self {
            http_status: 429,
            status: "RESOURCE_EXHAUSTED",
            message: message.to_owned(),
            details: Vec::new(),
        }
    }

    /// 501 for a part of the API that the sandbox leaves out.
    pub fn left_out(what: &str) -> Self {
        Self {
            http_status: 501,
            status: "UNIMPLEMENTED",
            message: format!("The sandbox does not serve {what}."),
            details: Vec::new(),
        }
    }

    /// The reply on the wire.
    pub fn into_reply(self) -> ApiReply {
        rpc_error::status(self.http_status, self.status, &self.message, self.details)
    }

    /// The sentence, for tests.
    #[cfg(test)]
    pub fn message(&self) -> &str {
        &self.message
    }
}
