//! C1: being written.

use std::process::ExitCode;

use gantry_engine::{Error, Result};

use crate::composition::Session;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List them.
    List,
}

pub async fn run(_: Command, _: &Session<'_>) -> Result<ExitCode> {
    Err(Error::invalid("Not written yet.", ""))
}
