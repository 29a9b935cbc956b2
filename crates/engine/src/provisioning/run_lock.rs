//! One set-up of the same form at a time, across all Gantry processes: a double click makes one ticket.

use std::fs::{File, OpenOptions};
use std::path::PathBuf;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::Engine;
use crate::error::{Error, ErrorCode, Result};

/// Held while a run goes on; the system frees it when its process dies.
pub(super) struct RunLock(#[allow(dead_code)] File);

impl RunLock {
    pub(super) fn take(engine: &Engine, connection_id: &str, form: &Value) -> Result<Self> {
        let failed = |error: std::io::Error| {
            Error::new(
                ErrorCode::Storage,
                "Gantry cannot write to its data directory.",
                "Check that the disk is not full and may be written.",
            )
            .with_details(error)
        };
        let path = path(engine, connection_id, form);
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
                "This set-up is already running.",
                "Finish it in the browser tab that is open, or cancel it first.",
            )),
            Err(std::fs::TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// Whether a living process works on this run.
    pub(super) fn is_taken(engine: &Engine, connection_id: &str, form: &Value) -> bool {
        path(engine, connection_id, form).exists()
            && matches!(Self::take(engine, connection_id, form), Err(error) if error.code == ErrorCode::Conflict)
    }
}

/// What makes two forms the same, with the connection: how the connection was named does not.
pub(super) fn identity(form: &Value) -> Value {
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
