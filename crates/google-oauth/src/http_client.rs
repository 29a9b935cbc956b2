//! The one HTTP client of this crate: no redirects, no cookies, short time-outs, small answers, always the dialled address.

use std::sync::Arc;
use std::time::Duration;

use gantry_domain::clock_skew::{http_date, skew_in_words};
use gantry_domain::http_trace::{self, HttpTrace, TracedBody};
use gantry_domain::{Clock, ClockSkew, GoogleBase, SystemClock, redaction};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use oauth2::{HttpRequest, HttpResponse};
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use crate::error::OAuthError;
use crate::exchange::{Attempt, ExchangeKind, ExchangeObserver, TokenExchange};
use gantry_domain::NetworkFault;

/// The largest answer that is read, in bytes.
const LARGEST_ANSWER: usize = 1024 * 1024;

#[derive(Clone)]
pub(crate) struct HttpClient {
    base: GoogleBase,
    client: reqwest::Client,
    clock: Arc<dyn Clock>,
    skew: ClockSkew,
    observer: Option<Arc<dyn ExchangeObserver>>,
}

/// What a server answered.
pub(crate) struct Answer {
    pub status: StatusCode,
    /// The server's clock, by the header `Date`.
    pub date: Option<Timestamp>,
    pub body: Vec<u8>,
}

impl Answer {
    /// A text of the body's JSON object.
    pub fn field(&self, name: &str) -> Option<String> {
        let value: Value = serde_json::from_slice(&self.body).ok()?;
        value.get(name)?.as_str().map(str::to_owned)
    }
}

impl HttpClient {
    pub(crate) fn new(base: GoogleBase) -> Result<Self, OAuthError> {
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(30))
            .user_agent(concat!("gantry/", env!("CARGO_PKG_VERSION")));
        if !base.is_google() {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| unreachable(&error))?;
        Ok(Self {
            base,
            client,
            clock: Arc::new(SystemClock),
            skew: ClockSkew::default(),
            observer: None,
        })
    }

    pub(crate) fn set_clock(&mut self, clock: Arc<dyn Clock>) {
        self.clock = clock;
    }

    pub(crate) fn set_observer(&mut self, observer: Arc<dyn ExchangeObserver>) {
        self.observer = Some(observer);
    }

    pub(crate) fn set_skew(&mut self, skew: ClockSkew) {
        self.skew = skew;
    }

    pub(crate) fn skew(&self) -> &ClockSkew {
        &self.skew
    }

    /// Sends one request of the protocol; a JSON object with status 200 comes back, everything else is a named error.
    pub(crate) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, OAuthError> {
        let answer = self.fetch(request).await?;
        if answer.status != StatusCode::OK {
            return Err(refusal(answer.status.as_u16(), &answer.body));
        }
        let body = normalised(&answer.body)
            .ok_or_else(|| OAuthError::UnexpectedAnswer("HTTP 200 without a JSON object".to_owned()))?;
        http::Response::builder()
            .status(answer.status)
            .header(http::header::CONTENT_TYPE, "application/json")
            .body(body)
            .map_err(|error| OAuthError::UnexpectedAnswer(error.to_string()))
    }

    /// Sends one request; whatever the server itself answered comes back. The observer is told either way.
    pub(crate) async fn fetch(&self, request: HttpRequest) -> Result<Answer, OAuthError> {
        let (started_at, started) = (self.clock.now(), Instant::now());
        let (parts, body) = request.into_parts();
        let mut answered = Answered::default();
        let outcome = self.round_trip(&parts, body.clone(), &mut answered).await;
        if let Ok(Answer { date: Some(date), .. }) = &outcome {
            self.skew.measure(*date, started_at, self.clock.now());
        }
        if let Some(observer) = &self.observer {
            let error = match &outcome {
                Ok(answer) if answer.status == StatusCode::OK => None,
                Ok(answer) => Some(refusal(answer.status.as_u16(), &answer.body).to_string()),
                Err(error) => Some(error.to_string()),
            };
            observer.record(TokenExchange {
                started_at,
                kind: ExchangeKind::of(&parts.method, &body),
                http_method: if parts.method == http::Method::GET {
                    "GET"
                } else {
                    "POST"
                },
                url: redaction::url(&parts.uri.to_string()),
                status: answered.status.map(|status| status.as_u16()),
                latency: started.elapsed(),
                attempt: parts.extensions.get::<Attempt>().map_or(1, |attempt| attempt.0),
                trace: HttpTrace {
                    request_headers: pairs(&parts.headers),
                    request_body: TracedBody::new(content_type(&parts.headers), &body),
                    response_headers: pairs(&answered.headers),
                    response_body: TracedBody::new(content_type(&answered.headers), &answered.body),
                },
                error,
            });
        }
        outcome
    }

    async fn round_trip(
        &self,
        parts: &http::request::Parts,
        body: Vec<u8>,
        answered: &mut Answered,
    ) -> Result<Answer, OAuthError> {
        let url =
            Url::parse(&parts.uri.to_string()).map_err(|error| OAuthError::UnexpectedAnswer(error.to_string()))?;
        let request = self
            .client
            .request(parts.method.clone(), self.base.dial(&url))
            .headers(parts.headers.clone())
            .body(body);
        let mut response = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        answered.status = Some(status);
        answered.headers = response.headers().clone();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unreachable(&error))? {
            if answered.body.len() + chunk.len() > LARGEST_ANSWER {
                return Err(OAuthError::UnexpectedAnswer("it is longer than 1 MiB".to_owned()));
            }
            answered.body.extend_from_slice(&chunk);
        }
        if let Some(kind) = NetworkFault::in_answer(status.as_u16(), content_type(&answered.headers)) {
            return Err(OAuthError::Unreachable {
                kind,
                text: format!("{kind} (HTTP {})", status.as_u16()),
            });
        }
        let date = answered.headers.get(http::header::DATE);
        Ok(Answer {
            status,
            date: date.and_then(|value| http_date(value.to_str().ok()?)),
            body: answered.body.clone(),
        })
    }

    /// A certificate that is out of date says that the clock is wrong, if Google's time was known before.
    fn unreachable(&self, error: &reqwest::Error) -> OAuthError {
        match (unreachable(error), self.skew.latest()) {
            (OAuthError::Unreachable { kind, text }, Some(skew)) if kind == NetworkFault::CertificateOutOfDate => {
                let text = format!("{text}; this computer's clock is {}", skew_in_words(skew));
                OAuthError::Unreachable { kind, text }
            }
            (error, _) => error,
        }
    }
}

