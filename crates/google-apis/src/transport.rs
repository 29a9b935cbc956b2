//! The one way to Google's APIs: every call is booked, authorised, dialled, repeated where that is safe, classified
//! and taken down in Activity here.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gantry_domain::clock_skew::http_date;
use gantry_domain::{Clock, ClockSkew, GoogleBase, HttpTrace, TracedBody, http_trace, redaction};
use http::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, DATE, RETRY_AFTER};
use http::{HeaderMap, Method, StatusCode};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use crate::access_token::{AccessToken, AccessTokenSource, TokenUnavailableKind};
use crate::activity::{ActivityId, ActivityRecorder, RecordedAttempt, RecordedCall, RecordedError};
use crate::body::{Beginning, BodyDecoder};
use crate::call::{Call, Effect, Priority};
use crate::error::{ApiError, AttemptFailure, ErrorKind, Failure};
use crate::http_client::{HttpClient, USER_AGENT};
use crate::pause::Pause;
use crate::quota::{QuotaAsk, QuotaLedger, Refusal, Reservation};
use crate::retry::RetryPolicy;
use crate::status::classify;
use gantry_domain::NetworkFault;

/// What a transport is made of.
#[derive(Clone)]
pub struct TransportConfig {
    pub http: HttpClient,
    pub base: GoogleBase,
    /// Tokens of the connection that this transport acts as.
    pub tokens: Arc<dyn AccessTokenSource>,
    /// The ledger of the OAuth client's Google Cloud project.
    pub quota: Arc<dyn QuotaLedger>,
    pub activity: Arc<dyn ActivityRecorder>,
    pub clock: Arc<dyn Clock>,
    pub pause: Arc<dyn Pause>,
    pub retry: RetryPolicy,
    /// `X-Goog-User-Project`: the project that pays, where it is not the OAuth client's own.
    pub quota_project: Option<String>,
    /// What Google's answers tell of this computer's clock; shared with the connection's token endpoint.
    pub clock_skew: ClockSkew,
}

/// Sends calls as one connection. Cheap to clone.
#[derive(Clone)]
pub struct Transport {
    config: Arc<TransportConfig>,
    priority: Priority,
}

/// The largest answer that is held in memory at once; reports stream past it.
const LARGEST_ANSWER: usize = 64 << 20;
/// Between two asks of the ledger.
const SHORTEST_WAIT: Duration = Duration::from_millis(10);
/// Refusals for rate that one read waits out in the ledger: with Tag Manager's window, about a quarter of an hour.
const PACED_REFUSALS: u32 = 10;
/// Errors are small; the rest of a longer one is not read.
const LARGEST_ERROR: usize = 256 << 10;

impl Transport {
    pub fn new(config: TransportConfig) -> Self {
        Self {
            config: Arc::new(config),
            priority: Priority::Interactive,
        }
    }

    /// The same, for a job: the ledger lets people's calls go first.
    pub fn bulk(&self) -> Self {
        Self {
            config: Arc::clone(&self.config),
            priority: Priority::Bulk,
        }
    }

    /// How far this computer's clock is ahead of Google's, by the newest answer.
    pub fn clock_skew(&self) -> &ClockSkew {
        &self.config.clock_skew
    }

    /// Where addresses are dialled.
    pub fn base(&self) -> &GoogleBase {
        &self.config.base
    }

    /// Sends `call` and reads its whole JSON answer.
    pub(crate) async fn send<T: DeserializeOwned>(&self, call: &Call) -> Result<T, ApiError> {
        let mut log = CallLog::begin(self, call);
        loop {
            let outcome = match self.attempt(call, &mut log).await {
                Ok(answer) => read_json(answer, &mut log).await,
                Err(failure) => Err(failure),
            };
            match outcome {
                Ok(answer) => {
                    log.finish(None);
                    return Ok(answer);
                }
                Err(failure) => self.again_or_fail(call, failure, &mut log).await?,
            }
        }
    }

