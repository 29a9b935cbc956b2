//! `gantry connections`: who Gantry acts as.

use std::fmt::Write as _;
use std::process::ExitCode;

use gantry_domain::Permission;
use gantry_engine::dto::connections::{
    ConnectionCheck, ConnectionKind, ConnectionState, ConnectionView, Finding, FindingState, StoredIn, UsePermissions,
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
            let id = engine.connection(Some(&id)).await?.id;
            let before = connections::list(engine, Nothing {}).await?;
            let before = before.into_iter().find(|connection| connection.id == id);
            let done = connections::disconnect(engine, ById { id }).await?;
            session
                .output
                .result(&done, |_| disconnected(before.as_ref()).to_owned())
        }
    }
}

fn disconnected(connection: Option<&ConnectionView>) -> &'static str {
    match connection.map(|connection| (connection.kind, connection.stored_in)) {
        None | Some((ConnectionKind::User, _)) => "Disconnected.",
        Some((ConnectionKind::ServiceAccount, StoredIn::Keychain | StoredIn::Session)) => {
            "Disconnected: its key was deleted here. Google goes on accepting the key until it is deleted in the Google Cloud \
             console (IAM & Admin, Service Accounts, Keys)."
        }
        Some((ConnectionKind::ServiceAccount, StoredIn::KeyFile)) => {
            "Disconnected. The key file was left as it is, and Google goes on accepting the key until it is deleted in the \
             Google Cloud console (IAM & Admin, Service Accounts, Keys)."
        }
    }
}

/// What a check found, a line each.
pub fn findings(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let mark = match finding.state {
            FindingState::Ok => "ok",
            FindingState::Warn => "look",
            FindingState::Failed => "failed",
            FindingState::Skipped => "skipped",
        };
        let _ = write!(text, "\n{mark:<8}{}", finding.title);
        let more = [&finding.explanation, &finding.remedy].into_iter().cloned();
        let activity = finding.activity_id.as_ref();
        let activity = activity.map(|id| format!("Request {id} in `gantry activity`"));
        let more = more.chain(offers(&finding.offers)).chain(activity);
        for line in more.filter(|line| !line.is_empty()) {
            let _ = write!(text, "\n{:<8}{line}", "");
        }
    }
    text
}

pub fn names(permissions: &std::collections::BTreeSet<Permission>) -> String {
    permissions
        .iter()
        .map(|permission| permission.name())
        .collect::<Vec<_>>()
        .join(",")
}

/// The outcome, what was looked at, and what else may be the cause.
fn report(check: &ConnectionCheck) -> String {
    let mut text = format!(
        "{}: {}{}",
        check.connection.email,
        check.message,
        findings(&check.findings)
    );
    for line in check
        .connection
        .trouble
        .iter()
        .flat_map(|trouble| &trouble.also_possible)
    {
        let _ = write!(text, "\nIt may also be: {line}");
    }
    text
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
            let kind = match (connection.kind, &connection.impersonated) {
                (ConnectionKind::User, _) => "person".to_owned(),
                (ConnectionKind::ServiceAccount, None) => "service account".to_owned(),
                (ConnectionKind::ServiceAccount, Some(user)) => format!("service account as {user}"),
            };
            vec![
                connection.email.clone(),
                kind,
                names(&connection.allowed),
                state,
                connection.id.clone(),
            ]
        })
        .collect();
    table(&["ACCOUNT", "KIND", "MAY", "STATE", "ID"], &rows)
}
