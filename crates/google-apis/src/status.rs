//! From an answer that is not a success to a kind of failure.
//!
//! Google has three bodies: `google.rpc.Status` (Analytics), the older `errors[]` (v3), and both at once (Tag Manager).
//! Routing errors are HTML. So: `details[].reason`, then `errors[0].reason`, then `status`, then the HTTP code. The
//! message, whose text may change, only tells a day's quota from a rate where no field does (Data API, HTTP 429).

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::error::{AttemptFailure, ErrorKind, FieldViolation};

#[derive(Deserialize, Default)]
#[serde(default)]
struct ErrorBody {
    message: Value,
    status: Value,
    errors: Value,
    details: Value,
}

/// Classifies an answer with `status` outside 200..300.
pub(crate) fn classify(
    status: u16,
    content_type: Option<&str>,
    retry_after: Option<&str>,
    body: &[u8],
) -> AttemptFailure {
    let json = content_type.is_none_or(|kind| kind.contains("json"));
    let envelope = if json {
        serde_json::from_slice::<Value>(body).ok()
    } else {
        None
    };
    let error = envelope.as_ref().and_then(|envelope| envelope.get("error"));
    let mut failure = match error {
        Some(Value::String(word)) => {
            // RFC 6749's shape, which a proxy or the token check may send.
            let description = envelope
                .as_ref()
                .and_then(|e| e.get("error_description"))
                .and_then(Value::as_str);
            let mut failure = AttemptFailure::new(by_code(status), description.unwrap_or(word));
            failure.reason = Some(word.clone());
            failure
        }
        Some(error) => from_error_body(status, ErrorBody::deserialize(error).unwrap_or_default()),
        None => not_json(status),
    };
    failure.status = Some(status);
    failure.retry_after = failure.retry_after.or_else(|| retry_after.and_then(seconds));
    failure
}

fn from_error_body(status: u16, body: ErrorBody) -> AttemptFailure {
    let details = body.details.as_array().map(Vec::as_slice).unwrap_or_default();
    let info = details
        .iter()
        .find(|detail| detail.get("reason").and_then(Value::as_str).is_some());
    let detail_reason = info.and_then(|detail| detail["reason"].as_str());
    let legacy_reason = body
        .errors
        .get(0)
        .and_then(|error| error.get("reason"))
        .and_then(Value::as_str);
    let google_status = body.status.as_str();

    let limit = info
        .and_then(|info| info.pointer("/metadata/quota_limit"))
        .and_then(Value::as_str);
    let kind = detail_reason
        .and_then(by_reason)
        .or_else(|| legacy_reason.and_then(by_reason))
        .or_else(|| google_status.and_then(by_google_status))
        .unwrap_or_else(|| by_code(status));
    let daily = legacy_reason.and_then(by_reason) == Some(ErrorKind::QuotaExhausted)
        || limit.or(body.message.as_str()).is_some_and(names_the_day);
    // One body says RATE_LIMIT_EXCEEDED for all limits where the other tells them apart.
    let kind = match kind {
        ErrorKind::RateLimited if daily => ErrorKind::QuotaExhausted,
        kind => kind,
    };

    let message = body
        .message
        .as_str()
        .or_else(|| body.errors.pointer("/0/message").and_then(Value::as_str))
        .map_or_else(
            || format!("Google answered with HTTP {status} and gave no reason."),
            str::to_owned,
        );
    let mut failure = AttemptFailure::new(kind, message);
    failure.google_status = google_status.map(str::to_owned);
    failure.reason = detail_reason.or(legacy_reason).map(str::to_owned);
    failure.activation_url = info
        .and_then(|info| info.pointer("/metadata/activationUrl"))
        .and_then(Value::as_str)
        .map(str::to_owned);
    failure.violations = details
        .iter()
        .filter_map(|detail| detail.get("fieldViolations").and_then(Value::as_array))
        .flatten()
        .map(|violation| FieldViolation {
            field: violation
                .get("field")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            description: violation
                .get("description")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
        })
        .collect();
    failure.retry_after = details
        .iter()
        .find_map(|detail| detail.get("retryDelay").and_then(Value::as_str))
        .and_then(|delay| delay.strip_suffix('s'))
        .and_then(|delay| delay.parse::<f64>().ok())
        .and_then(|delay| Duration::try_from_secs_f64(delay).ok());
    failure
}

