//! `gantry connections route`: which connection acts on an asset that several reach, and the choice of another.

use std::process::ExitCode;

use gantry_domain::Permission;
use gantry_engine::dto::connections::{RouteRequest, RouteView, SetRoute};
use gantry_engine::{Result, connections};

use crate::composition::Session;
use crate::connections::names;
use crate::output::table;

#[derive(Debug, clap::Args)]
pub struct Command {
    /// properties/123, accounts/1 (Analytics) or accounts/1/containers/2 (Tag Manager).
    asset: String,
    /// What is to be done: view, configure, edit, publish or manage.
    #[arg(long = "for", default_value = "view", value_name = "PERMISSION")]
    permission: Permission,
    /// Always act as this connection (its e-mail or id).
    #[arg(long = "use", value_name = "E-MAIL OR ID", conflicts_with = "auto")]
    connection: Option<String>,
    /// Leave the choice to Gantry again: the least privileged that can.
    #[arg(long)]
    auto: bool,
}

pub async fn run(command: Command, session: &Session<'_>) -> Result<ExitCode> {
    let (asset, permission) = (command.asset, command.permission);
    let view = if command.auto || command.connection.is_some() {
        let request = SetRoute {
            asset,
            permission,
            connection_id: command.connection,
        };
        connections::set_route(&session.engine, request).await?
    } else {
        connections::route(&session.engine, RouteRequest { asset, permission }).await?
    };
    session.output.result(&view, for_people)
}

/// Says who reads a property where more than one could, and how to choose another.
pub async fn tell(session: &Session<'_>, property: &str) -> Result<()> {
    if session.connection.is_some() {
        return Ok(());
    }
    let request = RouteRequest {
        asset: format!("properties/{}", property.trim().trim_start_matches("properties/")),
        permission: Permission::View,
    };
    // What is wrong with the property's name is said by the command itself.
    let Ok(view) = connections::route(&session.engine, request).await else {
        return Ok(());
    };
    let others = view.candidates.iter().filter(|candidate| candidate.usable).count();
    if let (Some(first), true) = (view.candidates.first(), others > 1) {
        session.output.note(&format!(
            "As {}, one of {others} connections that reach it. --connection names another; `gantry connections route {}` keeps the choice.",
            first.email, view.asset
        ));
    }
    Ok(())
}

fn for_people(view: &RouteView) -> String {
    if view.candidates.is_empty() {
        return format!(
            "No connection reaches {}, as far as the last sync saw. Run `gantry sync`.",
            view.asset
        );
    }
    let rows: Vec<Vec<String>> = view
        .candidates
        .iter()
        .map(|candidate| {
            let acts = view.chosen.as_ref() == Some(&candidate.connection_id);
            vec![
                if acts { "acts" } else { "" }.to_owned(),
                candidate.email.clone(),
                names(&candidate.allowed),
                candidate.because.clone(),
            ]
        })
        .collect();
    table(&["", "CONNECTION", "MAY", "WHY"], &rows)
}
