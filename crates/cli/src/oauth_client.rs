//! `gantry oauth-client`: the OAuth clients to sign in with.

use std::path::PathBuf;
use std::process::ExitCode;

use gantry_engine::dto::connections::{AddOAuthClient, OAuthClientKind, OAuthClientView};
use gantry_engine::dto::{ById, Nothing};
use gantry_engine::{Result, connections};

use crate::composition::Session;
use crate::output::table;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Add the client_secret_*.json that the Google Cloud console gives; its secret goes into the keychain.
    Add {
        file: PathBuf,
        /// What to call it.
        #[arg(long)]
        name: Option<String>,
    },
    /// List them.
    List,
    /// Use this one where none is named.
    Default { id: String },
    /// Forget one and its secret.
    Remove { id: String },
}

pub async fn run(command: Command, session: &Session<'_>) -> Result<ExitCode> {
    let engine = &session.engine;
    match command {
        Command::Add { file, name } => {
            let path = std::path::absolute(&file).unwrap_or(file).display().to_string();
            let added = connections::add_oauth_client(
                engine,
                AddOAuthClient {
                    path,
                    name,
                    session_only: false,
                },
            )
            .await?;
            session
                .output
                .result(&added, |added| format!("Added {} ({}).", added.name, added.id))
        }
        Command::List => {
            let list = connections::list_oauth_clients(engine, Nothing {}).await?;
            session.output.result(&list, |list| rows(list))
        }
        Command::Default { id } => {
            let done = connections::set_default_oauth_client(engine, ById { id }).await?;
            session.output.result(&done, |_| "Done.".to_owned())
        }
        Command::Remove { id } => {
            let done = connections::remove_oauth_client(engine, ById { id }).await?;
            session.output.result(&done, |_| "Removed.".to_owned())
        }
    }
}

fn rows(list: &[OAuthClientView]) -> String {
    if list.is_empty() {
        return "No OAuth client yet. Add one with `gantry oauth-client add FILE`.".to_owned();
    }
    let rows: Vec<Vec<String>> = list
        .iter()
        .map(|client| {
            let kind = match client.kind {
                OAuthClientKind::Installed => "installed",
                OAuthClientKind::Web => "web",
            };
            let default = if client.is_default { "default" } else { "" };
            vec![
                client.name.clone(),
                kind.to_owned(),
                client.connections.to_string(),
                default.to_owned(),
                client.id.clone(),
            ]
        })
        .collect();
    table(&["NAME", "KIND", "CONNECTIONS", "", "ID"], &rows)
}