    /// Sends `call` and hands over its answer unread. A fault in the middle of the answer is the reader's to handle.
    pub(crate) async fn open(&self, call: &Call) -> Result<OpenAnswer, ApiError> {
        let mut log = CallLog::begin(self, call);
        loop {
            match self.attempt(call, &mut log).await {
                Ok(answer) => {
                    return Ok(OpenAnswer {
                        answer,
                        log: Some(log),
                        effect: call.effect,
                    });
                }
                Err(failure) => self.again_or_fail(call, failure, &mut log).await?,
            }
        }
    }

    /// One attempt, up to the headers of a successful answer.
    async fn attempt(&self, call: &Call, log: &mut CallLog) -> Result<Answer, AttemptFailure> {
        // What cannot be sent is not booked.
        let mut token = self.token().await?;
        if self.admit(call, log).await? {
            // The wait may have outlived the token.
            token = self.token().await?;
        }
        let authorization = bearer(token.expose()).map_err(|_| {
            AttemptFailure::new(
                ErrorKind::UnexpectedAnswer,
                "The access token has characters that no header may carry.",
            )
        })?;
        let mut request = self
            .config
            .http
            .client
            .request(call.http_method.clone(), self.config.base.dial(&call.url))
            .header(ACCEPT_ENCODING, "gzip")
            .header(AUTHORIZATION, authorization);
        if let Some(project) = &self.config.quota_project {
            request = request.header("X-Goog-User-Project", project);
        }
        if let Some(body) = &call.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        let request = request.build().map_err(|error| no_answer(&error))?;
        log.cost += 1;
        log.begin_attempt(request.headers());
        let sent_at = self.config.clock.now();
        tracing::trace!(target: "google_apis::sent", id = %log.id, method = call.api_method, "sending");
        let sent = self.config.http.client.execute(request).await;
        tracing::trace!(target: "google_apis::sent", id = %log.id, method = call.api_method, "answered, or lost");
        let response = sent.map_err(|error| no_answer(&error))?;
        let status = response.status();
        log.status = Some(status.as_u16());
        let headers = response.headers().clone();
        if let Some(date) = text(&headers, &DATE).and_then(http_date) {
            self.config.clock_skew.measure(date, sent_at, self.config.clock.now());
        }
        log.response_headers.clone_from(&headers);
        let answer = Answer {
            decoder: BodyDecoder::new(text(&headers, &CONTENT_ENCODING)),
            response,
        };
        // Tag Manager labels the nothing that it answers to a delete as a page.
        if status == StatusCode::NO_CONTENT && call.http_method == Method::DELETE {
            return Ok(answer);
        }
        if let Some(fault) = NetworkFault::in_answer(status.as_u16(), text(&headers, &CONTENT_TYPE)) {
            return Err(AttemptFailure {
                status: Some(status.as_u16()),
                // A page in the place of an answer may have been put there on the way back.
                answer_lost: status.is_success(),
                ..AttemptFailure::of_network(
                    fault,
                    format!("Something between this computer and Google answered in its place (HTTP {status})."),
                )
            });
        }
        if status.is_success() {
            return match text(&headers, &CONTENT_TYPE) {
                Some(kind) if !kind.contains("json") => Err(AttemptFailure {
                    status: Some(status.as_u16()),
                    answer_lost: true,
                    ..AttemptFailure::new(
                        ErrorKind::UnexpectedAnswer,
                        format!(
                            "Google answered with {kind} where JSON was expected. A proxy of your network may be in between."
                        ),
                    )
                }),
                _ => Ok(answer),
            };
        }
        // What of the error can be had is enough.
        let mut body = Vec::new();
        let _ = answer.read_to_end(&mut body, LARGEST_ERROR, log).await;
        let mut failure = classify(
            status.as_u16(),
            text(&headers, &CONTENT_TYPE),
            text(&headers, &RETRY_AFTER),
            &body,
        );
        if status.as_u16() == 401 {
            self.config.tokens.invalidate(&token).await;
        }
        self.tell_the_ledger(call, &mut failure).await;
        Err(failure)
    }

