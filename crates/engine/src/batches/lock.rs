//! One process at a time works on a batch.

use std::fs::{File, OpenOptions};
use std::path::PathBuf;

use crate::Engine;
use crate::error::{Error, ErrorCode, Result};

/// Held while a batch goes on; the system frees it when its process dies.
pub(super) struct BatchLock(#[allow(dead_code)] File);

impl BatchLock {
    pub fn take(engine: &Engine, batch_id: &str) -> Result<Self> {
        let failed = |error: std::io::Error| {
            Error::new(
                ErrorCode::Storage,
                "Gantry cannot write to its data directory.",
                "Check that the disk is not full and may be written.",
            )
            .with_details(error)
        };
        let path = path(engine, batch_id);
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory).map_err(failed)?;
        }
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(std::fs::TryLockError::WouldBlock) => Err(Error::new(
                ErrorCode::Conflict,
                "These clients are already being set up.",
                "Go on in the window or the terminal that does it, or stop it there first.",
            )),
            Err(std::fs::TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// Whether a living process works on this batch.
    pub fn is_taken(engine: &Engine, batch_id: &str) -> bool {
        path(engine, batch_id).exists()
            && matches!(Self::take(engine, batch_id), Err(error) if error.code == ErrorCode::Conflict)
    }
}

fn path(engine: &Engine, batch_id: &str) -> PathBuf {
    engine
        .profile()
        .locks_directory()
        .join(format!("batch-{batch_id}.lock"))
}