/// What came of an answer, for the record, also where it broke off.
#[derive(Default)]
struct Answered {
    status: Option<StatusCode>,
    headers: HeaderMap,
    body: Vec<u8>,
}

fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(http::header::CONTENT_TYPE)?.to_str().ok()
}

fn pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    http_trace::headers(
        headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))),
    )
}

fn unreachable(error: &reqwest::Error) -> OAuthError {
    let (kind, cause) = NetworkFault::of(std::error::Error::source(error), error.is_timeout(), error.is_connect());
    let text = if cause.is_empty() {
        kind.to_string()
    } else {
        format!("{kind} ({cause})")
    };
    OAuthError::Unreachable { kind, text }
}

/// Google's errors are RFC 6749 section 5.2 bodies; the fields may be missing, no strings, or the body a plain string.
pub(crate) fn refusal(status: u16, body: &[u8]) -> OAuthError {
    let value: Option<Value> = serde_json::from_slice(body).ok();
    let field = |name: &str| {
        let found = value.as_ref()?.get(name)?;
        Some(found.as_str().map_or_else(|| found.to_string(), str::to_owned))
    };
    let error = field("error").unwrap_or_default();
    let description = field("error_description").unwrap_or_default();
    let temporary = ["internal_failure", "server_error", "temporarily_unavailable"];
    if matches!(status, 408 | 429 | 500..=599)
        || temporary.contains(&error.as_str())
        || temporary.contains(&description.as_str())
    {
        return OAuthError::Unavailable { status };
    }
    let subtype = field("error_subtype").unwrap_or_default();
    let says = |words: &str| description.to_ascii_lowercase().contains(words);
    match error.as_str() {
        "invalid_grant" if subtype.contains("rapt") || says("invalid_rapt") || says("reauth related") => {
            OAuthError::ReauthenticationRequired
        }
        "invalid_grant" if says("account has been deleted") => OAuthError::AccountDeleted(description),
        "invalid_grant" => OAuthError::SignInExpired(description),
        "deleted_client" => OAuthError::ClientDeleted(description),
        "invalid_client" if says("was deleted") || says("was not found") => OAuthError::ClientDeleted(description),
        "disabled_client" => OAuthError::ClientDisabled(description),
        "invalid_client" if says("disabled") => OAuthError::ClientDisabled(description),
        "invalid_client" | "unauthorized_client" => OAuthError::ClientRefused(description),
        "admin_policy_enforced" | "org_internal" | "access_not_configured" => {
            OAuthError::PolicyRefused { error, description }
        }
        "redirect_uri_mismatch" => OAuthError::RedirectMismatch(description),
        "" => OAuthError::UnexpectedAnswer(format!("HTTP {status} without an OAuth error")),
        _ => OAuthError::Refused {
            status,
            error,
            description,
        },
    }
}

