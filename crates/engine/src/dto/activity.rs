//! The record of requests to Google: rows, one request in full, the support bundle.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::connections::Offer;

/// One request to Google, from the record of activity.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ActivityView {
    pub id: String,
    pub at: Timestamp,
    /// The e-mail of the connection that sent it; its id where it is disconnected meanwhile.
    pub connection: Option<String>,
    pub connection_id: Option<String>,
    /// For instance "Tag Manager"; "Sign-in" for requests to the token endpoint.
    pub api: String,
    /// For instance `tagmanager.accounts.containers.versions.live`.
    pub method: String,
    pub http_method: String,
    /// Google's address, without secrets.
    pub url: String,
    /// `None` where no answer came.
    pub status: Option<u16>,
    /// Milliseconds, retries and the waits between them included.
    pub latency_ms: u32,
    pub retries: u32,
    /// Bytes received, as they came over the wire.
    pub bytes: u32,
    pub bytes_sent: u32,
    /// Requests spent against a quota, retries included.
    pub quota_cost: u32,
    /// Whether it was to change something at Google's.
    pub writes: bool,
    pub error: Option<String>,
    /// A stable word for the kind of failure, such as `permission_denied`.
    pub error_code: Option<String>,
}

/// Which requests to list, newest first. Everything but `limit` may be left out.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
pub struct ActivityRequest {
    /// How many, newest first.
    pub limit: u32,
    /// Only what this connection sent: its id or its e-mail.
    #[serde(default)]
    pub connection: Option<String>,
    #[serde(default)]
    pub only: Option<ActivityOnly>,
    /// Only those whose address, account, status, id or error contains this, in any case.
    #[serde(default)]
    pub text: Option<String>,
    /// Only those written down before the one with this id: the next page.
    #[serde(default)]
    pub before: Option<String>,
    /// Only those written down after the one with this id: at most `limit` of those that came next.
    #[serde(default)]
    pub after: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ActivityOnly {
    /// Those that were to change something at Google's.
    Writes,
    Failed,
}

/// How much was asked of Google since midnight, in this computer's time zone.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ActivitySummary {
    pub today: u32,
    pub writes_today: u32,
    pub failed_today: u32,
}

/// One request in full. Secrets were left out before it was written down.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ActivityDetail {
    pub view: ActivityView,
    pub explanation: Explanation,
    /// Google's own word for a failure, such as `rateLimitExceeded`.
    pub reason: Option<String>,
    /// All attempts in order; the last one is the view's.
    pub attempts: Vec<AttemptView>,
    /// `None` where nothing was sent, or where it is forgotten to save space.
    pub request: Option<MessageView>,
    /// `None` where no answer came, or where it is forgotten to save space.
    pub response: Option<MessageView>,
    /// The request as a command for a shell, with the token as `$TOKEN`.
    pub curl: String,
}

/// What happened, in plain words, and what to do.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Explanation {
    pub title: String,
    pub text: String,
    /// Empty where nothing is to be done.
    pub remedy: String,
    pub offers: Vec<Offer>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct AttemptView {
    /// `None` where no answer came.
    pub status: Option<u16>,
    pub error_code: Option<String>,
}

/// The headers and the body of a request or an answer.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct MessageView {
    pub headers: Vec<HeaderView>,
    pub body: Option<BodyView>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct HeaderView {
    pub name: String,
    pub value: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct BodyView {
    pub text: String,
    /// Only the beginning is kept.
    pub cut: bool,
}

/// Write a support bundle: a ZIP file of what is known here, without secrets.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ExportActivity {
    /// The file to write; one that is there is replaced once the new one is whole.
    pub path: String,
    /// Whether e-mail addresses and people's names stay readable; otherwise each address gets a number.
    pub include_emails: bool,
    /// How many requests to put in, newest first; a thousand where left out.
    #[serde(default)]
    pub requests: Option<u32>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ExportedActivity {
    pub path: String,
    pub requests: u32,
    pub bytes: u32,
}
