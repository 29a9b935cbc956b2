//! `gantry accounts`: what the connections reach in Google Analytics, asked of Google itself.

use std::process::ExitCode;

use gantry_engine::connections::AnalyticsPropertyView;
use gantry_engine::{ErrorCode, Result, connections};

use crate::clients;
use crate::composition::Session;
use crate::output::table;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List accounts and their properties, and whose they are.
    List {
        /// Only the properties of this client: its name or id.
        #[arg(long, value_name = "CLIENT")]
        client: Option<String>,
    },
}

pub async fn run(command: Command, session: &Session<'_>) -> Result<ExitCode> {
    let Command::List { client } = command;
    let client = clients::named(session, client).await?;
    let mut reach = connections::accounts(&session.engine, session.connection.as_deref()).await?;
    if let Some(client) = &client {
        for account in &mut reach.accounts {
            let is_of = |property: &AnalyticsPropertyView| property.client.as_ref().is_some_and(|of| of.id == *client);
            account.properties.retain(is_of);
        }
        reach.accounts.retain(|account| !account.properties.is_empty());
    }
    let code = session.output.result(&reach.accounts, |accounts| {
        let mut rows = Vec::new();
        for account in accounts {
            let row = |id: &str, name: &str, client: &str| {
                vec![
                    account.account_id.clone(),
                    account.display_name.clone(),
                    id.to_owned(),
                    name.to_owned(),
                    client.to_owned(),
                    account.connection.clone(),
                ]
            };
            if account.properties.is_empty() {
                rows.push(row("", "", ""));
            }
            rows.extend(account.properties.iter().map(|property| {
                let client = property.client.as_ref().map_or("", |client| client.name.as_str());
                row(&property.property_id, &property.display_name, client)
            }));
        }
        if rows.is_empty() {
            return match &client {
                Some(_) => "No property of this client is in reach.",
                None => "No Analytics account is in reach.",
            }
            .to_owned();
        }
        table(&["ACCOUNT", "NAME", "PROPERTY", "NAME", "CLIENT", "CONNECTION"], &rows)
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
