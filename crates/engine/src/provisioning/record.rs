//! The record of a finished set-up: what was made, by whom and when, and the code for the site's pages, one fact a line.
//! For the agency's own files; nothing reads it again.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use super::{run_of, run_view};
use crate::dto::provisioning::{ContainerMade, ProvisionResult, ProvisionRunView, ProvisionStep, StepState};
use crate::dto::records::SaveRecord;
use crate::error::{Error, ErrorCode, Result};
use crate::{Engine, whole_file};

/// Writes the record to the file that the person chose.
pub async fn save_record(engine: &Arc<Engine>, request: SaveRecord) -> Result<SaveRecord> {
    let run = run_of(engine, &request.run_id).await?;
    let connections = engine.store().connections().await?;
    let email = connections
        .into_iter()
        .find(|one| one.id == run.connection_id)
        .map(|one| one.email);
    let view = run_view::view(engine, run).await?;
    let Some(result) = &view.result else {
        return Err(Error::invalid(
            "This set-up is not finished, so there is no record of it yet.",
            "Resume the set-up first.",
        ));
    };
    let text = text(&view, result, email.as_deref().unwrap_or_default());
    let path = PathBuf::from(&request.path);
    let written = tokio::task::spawn_blocking(move || whole_file::write(&path, &text)).await;
    written
        .map_err(std::io::Error::other)
        .and_then(|written| written)
        .map_err(|error| unwritable(&request.path, &error))?;
    Ok(request)
}

fn unwritable(path: &str, error: &std::io::Error) -> Error {
    Error::new(
        ErrorCode::Destination,
        format!("The file {path} cannot be written."),
        "Choose another place, or close the program that has it open.",
    )
    .with_details(error)
}

fn text(run: &ProvisionRunView, result: &ProvisionResult, email: &str) -> String {
    let form = &run.request;
    let name = [&form.account_name, &form.property_name, &form.website]
        .into_iter()
        .find(|name| !name.is_empty())
        .map_or("", String::as_str);
    let accepted = run
        .steps
        .iter()
        .find(|step| step.step == ProvisionStep::Terms && step.state == StepState::Done);
    let first_visit = run.proof.as_ref().and_then(|proof| proof.first_seen_at);
    let mut facts = vec![
        ("Website", form.website.clone()),
        ("Set up by", email.to_owned()),
        ("Begun", moment(run.started_at)),
        (
            "Google's Terms of Service accepted",
            accepted.map_or_else(String::new, |step| moment(step.at)),
        ),
        ("Analytics account", named(&form.account_name, &result.account_id)),
        ("Property", named(&form.property_name, &result.property_id)),
        ("Data stream", result.data_stream_id.clone()),
        ("Measurement ID", result.measurement_id.clone()),
    ];
    facts.extend(result.app_streams.iter().map(|app| {
        let name = if app.platform == "ios" {
            "iOS app"
        } else {
            "Android app"
        };
        let id = app.firebase_app_id.clone();
        (name, id.unwrap_or_else(|| app.data_stream_id.clone()))
    }));
    if let Some(container) = &result.container {
        facts.push(("Tag Manager container", named(&container.name, &container.public_id)));
        facts.push(("Container version", version(container)));
    }
    facts.push(("First visit seen", first_visit.map_or_else(String::new, moment)));
    let mut text = format!("Set-up of {name}\n\n");
    for (what, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
        // A name that somebody gave may be several lines long.
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        let _ = writeln!(text, "{what}: {value}");
    }
    for (where_, code) in [
        ("Into the <head> of every page:", Some(&result.snippet)),
        ("Right after <body>:", result.noscript.as_ref()),
    ] {
        if let Some(code) = code.map(|code| code.trim()).filter(|code| !code.is_empty()) {
            let _ = writeln!(text, "\n{where_}\n\n{code}");
        }
    }
    text
}

fn named(name: &str, id: &str) -> String {
    match (name.trim(), id) {
        (name, "") => name.to_owned(),
        ("", id) => id.to_owned(),
        (name, id) => format!("{name} ({id})"),
    }
}

fn version(container: &ContainerMade) -> String {
    match &container.version_id {
        Some(version) if container.published => format!("{version}, published"),
        Some(version) => format!("{version}, not published"),
        None => String::new(),
    }
}

/// `2026-11-22 09:44 UTC`: whoever reads it may be in another time zone.
fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
