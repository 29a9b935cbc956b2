//! One request in plain words: what it did and cost, or why it failed and what to do. The words of a failure are those
//! that the error itself had: it is put together again from what was written down.

use std::time::Duration;

use gantry_store::ActivityEntry;
use google_apis::{ActivityId, ApiError, ErrorKind, FieldViolation, NetworkFault};
use jiff::Timestamp;

use super::methods;
use crate::dto::activity::Explanation;
use crate::error::{Error, Result};
use crate::{Engine, connections};

/// Explains a request. A failure of a connection that is still there is told as the page that asked would tell it now:
/// with who else has access, and what can be done.
pub(super) async fn of(engine: &Engine, entry: &ActivityEntry) -> Result<Explanation> {
    let connection = match &entry.connection_id {
        Some(id) => engine.store.connection(id).await?,
        None => None,
    };
    Ok(match (failure(entry, engine.clock.now()), connection) {
        (Some(failure), Some(connection)) => {
            let kind = failure.kind;
            let asset = asset_of(&entry.url).unwrap_or_default();
            let error = connections::explain_failure(engine, &connection, &asset, failure).await;
            failed(kind, error, entry)
        }
        _ => by_itself(entry, engine.clock.now()),
    })
}

/// Explains a request by what was written down of it alone.
fn by_itself(entry: &ActivityEntry, now: Timestamp) -> Explanation {
    let Some(code) = &entry.error_code else {
        return Explanation {
            title: if entry.writes {
                "Google did it"
            } else {
                "Google answered"
            }
            .to_owned(),
            text: sentences([tries(entry), did(entry), Some(cost(entry))]),
            remedy: String::new(),
            offers: Vec::new(),
        };
    };
    match failure(entry, now) {
        Some(failure) => failed(failure.kind, Error::from(failure), entry),
        // Given up by Gantry, or a kind that only another version knows.
        None => Explanation {
            title: if code == "cancelled" {
                "Not read to its end"
            } else {
                "Failed"
            }
            .to_owned(),
            text: sentences([entry.error_message.clone(), tries(entry), Some(cost(entry))]),
            remedy: String::new(),
            offers: Vec::new(),
        },
    }
}

fn failed(kind: ErrorKind, error: Error, entry: &ActivityEntry) -> Explanation {
    Explanation {
        title: title(kind).to_owned(),
        text: sentences([Some(error.message), tries(entry), Some(cost(entry))]),
        remedy: error.remedy,
        offers: error.offers.into_vec(),
    }
}

/// What a request was about: `properties/1`, `accounts/1` (Analytics) or `accounts/1/containers/2` (Tag Manager).
fn asset_of(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    let parts: Vec<&str> = url.path_segments()?.collect();
    // `properties/1:runReport` is about `properties/1`.
    let number = |name: &str| {
        let place = parts.iter().position(|part| *part == name)?;
        let digits = parts.get(place + 1)?.split(':').next()?;
        (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
    };
    let account = number("accounts");
    match (number("properties"), account, number("containers")) {
        (Some(property), _, _) => Some(format!("properties/{property}")),
        (None, Some(account), Some(container)) => Some(format!("accounts/{account}/containers/{container}")),
        (None, Some(account), None) => Some(format!("accounts/{account}")),
        _ => None,
    }
}

/// The failure as the transport had it. What Google asked to wait for counts from then, not from `now`.
fn failure(entry: &ActivityEntry, now: Timestamp) -> Option<ApiError> {
    let kind = ErrorKind::from_code(entry.error_code.as_deref()?)?;
    let message = entry.error_message.clone().unwrap_or_default();
    let method = methods::known(&entry.api_method).map_or("", |(id, _)| id);
    let details = entry.failure.clone().unwrap_or_default();
    let violations = details.violations.into_iter();
    let violations = violations.map(|(field, description)| FieldViolation { field, description });
    let id = entry.id.parse::<ActivityId>().ok()?;
    Some(ApiError::recorded(kind, message, method, id, |failure| {
        failure.status = entry.status;
        failure.google_status = details.google_status;
        failure.reason = details.reason;
        failure.violations = violations.collect();
        failure.network = details.network.as_deref().and_then(NetworkFault::from_code);
        failure.activation_url = details.activation_url;
        failure.retry_after = details.retry_after_seconds.and_then(|seconds| {
            let asked = Duration::from_millis(entry.latency_ms) + Duration::from_secs(seconds);
            let passed = Duration::try_from(now.duration_since(entry.at)).unwrap_or_default();
            asked.checked_sub(passed)
        });
        failure.outcome_unknown = details.outcome_unknown;
        failure.retries = entry.retries;
        failure.elapsed = Duration::from_millis(entry.latency_ms);
    }))
}

fn title(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::SignInNeeded | ErrorKind::Unauthenticated => "Sign-in ended",
        ErrorKind::Keychain => "Keychain not available",
        ErrorKind::OAuthClientRefused => "OAuth client refused",
        ErrorKind::ServiceAccount => "Service account's key not usable",
        ErrorKind::RefreshLock => "Another Gantry holds the sign-in",
        ErrorKind::ScopeMissing => "Permission not given",
        ErrorKind::PermissionDenied => "Not allowed",
        ErrorKind::ApiDisabled => "API switched off",
        ErrorKind::NotFound => "Not found",
        ErrorKind::InvalidArgument => "Request refused",
        ErrorKind::Conflict => "Changed meanwhile",
        ErrorKind::RateLimited => "Google asked for a pause",
        ErrorKind::QuotaExhausted => "Quota used up",
        ErrorKind::Unavailable => "Google had a fault",
        ErrorKind::Network => "No answer",
        ErrorKind::UnexpectedAnswer => "Answer not understood",
        ErrorKind::QuotaLedger => "Record of quota not available",
    }
}

