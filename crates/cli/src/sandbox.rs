//! `gantry sandbox`: serves the fake Google until it is stopped.

use std::path::PathBuf;
use std::process::ExitCode;

use gantry_engine::{Error, ErrorCode, Result};
use gantry_sandbox::{Sandbox, SandboxConfig, Seed, practice, quota::TagManagerQuota};
use serde_json::json;

use crate::output::{self, Output};

#[derive(Debug, clap::Args)]
pub struct Command {
    /// The port to listen on at 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 27481)]
    port: u16,
    /// The sample data: one small business, or an agency with 40 client accounts.
    #[arg(long, value_enum, default_value_t = SeedName::Agency)]
    seed: SeedName,
    /// Also write the practice OAuth client's `client_secret.json` here, for `gantry oauth-client add`.
    #[arg(long, value_name = "FILE")]
    write_client_secret: Option<PathBuf>,
    /// Do not enforce Google's quotas (25 Tag Manager calls per 100 s, 10,000 a day).
    #[arg(long)]
    no_quotas: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum SeedName {
    Owner,
    Agency,
}

pub async fn run(command: Command, output: &Output) -> Result<ExitCode> {
    if let Some(path) = &command.write_client_secret {
        std::fs::write(path, practice::installed_client_json().to_string()).map_err(|error| {
            Error::new(ErrorCode::Destination, format!("{} could not be written.", path.display()), "Name another place.")
                .with_details(error)
        })?;
    }
    let seed = match command.seed {
        SeedName::Owner => Seed::Owner,
        SeedName::Agency => Seed::Agency,
    };
    let config = SandboxConfig { port: command.port, seed, quota: (!command.no_quotas).then(TagManagerQuota::default), ..SandboxConfig::default() };
    let running = Sandbox::start(config).await.map_err(|error| {
        Error::new(
            ErrorCode::ListenerUnavailable,
            format!("The sandbox could not listen on port {}.", command.port),
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
