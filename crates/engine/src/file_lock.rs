//! One process at a time at something, across all Gantry processes. The system frees the lock when its process dies.
//!
//! Who only looks whether it is taken holds it shared for a moment, which hinders no other looker, and no process that takes it.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::Duration;

use crate::error::{Error, ErrorCode, Result};

/// A looker holds the lock for microseconds: so often is it tried again.
const TRIES: u32 = 100;
const BETWEEN: Duration = Duration::from_millis(1);

/// Held as long as it lives.
#[derive(Debug)]
pub(crate) struct FileLock(#[allow(dead_code)] File);

impl FileLock {
    /// # Errors
    /// `Conflict` with these words where another process holds it; `Storage` where the file cannot be made.
    pub async fn take(path: &Path, message: &str, remedy: &str) -> Result<Self> {
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory).map_err(unwritable)?;
        }
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .map_err(unwritable)?;
        for _ in 0..TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(TryLockError::Error(error)) => return Err(unwritable(error)),
                Err(TryLockError::WouldBlock) if held(&file) => break,
                Err(TryLockError::WouldBlock) => tokio::time::sleep(BETWEEN).await,
            }
        }
        Err(Error::new(ErrorCode::Conflict, message, remedy))
    }

    /// Whether a living process holds it.
    pub fn is_taken(path: &Path) -> bool {
        File::open(path).is_ok_and(|file| held(&file))
    }
}

/// Whether somebody holds it for himself; others may look at the same time.
fn held(file: &File) -> bool {
    match file.try_lock_shared() {
        Ok(()) => {
            let _ = file.unlock();
            false
        }
        Err(TryLockError::WouldBlock) => true,
        Err(TryLockError::Error(_)) => false,
    }
}

fn unwritable(error: std::io::Error) -> Error {
    Error::new(
        ErrorCode::Storage,
        "Gantry cannot write to its data directory.",
        "Check that the disk is not full and may be written.",
    )
    .with_details(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn p9_who_looks_hinders_neither_another_looker_nor_who_takes_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("locks").join("one.lock");
        let take = || FileLock::take(&path, "It runs.", "Wait.");
        assert!(!FileLock::is_taken(&path), "there is no file yet");
        drop(take().await.unwrap());
        let looking = File::open(&path).unwrap();
        looking.try_lock_shared().unwrap();
        assert!(!FileLock::is_taken(&path), "a looker is nobody who works");
        // Taken while somebody looks: it waits for the looker, and only for him.
        let mut taking = std::pin::pin!(take());
        tokio::select! {
            biased;
            taken = &mut taking => panic!("{taken:?}"),
            () = std::future::ready(()) => drop(looking),
        }
        let held = taking.await.unwrap();
        assert!(FileLock::is_taken(&path));
        assert!(FileLock::is_taken(&path), "looking changes nothing");
        assert_eq!(take().await.unwrap_err().code, ErrorCode::Conflict);
        drop(held);
        assert!(!FileLock::is_taken(&path));
        drop(take().await.unwrap());
    }
}
