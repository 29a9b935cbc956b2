//! Tag Manager's error bodies: Google's legacy `errors[]` and the newer `status`/`details` in one answer.
use serde_json::{Value, json};

use crate::http::{ApiReply, ReplyBody};

/// A request that Tag Manager does not carry out, with everything its error body says.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    pub http_status: u16,
    /// Canonical code of google.rpc, such as `INVALID_ARGUMENT`.
    pub status: &'static str,
    /// Legacy reason, such as `badRequest`.
    pub reason: &'static str,
    pub message: String,
    /// Message inside legacy `errors[]`, where it differs from `message`.
    pub legacy_message: Option<&'static str>,
    pub details: Option<Box<Value>>,
}

impl Refusal {
    fn new(http_status: u16, status: &'static str, reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            http_status,
            status,
            reason,
            message: message.into(),
            legacy_message: None,
            details: None,
        }
    }

    /// 404 for a missing id, a wrong kind and no access alike: Google does not tell them apart.
    pub fn not_found() -> Self {
        Self::new(404, "NOT_FOUND", "notFound", "Not found or permission denied.")
    }

    /// 404 of `versions:live` on a container that was never published.
    pub fn never_published() -> Self {
        Self::new(404, "NOT_FOUND", "notFound", "Published container version not found")
    }

    /// 400 with a sentence.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "INVALID_ARGUMENT", "badRequest", message)
    }

    /// 400 when a name is taken in its container or workspace.
    pub fn duplicate_name() -> Self {
        Self::invalid("Found entity with duplicate name.")
    }

    /// 400 without a reason that Google gives for several things that cannot be done now.
    pub fn generic() -> Self {
        Self::invalid("Returned an error response for your request.")
    }

    /// The `fingerprint` query does not match storage. Google's status for it is not documented; ABORTED is the
    /// canonical code for a failed read-modify-write, and its HTTP status is 409.
    pub fn fingerprint_mismatch() -> Self {
        Self::new(
            409,
            "ABORTED",
            "aborted",
            "The fingerprint does not match the stored entity.",
        )
    }

    /// 500, as for a transformation type that Tag Manager does not know.
    pub fn internal() -> Self {
        Self::new(500, "INTERNAL", "backendError", "Internal error encountered.")
    }

    /// 403 when no granted scope covers the method `rpc` (`ListTags`).
    pub fn insufficient_scopes(rpc: &str) -> Self {
        let mut refusal = Self::new(
            403,
            "PERMISSION_DENIED",
            "insufficientPermissions",
            "Request had insufficient authentication scopes.",
        );
        refusal.legacy_message = Some("Insufficient Permission");
        refusal.details = Some(Box::new(json!([{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            "domain": "googleapis.com",
            "metadata": {
                "method": format!("container_tag.apiary_v2.TagManagerServiceV2.{rpc}"),
                "service": "tagmanager.googleapis.com",
            },
        }])));
        refusal
    }

    /// The reply on the wire.
    pub fn into_reply(self) -> ApiReply {
        let legacy = self.legacy_message.unwrap_or(&self.message).to_owned();
        let mut error = json!({
            "code": self.http_status,
            "message": self.message,
            "errors": [{ "message": legacy, "domain": "global", "reason": self.reason }],
            "status": self.status,
        });
        if let (Some(details), Some(error)) = (self.details, error.as_object_mut()) {
            error.insert("details".to_owned(), *details);
        }
        ApiReply {
            status: self.http_status,
            headers: Vec::new(),
            body: ReplyBody::Json(json!({ "error": error })),
        }
    }
}
