//! One set-up of the same form at a time, across all Gantry processes: a double click makes one ticket.

use std::path::PathBuf;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::Engine;
use crate::error::Result;
use crate::file_lock::FileLock;

/// Held while a run goes on.
pub(super) struct RunLock(#[allow(dead_code)] FileLock);

impl RunLock {
    pub(super) async fn take(engine: &Engine, connection_id: &str, form: &Value) -> Result<Self> {
        let lock = FileLock::take(
            &path(engine, connection_id, form),
            "This set-up is already running.",
            "Finish it in the browser tab that is open, or cancel it first.",
        )
        .await;
        lock.map(Self)
    }

    /// Whether a living process works on this run.
    pub(super) fn is_taken(engine: &Engine, connection_id: &str, form: &Value) -> bool {
        FileLock::is_taken(&path(engine, connection_id, form))
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
