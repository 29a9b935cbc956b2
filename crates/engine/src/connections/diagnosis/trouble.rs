//! The words for why a connection does not work: one place, so that window, command line and check say the same.

use gantry_domain::clock_skew::skew_in_words;
use gantry_store::{ConnectionKind, ConnectionRecord, ConnectionState, PublishingStatus};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::causes::{Facts, TOKENS_KEPT, TOKENS_KEPT_ONCE};
use crate::connections::service_account_refusals::REPLACE_KEY;
use crate::dto::connections::{SignInCause, TroubleAction, TroubleView};

/// What is to be told.
pub(super) struct Case<'a> {
    pub record: &'a ConnectionRecord,
    pub cause: SignInCause,
    pub also: &'a [SignInCause],
    pub since: Option<Timestamp>,
    pub facts: &'a Facts,
    /// Why there is no keychain, and what helps.
    pub keychain: Option<(String, String)>,
}

const ACCESS_REMOVED: &str = "Gantry's access was removed in the Google account (myaccount.google.com/connections).";
const PASSWORD_CHANGED: &str = "The account's password was changed.";

pub(super) fn trouble(case: &Case<'_>) -> TroubleView {
    let (title, explanation, remedy) = words(case);
    let (action, remedy) = match action(case.cause) {
        TroubleAction::SignInAgain if case.record.kind == ConnectionKind::ServiceAccount => {
            (TroubleAction::ReplaceKey, REPLACE_KEY.to_owned())
        }
        action => (action, remedy),
    };
    let also_possible = case
        .also
        .iter()
        .flat_map(|cause| possibly(*cause, case.facts))
        .collect();
    TroubleView {
        cause: case.cause,
        since: case.since,
        title: title.to_owned(),
        explanation,
        remedy,
        also_possible,
        action,
    }
}

/// What is told of a connection that works while only this process has its renewed secret.
pub(in crate::connections) fn renewal_unsaved() -> TroubleView {
    let cause = SignInCause::KeychainUnavailable;
    TroubleView {
        cause,
        since: None,
        title: "The renewed sign-in is not saved".to_owned(),
        explanation: "Google renewed this sign-in and the keychain did not take it; it is kept in memory until Gantry \
                      quits."
            .to_owned(),
        remedy: "Unlock the keychain and check this connection before you quit Gantry: it is then saved.".to_owned(),
        also_possible: Vec::new(),
        action: action(cause),
    }
}

fn action(cause: SignInCause) -> TroubleAction {
    match cause {
        SignInCause::KeychainUnavailable => TroubleAction::UnlockKeychain,
        SignInCause::ClientRefused => TroubleAction::ReplaceOauthClient,
        SignInCause::KeyRefused => TroubleAction::ReplaceKey,
        SignInCause::Clock => TroubleAction::SetClock,
        SignInCause::Unknown
        | SignInCause::Revoked
        | SignInCause::TestingExpiry
        | SignInCause::Unused
        | SignInCause::TooManyTokens
        | SignInCause::AdminPolicy
        | SignInCause::AccountDeleted
        | SignInCause::Interrupted
        | SignInCause::SessionOver
        | SignInCause::NotStored
        | SignInCause::Unreadable => TroubleAction::SignInAgain,
    }
}