fn did(entry: &ActivityEntry) -> Option<String> {
    let (_, did) = methods::known(&entry.api_method)?;
    let changed = if entry.writes { "" } else { " and changed nothing" };
    Some(format!("Gantry {did}{changed}."))
}

/// "Google refused the first 2 tries (503, no answer)."
fn tries(entry: &ActivityEntry) -> Option<String> {
    let earlier: Vec<String> = entry
        .earlier
        .iter()
        .map(|attempt| {
            attempt
                .status
                .map_or_else(|| "no answer".to_owned(), |status| status.to_string())
        })
        .collect();
    let (first, was) = match earlier.len() {
        0 => return None,
        1 => ("The first try".to_owned(), "was"),
        several => (format!("The first {several} tries"), "were"),
    };
    let outcome = if entry.error_code.is_some() {
        "failed too"
    } else {
        "worked"
    };
    Some(format!(
        "{first} {was} in vain ({}); the last one {outcome}.",
        earlier.join(", ")
    ))
}

fn cost(entry: &ActivityEntry) -> String {
    let calls = match entry.quota_cost {
        0 => return "It cost no quota.".to_owned(),
        1 => "1 call".to_owned(),
        several => format!("{several} calls"),
    };
    match methods::api(&entry.api_method) {
        "Data API" => format!("It was {calls}; Google counts the tokens for the property."),
        api if entry.error_code.is_some() => format!("It cost {calls} of the {api} quota: a refusal counts too."),
        api => format!("It cost {calls} of the {api} quota."),
    }
}

fn sentences<const N: usize>(parts: [Option<String>; N]) -> String {
    let said: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    said.join(" ")
}

#[cfg(test)]
mod tests {
    use gantry_store::{Attempt, FailureDetails};

    use super::*;

    fn entry() -> ActivityEntry {
        ActivityEntry {
            id: "0198c6f4-0000-7000-8000-000000000001".to_owned(),
            at: jiff::Timestamp::UNIX_EPOCH,
            connection_id: None,
            api_method: "tagmanager.accounts.list".to_owned(),
            http_method: "GET".to_owned(),
            url: "https://tagmanager.googleapis.com/tagmanager/v2/accounts".to_owned(),
            status: Some(200),
            latency_ms: 300,
            retries: 0,
            bytes_sent: 0,
            bytes_received: 9,
            quota_cost: 1,
            writes: false,
            earlier: Vec::new(),
            error_code: None,
            error_message: None,
            failure: None,
        }
    }

    #[test]
    fn a_success_says_what_it_did_and_cost() {
        assert_eq!(
            by_itself(&entry(), Timestamp::UNIX_EPOCH).text,
            "Gantry listed the Tag Manager accounts and changed nothing. It cost 1 call of the Tag Manager quota."
        );
        let repeated = ActivityEntry {
            earlier: vec![Attempt {
                status: Some(503),
                error_code: "unavailable".to_owned(),
            }],
            quota_cost: 2,
            ..entry()
        };
        assert!(
            by_itself(&repeated, Timestamp::UNIX_EPOCH)
                .text
                .starts_with("The first try was in vain (503); the last one worked.")
        );
    }