    /// Others may spend the same quota: what Google refuses, the ledger has to know.
    async fn tell_the_ledger(&self, call: &Call, failure: &mut AttemptFailure) {
        let now = self.config.clock.now();
        let refusal = match failure.kind {
            ErrorKind::RateLimited => Refusal::Rate {
                retry_at: failure
                    .retry_after
                    .and_then(|pause| now.checked_add(jiff::SignedDuration::try_from(pause).ok()?).ok()),
            },
            ErrorKind::QuotaExhausted => Refusal::Day,
            _ => return,
        };
        let Some(admits_at) = self.config.quota.refused(&self.ask(call), refusal).await else {
            return;
        };
        if refusal == Refusal::Day {
            failure.message = format!("{} {}", failure.message, comes_back(admits_at));
            failure.retry_after = Duration::try_from(admits_at.duration_since(now)).ok();
        } else {
            failure.paced = true;
        }
    }

    async fn token(&self) -> Result<AccessToken, AttemptFailure> {
        self.config.tokens.access_token().await.map_err(|unavailable| {
            let kind = match unavailable.kind {
                TokenUnavailableKind::Fault(fault) => return AttemptFailure::of_network(fault, unavailable.message),
                TokenUnavailableKind::SignInNeeded => ErrorKind::SignInNeeded,
                TokenUnavailableKind::Keychain => ErrorKind::Keychain,
                TokenUnavailableKind::OAuthClientRefused => ErrorKind::OAuthClientRefused,
                TokenUnavailableKind::RefreshLock => ErrorKind::RefreshLock,
                TokenUnavailableKind::ServiceAccount => ErrorKind::ServiceAccount,
                TokenUnavailableKind::Network => ErrorKind::Network,
                TokenUnavailableKind::Other => ErrorKind::UnexpectedAnswer,
            };
            AttemptFailure {
                remedy: unavailable.remedy,
                ..AttemptFailure::new(kind, unavailable.message)
            }
        })
    }

    fn ask(&self, call: &Call) -> QuotaAsk {
        QuotaAsk {
            api: call.api,
            api_method: call.api_method,
            property: call.property.clone(),
            priority: self.priority,
            writes: call.http_method != http::Method::GET,
        }
    }

    /// Books the attempt, waiting for its turn; says whether it had to wait.
    async fn admit(&self, call: &Call, log: &CallLog) -> Result<bool, AttemptFailure> {
        let ask = self.ask(call);
        let mut waited = false;
        loop {
            match self.config.quota.reserve(&ask).await {
                Ok(Reservation::Admitted) => return Ok(waited),
                Ok(Reservation::WaitUntil(at)) => {
                    tracing::debug!(id = %log.id, method = call.api_method, until = %at, "waiting for quota");
                    // A ledger that names a moment already past must not make this spin.
                    let until = Duration::try_from(at.duration_since(self.config.clock.now())).unwrap_or_default();
                    self.config.pause.sleep(until.max(SHORTEST_WAIT)).await;
                    waited = true;
                }
                Ok(Reservation::DayExhausted { resets_at }) => {
                    let mut failure = AttemptFailure::new(
                        ErrorKind::QuotaExhausted,
                        format!(
                            "The day's quota of this Google Cloud project is spent. {}",
                            comes_back(resets_at)
                        ),
                    );
                    failure.retry_after = Duration::try_from(resets_at.duration_since(self.config.clock.now())).ok();
                    return Err(failure);
                }
                Err(error) => return Err(AttemptFailure::new(ErrorKind::QuotaLedger, error.to_string())),
            }
        }
    }

