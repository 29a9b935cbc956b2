//! What was sent, for the Activity list: one record per call, its retries included. Never a token, never a body.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

/// Names one call in Activity and in error messages (UUID v7, so that ids sort by time).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ActivityId(uuid::Uuid);

impl ActivityId {
    pub(crate) fn next() -> Self {
        Self(uuid::Uuid::now_v7())
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
    /// See [`crate::ErrorKind::code`].
    pub code: &'static str,
    pub message: String,
}

/// One call, done or failed.
#[derive(Clone, Debug)]
pub struct RecordedCall {
    pub id: ActivityId,
    pub started_at: Timestamp,
    /// The method's id in Google's discovery document, such as `tagmanager.accounts.list`.
    pub api_method: &'static str,
    pub http_method: String,
    /// Google's address (never the sandbox's), with its query.
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
    pub error: Option<RecordedError>,
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
