//! `gantry connections`: who Gantry acts as.

use std::process::ExitCode;

use gantry_domain::Permission;
use gantry_engine::dto::connections::{
    ConnectionCheck, ConnectionState, ConnectionView, FindingState, UsePermissions,
};
use gantry_engine::dto::{ById, Nothing};
use gantry_engine::{Result, connections};

use crate::composition::Session;
use crate::output::{offers, table};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List them.
    List,
    /// Look at everything that a connection needs: keychain, sign-in, clock, permissions, each API.
    Check {
        /// E-mail or id; `--connection`, or the only one, where absent.
        id: Option<String>,
    },
    /// Which of the granted permissions Gantry may use; nothing changes at Google.
    Use {
        /// E-mail or id.
        id: String,
        /// view, configure, edit, publish, manage; what is left out is switched off here.
        #[arg(value_delimiter = ',', required = true, value_name = "PERMISSION,...")]
        permissions: Vec<Permission>,
    },
    /// Which connection acts on an asset that several reach; choose another.
    Route(crate::route::Command),
    /// Forget a connection and give its token back to Google.
    Disconnect {
        /// E-mail or id.
        id: String,
    },
}

pub async fn run(command: Command, session: &Session<'_>) -> Result<ExitCode> {
    let engine = &session.engine;
    match command {
        Command::List => {
            let list = connections::list(engine, Nothing {}).await?;
            session.output.result(&list, |list| rows(list))
        }
        Command::Check { id } => {
            let named = id.or_else(|| session.connection.clone());
            let id = engine.connection(named.as_deref()).await?.id;
            let check = connections::check(engine, ById { id }).await?;
            let printed = session.output.result(&check, report)?;
            // A script asks this to learn whether a person has to do something, and what.
            Ok(match check.code {
                Some(code) if !check.ok => ExitCode::from(code.exit_code()),
                _ => printed,
            })
        }
        Command::Use { id, permissions } => {
            let request = UsePermissions {
                id: engine.connection(Some(&id)).await?.id,
                allow: permissions.into_iter().collect(),
            };
            let now = connections::use_permissions(engine, request).await?;
            session.output.result(&now, |now| {
                format!("Gantry uses of {}: {}.", now.email, names(&now.allowed))
            })
        }
        Command::Route(command) => crate::route::run(command, session).await,
        Command::Disconnect { id } => {
            let done = connections::disconnect(engine, ById { id }).await?;
            session.output.result(&done, |_| "Disconnected.".to_owned())
        }
    }
}

pub fn names(permissions: &std::collections::BTreeSet<Permission>) -> String {
    permissions
        .iter()
        .map(|permission| permission.name())
        .collect::<Vec<_>>()
        .join(",")
}

/// The outcome, and what was looked at, a line each.
fn report(check: &ConnectionCheck) -> String {
    let mut lines = vec![format!("{}: {}", check.connection.email, check.message)];
    for finding in &check.findings {
        let state = match finding.state {
            FindingState::Ok => "ok",
            FindingState::Warn => "note",
            FindingState::Failed => "failed",
            FindingState::Skipped => "-",
        };
        lines.push(format!("  {state:<6}  {}", finding.title));
        let more = [&finding.explanation, &finding.remedy].into_iter().cloned();
        let more = more.chain(offers(&finding.offers)).filter(|line| !line.is_empty());
        lines.extend(more.map(|line| format!("          {line}")));
        if let Some(id) = &finding.activity_id {
            lines.push(format!("          Request {id} in `gantry activity`"));
        }
    }
    if let Some(trouble) = &check.connection.trouble {
        let also = trouble.also_possible.iter();
        lines.extend(also.map(|line| format!("  It may also be: {line}")));
    }
    lines.join("\n")
}

fn rows(list: &[ConnectionView]) -> String {
    if list.is_empty() {
        return "Nobody is signed in. Run `gantry connect`.".to_owned();
    }
    let rows: Vec<Vec<String>> = list
        .iter()
        .map(|connection| {
            let state = match connection.state {
                ConnectionState::Ready => "ready".to_owned(),
                ConnectionState::NeedsSignIn => {
                    format!(
                        "sign in again: {}",
                        connection
                            .trouble
                            .as_ref()
                            .map_or("it no longer works", |trouble| trouble.title.as_str())
                    )
                }
            };
            vec![
                connection.email.clone(),
                names(&connection.allowed),
                state,
                connection.id.clone(),
            ]
        })
        .collect();
    table(&["ACCOUNT", "MAY", "STATE", "ID"], &rows)
}