    #[test]
    fn a_failure_reads_as_the_error_did() {
        for kind in [
            "permission_denied",
            "rate_limited",
            "not_found",
            "api_disabled",
            "sign_in_needed",
        ] {
            let failed = ActivityEntry {
                status: Some(403),
                error_code: Some(kind.to_owned()),
                error_message: Some("Google's words".to_owned()),
                failure: Some(FailureDetails {
                    reason: Some("forbidden".to_owned()),
                    ..Default::default()
                }),
                ..entry()
            };
            let told = Error::from(failure(&failed, Timestamp::UNIX_EPOCH).unwrap());
            let explained = by_itself(&failed, Timestamp::UNIX_EPOCH);
            assert!(explained.text.starts_with(&told.message), "{}", explained.text);
            assert_eq!(explained.offers, told.offers.into_vec());
            assert_eq!(explained.remedy, told.remedy);
            assert!(explained.text.ends_with("a refusal counts too."));
        }
    }

    #[test]
    fn r8_a_fault_of_the_network_and_the_page_of_an_api_are_told_again() {
        let told = |code: &str, details: &str| {
            let failed = ActivityEntry {
                status: None,
                error_code: Some(code.to_owned()),
                error_message: Some("Nobody answered".to_owned()),
                failure: Some(serde_json::from_str(details).unwrap()),
                ..entry()
            };
            failure(&failed, Timestamp::UNIX_EPOCH).unwrap()
        };
        for fault in [NetworkFault::CaptivePortal, NetworkFault::ProxyRefused] {
            let again = told("network", &format!(r#"{{"network": "{}"}}"#, fault.code()));
            assert_eq!(again.network, Some(fault));
            let as_it_was = ApiError::recorded(
                ErrorKind::Network,
                "Nobody answered",
                again.api_method,
                again.activity_id,
                |failure| failure.network = Some(fault),
            );
            assert_eq!(Error::from(again).remedy, Error::from(as_it_was).remedy);
        }
        let page = "https://console.cloud.google.com/apis/library/tagmanager.googleapis.com?project=1";
        let off = told("api_disabled", &format!(r#"{{"activation_url": "{page}"}}"#));
        assert_eq!(off.activation_url.as_deref(), Some(page));
        // Written down by an earlier version, or a later one.
        assert_eq!(told("network", "{}").network, None);
        assert_eq!(told("network", r#"{"network": "of a later version"}"#).network, None);
    }

    #[test]
    fn a_request_is_about_what_its_path_names() {
        for (path, asset) in [
            (
                "analyticsdata.googleapis.com/v1beta/properties/12:runReport",
                Some("properties/12"),
            ),
            (
                "analyticsadmin.googleapis.com/v1beta/accounts/3/dataSharingSettings",
                Some("accounts/3"),
            ),
            (
                "tagmanager.googleapis.com/tagmanager/v2/accounts/1/containers/2/versions:live?x=1",
                Some("accounts/1/containers/2"),
            ),
            ("tagmanager.googleapis.com/tagmanager/v2/accounts", None),
            ("analyticsadmin.googleapis.com/v1beta/properties", None),
        ] {
            assert_eq!(asset_of(&format!("https://{path}")).as_deref(), asset);
        }
    }

    #[test]
    fn a_pause_that_is_over_is_not_asked_for_again() {
        let paused = ActivityEntry {
            status: Some(429),
            error_code: Some("rate_limited".to_owned()),
            failure: Some(FailureDetails {
                retry_after_seconds: Some(12),
                ..Default::default()
            }),
            latency_ms: 1_000,
            ..entry()
        };
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        assert_eq!(
            failure(&paused, at(3)).unwrap().retry_after,
            Some(Duration::from_secs(10))
        );
        assert_eq!(failure(&paused, at(60)).unwrap().retry_after, None);
    }

    #[test]
    fn what_no_kind_names_is_still_told() {
        let given_up = ActivityEntry {
            error_code: Some("cancelled".to_owned()),
            error_message: Some("The answer was not read to its end.".to_owned()),
            ..entry()
        };
        assert_eq!(by_itself(&given_up, Timestamp::UNIX_EPOCH).title, "Not read to its end");
    }
}
