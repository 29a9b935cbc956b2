//! What a call was, taken down while it goes on: one line in Activity, whatever becomes of it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gantry_domain::{HttpTrace, TracedBody, http_trace, redaction};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use tokio::time::Instant;

use super::{Transport, text};
use crate::activity::{ActivityId, ActivityRecorder, RecordedAttempt, RecordedCall, RecordedError};
use crate::body::Beginning;
use crate::call::{Call, Effect};
use crate::error::{ApiError, AttemptFailure, ErrorKind, Failure};
use crate::http_client::USER_AGENT;

/// What Activity will say of a call.
#[derive(Clone)]
pub(super) struct CallLog {
    pub id: ActivityId,
    activity: Arc<dyn ActivityRecorder>,
    started_at: jiff::Timestamp,
    started: Instant,
    api_method: &'static str,
    http_method: String,
    url: String,
    writes: bool,
    request_headers: HeaderMap,
    request_body: Option<Bytes>,
    pub response_headers: HeaderMap,
    pub response_beginning: Beginning,
    pub response_bytes: u64,
    pub status: Option<u16>,
    pub retries: u32,
    earlier: Vec<RecordedAttempt>,
    pub replayed: bool,
    /// Refusals for rate that were waited out in the ledger.
    pub paced: u32,
    pub cost: u32,
}

impl CallLog {
    pub fn begin(transport: &Transport, call: &Call) -> Self {
        Self {
            id: ActivityId::next(),
            activity: Arc::clone(&transport.config.activity),
            started_at: transport.config.clock.now(),
            started: Instant::now(),
            api_method: call.api_method,
            http_method: call.http_method.to_string(),
            url: call.url.to_string(),
            writes: call.effect != Effect::Read,
            request_headers: HeaderMap::new(),
            request_body: call.body.clone(),
            response_headers: HeaderMap::new(),
            response_beginning: Beginning::default(),
            response_bytes: 0,
            status: None,
            retries: 0,
            earlier: Vec::new(),
            replayed: false,
            paced: 0,
            cost: 0,
        }
    }

    /// What is known of an answer is the last attempt's.
    pub fn begin_attempt(&mut self, headers: &HeaderMap) {
        self.request_headers.clone_from(headers);
        self.response_headers.clear();
        self.response_beginning = Beginning::default();
        self.status = None;
    }

    pub fn try_again(&mut self, failure: &AttemptFailure) {
        self.retries += 1;
        self.earlier.push(RecordedAttempt {
            status: failure.status,
            kind: failure.kind,
        });
    }

    /// The last attempt, without secrets.
    fn trace(&self) -> HttpTrace {
        if self.request_headers.is_empty() {
            // Nothing was sent.
            return HttpTrace::default();
        }
        let mut request_headers = vec![("user-agent".to_owned(), USER_AGENT.to_owned())];
        request_headers.extend(traced(&self.request_headers));
        let kind = |headers| text(headers, &CONTENT_TYPE);
        let seen = &self.response_beginning;
        HttpTrace {
            request_headers,
            request_body: self
                .request_body
                .as_ref()
                .and_then(|body| TracedBody::new(kind(&self.request_headers), body)),
            response_headers: traced(&self.response_headers),
            response_body: TracedBody::beginning(kind(&self.response_headers), &seen.bytes, seen.cut),
        }
    }

    pub fn finish(&self, error: Option<RecordedError>) {
        self.activity.record(RecordedCall {
            id: self.id,
            started_at: self.started_at,
            api_method: self.api_method,
            http_method: self.http_method.clone(),
            url: redaction::url(&self.url),
            status: self.status,
            latency: self.started.elapsed(),
            retries: self.retries,
            request_bytes: self.request_body.as_ref().map_or(0, |body| body.len() as u64),
            response_bytes: self.response_bytes,
            quota_cost: self.cost,
            writes: self.writes,
            earlier_attempts: self.earlier.clone(),
            error,
            trace: self.trace(),
        });
    }

    pub fn fail(&self, failure: AttemptFailure, effect: Effect) -> ApiError {
        let lost = failure.answer_lost || failure.kind == ErrorKind::Unavailable;
        let outcome_unknown = effect == Effect::Unsafe && lost;
        self.finish(Some(RecordedError {
            code: failure.kind.code(),
            message: redaction::text(&failure.message),
            google_status: failure.google_status.clone(),
            reason: failure.reason.clone(),
            violations: failure.violations.clone(),
            network: failure.network,
            activation_url: failure.activation_url.clone(),
            outcome_unknown,
            retry_after: failure.retry_after,
        }));
        ApiError::new(Failure {
            outcome_unknown,
            retries: self.retries,
            elapsed: self.started.elapsed(),
            ..plain_failure(failure, self.api_method, self.id)
        })
    }
}

impl ApiError {
    /// A failure that was written down, as the error that it was; `fill` adds what is known besides.
    pub fn recorded(
        kind: ErrorKind,
        message: impl Into<String>,
        api_method: &'static str,
        activity_id: ActivityId,
        fill: impl FnOnce(&mut Failure),
    ) -> Self {
        let mut failure = plain_failure(AttemptFailure::new(kind, message), api_method, activity_id);
        fill(&mut failure);
        Self::new(failure)
    }
}

pub(super) fn plain_failure(failure: AttemptFailure, api_method: &'static str, activity_id: ActivityId) -> Failure {
    Failure {
        kind: failure.kind,
        network: failure.network,
        api_method,
        status: failure.status,
        google_status: failure.google_status,
        reason: failure.reason,
        message: failure.message,
        remedy: failure.remedy,
        violations: failure.violations,
        activation_url: failure.activation_url,
        retry_after: failure.retry_after,
        outcome_unknown: false,
        activity_id,
        retries: 0,
        elapsed: Duration::ZERO,
    }
}

fn traced(headers: &HeaderMap) -> Vec<(String, String)> {
    http_trace::headers(headers.iter().map(|(name, value)| {
        let value = value.to_str().unwrap_or("(not text)");
        (name.as_str(), value)
    }))
}
