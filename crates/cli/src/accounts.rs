//! `gantry accounts`: what the connections reach in Google Analytics, asked of Google itself.

use std::process::ExitCode;

use gantry_engine::Result;
use gantry_engine::connections;

use crate::composition::Session;
use crate::output::table;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List accounts and their properties.
    List,
}

pub async fn run(command: Command, session: &Session<'_>) -> Result<ExitCode> {
    let Command::List = command;
    let accounts = connections::accounts(&session.engine, session.connection.as_deref()).await?;
    session.output.result(&accounts, |accounts| {
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
    })
}
