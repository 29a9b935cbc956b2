//! Tells a running export from one that died with its process: the living one holds a lock, which the system frees.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorCode, Result};

/// Held while an export runs.
pub(super) struct RunLock {
    path: PathBuf,
    _file: File,
}

impl RunLock {
    pub(super) fn take(directory: &Path, run_id: &str) -> Result<Self> {
        let failed = |error: std::io::Error| {
            Error::new(
                ErrorCode::Storage,
                "Gantry cannot write to its data directory.",
                "Check that the disk is not full and may be written.",
            )
            .with_details(error)
        };
        std::fs::create_dir_all(directory).map_err(failed)?;
        let path = path(directory, run_id);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(failed)?;
        file.lock().map_err(failed)?;
        Ok(Self { path, _file: file })
    }

    /// Whether a living process works on this run.
    pub(super) fn is_taken(directory: &Path, run_id: &str) -> bool {
        let path = path(directory, run_id);
        let Ok(file) = File::open(&path) else { return false };
        // Shared: who looks must not look like who runs.
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => true,
            Ok(()) => {
                // Its process died, and a run's number is never used again.
                let _ = std::fs::remove_file(&path);
                false
            }
            Err(TryLockError::Error(_)) => false,
        }
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

fn path(directory: &Path, run_id: &str) -> PathBuf {
    directory.join(format!("export-{run_id}.lock"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_alive_as_long_as_its_lock_is_held() {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().join("locks");
        assert!(!RunLock::is_taken(&directory, "one"));
        let lock = RunLock::take(&directory, "one").unwrap();
        assert!(RunLock::is_taken(&directory, "one"));
        assert!(RunLock::is_taken(&directory, "one"), "looking changes nothing");
        assert!(!RunLock::is_taken(&directory, "two"));
        drop(lock);
        assert!(!RunLock::is_taken(&directory, "one"));
        // A process that was killed leaves its file behind, unlocked.
        std::fs::write(path(&directory, "three"), "").unwrap();
        assert!(!RunLock::is_taken(&directory, "three"));
        assert!(
            std::fs::read_dir(&directory).unwrap().next().is_none(),
            "nothing is left lying"
        );
    }
}
