//! `gantry provision --from FILE`: many clients from a table.

use std::path::PathBuf;
use std::process::ExitCode;

use gantry_engine::{Error, Result};

use crate::composition::Session;

/// What only a table of clients takes.
#[derive(Debug, Default, clap::Args)]
pub struct Options {
    /// Set up every client of this CSV file.
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
}

/// Sets up the clients of `options.from`; `template` is `--template`.
pub async fn run(_options: Options, _template: Option<String>, _session: &Session<'_>) -> Result<ExitCode> {
    Err(Error::invalid(
        "Many clients at once are not built yet.",
        "Set them up one at a time.",
    ))
}
