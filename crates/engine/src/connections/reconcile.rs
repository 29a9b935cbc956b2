//! A secret in the keychain and its row in the database change one after the other, and a crash may come in between.
//!
//! The row is marked before, and the mark is cleared with the last write: what is still marked at the next start is
//! brought to an end. A file lock, which the system frees when its holder dies, tells a crash from another process at work.

use std::sync::Arc;
use std::time::Duration;

use gantry_store::{ConnectionRecord, PendingStep};
use google_oauth::{OAuthError, RefreshGuard, RefreshLock as _, TokenStore};

use super::list::forget;
use super::refresh_lock::FileLock;
use crate::Engine;
use crate::dto::events::Topic;
use crate::error::Result;

/// A row that is marked, and the lock on it. Whoever drops it unfinished leaves the mark to the next start.
pub(super) struct Marked {
    _lock: Box<dyn RefreshGuard>,
    is_new: bool,
}

/// Marks the row of `record` before its secret is stored; writes it where there is none yet. The record comes back with
/// the id that the row has: the secret's key. [`gantry_store::Store::put_connection`] clears the mark.
pub(super) async fn storing(engine: &Engine, mut record: ConnectionRecord) -> Result<(ConnectionRecord, Marked)> {
    let lock = lock(engine, &record).await?;
    let key = (&record.issuer, &record.subject, &record.oauth_client_id);
    let known = engine.store.connection_by_key(key.0, key.1, key.2).await?;
    let is_new = known.is_none();
    if let Some(known) = known {
        // The same person under the same OAuth client is the same connection, however it was asked for.
        record.id = known.id;
        // What is known of it stays until the new secret is there.
        engine.store.set_pending(&record.id, Some(PendingStep::Storing)).await?;
    } else {
        let half = ConnectionRecord {
            pending: Some(PendingStep::Storing),
            // Never used: see `adopt`.
            last_used_at: None,
            ..record.clone()
        };
        record.id = engine.store.put_connection(half).await?.id;
    }
    Ok((record, Marked { _lock: lock, is_new }))
}

impl Marked {
    /// The secret could not be stored: all is as it was before.
    pub(super) async fn undo(self, engine: &Engine, record: &ConnectionRecord) -> Result<()> {
        if self.is_new {
            engine.store.remove_connection(&record.id).await?;
        } else {
            engine.store.set_pending(&record.id, None).await?;
        }
        Ok(())
    }
}

/// Marks the row before its secret is deleted: from now on nobody sees the connection.
pub(super) async fn removing(engine: &Engine, record: &ConnectionRecord) -> Result<Marked> {
    let lock = lock(engine, record).await?;
    engine
        .store
        .set_pending(&record.id, Some(PendingStep::Removing))
        .await?;
    Ok(Marked {
        _lock: lock,
        is_new: false,
    })
}

/// Sign-ins that a crash interrupted: one whose secret is in the keychain works, one without it was never finished.
/// What cannot be told now is left to the next start.
pub(crate) async fn adopt(engine: &Engine, keychain: &dyn TokenStore) {
    for record in half_done(engine, PendingStep::Storing).await {
        if let Err(error) = adopt_one(engine, keychain, &record).await {
            tracing::warn!(%error, connection = record.id, "a sign-in that was interrupted stays unfinished");
        }
    }
}

async fn adopt_one(engine: &Engine, keychain: &dyn TokenStore, record: &ConnectionRecord) -> Result<()> {
    let Some(_lock) = try_lock(engine, record).await else {
        return Ok(());
    };
    // It may have been finished meanwhile.
    let record = match engine.store.connection(&record.id).await? {
        Some(record) if record.pending == Some(PendingStep::Storing) => record,
        _ => return Ok(()),
    };
    if keychain.get(&record.id).await?.is_some() {
        tracing::info!(connection = record.id, "a sign-in that was interrupted is adopted");
        engine.store.set_pending(&record.id, None).await?;
        engine.store.revive_connection(&record.id).await?;
    } else if record.last_used_at.is_some() {
        // A connection of before, whose secret was gone: it says so itself when it is used.
        engine.store.set_pending(&record.id, None).await?;
    } else {
        tracing::info!(connection = record.id, "a sign-in that was interrupted is removed");
        engine.store.remove_connection(&record.id).await?;
    }
    engine.jobs.changed(Topic::Connections);
    Ok(())
}

/// Connections whose removal a crash interrupted: it is finished, and Google told.
pub(crate) async fn finish_removals(engine: &Arc<Engine>) {
    for record in half_done(engine, PendingStep::Removing).await {
        let Some(_lock) = try_lock(engine, &record).await else {
            continue;
        };
        match forget(engine, &record).await {
            Ok(Ok(())) => tracing::info!(connection = record.id, "an interrupted removal is finished"),
            Ok(Err(error)) => {
                tracing::warn!(%error, connection = record.id, "removed here, but Google could not be told");
            }
            Err(error) => tracing::warn!(%error, connection = record.id, "an interrupted removal stays unfinished"),
        }
    }
}

async fn half_done(engine: &Engine, step: PendingStep) -> Vec<ConnectionRecord> {
    engine.store.half_done_connections(step).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "interrupted steps could not be looked for");
        Vec::new()
    })
}

async fn lock(engine: &Engine, record: &ConnectionRecord) -> Result<Box<dyn RefreshGuard>> {
    let locks = FileLock::new(engine.profile().locks_directory());
    locks
        .acquire(&lock_name(record))
        .await
        .map_err(|error| OAuthError::from(error).into())
}

/// The lock, unless another process holds it: that one is at work and will finish.
async fn try_lock(engine: &Engine, record: &ConnectionRecord) -> Option<Box<dyn RefreshGuard>> {
    tokio::time::timeout(Duration::ZERO, lock(engine, record))
        .await
        .ok()?
        .ok()
}

/// By the connection's key: a new row's id is not settled yet.
fn lock_name(record: &ConnectionRecord) -> String {
    let key = [&record.issuer, &record.subject, &record.oauth_client_id];
    format!("secret and row of {}", key.map(String::as_str).join("\n"))
}
