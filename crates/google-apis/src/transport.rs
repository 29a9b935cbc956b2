//! The one way to Google's APIs: every call is booked, authorised, dialled, repeated where that is safe, classified
//! and taken down in Activity here.

mod answer;
mod call_log;

use std::sync::Arc;
use std::time::Duration;

use gantry_domain::clock_skew::http_date;
use gantry_domain::{Clock, ClockSkew, GoogleBase, NetworkFault};
use http::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, DATE, RETRY_AFTER};
use http::{HeaderMap, Method, StatusCode};
use serde::de::DeserializeOwned;

pub(crate) use answer::OpenAnswer;

use crate::access_token::{AccessToken, AccessTokenSource, TokenUnavailableKind};
use crate::activity::ActivityRecorder;
use crate::call::{Call, Effect, Priority};
use crate::error::{ApiError, AttemptFailure, ErrorKind};
use crate::http_client::HttpClient;
use crate::pause::Pause;
use crate::quota::{QuotaAsk, QuotaLedger, Refusal, Reservation};
use crate::retry::RetryPolicy;
use crate::status::classify;
use answer::{Answer, no_answer, read_json};
use call_log::CallLog;

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

/// Between two asks of the ledger.
const SHORTEST_WAIT: Duration = Duration::from_millis(10);
/// Refusals for rate that one read waits out in the ledger: with Tag Manager's window, about a quarter of an hour.
const PACED_REFUSALS: u32 = 10;
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
                    return Ok(OpenAnswer::new(answer, log, call.effect));
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
        let answer = Answer::of(response);
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
        let body = answer.read_error(log).await;
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

fn comes_back(at: jiff::Timestamp) -> String {
    format!("It comes back at {at:.0}, midnight in California.")
}

fn bearer(token: &str) -> Result<http::HeaderValue, http::header::InvalidHeaderValue> {
    let mut value = http::HeaderValue::from_str(&format!("Bearer {token}"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn text<'a>(headers: &'a HeaderMap, name: &http::HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
