//! `gantry connect`: sign in with Google in the browser.

use std::collections::BTreeSet;
use std::process::ExitCode;

use gantry_domain::Permission;
use gantry_engine::dto::connections::{AdoptAccount, ConnectRequest, ConnectionView, Offer};
use gantry_engine::{Error, Result, connections};

use crate::composition::Session;

#[derive(Debug, clap::Args)]
pub struct Command {
    /// What Gantry may do: view, configure, edit, publish, manage; or a preset: look, set-up, run.
    #[arg(long, value_delimiter = ',', default_value = "look", value_name = "PERMISSION,...")]
    allow: Vec<String>,
    /// The OAuth client's id or name; the default one where absent.
    #[arg(long, value_name = "ID", conflicts_with = "reconnect")]
    oauth_client: Option<String>,
    /// Sign this connection in again (its e-mail or id), keeping what it was allowed.
    #[arg(long, value_name = "E-MAIL OR ID")]
    reconnect: Option<String>,
    /// Where another account answers than the one to sign in again: keep it as a connection of its own.
    #[arg(long, requires = "reconnect")]
    adopt_other: bool,
}

pub async fn run(command: Command, session: &Session<'_>) -> Result<ExitCode> {
    let request = ConnectRequest {
        allow: permissions(&command.allow)?,
        oauth_client_id: command.oauth_client,
        reconnect: command.reconnect,
        session_only: false,
    };
    let run = |engine, job| async move { Box::pin(connections::connect(&engine, request, &job)).await };
    let connected: ConnectionView = match session.run_job("connections.connect", run).await {
        Err(error) if command.adopt_other => adopt(session, error).await?,
        outcome => outcome?,
    };
    session.output.done(&connected, |connected| {
        let missing: Vec<&str> = connected
            .asked
            .difference(&connected.granted)
            .map(|permission| permission.name())
            .collect();
        let may = crate::connections::names(&connected.granted);
        let mut text = format!("Connected {}: {may}.", connected.email);
        if !missing.is_empty() {
            let missing = missing.join(", ");
            let again = format!("gantry connect --reconnect {}", connected.email);
            text =
                format!("{text}\nNot allowed, because boxes were left unticked: {missing}. Run `{again}` to allow it.");
        }
        text
    })
}

/// The account that answered, as a connection of its own, where the error offers it.
async fn adopt(session: &Session<'_>, error: Error) -> Result<ConnectionView> {
    let offered = error.offers.iter().find_map(|offer| match offer {
        Offer::AdoptAccount { pending, email } => Some((pending.clone(), email.clone())),
        _ => None,
    });
    let Some((pending, email)) = offered else {
        return Err(error);
    };
    session
        .output
        .note(&format!("{} {email} becomes a connection of its own.", error.message));
    connections::adopt(&session.engine, AdoptAccount { pending }).await
}

/// Permissions by name, and the presets of the window's sign-in page.
pub fn permissions(words: &[String]) -> Result<BTreeSet<Permission>> {
    use Permission::{Configure, View};
    let mut all = BTreeSet::new();
    for word in words.iter().map(|word| word.trim()).filter(|word| !word.is_empty()) {
        match word {
            "look" => all.extend([View]),
            "set-up" => all.extend([View, Configure]),
            "run" => all.extend(Permission::ALL),
            other => {
                all.insert(
                    other
                        .parse()
                        .map_err(|error: gantry_domain::permissions::UnknownPermission| {
                            Error::invalid(format!("{error}."), "Presets are look, set-up and run.")
                        })?,
                );
            }
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_and_names_mix_and_unknown_words_are_refused() {
        let read = |text: &str| permissions(&text.split(',').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(
            read("look,edit").unwrap(),
            BTreeSet::from([Permission::View, Permission::Edit])
        );
        assert_eq!(read("set-up").unwrap(), read("view, configure").unwrap());
        assert!(read("everything").is_err());
    }
}
