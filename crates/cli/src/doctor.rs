//! `gantry doctor`: whether this computer has what Gantry needs.

use std::process::ExitCode;

use gantry_engine::dto::Nothing;
use gantry_engine::dto::app::{AppStatus, KeychainView};
use gantry_engine::{ErrorCode, Result, app, keychain};

use crate::composition::Session;

pub async fn run(session: &Session<'_>) -> Result<ExitCode> {
    keychain::settled(&session.engine).await?;
    let status = app::status(&session.engine, Nothing {}).await?;
    let keychain_works = matches!(status.keychain, KeychainView::Available { .. });
    session.output.result(&status, for_people)?;
    Ok(if keychain_works {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(ErrorCode::KeychainUnavailable.exit_code())
    })
}

fn for_people(status: &AppStatus) -> String {
    let google = match &status.profile.base_url {
        Some(base) => format!("{base} stands in for Google"),
        None => "Google".to_owned(),
    };
    let keychain = match &status.keychain {
        KeychainView::Available { name } => format!("{name} works"),
        KeychainView::Opening => "is being asked".to_owned(),
        KeychainView::Unavailable { reason, remedy, .. } => format!("not available: {reason} {remedy}"),
    };
    let as_of = status
        .data_as_of
        .map_or_else(|| "never synced".to_owned(), |at| format!("from {at:.0}"));
    format!(
        "Gantry {}\nProfile       {} ({google})\nData          {}, {as_of}\nKeychain      {keychain}\nOAuth clients {}\nConnections   {} of {} ready",
        status.version,
        status.profile.id,
        status.profile.data_directory,
        status.oauth_clients_total,
        status.connections_ready,
        status.connections_total,
    )
}