/// The answer with its spans of time as the whole numbers of seconds that the protocol's types expect, whatever was sent.
pub(crate) fn normalised(body: &[u8]) -> Option<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(body).ok()?;
    let object = value.as_object_mut()?;
    for name in ["expires_in", "refresh_token_expires_in"] {
        let Some(sent) = object.remove(name) else { continue };
        let seconds = match &sent {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        if let Some(seconds) = seconds.filter(|seconds: &f64| seconds.is_finite()) {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // clamped to a year of seconds
            object.insert(name.to_owned(), Value::from(seconds.clamp(0.0, 31_536_000.0) as u64));
        }
    }
    serde_json::to_vec(&value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t3_odd_lifetimes_become_whole_seconds() {
        let lifetime = |sent: &str| {
            let body = format!("{{\"access_token\":\"a\",\"expires_in\":{sent}}}");
            serde_json::from_slice::<Value>(&normalised(body.as_bytes()).unwrap())
                .unwrap()
                .get("expires_in")
                .and_then(Value::as_u64)
        };
        assert_eq!(lifetime("3599"), Some(3599));
        assert_eq!(lifetime("\"3599\""), Some(3599));
        assert_eq!(lifetime("-5"), Some(0));
        assert_eq!(lifetime("12.7"), Some(12));
        assert_eq!(lifetime("\"soon\""), None);
        assert_eq!(lifetime("null"), None);
    }

    #[test]
    fn r2_r3_each_refusal_has_its_name() {
        assert!(matches!(
            refusal(400, br#"{"error":"invalid_grant","error_description":"Bad Request"}"#),
            OAuthError::SignInExpired(_)
        ));
        assert!(matches!(
            refusal(400, br#"{"error":"invalid_grant","error_subtype":"invalid_rapt"}"#),
            OAuthError::ReauthenticationRequired
        ));
        assert!(matches!(
            refusal(401, br#"{"error":"invalid_client"}"#),
            OAuthError::ClientRefused(_)
        ));
        for (body, expected) in [
            (r#"{"error":"deleted_client"}"#, "ClientDeleted"),
            (
                r#"{"error":"invalid_client","error_description":"The OAuth client was not found."}"#,
                "ClientDeleted",
            ),
            (r#"{"error":"disabled_client"}"#, "ClientDisabled"),
            (
                r#"{"error":"invalid_client","error_description":"Unauthorized"}"#,
                "ClientRefused",
            ),
            (
                r#"{"error":"invalid_grant","error_description":"The account has been deleted"}"#,
                "AccountDeleted",
            ),
            (
                r#"{"error":"invalid_grant","error_description":"Token has been expired or revoked."}"#,
                "SignInExpired",
            ),
            (
                r#"{"error":"invalid_grant","error_subtype":"rapt_required"}"#,
                "ReauthenticationRequired",
            ),
            (
                r#"{"error":"invalid_grant","error_description":"reauth related error (invalid_rapt)"}"#,
                "ReauthenticationRequired",
            ),
            (r#"{"error":"admin_policy_enforced"}"#, "PolicyRefused"),
            (r#"{"error":"org_internal"}"#, "PolicyRefused"),
        ] {
            let named = format!("{:?}", refusal(400, body.as_bytes()));
            assert!(named.starts_with(expected), "{body}: {named}");
        }
        assert!(matches!(
            refusal(400, br#"{"error":"redirect_uri_mismatch"}"#),
            OAuthError::RedirectMismatch(_)
        ));
        assert!(matches!(
            refusal(503, b"<html>"),
            OAuthError::Unavailable { status: 503 }
        ));
        assert!(matches!(
            refusal(302, b"<html>login</html>"),
            OAuthError::UnexpectedAnswer(_)
        ));
        assert!(matches!(refusal(400, b"\"nope\""), OAuthError::UnexpectedAnswer(_)));
        assert!(matches!(
            refusal(400, br#"{"error":{"code":7}}"#),
            OAuthError::Refused { .. }
        ));
    }
}
