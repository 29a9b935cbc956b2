//! One process at a time works on a batch.

use std::path::{Path, PathBuf};

use crate::Engine;
use crate::error::Result;
use crate::file_lock::FileLock;

/// Held while a batch goes on.
pub(super) struct BatchLock(#[allow(dead_code)] FileLock);

impl BatchLock {
    pub async fn take(engine: &Engine, batch_id: &str) -> Result<Self> {
        Self::take_at(&path(engine, batch_id)).await
    }

    async fn take_at(path: &Path) -> Result<Self> {
        let lock = FileLock::take(
            path,
            "These clients are already being set up.",
            "Go on in the window or the terminal that does it, or stop it there first.",
        )
        .await;
        lock.map(Self)
    }

    /// Whether a living process works on this batch.
    pub fn is_taken(engine: &Engine, batch_id: &str) -> bool {
        FileLock::is_taken(&path(engine, batch_id))
    }
}

fn path(engine: &Engine, batch_id: &str) -> PathBuf {
    engine
        .profile()
        .locks_directory()
        .join(format!("batch-{batch_id}.lock"))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[tokio::test]
    async fn p9_windows_that_look_at_a_batch_keep_no_process_from_working_on_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("batch.lock");
        drop(BatchLock::take_at(&path).await.unwrap());
        let (stop, seen) = (AtomicBool::new(false), AtomicBool::new(false));
        let look = || {
            while !stop.load(Ordering::SeqCst) {
                seen.fetch_or(FileLock::is_taken(&path), Ordering::SeqCst);
            }
        };
        std::thread::scope(|threads| {
            // They see each other, and nobody who works.
            let lookers = [threads.spawn(look), threads.spawn(look)];
            let taken = (0..2000).filter(|_| FileLock::is_taken(&path)).count();
            stop.store(true, Ordering::SeqCst);
            for looker in lookers {
                looker.join().unwrap();
            }
            assert_eq!((taken, seen.load(Ordering::SeqCst)), (0, false));
        });
        let looking = std::fs::File::open(&path).unwrap();
        looking.try_lock_shared().unwrap();
        let (taken, ()) = tokio::join!(BatchLock::take_at(&path), async { drop(looking) });
        let held = taken.unwrap();
        assert!(FileLock::is_taken(&path));
        assert!(BatchLock::take_at(&path).await.is_err());
        drop(held);
    }
}