/// Title, explanation, remedy.
#[allow(clippy::too_many_lines)] // one table of words
fn words(case: &Case<'_>) -> (&'static str, String, String) {
    let email = &case.record.email;
    let facts = case.facts;
    let signed_in = facts.signed_in_at.map(|at| format!("You signed in on {}", day(at)));
    match case.cause {
        SignInCause::Unknown => (
            "Google ended this session",
            "Google no longer accepts the saved sign-in and gives no reason. Nothing that Gantry knows of it explains the \
             end."
                .to_owned(),
            "Sign in again; other connections are not affected.".to_owned(),
        ),
        SignInCause::Revoked => (
            "Google ended this session",
            "Google says that the sign-in was revoked or has expired. Its age and its OAuth client explain no expiry, so \
             most likely the access was taken back."
                .to_owned(),
            "Sign in again; other connections are not affected.".to_owned(),
        ),
        SignInCause::TestingExpiry => (
            "This sign-in lasted seven days",
            testing_explained(facts, signed_in.as_deref()),
            "Sign in again. To make sign-ins last, press Publish app under Audience in the Google Cloud console first."
                .to_owned(),
        ),
        SignInCause::Unused => (
            "It was not used for six months",
            format!(
                "Google ends sign-ins that nobody uses for six months. This one was last used on {}.",
                facts
                    .last_used_at
                    .max(facts.signed_in_at)
                    .map_or_else(|| "a day that is not known".to_owned(), day)
            ),
            "Sign in again; other connections are not affected.".to_owned(),
        ),
        SignInCause::TooManyTokens => (
            "Newer sign-ins replaced this one",
            format!(
                "Google keeps {TOKENS_KEPT} sign-ins for each account and OAuth client and ends the oldest without a word. \
                 Gantry alone made {} newer ones for {email}.",
                facts.newer_tokens
            ),
            "Sign in again. Give programs that sign in often an OAuth client of their own.".to_owned(),
        ),
        SignInCause::AdminPolicy => (
            "Your administrator asks for a new sign-in",
            format!("Google says that the organisation of {email} lets a session last for a limited time only."),
            "Sign in again to go on. An administrator can exempt Gantry under Google Cloud session control in the Google \
             Admin console."
                .to_owned(),
        ),
        SignInCause::AccountDeleted => (
            "This Google account was deleted",
            format!("Google says that the account {email} was deleted."),
            "If it was restored, sign in again. Otherwise disconnect it.".to_owned(),
        ),
        SignInCause::ClientRefused => (
            "Google no longer accepts the OAuth client",
            "It was deleted or disabled in the Google Cloud console, or its secret was changed. All connections that were \
             made with it are affected."
                .to_owned(),
            "Download client_secret_….json again from the Google Cloud console and add it. If the OAuth client is gone, \
             connect the account anew with another one."
                .to_owned(),
        ),
        SignInCause::Clock => (
            "This computer's clock is wrong",
            match facts.clock_skew {
                Some(skew) => format!(
                    "It is {}. Google refuses what comes at the wrong time, and nothing else that is known here explains \
                     the end.",
                    skew_in_words(skew)
                ),
                None => "Google refused the time that this computer gave.".to_owned(),
            },
            "Set the clock to the right time, best automatically, and check this connection again. Sign in again if that \
             does not help."
                .to_owned(),
        ),
        SignInCause::Interrupted => (
            "Gantry was interrupted",
            "Gantry ended while it renewed this sign-in, and what Google had sent was lost before it could be kept."
                .to_owned(),
            "Sign in again; nothing else is lost.".to_owned(),
        ),
        SignInCause::SessionOver => (
            "It was kept for one session only",
            "You chose not to keep this sign-in when Gantry quits, and that session is over.".to_owned(),
            "Sign in again.".to_owned(),
        ),
        SignInCause::KeychainUnavailable => {
            let (reason, remedy) = case.keychain.clone().unwrap_or_default();
            let told = "Its sign-in is in the keychain, which is not available now.";
            (
                "The keychain is not available",
                format!("{told} {reason}").trim_end().to_owned(),
                if remedy.is_empty() {
                    "Unlock the keychain and try again.".to_owned()
                } else {
                    remedy
                },
            )
        }
        SignInCause::NotStored => (
            "No sign-in is saved on this computer",
            format!(
                "The keychain works and holds nothing for {email}. Its entry was deleted, or Gantry's data was copied from \
                 another computer or user."
            ),
            "Sign in again.".to_owned(),
        ),
        SignInCause::Unreadable => (
            "The saved sign-in cannot be read",
            format!("The keychain's entry for {email} is damaged, or there are several."),
            "Sign in again; that replaces it.".to_owned(),
        ),
        SignInCause::KeyRefused => key_refused(case.record),
    }
}

fn key_refused(record: &ConnectionRecord) -> (&'static str, String, String) {
    let remedy = format!("Create a new key for the service account in the Google Cloud console. {REPLACE_KEY}");
    match &record.key_file {
        Some(path) if record.state == ConnectionState::Ready => (
            "The key file is not there",
            format!("The key of {} is kept in {path}, which cannot be found.", record.email),
            "Put the file back, or replace the key.".to_owned(),
        ),
        _ => (
            "Google refuses this key",
            format!(
                "The key of {} was disabled or deleted in the Google Cloud console, or the service account was.",
                record.email
            ),
            remedy,
        ),
    }
}

fn testing_explained(facts: &Facts, signed_in: Option<&str>) -> String {
    let signed_in = signed_in.unwrap_or("You signed in some days ago");
    match (facts.sign_in_ends_at, facts.publishing_status) {
        (_, Some(PublishingStatus::Testing)) => {
            format!("{signed_in}, and the OAuth client is in testing: Google then ends every sign-in after 7 days.")
        }
        (Some(end), _) => {
            format!("{signed_in}. Google said then that it would end on {}.", day(end))
        }
        (None, _) => format!(
            "{signed_in}, seven days before Google ended the session. That is how long sign-ins last while an OAuth \
             client's consent screen is in testing."
        ),
    }
}

