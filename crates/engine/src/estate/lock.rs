//! One sync of a profile at a time, across all Gantry processes: two would spend the same quota for the same answers.

use std::fs::{File, OpenOptions};

use crate::Engine;
use crate::error::{Error, ErrorCode, Result};

/// Held while a sync goes on; the system frees it when its process dies.
pub(super) struct SyncLock(#[allow(dead_code)] File);

impl SyncLock {
    pub fn take(engine: &Engine) -> Result<Self> {
        let failed = |error: std::io::Error| {
            Error::new(
                ErrorCode::Storage,
                "Gantry cannot write to its data directory.",
                "Check that the disk is not full and may be written.",
            )
            .with_details(error)
        };
        let directory = engine.profile().locks_directory();
        std::fs::create_dir_all(&directory).map_err(failed)?;
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(directory.join("sync.lock"))
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(std::fs::TryLockError::WouldBlock) => Err(Error::new(
                ErrorCode::Conflict,
                "A sync is already running.",
                "Wait until it is done, or stop it first; it may run in another Gantry window or terminal.",
            )),
            Err(std::fs::TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}
