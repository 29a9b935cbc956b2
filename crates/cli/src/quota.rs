//! D: being written.

use std::process::ExitCode;

use gantry_engine::{Error, Result};

use crate::composition::Session;

pub async fn run(_: &Session<'_>) -> Result<ExitCode> {
    Err(Error::invalid("Not written yet.", ""))
}
