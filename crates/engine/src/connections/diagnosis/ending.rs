//! The end of a sign-in, written down with its cause, and read back as what a person is told. Nothing is deleted: what was
//! mirrored stays, and so does the refused secret, until the person signs in again or disconnects.

use std::sync::Arc;

use gantry_domain::Clock;
use gantry_store::{ConnectionKind, ConnectionRecord, ConnectionState, PublishingStatus, Store};
use google_oauth::{OAuthError, TokenStore};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::causes::{Facts, Refusal, TESTING_LIFE, UNUSED_LIFE, likeliest};
use super::trouble::{Case, trouble};
use crate::dto::app::KeychainView;
use crate::dto::connections::{SignInCause, TroubleView};
use crate::dto::events::Topic;
use crate::error::Result;
use crate::{Engine, Jobs};

/// Writes ends down.
#[derive(Clone)]
pub(in crate::connections) struct Endings {
    pub store: Store,
    pub jobs: Arc<Jobs>,
    pub clock: Arc<dyn Clock>,
}

impl Endings {
    pub(in crate::connections) fn of(engine: &Engine) -> Self {
        Self {
            store: engine.store.clone(),
            jobs: Arc::clone(&engine.jobs),
            clock: Arc::clone(&engine.clock),
        }
    }

    /// Notes the end of the connection's sign-in where this failure is one, and says so. Only Google's refusal, and a
    /// secret that is gone or cannot be read, end a sign-in.
    pub(in crate::connections) async fn note(
        &self,
        record: &ConnectionRecord,
        error: &OAuthError,
        clock_skew: Option<SignedDuration>,
    ) -> bool {
        let Some(refusal) = Refusal::of(error, record.session_only) else {
            return false;
        };
        if let Err(error) = self.write(record, refusal, clock_skew).await {
            tracing::warn!(%error, "the connection's end was not written down");
        }
        self.jobs.changed(Topic::Connections);
        true
    }

    async fn write(
        &self,
        record: &ConnectionRecord,
        refusal: Refusal,
        clock_skew: Option<SignedDuration>,
    ) -> Result<()> {
        let now = self.clock.now();
        // As it is now: it may have been used since this process read it.
        let known = self.store.connection(&record.id).await?;
        let facts = facts(&self.store, known.as_ref().unwrap_or(record), now, clock_skew).await?;
        let cause = likeliest(refusal, &facts).cause;
        // Of the sign-in that failed: somebody may have signed in again since.
        let word = to_word(cause, clock_skew);
        let ended = self.store.end_sign_in(&record.id, record.signed_in_at, &word, now);
        if !ended.await? {
            tracing::debug!(connection = record.id, "an older sign-in ended; there is a newer one");
        }
        Ok(())
    }
}

/// The cause as the database keeps it; with the clock's, how far it was off, in seconds.
fn to_word(cause: SignInCause, clock_skew: Option<SignedDuration>) -> String {
    let word = match serde_json::to_value(cause) {
        Ok(Value::String(word)) => word,
        _ => "unknown".to_owned(),
    };
    match clock_skew.filter(|_| cause == SignInCause::Clock) {
        Some(skew) => format!("{word} {}", skew.as_secs()),
        None => word,
    }
}

fn from_word(word: &str) -> (SignInCause, Option<SignedDuration>) {
    let (word, seconds) = word.split_once(' ').unwrap_or((word, ""));
    let cause = serde_json::from_value(Value::String(word.to_owned())).unwrap_or(SignInCause::Unknown);
    (cause, seconds.parse().ok().map(SignedDuration::from_secs))
}

/// The OAuth client's file was added again: the connections that ended with its refusal are worth another try.
pub(in crate::connections) async fn client_accepted(engine: &Engine, client_id: &str) -> Result<()> {
    for record in engine.store.connections().await? {
        let because = record.ended_because.as_deref().unwrap_or_default();
        if record.oauth_client_id == client_id && from_word(because).0 == SignInCause::ClientRefused {
            engine.store.revive_connection(&record.id).await?;
            engine.jobs.changed(Topic::Connections);
        }
    }
    Ok(())
}

/// When Google will end the sign-in, where that is known: it said so, or the OAuth client is in testing.
pub(in crate::connections) fn signs_off(
    record: &ConnectionRecord,
    status: Option<PublishingStatus>,
) -> Option<Timestamp> {
    let in_testing = record
        .signed_in_at
        .filter(|_| record.kind == ConnectionKind::User && status == Some(PublishingStatus::Testing))
        .and_then(|at| at.checked_add(TESTING_LIFE).ok());
    record.sign_in_ends_at.or(in_testing)
}

/// Refresh tokens that Gantry obtained for the connection's account and OAuth client in the last six months.
pub(in crate::connections) async fn tokens_obtained(
    store: &Store,
    record: &ConnectionRecord,
    now: Timestamp,
) -> Result<u32> {
    let since = now.checked_sub(UNUSED_LIFE).unwrap_or(Timestamp::MIN);
    let (issuer, subject, client) = (&record.issuer, &record.subject, &record.oauth_client_id);
    Ok(store.sign_ins_since(issuer, subject, client, since).await?)
}

