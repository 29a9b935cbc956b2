//! `gantry sandbox`: serves the fake Google until it is stopped.

use std::path::PathBuf;
use std::process::ExitCode;

use gantry_engine::{Error, ErrorCode, Result};
use gantry_sandbox::{ServeArgs, practice};
use serde_json::json;

use crate::output::{self, Output};

#[derive(Debug, clap::Args)]
pub struct Command {
    #[command(flatten)]
    serve: ServeArgs,
    /// Also write the practice OAuth client's `client_secret.json` here, for `gantry oauth-client add`.
    #[arg(long, value_name = "FILE")]
    write_client_secret: Option<PathBuf>,
}

pub async fn run(command: Command, output: &Output) -> Result<ExitCode> {
    if let Some(path) = &command.write_client_secret {
        std::fs::write(path, practice::installed_client_json().to_string()).map_err(|error| {
            Error::new(
                ErrorCode::Destination,
                format!("{} could not be written.", path.display()),
                "Name another place.",
            )
            .with_details(error)
        })?;
    }
    let running = gantry_sandbox::serve(command.serve).await.map_err(|error| {
        Error::new(
            ErrorCode::ListenerUnavailable,
            format!("The sandbox could not listen on port {}.", command.serve.port),
            "Choose another with --port, or 0 for a free one.",
        )
        .with_details(error)
    })?;
    output::print(&json!({ "base_url": running.base() }).to_string())?;
    output.note(&format!(
        "The sandbox runs until you press Ctrl-C. In another terminal:\n  export GANTRY_GOOGLE_BASE_URL={}",
        running.base()
    ));
    let _ = tokio::signal::ctrl_c().await;
    Ok(ExitCode::SUCCESS)
}
