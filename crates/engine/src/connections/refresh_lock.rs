//! One refresh at a time across all Gantry processes of a profile: an OS file lock, which the system frees when its
//! holder dies. What the file holds is the note from one holder to the next.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use google_oauth::{RefreshGuard, RefreshLock, RefreshLockError};
use sha2::{Digest, Sha256};

/// Longer than a refresh with its retries takes.
const LONGEST_WAIT: Duration = Duration::from_secs(90);
const PAUSE: Duration = Duration::from_millis(25);

/// The most of a note that is read, in bytes: an access token and its seal are a few kilobytes.
const LONGEST_NOTE: u64 = 64 << 10;

/// A lock file a connection, in a directory that all processes of a profile share.
pub struct FileLock {
    directory: PathBuf,
}

impl FileLock {
    pub fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// The connection's file, which only this user may read.
    fn open(&self, key: &str) -> io::Result<File> {
        std::fs::create_dir_all(&self.directory)?;
        let name = Sha256::digest(key.as_bytes())[..12]
            .iter()
            .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).read(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(self.directory.join(format!("{name}.lock")))?;
        // An older Gantry made the file for everybody to read, and put nothing into it.
        #[cfg(unix)]
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        Ok(file)
    }
}

/// The lock goes with the file handle.
struct Held(File);

impl Held {
    fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut note = Vec::new();
        self.0.rewind()?;
        (&self.0).take(LONGEST_NOTE).read_to_end(&mut note)?;
        Ok(note)
    }

    fn write(&mut self, note: &[u8]) -> io::Result<()> {
        self.0.set_len(0)?;
        self.0.rewind()?;
        self.0.write_all(note)?;
        // That a renewal is in flight must be known after a power cut, too.
        self.0.sync_data()
    }
}

impl RefreshGuard for Held {
    fn note(&mut self) -> Vec<u8> {
        self.read().unwrap_or_else(|error| {
            tracing::debug!(%error, "the note with the lock cannot be read");
            Vec::new()
        })
    }

    fn leave(&mut self, note: &[u8]) {
        if let Err(error) = self.write(note) {
            tracing::debug!(%error, "no note can be left with the lock");
        }
    }
}

#[async_trait]
impl RefreshLock for FileLock {
    async fn acquire(&self, key: &str) -> Result<Box<dyn RefreshGuard>, RefreshLockError> {
        let failed = |error: io::Error| RefreshLockError(error.to_string());
        let file = self.open(key).map_err(failed)?;
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

    #[tokio::test]
    async fn a_note_goes_from_holder_to_holder_and_a_shorter_one_leaves_no_rest() {
        let folder = tempfile::tempdir().unwrap();
        let lock = || FileLock::new(folder.path().join("locks"));
        assert_eq!(lock().acquire("a").await.unwrap().note(), b"");
        lock().acquire("a").await.unwrap().leave(b"a long note");
        let mut next = lock().acquire("a").await.unwrap();
        assert_eq!(next.note(), b"a long note");
        next.leave(b"short");
        assert_eq!(next.note(), b"short");
        drop(next);
        assert_eq!(lock().acquire("a").await.unwrap().note(), b"short");
        assert_eq!(lock().acquire("b").await.unwrap().note(), b"", "another connection's");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn nobody_else_may_read_a_note() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        FileLock::new(folder.path().to_owned())
            .acquire("a")
            .await
            .unwrap()
            .leave(b"note");
        let path = std::fs::read_dir(folder.path())
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .path();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let _held = FileLock::new(folder.path().to_owned()).acquire("a").await.unwrap();
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600,
            "an older file"
        );
    }
}
