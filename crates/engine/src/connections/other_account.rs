//! The account that answered a re-connect although another was asked for. Nothing of the connection that was meant is
//! touched; what Google granted to the other is kept in memory for some minutes, and becomes a connection of its own only if the
//! person says so.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use gantry_domain::Permission;
use google_oauth::{Grant, OAuthClient};
use jiff::{SignedDuration, Timestamp};

use super::list::one;
use super::sign_in;
use crate::Engine;
use crate::dto::connections::{AdoptAccount, ConnectionView};
use crate::dto::events::Topic;
use crate::error::{Error, ErrorCode, Result};

/// How long the person may think about it.
const KEPT: SignedDuration = SignedDuration::from_mins(10);

/// A sign-in that waits for the person's word.
#[derive(Clone)]
pub(super) struct OtherAccount {
    pub client: OAuthClient,
    pub session_only: bool,
    pub allow: BTreeSet<Permission>,
    pub grant: Grant,
    pub since: Timestamp,
}

/// Those of one engine, by an id that hosts hand back.
#[derive(Default)]
pub struct OtherAccounts(Mutex<Vec<(String, OtherAccount)>>);

impl OtherAccounts {
    /// Keeps it, and forgets those that waited too long.
    pub(super) fn keep(&self, other: OtherAccount) -> String {
        let id = uuid::Uuid::new_v4().to_string();
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = other.since;
        waiting.retain(|(_, one)| now.duration_since(one.since) < KEPT);
        waiting.push((id.clone(), other));
        id
    }

    fn get(&self, id: &str, now: Timestamp) -> Option<OtherAccount> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|(_, one)| now.duration_since(one.since) < KEPT);
        waiting
            .iter()
            .find(|(known, _)| known == id)
            .map(|(_, one)| one.clone())
    }

    fn forget(&self, id: &str) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|(known, _)| known != id);
    }
}

/// Makes the account that answered a connection of its own.
pub async fn adopt(engine: &Arc<Engine>, request: AdoptAccount) -> Result<ConnectionView> {
    let other = engine
        .other_accounts
        .get(&request.pending, engine.clock.now())
        .ok_or_else(|| {
            Error::new(
                ErrorCode::NotFound,
                "That sign-in is no longer at hand.",
                "Sign in anew with the account that you want to add.",
            )
        })?;
    let stored = sign_in::keep(
        engine,
        other.client,
        other.session_only,
        None,
        &other.allow,
        &other.grant,
    )
    .await?;
    // Only now: a keychain that was locked can be unlocked, and this asked again.
    engine.other_accounts.forget(&request.pending);
    for topic in [Topic::Connections, Topic::OauthClients] {
        engine.jobs.changed(topic);
    }
    one(engine, &stored.id).await
}
