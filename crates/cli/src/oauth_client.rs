//! `gantry oauth-client`: the OAuth clients to sign in with, and how to get one.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use gantry_engine::dto::connections::{
    AddOAuthClient, ByPath, GuideStep, OAuthClientFile, OAuthClientKind, OAuthClientTest, OAuthClientView,
    PublishingStatusName, UpdateOAuthClient,
};
use gantry_engine::dto::{ById, Nothing};
use gantry_engine::{Result, connections};

use crate::composition::Session;
use crate::output::table;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// How to get one of your own from the Google Cloud console, step by step.
    Guide,
    /// Look at a client_secret_*.json without adding it.
    Show { file: PathBuf },
    /// Add the client_secret_*.json that the Google Cloud console gives; its secret goes into the keychain.
    Add {
        file: PathBuf,
        /// What to call it.
        #[arg(long)]
        name: Option<String>,
    },
    /// List them.
    List,
    /// Sign in with it once to see whether Google lets it: asks for the e-mail address alone, keeps nothing.
    Test {
        /// Id or name.
        id: String,
    },
    /// Use this one where none is named.
    Default {
        /// Id or name.
        id: String,
    },
    /// Call it something else.
    Rename {
        /// Id or name.
        id: String,
        name: String,
    },
    /// Say what the Google Cloud console shows under Audience, so that Gantry knows how long its sign-ins last.
    Status {
        /// Id or name.
        id: String,
        status: Status,
    },
    /// Forget one and its secret.
    Remove {
        /// Id or name.
        id: String,
    },
}

/// The publishing status of the consent screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Status {
    /// External and in testing: sign-ins end after 7 days.
    Testing,
    /// External and in production.
    Production,
    /// Only for the organisation's own accounts.
    Internal,
}

impl From<Status> for PublishingStatusName {
    fn from(status: Status) -> Self {
        match status {
            Status::Testing => Self::Testing,
            Status::Production => Self::Production,
            Status::Internal => Self::Internal,
        }
    }
}

pub async fn run(command: Command, session: &Session<'_>) -> Result<ExitCode> {
    let engine = &session.engine;
    let output = session.output;
    match command {
        Command::Guide => {
            let steps = connections::oauth_client_guide(engine, Nothing {}).await?;
            output.result(&steps, |steps| guide(steps))
        }
        Command::Show { file } => {
            let path = absolute(&file);
            let found = connections::inspect_oauth_client(engine, ByPath { path }).await?;
            output.result(&found, show)
        }
        Command::Add { file, name } => {
            let request = AddOAuthClient {
                path: absolute(&file),
                name,
                session_only: false,
            };
            let added = connections::add_oauth_client(engine, request).await?;
            output.result(&added, |added| format!("Added {} ({}).", added.name, added.id))
        }
        Command::List => {
            let list = connections::list_oauth_clients(engine, Nothing {}).await?;
            output.result(&list, |list| rows(list))
        }
        Command::Test { id } => {
            let run =
                |engine, job| async move { Box::pin(connections::test_oauth_client(&engine, ById { id }, &job)).await };
            let tested: OAuthClientTest = session.run_job("oauth_clients.test", run).await?;
            let printed = output.done(&tested, |tested| tested.message.clone())?;
            Ok(match tested.code {
                None => printed,
                Some(code) => ExitCode::from(code.exit_code()),
            })
        }
        Command::Default { id } => {
            let done = connections::set_default_oauth_client(engine, ById { id }).await?;
            output.result(&done, |_| "Done.".to_owned())
        }
        Command::Rename { id, name } => {
            let renamed = update(session, id, Some(name), None).await?;
            output.result(&renamed, |renamed| format!("It is called {} now.", renamed.name))
        }
        Command::Status { id, status } => {
            let updated = update(session, id, None, Some(status.into())).await?;
            output.result(&updated, |updated| {
                format!("{}: {}.", updated.name, status_name(updated.publishing_status))
            })
        }
        Command::Remove { id } => {
            let done = connections::remove_oauth_client(engine, ById { id }).await?;
            output.result(&done, |_| "Removed.".to_owned())
        }
    }
}

async fn update(
    session: &Session<'_>,
    id: String,
    name: Option<String>,
    publishing_status: Option<PublishingStatusName>,
) -> Result<OAuthClientView> {
    let request = UpdateOAuthClient {
        id,
        name,
        publishing_status,
    };
    connections::update_oauth_client(&session.engine, request).await
}

fn absolute(file: &Path) -> String {
    std::path::absolute(file)
        .unwrap_or_else(|_| file.to_owned())
        .display()
        .to_string()
}

fn guide(steps: &[GuideStep]) -> String {
    let steps: Vec<String> = steps
        .iter()
        .enumerate()
        .map(|(place, step)| {
            let mut lines = vec![format!("{}. {}", place + 1, step.title), format!("   {}", step.text)];
            lines.extend(step.copy.iter().map(|text| format!("     {text}")));
            lines.extend(step.link.iter().map(|link| format!("   {}", link.url)));
            lines.join("\n")
        })
        .collect();
    steps.join("\n\n")
}

fn show(file: &OAuthClientFile) -> String {
    let mut lines = vec![
        format!("Client id  {}", file.client_id),
        format!("Kind       {}", kind_name(file.kind)),
        format!("Project    {}", file.project_id.as_deref().unwrap_or("not named")),
    ];
    if file.kind == OAuthClientKind::Web {
        let usable = if file.usable_redirects.is_empty() {
            "none".to_owned()
        } else {
            file.usable_redirects.join(", ")
        };
        lines.push(format!("Redirects  {usable}"));
    }
    lines.extend(file.remarks.iter().cloned());
    lines.join("\n")
}

fn kind_name(kind: OAuthClientKind) -> &'static str {
    match kind {
        OAuthClientKind::Installed => "installed",
        OAuthClientKind::Web => "web",
    }
}

fn status_name(status: Option<PublishingStatusName>) -> &'static str {
    match status {
        Some(PublishingStatusName::Testing) => "testing",
        Some(PublishingStatusName::Production) => "production",
        Some(PublishingStatusName::Internal) => "internal",
        None => "not said",
    }
}

fn rows(list: &[OAuthClientView]) -> String {
    if list.is_empty() {
        return "No OAuth client yet. Run `gantry oauth-client guide` to get one, and add it with `gantry oauth-client add \
                FILE`."
            .to_owned();
    }
    let rows: Vec<Vec<String>> = list
        .iter()
        .map(|client| {
            let default = if client.is_default { "default" } else { "" };
            vec![
                client.name.clone(),
                kind_name(client.kind).to_owned(),
                client.project_id.clone().unwrap_or_default(),
                status_name(client.publishing_status).to_owned(),
                client.connections.to_string(),
                default.to_owned(),
                client.id.clone(),
            ]
        })
        .collect();
    table(&["NAME", "KIND", "PROJECT", "STATUS", "CONNECTIONS", "", "ID"], &rows)
}
