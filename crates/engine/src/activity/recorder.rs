//! Takes requests down as they end, and tells hosts that there are new ones, a few times a second at most.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gantry_domain::{HttpTrace, redaction};
use gantry_store::{ActivityEntry, Attempt, FailureDetails, Store};
use google_apis::{ActivityRecorder, RecordedCall, RecordedError};
use tokio::runtime::Handle;
use tokio::time::Instant;

use crate::dto::events::Topic;
use crate::{Engine, Jobs};

/// Between two announcements of new requests.
const ANNOUNCED_EVERY: Duration = Duration::from_millis(300);

/// Takes down the calls of one connection, or of a sign-in that is not one yet. Recording happens in the background and never fails a call.
#[derive(Debug)]
pub struct Recorder {
    store: Store,
    pub(super) connection_id: Option<String>,
    announcer: Arc<Announcer>,
}

/// A recorder for the transport of one connection.
pub(crate) fn recorder(engine: &Engine, connection_id: &str) -> Arc<Recorder> {
    exchange_recorder(engine, Some(connection_id))
}

/// A recorder for a token endpoint, whose first exchanges may come before there is a connection.
pub(crate) fn exchange_recorder(engine: &Engine, connection_id: Option<&str>) -> Arc<Recorder> {
    Arc::new(Recorder {
        store: engine.store.clone(),
        connection_id: connection_id.map(str::to_owned),
        announcer: Arc::clone(&engine.activity),
    })
}

impl Recorder {
    /// Writes a request down, without its trace where nothing was sent.
    pub(super) fn take_down(&self, entry: ActivityEntry, trace: HttpTrace) {
        let trace = (trace != HttpTrace::default()).then_some(trace);
        self.store.record_activity(entry, trace);
        self.announcer.announce();
    }
}

impl ActivityRecorder for Recorder {
    fn record(&self, call: RecordedCall) {
        let failure = call.error.as_ref().map(details);
        let (error_code, error_message) = call
            .error
            .map_or((None, None), |error| (Some(error.code.to_owned()), Some(error.message)));
        let earlier = call.earlier_attempts.iter().map(|attempt| Attempt {
            status: attempt.status,
            error_code: attempt.kind.code().to_owned(),
        });
        let entry = ActivityEntry {
            id: call.id.to_string(),
            at: call.started_at,
            connection_id: self.connection_id.clone(),
            api_method: call.api_method.to_owned(),
            http_method: call.http_method,
            url: call.url,
            status: call.status,
            latency_ms: u64::try_from(call.latency.as_millis()).unwrap_or(u64::MAX),
            retries: call.retries,
            bytes_sent: call.request_bytes,
            bytes_received: call.response_bytes,
            quota_cost: call.quota_cost,
            writes: call.writes,
            earlier: earlier.collect(),
            error_code,
            error_message,
            failure,
        };
        self.take_down(entry, call.trace);
    }
}

/// What Google said of a failure, without what looks like a secret.
fn details(error: &RecordedError) -> FailureDetails {
    let told = |text: &Option<String>| text.as_deref().map(redaction::text);
    let violations = error.violations.iter();
    FailureDetails {
        google_status: told(&error.google_status),
        reason: told(&error.reason),
        violations: violations
            .map(|one| (redaction::text(&one.field), redaction::text(&one.description)))
            .collect(),
        network: error.network.map(|fault| fault.code().to_owned()),
        activation_url: told(&error.activation_url),
        outcome_unknown: error.outcome_unknown,
        retry_after_seconds: error.retry_after.map(|wait| wait.as_secs()),
    }
}

/// Tells hosts of new requests: the first at once, those that follow on its heels together.
#[derive(Debug)]
pub struct Announcer {
    jobs: Arc<Jobs>,
    state: Mutex<Announced>,
}

#[derive(Debug, Default)]
struct Announced {
    last: Option<Instant>,
    /// The next announcement waits for its time.
    waiting: bool,
}

impl Announcer {
    pub fn new(jobs: Arc<Jobs>) -> Arc<Self> {
        Arc::new(Self {
            jobs,
            state: Mutex::default(),
        })
    }

    /// There is a new request.
    pub fn announce(self: &Arc<Self>) {
        let wait = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if state.waiting {
                return;
            }
            let wait = state
                .last
                .map_or(Duration::ZERO, |last| ANNOUNCED_EVERY.saturating_sub(last.elapsed()));
            state.waiting = !wait.is_zero();
            wait
        };
        match Handle::try_current() {
            Ok(runtime) if !wait.is_zero() => {
                let this = Arc::clone(self);
                runtime.spawn(async move {
                    tokio::time::sleep(wait).await;
                    this.tell();
                });
            }
            _ => self.tell(),
        }
    }

    fn tell(&self) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = Announced {
            last: Some(Instant::now()),
            waiting: false,
        };
        self.jobs.changed(Topic::Activity);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dto::events::EngineEvent;

    #[test]
    fn what_google_says_of_a_failure_is_stored_without_secrets() {
        let stored = details(&RecordedError {
            code: "invalid_argument",
            message: String::new(),
            google_status: Some("INVALID_ARGUMENT".to_owned()),
            reason: Some("ya29.in-the-reason".to_owned()),
            violations: vec![google_apis::FieldViolation {
                field: "container.name".to_owned(),
                description: "\"AIzaSyNotAKeyButLooksLikeOne\" is no name".to_owned(),
            }],
            network: None,
            activation_url: Some("https://console.developers.google.com/apis/api/x?project=1".to_owned()),
            outcome_unknown: false,
            retry_after: None,
        });
        assert_eq!(stored.google_status.as_deref(), Some("INVALID_ARGUMENT"));
        assert_eq!(stored.reason.as_deref(), Some(redaction::REDACTED));
        let page = "https://console.developers.google.com/apis/api/x?project=1";
        assert_eq!(
            stored.activation_url.as_deref(),
            Some(page),
            "what holds no secret stays"
        );
        let description = format!("\"{}\" is no name", redaction::REDACTED);
        assert_eq!(stored.violations, [("container.name".to_owned(), description)]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_of_requests_is_announced_at_once_and_then_at_intervals() {
        let jobs = Jobs::new(Arc::new(gantry_domain::SystemClock));
        let mut events = jobs.subscribe();
        let announcer = Announcer::new(Arc::clone(&jobs));
        let begun = Instant::now();
        (0..100).for_each(|_| announcer.announce());
        let mut heard = Vec::new();
        for _ in 0..2 {
            let event = events.recv().await.unwrap();
            assert!(matches!(event, EngineEvent::Changed { topic: Topic::Activity }));
            heard.push(begun.elapsed());
        }
        assert_eq!(heard, [Duration::ZERO, ANNOUNCED_EVERY], "the last one is not lost");
        tokio::time::sleep(2 * ANNOUNCED_EVERY).await;
        assert!(events.try_recv().is_err(), "and then there is silence");
    }
}
