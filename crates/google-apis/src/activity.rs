//! What was sent, for the Activity list: one record per call, its retries included. Secrets are left out before a record
//! is made, so that no recorder ever holds one.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use gantry_domain::HttpTrace;
use jiff::Timestamp;

use crate::error::{ErrorKind, FieldViolation};
use gantry_domain::NetworkFault;

/// Names one call in Activity and in error messages (UUID v7, so that ids sort by time).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ActivityId(uuid::Uuid);

impl ActivityId {
    pub(crate) fn next() -> Self {
        Self(uuid::Uuid::now_v7())
    }
}

impl FromStr for ActivityId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

impl fmt::Display for ActivityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for ActivityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ActivityId({})", self.0)
    }
}

/// How a recorded call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedError {
    /// See [`crate::ErrorKind::code`]; `cancelled` where the answer was not read to its end.
    pub code: &'static str,
    /// Without secrets.
    pub message: String,
    /// `error.status`, such as `PERMISSION_DENIED`.
    pub google_status: Option<String>,
    /// The most specific reason that Google gave.
    pub reason: Option<String>,
    pub violations: Vec<FieldViolation>,
    /// What stood between this computer and Google, where something did.
    pub network: Option<NetworkFault>,
    /// For an API that is switched off: Google's page that switches it on.
    pub activation_url: Option<String>,
    /// The call was unsafe and its answer was lost: it may have taken effect.
    pub outcome_unknown: bool,
    /// When Google said that it is worth another try, from the end of the call.
    pub retry_after: Option<Duration>,
}

/// An attempt that was followed by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordedAttempt {
    /// `None` when no answer came.
    pub status: Option<u16>,
    pub kind: ErrorKind,
}

/// One call, done or failed.
#[derive(Clone, Debug)]
pub struct RecordedCall {
    pub id: ActivityId,
    pub started_at: Timestamp,
    /// The method's id in Google's discovery document, such as `tagmanager.accounts.list`.
    pub api_method: &'static str,
    pub http_method: String,
    /// Google's address (never the sandbox's), with its query, without secrets.
    pub url: String,
    /// The last HTTP status; `None` when no answer came.
    pub status: Option<u16>,
    /// From the first attempt to the end of the answer, waits included.
    pub latency: Duration,
    pub retries: u32,
    pub request_bytes: u64,
    /// As received: before gunzip.
    pub response_bytes: u64,
    /// Requests spent against a quota, retries included.
    pub quota_cost: u32,
    /// Whether it was to change something at Google's.
    pub writes: bool,
    /// The attempts before the last one, in order.
    pub earlier_attempts: Vec<RecordedAttempt>,
    pub error: Option<RecordedError>,
    /// The last attempt's headers and bodies, without secrets.
    pub trace: HttpTrace,
}

/// Takes down every call that the transport makes. Must not block.
pub trait ActivityRecorder: Send + Sync {
    fn record(&self, call: RecordedCall);
}

/// Keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoActivity;

impl ActivityRecorder for NoActivity {
    fn record(&self, _call: RecordedCall) {}
}