    /// Waits for the next attempt, or turns the failure into the call's.
    async fn again_or_fail(&self, call: &Call, failure: AttemptFailure, log: &mut CallLog) -> Result<(), ApiError> {
        // A 401 invalidated the token; a read is replayed once with a new one. What changes something is the caller's to repeat.
        let refused = failure.kind == ErrorKind::Unauthenticated && failure.status == Some(401);
        if refused && call.effect == Effect::Read && !log.replayed {
            log.replayed = true;
            log.try_again(&failure);
            return Ok(());
        }
        // The ledger says when its turn comes; that is no fault of the call's.
        if failure.paced && call.effect == Effect::Read && log.paced < PACED_REFUSALS {
            log.paced += 1;
            log.try_again(&failure);
            return Ok(());
        }
        if failure.network.is_some_and(|fault| !fault.may_pass_soon()) {
            return Err(log.fail(failure, call.effect));
        }
        let wait = self.config.retry.wait(
            call.api,
            call.effect,
            failure.kind,
            failure.retry_after,
            log.retries - u32::from(log.replayed) - log.paced,
            self.config.pause.jitter(),
        );
        let Some(wait) = wait else {
            return Err(log.fail(failure, call.effect));
        };
        tracing::debug!(id = %log.id, method = call.api_method, kind = failure.kind.code(), ?wait, "trying again");
        self.config.pause.sleep(wait).await;
        log.try_again(&failure);
        Ok(())
    }
}

/// A successful answer, its body unread.
pub(crate) struct Answer {
    response: reqwest::Response,
    decoder: BodyDecoder,
}

impl Answer {
    /// Appends the next plain bytes to `out` and shows them to `beginning`; `false` at the end.
    async fn read_some(&mut self, out: &mut Vec<u8>, beginning: &mut Beginning) -> Result<bool, AttemptFailure> {
        let known = out.len();
        let more = self.read_on(out).await;
        beginning.see(out.get(known..).unwrap_or_default());
        more
    }

    async fn read_on(&mut self, out: &mut Vec<u8>) -> Result<bool, AttemptFailure> {
        match self.response.chunk().await {
            Ok(Some(chunk)) => self
                .decoder
                .feed(&chunk, out)
                .map(|()| true)
                .map_err(|broken| broken_off(&broken)),
            Ok(None) => self
                .decoder
                .finish(out)
                .map(|()| false)
                .map_err(|broken| broken_off(&broken)),
            Err(error) => Err(no_answer(&error)),
        }
    }

    async fn read_to_end(mut self, out: &mut Vec<u8>, cap: usize, log: &mut CallLog) -> Result<(), AttemptFailure> {
        let before = log.response_bytes;
        loop {
            let more = self.read_some(out, &mut log.response_beginning).await;
            log.response_bytes = before + self.decoder.received;
            if !more? {
                return Ok(());
            }
            if out.len() > cap {
                return Err(AttemptFailure {
                    answer_lost: true,
                    ..AttemptFailure::new(
                        ErrorKind::UnexpectedAnswer,
                        "Google's answer is larger than any known one.",
                    )
                });
            }
        }
    }
}

/// A successful answer that its reader takes in pieces. Dropped unread, it is recorded as given up.
pub(crate) struct OpenAnswer {
    answer: Answer,
    log: Option<CallLog>,
    effect: Effect,
}

impl OpenAnswer {
    /// Appends the next plain bytes to `out`; `false` at the end.
    pub async fn read_some(&mut self, out: &mut Vec<u8>) -> Result<bool, ApiError> {
        let more = match &mut self.log {
            Some(log) => {
                let more = self.answer.read_some(out, &mut log.response_beginning).await;
                log.response_bytes = self.answer.decoder.received;
                more
            }
            None => self.answer.read_some(out, &mut Beginning::default()).await,
        };
        more.map_err(|failure| self.fail(failure))
    }

    /// The answer was read to its end and made sense.
    pub fn complete(&mut self) {
        if let Some(log) = self.log.take() {
            log.finish(None);
        }
    }

    /// The answer was not what the API documents.
    pub fn unexpected(&mut self, why: impl Into<String>) -> ApiError {
        self.fail(AttemptFailure::new(ErrorKind::UnexpectedAnswer, why))
    }

    /// The answer ended before it was complete.
    pub fn broken_off(&mut self) -> ApiError {
        self.fail(AttemptFailure::new(
            ErrorKind::Network,
            "Google's answer broke off before its end.",
        ))
    }

    fn fail(&mut self, failure: AttemptFailure) -> ApiError {
        match self.log.take() {
            Some(log) => log.fail(failure, self.effect),
            // Reading on after a failure: the first one is recorded.
            None => ApiError::new(plain_failure(failure, "", ActivityId::next())),
        }
    }
}

