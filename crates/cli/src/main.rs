//! `gantry`: the engine without a window, for scripts and for servers.

mod arguments;
mod composition;
mod output;

mod accounts;
mod activity;
mod clients;
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
mod secret_input;
mod secrets;
mod service_account;
mod sync;
mod templates;

use std::process::ExitCode;

use clap::Parser;
use gantry_engine::Result;
use tracing_subscriber::EnvFilter;

use crate::arguments::{Arguments, Command};
use crate::composition::Session;
use crate::output::Output;
use crate::service_account::KeyFileOptions;

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
    gantry_engine::panics::tell_without_payload();
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

/// Whether `--connection`, or the key file in its place, says who a command is.
fn acts_as_a_connection(command: &Command) -> bool {
    matches!(
        command,
        Command::Accounts(_)
            | Command::Provision(_)
            | Command::Sync(_)
            | Command::Report(_)
            | Command::Export(_)
            | Command::Connections(connections::Command::Check { id: None })
            | Command::Templates(templates::Command::Capture(_) | templates::Command::Preview(_))
    )
}

async fn run(arguments: Arguments, output: &Output) -> Result<ExitCode> {
    if let Command::Sandbox(command) = arguments.command {
        return sandbox::run(command, output).await;
    }
    let key_file = KeyFileOptions {
        path: arguments.key_file,
        email: arguments.key_email,
        subject: arguments.subject,
    };
    let names_a_key_file = key_file.path.is_some()
        || matches!(
            arguments.command,
            Command::ServiceAccount(service_account::Command::Add { .. })
        );
    let may_be_in_environment = arguments.connection.is_none() && acts_as_a_connection(&arguments.command);
    key_file.refuse_without_a_file(names_a_key_file, may_be_in_environment)?;
    let mut session = Session::open(output, arguments.connection, arguments.no_browser, arguments.secrets).await?;
    let done = done(arguments.command, key_file, &mut session).await;
    // What the store's thread still has to write is written before the process ends, whatever became of the command.
    session.close().await;
    done
}

async fn done(command: Command, key_file: KeyFileOptions, session: &mut Session<'_>) -> Result<ExitCode> {
    if acts_as_a_connection(&command) {
        service_account::act_as(key_file.clone(), session).await?;
    }
    let session = &*session;
    match command {
        Command::OauthClient(command) => oauth_client::run(command, session).await,
        Command::ServiceAccount(command) => service_account::run(command, key_file, session).await,
        Command::Connect(command) => connect::run(command, session).await,
        Command::Connections(command) => connections::run(command, session).await,
        Command::Accounts(command) => accounts::run(command, session).await,
        Command::Provision(command) => Box::pin(provision::run(*command, session)).await,
        Command::Sync(command) => sync::run(command, session).await,
        Command::Templates(command) => templates::run(command, session).await,
        Command::Clients(command) => clients::run(command, session).await,
        Command::Containers(command) => containers::run(command, session).await,
        Command::Report(command) => report::run(command, session).await,
        Command::Export(command) => export::run(command, session).await,
        Command::Activity(command) => activity::run(command, session).await,
        Command::Quota => quota::run(session).await,
        Command::Doctor => doctor::run(session).await,
        Command::Sandbox(_) => Ok(ExitCode::SUCCESS),
    }
}
