//! One sync of a profile at a time, across all Gantry processes: two would spend the same quota for the same answers.

use crate::Engine;
use crate::error::Result;
use crate::file_lock::FileLock;

/// Held while a sync goes on.
pub(super) struct SyncLock(#[allow(dead_code)] FileLock);

impl SyncLock {
    pub async fn take(engine: &Engine) -> Result<Self> {
        let path = engine.profile().locks_directory().join("sync.lock");
        let lock = FileLock::take(
            &path,
            "A sync is already running.",
            "Wait until it is done, or stop it first; it may run in another Gantry window or terminal.",
        );
        lock.await.map(Self)
    }
}
