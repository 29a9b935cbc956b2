//! One set-up of the same form at a time, across all Gantry processes: a double click makes one ticket.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::Engine;
use crate::error::{Error, ErrorCode, Result};

/// Held while a run goes on; the system frees it when its process dies.
pub(super) struct RunLock(#[allow(dead_code)] File);

/// How long a listing may hold a lock that it only looks at, with room to spare.
const LOOKING: Duration = Duration::from_millis(50);

impl RunLock {
    pub(super) async fn take(engine: &Engine, connection_id: &str, form: &Value) -> Result<Self> {
        Self::take_at(&path(engine, connection_id, form)).await
    }

    async fn take_at(path: &Path) -> Result<Self> {
        let failed = |error: std::io::Error| {
            Error::new(
                ErrorCode::Storage,
                "Gantry cannot write to its data directory.",
                "Check that the disk is not full and may be written.",
            )
            .with_details(error)
        };
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory).map_err(failed)?;
        }
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .map_err(failed)?;
        let mut locked = file.try_lock();
        if matches!(locked, Err(TryLockError::WouldBlock)) {
            // Another window may only be looking.
            tokio::time::sleep(LOOKING).await;
            locked = file.try_lock();
        }
        match locked {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(Error::new(
                ErrorCode::Conflict,
                "This set-up is already running.",
                "Finish it in the browser tab that is open, or cancel it first.",
            )),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// Whether a living process works on this run. Those who look do not hinder each other.
    pub(super) fn is_taken(engine: &Engine, connection_id: &str, form: &Value) -> bool {
        File::open(path(engine, connection_id, form))
            .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }
}

/// What makes two forms the same, with the connection: how the connection was named does not.
pub(crate) fn identity(form: &Value) -> Value {
    let mut form = form.clone();
    if let Some(fields) = form.as_object_mut() {
        fields.remove("connection");
        fields.remove("sign_in_first");
    }
    form
}

fn path(engine: &Engine, connection_id: &str, form: &Value) -> PathBuf {
    let form = identity(form);
    let digest = Sha256::digest(format!("{connection_id}\n{form}").as_bytes());
    let name = digest[..12]
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    engine.profile().locks_directory().join(format!("set-up-{name}.lock"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn p9_a_window_that_only_looks_stops_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("set-up.lock");
        drop(RunLock::take_at(&path).await.unwrap());
        let looking = File::open(&path).unwrap();
        looking.try_lock_shared().unwrap();
        let (taken, ()) = tokio::join!(RunLock::take_at(&path), async { drop(looking) });
        let held = taken.unwrap();
        assert_eq!(RunLock::take_at(&path).await.err().unwrap().code, ErrorCode::Conflict);
        drop(held);
    }
}