impl Drop for OpenAnswer {
    fn drop(&mut self) {
        if let Some(log) = self.log.take() {
            log.finish(Some(RecordedError {
                code: "cancelled",
                message: "The answer was not read to its end.".into(),
                google_status: None,
                reason: None,
                violations: Vec::new(),
                network: None,
                activation_url: None,
                outcome_unknown: false,
                retry_after: None,
            }));
        }
    }
}

/// What Activity will say of a call.
#[derive(Clone)]
struct CallLog {
    id: ActivityId,
    activity: Arc<dyn ActivityRecorder>,
    started_at: jiff::Timestamp,
    started: Instant,
    api_method: &'static str,
    http_method: String,
    url: String,
    writes: bool,
    request_headers: HeaderMap,
    request_body: Option<Bytes>,
    response_headers: HeaderMap,
    response_beginning: Beginning,
    response_bytes: u64,
    status: Option<u16>,
    retries: u32,
    earlier: Vec<RecordedAttempt>,
    replayed: bool,
    /// Refusals for rate that were waited out in the ledger.
    paced: u32,
    cost: u32,
}

impl CallLog {
    fn begin(transport: &Transport, call: &Call) -> Self {
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
    fn begin_attempt(&mut self, headers: &HeaderMap) {
        self.request_headers.clone_from(headers);
        self.response_headers.clear();
        self.response_beginning = Beginning::default();
        self.status = None;
    }

    fn try_again(&mut self, failure: &AttemptFailure) {
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

    fn finish(&self, error: Option<RecordedError>) {
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

    fn fail(&self, failure: AttemptFailure, effect: Effect) -> ApiError {
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

fn plain_failure(failure: AttemptFailure, api_method: &'static str, activity_id: ActivityId) -> Failure {
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

async fn read_json<T: DeserializeOwned>(answer: Answer, log: &mut CallLog) -> Result<T, AttemptFailure> {
    let mut body = Vec::new();
    answer.read_to_end(&mut body, LARGEST_ANSWER, log).await?;
    // Methods without an answer send `{}` or nothing.
    let json: &[u8] = if body.iter().all(u8::is_ascii_whitespace) {
        b"{}"
    } else {
        &body
    };
    serde_json::from_slice(json).map_err(|error| AttemptFailure {
        status: log.status,
        answer_lost: true,
        ..AttemptFailure::new(
            ErrorKind::UnexpectedAnswer,
            format!("Google's answer is not what its documents say: {error}."),
        )
    })
}

fn comes_back(at: jiff::Timestamp) -> String {
    format!("It comes back at {at:.0}, midnight in California.")
}

fn bearer(token: &str) -> Result<http::HeaderValue, http::header::InvalidHeaderValue> {
    let mut value = http::HeaderValue::from_str(&format!("Bearer {token}"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn traced(headers: &HeaderMap) -> Vec<(String, String)> {
    http_trace::headers(headers.iter().map(|(name, value)| {
        let value = value.to_str().unwrap_or("(not text)");
        (name.as_str(), value)
    }))
}

fn text<'a>(headers: &'a HeaderMap, name: &http::HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn broken_off(broken: &crate::body::BrokenBody) -> AttemptFailure {
    AttemptFailure {
        answer_lost: true,
        ..AttemptFailure::new(ErrorKind::Network, format!("Google's answer broke off: {broken}."))
    }
}

/// reqwest's errors carry the dialled address, which the person knows, and hide the cause, which they need.
fn no_answer(error: &reqwest::Error) -> AttemptFailure {
    let (fault, cause) = NetworkFault::of(std::error::Error::source(error), error.is_timeout(), error.is_connect());
    let message = if error.is_timeout() {
        "Google did not answer in time.".to_owned()
    } else if error.is_connect() {
        format!("Google could not be reached: {cause}.")
    } else {
        format!("The connection to Google broke off: {cause}.")
    };
    AttemptFailure {
        answer_lost: !error.is_connect(),
        ..AttemptFailure::of_network(fault, message)
    }
}