fn not_json(status: u16) -> AttemptFailure {
    let kind = match by_code(status) {
        // A page that says 404 is about the address, not about the resource.
        ErrorKind::NotFound | ErrorKind::InvalidArgument => ErrorKind::UnexpectedAnswer,
        kind => kind,
    };
    AttemptFailure::new(
        kind,
        format!("Google answered HTTP {status} with something other than JSON."),
    )
}

/// `QueriesPerDayPerProject`, `Queries per day`.
fn names_the_day(limit: &str) -> bool {
    let letters: String = limit.chars().filter(char::is_ascii_alphabetic).collect();
    letters.to_ascii_lowercase().contains("perday")
}

fn by_reason(reason: &str) -> Option<ErrorKind> {
    Some(match reason {
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT" | "insufficientPermissions" | "insufficientScopes" => ErrorKind::ScopeMissing,
        "SERVICE_DISABLED" | "accessNotConfigured" => ErrorKind::ApiDisabled,
        "ACCESS_TOKEN_EXPIRED"
        | "ACCESS_TOKEN_TYPE_UNSUPPORTED"
        | "CREDENTIALS_MISSING"
        | "authError"
        | "invalidCredentials"
        | "required" => ErrorKind::Unauthenticated,
        "RATE_LIMIT_EXCEEDED" | "rateLimitExceeded" | "userRateLimitExceeded" => ErrorKind::RateLimited,
        "dailyLimitExceeded" | "dailyLimitExceededUnreg" | "userRateLimitExceededUnreg" => ErrorKind::QuotaExhausted,
        "notFound" => ErrorKind::NotFound,
        "forbidden" => ErrorKind::PermissionDenied,
        "invalidParameter" | "badRequest" | "invalid" => ErrorKind::InvalidArgument,
        "conditionNotMet" | "conflict" | "duplicate" | "alreadyExists" => ErrorKind::Conflict,
        "backendError" | "internalServerError" | "internalError" => ErrorKind::Unavailable,
        _ => return None,
    })
}

fn by_google_status(status: &str) -> Option<ErrorKind> {
    Some(match status {
        "UNAUTHENTICATED" => ErrorKind::Unauthenticated,
        "PERMISSION_DENIED" => ErrorKind::PermissionDenied,
        "NOT_FOUND" => ErrorKind::NotFound,
        "INVALID_ARGUMENT" | "FAILED_PRECONDITION" | "OUT_OF_RANGE" => ErrorKind::InvalidArgument,
        "ALREADY_EXISTS" | "ABORTED" => ErrorKind::Conflict,
        "RESOURCE_EXHAUSTED" => ErrorKind::RateLimited,
        "UNAVAILABLE" | "INTERNAL" | "DEADLINE_EXCEEDED" | "UNKNOWN" => ErrorKind::Unavailable,
        _ => return None,
    })
}

fn by_code(status: u16) -> ErrorKind {
    match status {
        400 => ErrorKind::InvalidArgument,
        401 => ErrorKind::Unauthenticated,
        403 => ErrorKind::PermissionDenied,
        404 => ErrorKind::NotFound,
        409 | 412 => ErrorKind::Conflict,
        408 | 500..=599 => ErrorKind::Unavailable,
        429 => ErrorKind::RateLimited,
        _ => ErrorKind::UnexpectedAnswer,
    }
}

