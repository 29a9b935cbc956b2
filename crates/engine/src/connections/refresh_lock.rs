//! One refresh at a time across all Gantry processes of a profile: an OS file lock, which the system frees when its
//! holder dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use google_oauth::{RefreshGuard, RefreshLock, RefreshLockError};
use sha2::{Digest, Sha256};

/// Longer than a refresh with its retries takes.
const LONGEST_WAIT: Duration = Duration::from_secs(90);
const PAUSE: Duration = Duration::from_millis(25);

/// A lock file a connection, in the profile's own directory.
pub(super) struct FileLock {
    directory: PathBuf,
}

/// The lock goes with the file handle.
struct Held(#[allow(dead_code)] File);

impl RefreshGuard for Held {}

impl FileLock {
    pub(super) fn new(directory: PathBuf) -> Self {
        Self { directory }
    }
}

#[async_trait]
impl RefreshLock for FileLock {
    async fn acquire(&self, key: &str) -> Result<Box<dyn RefreshGuard>, RefreshLockError> {
        let failed = |error: std::io::Error| RefreshLockError(error.to_string());
        std::fs::create_dir_all(&self.directory).map_err(failed)?;
        let name = Sha256::digest(key.as_bytes())[..12]
            .iter()
            .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        let path = self.directory.join(format!("{name}.lock"));
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .map_err(failed)?;
        let waited = tokio::time::timeout(LONGEST_WAIT, async {
            loop {
                match file.try_lock() {
                    Ok(()) => return Ok(()),
                    Err(TryLockError::WouldBlock) => tokio::time::sleep(PAUSE).await,
                    Err(TryLockError::Error(error)) => return Err(failed(error)),
                }
            }
        });
        waited
            .await
            .map_err(|_| RefreshLockError("another Gantry holds it".to_owned()))??;
        Ok(Box::new(Held(file)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_second_waits_until_the_first_lets_go_and_other_connections_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (
            FileLock::new(folder.path().join("locks")),
            FileLock::new(folder.path().join("locks")),
        );
        let held = one.acquire("a").await.unwrap();
        let _other = two.acquire("b").await.unwrap();
        let mut second = tokio::spawn(async move { two.acquire("a").await.map(|_| ()) });
        let early = tokio::time::timeout(Duration::from_millis(100), &mut second).await;
        assert!(early.is_err(), "locked while held");
        drop(held);
        second.await.unwrap().unwrap();
    }
}
