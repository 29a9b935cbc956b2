//! `gantry accounts`: what the connections reach in Google Analytics, asked of Google itself.

use std::process::ExitCode;

use gantry_engine::{ErrorCode, Result, connections};

use crate::composition::Session;
use crate::output::table;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List accounts and their properties.
    List,
}

pub async fn run(command: Command, session: &Session<'_>) -> Result<ExitCode> {
    let Command::List = command;
    let reach = connections::accounts(&session.engine, session.connection.as_deref()).await?;
    let code = session.output.result(&reach.accounts, |accounts| {
        let mut rows = Vec::new();
        for account in accounts {
            let row = |id: &str, name: &str| {
                vec![
                    account.account_id.clone(),
                    account.display_name.clone(),
                    id.to_owned(),
                    name.to_owned(),
                    account.connection.clone(),
                ]
            };
            if account.properties.is_empty() {
                rows.push(row("", ""));
            }
            rows.extend(
                account
                    .properties
                    .iter()
                    .map(|property| row(&property.property_id, &property.display_name)),
            );
        }
        if rows.is_empty() {
            return "No Analytics account is in reach.".to_owned();
        }
        table(&["ACCOUNT", "NAME", "PROPERTY", "NAME", "CONNECTION"], &rows)
    })?;
    // On stderr with --json too: the document on stdout is the list.
    for failure in &reach.failures {
        let error = &failure.error;
        eprintln!("Not read: {}. {} {}", failure.connection, error.message, error.remedy);
    }
    Ok(if reach.failures.is_empty() {
        code
    } else {
        ExitCode::from(ErrorCode::PartlyDone.exit_code())
    })
}