/// `Retry-After` in seconds (RFC 9110 section 10.2.3); Google does not send the date form.
fn seconds(header: &str) -> Option<Duration> {
    header.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn kind(status: u16, body: &Value) -> ErrorKind {
        classify(
            status,
            Some("application/json; charset=UTF-8"),
            None,
            body.to_string().as_bytes(),
        )
        .kind
    }

    #[test]
    fn tag_manager_sends_both_bodies_and_the_detail_wins() {
        let body = json!({"error":{"code":403,"message":"Request had insufficient authentication scopes.",
            "errors":[{"message":"Insufficient Permission","domain":"global","reason":"insufficientPermissions"}],
            "status":"PERMISSION_DENIED",
            "details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}});
        let failure = classify(403, Some("application/json"), None, body.to_string().as_bytes());
        assert_eq!(failure.kind, ErrorKind::ScopeMissing);
        assert_eq!(failure.reason.as_deref(), Some("ACCESS_TOKEN_SCOPE_INSUFFICIENT"));
        assert_eq!(failure.google_status.as_deref(), Some("PERMISSION_DENIED"));
        assert_eq!(failure.status, Some(403));
    }

    #[test]
    fn a_403_for_rate_is_not_a_403_for_rights() {
        let legacy = |reason| json!({"error":{"code":403,"message":"x","errors":[{"reason":reason}]}});
        assert_eq!(kind(403, &legacy("rateLimitExceeded")), ErrorKind::RateLimited);
        assert_eq!(kind(403, &legacy("userRateLimitExceeded")), ErrorKind::RateLimited);
        assert_eq!(kind(403, &legacy("dailyLimitExceeded")), ErrorKind::QuotaExhausted);
        assert_eq!(kind(403, &legacy("insufficientPermissions")), ErrorKind::ScopeMissing);
        assert_eq!(kind(403, &legacy("accessNotConfigured")), ErrorKind::ApiDisabled);
        assert_eq!(
            kind(403, &json!({"error":{"code":403,"status":"PERMISSION_DENIED"}})),
            ErrorKind::PermissionDenied
        );
    }

    #[test]
    fn a_quota_per_day_is_not_a_rate() {
        let body = |limit| {
            json!({"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[
                {"reason":"RATE_LIMIT_EXCEEDED","metadata":{"quota_limit":limit}},
                {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"12.5s"}]}})
        };
        assert_eq!(kind(429, &body("QueriesPerMinutePerUser")), ErrorKind::RateLimited);
        assert_eq!(kind(429, &body("QueriesPerDayPerProject")), ErrorKind::QuotaExhausted);
        assert_eq!(kind(403, &body("Queries per day")), ErrorKind::QuotaExhausted);
        let both = |reason| {
            json!({"error":{"code":403,"errors":[{"reason":reason}],"status":"PERMISSION_DENIED",
                "details":[{"reason":"RATE_LIMIT_EXCEEDED"}]}})
        };
        assert_eq!(kind(403, &both("dailyLimitExceeded")), ErrorKind::QuotaExhausted);
        assert_eq!(kind(403, &both("rateLimitExceeded")), ErrorKind::RateLimited);
        let said = |message| json!({"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":message}});
        assert_eq!(
            kind(429, &said("Exhausted property tokens per day.")),
            ErrorKind::QuotaExhausted
        );
        assert_eq!(
            kind(429, &said("Exhausted concurrent requests quota.")),
            ErrorKind::RateLimited
        );
        let failure = classify(
            429,
            Some("application/json"),
            Some("3"),
            body("x").to_string().as_bytes(),
        );
        assert_eq!(failure.retry_after, Some(Duration::from_millis(12_500)));
    }

    #[test]
    fn details_may_be_a_plain_string_and_every_key_may_be_missing() {
        assert_eq!(
            kind(400, &json!({"error":{"code":400,"message":"x","details":"why"}})),
            ErrorKind::InvalidArgument
        );
        assert_eq!(kind(503, &json!({"error":{}})), ErrorKind::Unavailable);
        assert_eq!(kind(500, &json!({})), ErrorKind::Unavailable);
        assert_eq!(
            kind(401, &json!({"error":"invalid_token","error_description":"y"})),
            ErrorKind::Unauthenticated
        );
    }

    #[test]
    fn the_page_that_switches_an_api_on_is_kept() {
        let body = json!({"error":{"code":403,"status":"PERMISSION_DENIED","details":[
            {"reason":"SERVICE_DISABLED","metadata":{"activationUrl":"https://console.developers.google.com/x"}}]}});
        let failure = classify(403, Some("application/json"), None, body.to_string().as_bytes());
        assert_eq!(failure.kind, ErrorKind::ApiDisabled);
        assert_eq!(
            failure.activation_url.as_deref(),
            Some("https://console.developers.google.com/x")
        );
    }

    #[test]
    fn a_web_page_is_named_and_not_taken_for_a_missing_resource() {
        let page = b"<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>";
        let failure = classify(404, Some("text/html; charset=UTF-8"), None, page);
        assert_eq!(failure.kind, ErrorKind::UnexpectedAnswer);
        assert_eq!(
            classify(502, Some("text/html"), None, page).kind,
            ErrorKind::Unavailable
        );
    }

    #[test]
    fn field_violations_are_kept() {
        let body = json!({"error":{"code":400,"status":"INVALID_ARGUMENT","message":"bad","details":[
            {"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"description":"Unknown name \"x\""}]}]}});
        let failure = classify(400, Some("application/json"), None, body.to_string().as_bytes());
        assert_eq!(
            failure.violations,
            [FieldViolation {
                field: String::new(),
                description: "Unknown name \"x\"".into()
            }]
        );
    }
}
