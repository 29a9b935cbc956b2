//! What the engine asks of the program around it.

use std::path::PathBuf;

use async_trait::async_trait;

use crate::error::{Error, Result};

/// A program that hosts the engine: the desktop shell or the command line. The defaults are those of a program
/// that has no window.
#[async_trait]
pub trait Host: Send + Sync + std::fmt::Debug {
    /// Whether this engine's Google is a sandbox that the host started itself, and so can reset and leave.
    fn runs_sandbox(&self) -> bool {
        false
    }

    /// Starts the bundled sandbox and moves the window into its profile.
    async fn enter_sandbox(&self) -> Result<()> {
        Err(no_window(
            "Run `gantry sandbox` and set GANTRY_GOOGLE_BASE_URL to the address that it prints.",
        ))
    }

    /// Moves the window back to the profile it was started with.
    async fn leave_sandbox(&self) -> Result<()> {
        Err(no_window("Unset GANTRY_GOOGLE_BASE_URL to work with Google."))
    }

    /// Puts the sandbox's sample data back to how it was seeded.
    async fn reset_sandbox(&self) -> Result<()> {
        Err(no_window("Stop `gantry sandbox` and start it again."))
    }

    /// Lets the person choose a file; `None` when they chose none.
    async fn choose_file(&self, purpose: FilePurpose) -> Result<Option<PathBuf>> {
        let _ = purpose;
        Err(no_window("Name the file's path."))
    }
}

/// What a file is chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum FilePurpose {
    /// Open `client_secret_*.json`.
    OauthClient,
    /// Open a service account's key, JSON or P12.
    ServiceAccountKey,
    /// Save a support bundle (ZIP).
    SupportBundle,
    /// Save or add to a SQLite file.
    ExportSqlite,
    /// Save a CSV file.
    ExportCsv,
    /// Open a spreadsheet of clients (CSV).
    ClientsCsv,
    /// Open a template (TOML).
    OpenTemplate,
    /// Save a template (TOML).
    SaveTemplate,
    /// Save the record of a set-up (text).
    SaveRecord,
}

/// The command line's host: no window at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Headless;

impl Host for Headless {}

fn no_window(remedy: &str) -> Error {
    Error::invalid("This needs Gantry's window.", remedy)
}