async fn facts(
    store: &Store,
    record: &ConnectionRecord,
    now: Timestamp,
    clock_skew: Option<SignedDuration>,
) -> Result<Facts> {
    let client = store.oauth_client(&record.oauth_client_id).await?;
    let newer = record.signed_in_at.unwrap_or(record.created_at);
    let (issuer, subject, client_id) = (&record.issuer, &record.subject, &record.oauth_client_id);
    Ok(Facts {
        now,
        signed_in_at: record.signed_in_at,
        last_used_at: record.last_used_at,
        sign_in_ends_at: record.sign_in_ends_at,
        publishing_status: client.and_then(|client| client.publishing_status),
        newer_tokens: store.sign_ins_since(issuer, subject, client_id, newer).await?,
        tokens_obtained: tokens_obtained(store, record, now).await?,
        clock_skew,
    })
}

/// Why the connection cannot be used now; `None` while it works, as far as is known.
pub(in crate::connections) async fn trouble_of(
    engine: &Engine,
    record: &ConnectionRecord,
) -> Result<Option<TroubleView>> {
    let (cause, skew, since) = if record.state == ConnectionState::NeedsSignIn {
        let (cause, skew) = from_word(record.ended_because.as_deref().unwrap_or_default());
        (cause, skew, record.ended_at)
    } else if let Some(cause) = unusable_here(engine, record).await? {
        (cause, None, None)
    } else {
        return Ok(None);
    };
    let facts = facts(&engine.store, record, since.unwrap_or_else(|| engine.clock.now()), skew).await?;
    let mut also = match cause {
        SignInCause::Unknown
        | SignInCause::Revoked
        | SignInCause::TestingExpiry
        | SignInCause::Unused
        | SignInCause::TooManyTokens => {
            let verdict = likeliest(Refusal::Grant { says_revoked: true }, &facts);
            let mut fitting = vec![verdict.cause];
            fitting.extend(verdict.also);
            fitting
        }
        SignInCause::Clock if record.kind == ConnectionKind::User => vec![SignInCause::Revoked],
        _ => Vec::new(),
    };
    also.retain(|other| *other != cause || cause == SignInCause::Revoked);
    let keychain = match engine.keychain.view() {
        KeychainView::Unavailable { reason, remedy, .. } => Some((reason, remedy)),
        _ => None,
    };
    Ok(Some(trouble(&Case {
        record,
        cause,
        also: &also,
        since,
        facts: &facts,
        keychain,
    })))
}

/// What keeps this process from using a connection that Google has not refused.
async fn unusable_here(engine: &Engine, record: &ConnectionRecord) -> Result<Option<SignInCause>> {
    if let Some(path) = &record.key_file {
        let there = tokio::fs::try_exists(path).await.unwrap_or(false);
        return Ok((!there).then_some(SignInCause::KeyRefused));
    }
    if record.session_only {
        let here = engine.session.get(&record.id).await?.is_some();
        return Ok((!here).then_some(SignInCause::SessionOver));
    }
    let unavailable = engine.keychain.is_known_to_be_unavailable();
    Ok(unavailable.then_some(SignInCause::KeychainUnavailable))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_survives_the_database() {
        for cause in [
            SignInCause::Unknown,
            SignInCause::TestingExpiry,
            SignInCause::TooManyTokens,
            SignInCause::KeyRefused,
        ] {
            assert_eq!(from_word(&to_word(cause, None)), (cause, None));
        }
        let skew = Some(SignedDuration::from_hours(-26));
        assert_eq!(
            from_word(&to_word(SignInCause::Clock, skew)),
            (SignInCause::Clock, skew)
        );
        assert_eq!(from_word(""), (SignInCause::Unknown, None));
        assert_eq!(to_word(SignInCause::AdminPolicy, skew), "admin_policy");
    }

    #[tokio::test]
    async fn a_stale_failure_does_not_end_a_fresh_sign_in() {
        let clock: Arc<dyn Clock> = Arc::new(gantry_domain::SystemClock);
        let endings = Endings {
            store: Store::in_memory().await.unwrap(),
            jobs: Jobs::new(Arc::clone(&clock)),
            clock,
        };
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let mut old = ConnectionRecord::new("a", "s", "e", "c", at("2026-01-01T00:00:00Z"));
        old.signed_in_at = Some(at("2026-03-01T10:00:00Z"));
        let mut fresh = old.clone();
        fresh.signed_in_at = Some(at("2026-03-09T10:00:00Z"));
        endings.store.put_connection(fresh.clone()).await.unwrap();
        let refused = OAuthError::SignInExpired("Token has been expired or revoked.".to_owned());
        let state = async || endings.store.connection("a").await.unwrap().unwrap().state;
        endings.note(&old, &refused, None).await;
        assert_eq!(state().await, ConnectionState::Ready);
        endings.note(&fresh, &refused, None).await;
        assert_eq!(state().await, ConnectionState::NeedsSignIn);
    }

    #[test]
    fn r2_a_known_end_is_googles_word_or_the_seven_days_of_testing() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let mut record = ConnectionRecord::new("a", "s", "e", "c", at("2026-01-01T00:00:00Z"));
        record.signed_in_at = Some(at("2026-03-01T10:00:00Z"));
        let testing = Some(PublishingStatus::Testing);
        assert_eq!(signs_off(&record, None), None);
        assert_eq!(signs_off(&record, Some(PublishingStatus::Internal)), None);
        assert_eq!(signs_off(&record, testing), Some(at("2026-03-08T10:00:00Z")));
        record.sign_in_ends_at = Some(at("2026-03-02T00:00:00Z"));
        assert_eq!(signs_off(&record, testing), Some(at("2026-03-02T00:00:00Z")));
    }
}
