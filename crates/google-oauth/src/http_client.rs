//! The one HTTP client of this crate: no redirects, no cookies, short time-outs, small answers, always the dialled address.

use std::time::Duration;

use gantry_domain::GoogleBase;
use jiff::Timestamp;
use oauth2::{HttpRequest, HttpResponse};
use serde_json::Value;
use url::Url;

use crate::error::OAuthError;
use crate::network_fault::NetworkFault;

/// The largest answer that is read, in bytes.
const LARGEST_ANSWER: usize = 1024 * 1024;

#[derive(Clone, Debug)]
pub(crate) struct HttpClient {
    base: GoogleBase,
    client: reqwest::Client,
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
        Ok(Self { base, client })
    }

    /// Sends one request of the protocol; a JSON object with status 200 comes back, everything else is a named error.
    pub(crate) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, OAuthError> {
        let answer = self.fetch(request).await?;
        if answer.status != http::StatusCode::OK {
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

    /// Sends one request; whatever the server itself answered comes back.
    pub(crate) async fn fetch(&self, request: HttpRequest) -> Result<Answer, OAuthError> {
        let (parts, body) = request.into_parts();
        let url =
            Url::parse(&parts.uri.to_string()).map_err(|error| OAuthError::UnexpectedAnswer(error.to_string()))?;
        let mut request = self.client.request(parts.method, self.base.dial(&url)).body(body);
        for (name, value) in &parts.headers {
            request = request.header(name, value);
        }
        let mut response = request.send().await.map_err(|error| unreachable(&error))?;
        let status = response.status();
        let header = |name| {
            response
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        let (kind, date) = (header(http::header::CONTENT_TYPE), header(http::header::DATE));
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(&error))? {
            if bytes.len() + chunk.len() > LARGEST_ANSWER {
                return Err(OAuthError::UnexpectedAnswer("it is longer than 1 MiB".to_owned()));
            }
            bytes.extend_from_slice(&chunk);
        }
        if let Some(kind) = NetworkFault::in_answer(status, kind.as_deref()) {
            return Err(OAuthError::Unreachable {
                kind,
                text: format!("{kind} (HTTP {})", status.as_u16()),
            });
        }
        Ok(Answer {
            status,
            date: date.and_then(|text| moment(&text)),
            body: bytes,
        })
    }
}

/// What a server answered.
pub(crate) struct Answer {
    pub status: http::StatusCode,
    /// Its clock, by the header Date (RFC 9110 section 6.6.1).
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

fn moment(date: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date).ok()
}

fn unreachable(error: &reqwest::Error) -> OAuthError {
    let (kind, text) = NetworkFault::of(error);
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
    match error.as_str() {
        "invalid_grant" if field("error_subtype").as_deref() == Some("invalid_rapt") => {
            OAuthError::ReauthenticationRequired
        }
        "invalid_grant" => OAuthError::SignInExpired(description),
        "invalid_client" | "unauthorized_client" | "deleted_client" => OAuthError::ClientRefused(description),
        "redirect_uri_mismatch" => OAuthError::RedirectMismatch(description),
        "" => OAuthError::UnexpectedAnswer(format!("HTTP {status} without an OAuth error")),
        _ => OAuthError::Refused {
            status,
            error,
            description,
        },
    }
}

/// The answer with `expires_in` as the whole number of seconds that the protocol's types expect, whatever was sent.
pub(crate) fn normalised(body: &[u8]) -> Option<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(body).ok()?;
    let object = value.as_object_mut()?;
    if let Some(sent) = object.remove("expires_in") {
        let seconds = match &sent {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        if let Some(seconds) = seconds.filter(|seconds: &f64| seconds.is_finite()) {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // clamped to a year of seconds
            object.insert(
                "expires_in".to_owned(),
                Value::from(seconds.clamp(0.0, 31_536_000.0) as u64),
            );
        }
    }
    serde_json::to_vec(&value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_lifetimes_become_whole_seconds() {
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
    fn each_refusal_has_its_name() {
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
        assert!(matches!(
            refusal(401, br#"{"error":"deleted_client"}"#),
            OAuthError::ClientRefused(_)
        ));
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