/// A cause as a sentence among others.
fn possibly(cause: SignInCause, facts: &Facts) -> Vec<String> {
    let one = |text: &str| vec![text.to_owned()];
    match cause {
        SignInCause::Revoked => vec![ACCESS_REMOVED.to_owned(), PASSWORD_CHANGED.to_owned()],
        SignInCause::TestingExpiry => one(
            "The OAuth client's consent screen is in testing: then sign-ins end after 7 days. Gantry has not been told.",
        ),
        SignInCause::Unused => one("It was not used for six months."),
        SignInCause::TooManyTokens => vec![format!(
            "Newer sign-ins pushed it out: Google keeps {TOKENS_KEPT} for each account and OAuth client \
             ({TOKENS_KEPT_ONCE} in its older text), and Gantry made {} in six months.",
            facts.tokens_obtained.max(facts.newer_tokens)
        )],
        SignInCause::Clock => vec![match facts.clock_skew {
            Some(skew) => format!("This computer's clock is {}.", skew_in_words(skew)),
            None => "This computer's clock is wrong.".to_owned(),
        }],
        _ => Vec::new(),
    }
}

fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system()).strftime("%-d %B %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [SignInCause; 15] = [
        SignInCause::Unknown,
        SignInCause::Revoked,
        SignInCause::TestingExpiry,
        SignInCause::Unused,
        SignInCause::TooManyTokens,
        SignInCause::AdminPolicy,
        SignInCause::AccountDeleted,
        SignInCause::ClientRefused,
        SignInCause::Clock,
        SignInCause::Interrupted,
        SignInCause::SessionOver,
        SignInCause::KeychainUnavailable,
        SignInCause::NotStored,
        SignInCause::Unreadable,
        SignInCause::KeyRefused,
    ];

    fn told(cause: SignInCause, also: &[SignInCause]) -> TroubleView {
        told_of(ConnectionKind::User, cause, also)
    }

    fn told_of(kind: ConnectionKind, cause: SignInCause, also: &[SignInCause]) -> TroubleView {
        let now: Timestamp = "2026-03-10T12:00:00Z".parse().unwrap();
        let record = ConnectionRecord {
            kind,
            ..ConnectionRecord::new("a", "s", "ana@northlight.example", "c", now)
        };
        let facts = Facts {
            now,
            signed_in_at: Some(now),
            last_used_at: Some(now),
            sign_in_ends_at: None,
            publishing_status: None,
            newer_tokens: 103,
            tokens_obtained: 110,
            clock_skew: Some(jiff::SignedDuration::from_hours(26)),
        };
        trouble(&Case {
            record: &record,
            cause,
            also,
            since: Some(now),
            facts: &facts,
            keychain: None,
        })
    }

    #[test]
    fn every_cause_says_what_why_and_what_to_do_in_plain_words() {
        for cause in ALL {
            let view = told(cause, &[]);
            for text in [&view.title, &view.explanation, &view.remedy] {
                assert!(!text.is_empty() && !text.contains('!'), "{cause:?}: {text}");
            }
            assert!(!view.title.ends_with('.'), "{}", view.title);
            assert!(
                view.explanation.ends_with('.') && view.remedy.ends_with('.'),
                "{cause:?}"
            );
            for word in ["token", "grant", "scope", "invalid_", "refresh"] {
                assert!(!view.title.to_lowercase().contains(word), "{}", view.title);
            }
        }
    }

    #[test]
    fn a_service_account_is_never_told_to_sign_in_again() {
        for cause in ALL {
            let view = told_of(ConnectionKind::ServiceAccount, cause, &[]);
            assert_ne!(view.action, TroubleAction::SignInAgain, "{cause:?}");
            // Google never ends a service account's connection for its clock.
            let asks = view.remedy.to_lowercase().contains("sign in");
            assert!(!asks || cause == SignInCause::Clock, "{cause:?}: {}", view.remedy);
        }
        let missing = told_of(ConnectionKind::ServiceAccount, SignInCause::NotStored, &[]);
        assert_eq!(missing.action, TroubleAction::ReplaceKey);
        assert!(
            missing.remedy.contains("gantry service-account add FILE"),
            "{missing:?}"
        );
    }

    #[test]
    fn r1_what_else_it_may_be_names_the_password_and_the_accounts_page() {
        let view = told(
            SignInCause::Unknown,
            &[SignInCause::TooManyTokens, SignInCause::Revoked],
        );
        assert!(view.also_possible[0].contains("110"), "{:?}", view.also_possible);
        assert_eq!(view.also_possible[1..], [ACCESS_REMOVED, PASSWORD_CHANGED]);
    }

    #[test]
    fn r10_the_clock_is_named_by_how_far_it_is_off() {
        assert!(told(SignInCause::Clock, &[]).explanation.contains("26 hours fast"));
    }
}
