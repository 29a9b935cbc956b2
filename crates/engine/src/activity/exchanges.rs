//! Exchanges with the token endpoint in the record of requests: they cost no quota and explain most of what goes wrong.

use gantry_domain::{HttpTrace, redaction};
use gantry_store::{ActivityEntry, FailureDetails};
use google_apis::ErrorKind;
use google_oauth::{ExchangeKind, ExchangeObserver, TokenExchange};
use serde_json::Value;

use super::Recorder;

impl ExchangeObserver for Recorder {
    fn record(&self, exchange: TokenExchange) {
        let entry = entry(&exchange, self.connection_id.clone());
        self.take_down(entry, exchange.trace);
    }
}

/// What is written down of an exchange. What the other side said is not ours: it passes through the redactor.
fn entry(exchange: &TokenExchange, connection_id: Option<String>) -> ActivityEntry {
    let reason = exchange.error.as_ref().and_then(|_| reason(&exchange.trace));
    let kind = exchange
        .error
        .as_ref()
        .map(|_| kind(exchange.status, reason.as_deref()));
    ActivityEntry {
        id: uuid::Uuid::now_v7().to_string(),
        at: exchange.started_at,
        connection_id,
        api_method: exchange.kind.name().to_owned(),
        http_method: exchange.http_method.to_owned(),
        url: exchange.url.clone(),
        status: exchange.status,
        latency_ms: u64::try_from(exchange.latency.as_millis()).unwrap_or(u64::MAX),
        // Each attempt is a row of its own.
        retries: exchange.attempt.saturating_sub(1),
        bytes_sent: length(exchange.trace.request_body.as_ref()),
        bytes_received: length(exchange.trace.response_body.as_ref()),
        quota_cost: 0,
        writes: exchange.kind == ExchangeKind::Revocation,
        earlier: Vec::new(),
        error_code: kind.map(|kind| kind.code().to_owned()),
        error_message: exchange.error.as_deref().map(redaction::text),
        failure: reason.map(|reason| FailureDetails {
            reason: Some(redaction::text(&reason)),
            ..Default::default()
        }),
    }
}

/// Of a body that is kept: tokens in it count as what stands in their place.
fn length(body: Option<&gantry_domain::TracedBody>) -> u64 {
    body.map_or(0, |body| body.text.len() as u64)
}

/// The word of RFC 6749 section 5.2, or Google's finer one.
fn reason(trace: &HttpTrace) -> Option<String> {
    let answer: Value = serde_json::from_str(&trace.response_body.as_ref()?.text).ok()?;
    let word = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
    word("error_subtype").or_else(|| word("error"))
}

fn kind(status: Option<u16>, reason: Option<&str>) -> ErrorKind {
    match (status, reason) {
        (None, _) => ErrorKind::Network,
        (_, Some("invalid_grant" | "invalid_rapt")) => ErrorKind::SignInNeeded,
        (_, Some("invalid_client" | "unauthorized_client" | "deleted_client" | "disabled_client")) => {
            ErrorKind::OAuthClientRefused
        }
        (Some(408 | 429 | 500..=599), _) => ErrorKind::Unavailable,
        (Some(400..=499), Some(_)) => ErrorKind::InvalidArgument,
        _ => ErrorKind::UnexpectedAnswer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_token_endpoint_says_is_stored_without_secrets() {
        let answer = r#"{"error": "ya29.in-the-word", "error_description": "not 1//0gsecret-refresh"}"#;
        let exchange = TokenExchange {
            started_at: jiff::Timestamp::UNIX_EPOCH,
            kind: ExchangeKind::Refresh,
            http_method: "POST",
            url: "https://oauth2.googleapis.com/token".to_owned(),
            status: Some(400),
            latency: std::time::Duration::ZERO,
            attempt: 1,
            trace: HttpTrace {
                response_body: Some(gantry_domain::TracedBody {
                    text: answer.to_owned(),
                    cut: false,
                }),
                ..Default::default()
            },
            error: Some("the token endpoint refused 1//0gsecret-refresh".to_owned()),
        };
        let entry = entry(&exchange, None);
        let message = entry.error_message.unwrap();
        assert_eq!(message, format!("the token endpoint refused {}", redaction::REDACTED));
        assert_eq!(entry.failure.unwrap().reason.as_deref(), Some(redaction::REDACTED));
    }

    #[test]
    fn a_refusal_has_its_kind() {
        let cases = [
            (None, None, ErrorKind::Network),
            (Some(400), Some("invalid_grant"), ErrorKind::SignInNeeded),
            (Some(400), Some("invalid_rapt"), ErrorKind::SignInNeeded),
            (Some(401), Some("invalid_client"), ErrorKind::OAuthClientRefused),
            (Some(503), None, ErrorKind::Unavailable),
            (Some(400), Some("invalid_scope"), ErrorKind::InvalidArgument),
            (Some(200), None, ErrorKind::UnexpectedAnswer),
            (Some(302), None, ErrorKind::UnexpectedAnswer),
        ];
        for (status, word, expected) in cases {
            assert_eq!(kind(status, word), expected, "{status:?} {word:?}");
        }
    }
}
