//! `gantry`: the engine without a window, for scripts and for servers.

mod arguments;
mod composition;
mod output;

mod accounts;
mod activity;
mod connect;
mod connections;
mod containers;
mod doctor;
mod export;
mod oauth_client;
mod progress;
mod provision;
mod quota;
mod report;
mod route;
mod sandbox;
mod sync;

use std::process::ExitCode;

use clap::Parser;
use gantry_engine::Result;
use tracing_subscriber::EnvFilter;

use crate::arguments::{Arguments, Command};
use crate::composition::Session;
use crate::output::Output;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return output::usage(&error),
    };
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(output::stderr_takes_colour())
        .with_env_filter(EnvFilter::try_from_env("GANTRY_LOG").unwrap_or_else(|_| EnvFilter::new("warn")))
        .init();
    let output = Output::new(arguments.json);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("gantry: no threads to work with: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(arguments, &output)) {
        Ok(code) => code,
        Err(error) => {
            output.error(&error);
            ExitCode::from(error.code.exit_code())
        }
    }
}

async fn run(arguments: Arguments, output: &Output) -> Result<ExitCode> {
    if let Command::Sandbox(command) = arguments.command {
        return sandbox::run(command, output).await;
    }
    let session = Session::open(output, arguments.connection, arguments.no_browser).await?;
    let done = match arguments.command {
        Command::OauthClient(command) => oauth_client::run(command, &session).await,
        Command::Connect(command) => connect::run(command, &session).await,
        Command::Connections(command) => connections::run(command, &session).await,
        Command::Accounts(command) => accounts::run(command, &session).await,
        Command::Provision(command) => provision::run(command, &session).await,
        Command::Sync(command) => sync::run(command, &session).await,
        Command::Containers(command) => containers::run(command, &session).await,
        Command::Report(command) => report::run(command, &session).await,
        Command::Export(command) => export::run(command, &session).await,
        Command::Activity(command) => activity::run(command, &session).await,
        Command::Quota => quota::run(&session).await,
        Command::Doctor => doctor::run(&session).await,
        Command::Sandbox(_) => return Ok(ExitCode::SUCCESS),
    };
    // What the store's thread still has to write is written before the process ends.
    session.close().await;
    done
}
