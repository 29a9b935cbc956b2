//! `gantry provision undo RUN`: what a set-up made goes to the trash, once the person has typed the account's name.

use std::fmt::Write as _;
use std::io::BufRead;
use std::process::ExitCode;

use gantry_engine::dto::ById;
use gantry_engine::dto::provisioning::{MadeAsset, MadeKind, TrashAsset, TrashRequest, TrashResult};
use gantry_engine::{Error, ErrorCode, Result, provisioning};

use crate::composition::Session;
use crate::output::Output;

#[derive(Debug, clap::Args)]
pub struct Undo {
    /// The set-up: see `gantry provision --runs`.
    run: String,
    /// Remove only these, as the list names them; all that can be removed where absent.
    assets: Vec<String>,
    /// Do not ask. Without it, --json only lists.
    #[arg(long)]
    yes: bool,
}

pub async fn run(undo: Undo, session: &Session<'_>) -> Result<ExitCode> {
    let (engine, output) = (&session.engine, session.output);
    let made = provisioning::made(engine, ById { id: undo.run.clone() }).await?;
    if output.json() && !undo.yes {
        return output.result(&made, |_| String::new());
    }
    let chosen = chosen(&made, &undo.assets)?;
    if chosen.is_empty() {
        return output.result(&made, |made| listed(made));
    }
    output.note(&listed(&made));
    if !undo.yes {
        confirmed(&chosen, *output)?;
    }
    let assets = chosen.iter().map(|one| TrashAsset {
        asset: one.asset.clone(),
        name: one.name.clone(),
    });
    let request = TrashRequest {
        run_id: undo.run,
        assets: assets.collect(),
    };
    let result = provisioning::trash(engine, request).await?;
    output.result(&result, told)?;
    Ok(ExitCode::from(match exit_code(&result) {
        // What could not go was not tried, and is there still.
        0 if undo.assets.is_empty() && made.iter().any(|one| one.why_not.is_some()) => {
            ErrorCode::PartlyDone.exit_code()
        }
        code => code,
    }))
}

/// What goes: the assets that were named, or all that can be removed.
fn chosen<'a>(made: &'a [MadeAsset], named: &[String]) -> Result<Vec<&'a MadeAsset>> {
    if named.is_empty() {
        return Ok(made
            .iter()
            .filter(|one| one.why_not.is_none() && !one.trashed)
            .collect());
    }
    named
        .iter()
        .map(|name| {
            made.iter().find(|one| one.asset == *name).ok_or_else(|| {
                Error::invalid(
                    format!("{name:?} was not made by this set-up."),
                    "Name assets as the list does: run it without any, and answer nothing.",
                )
            })
        })
        .collect()
}

/// The name to type: of the Analytics account, or else of the account that the asset is in.
fn name_to_type<'a>(chosen: &[&'a MadeAsset]) -> &'a str {
    let analytics = chosen.iter().find(|one| one.kind != MadeKind::Container);
    analytics.or(chosen.first()).map_or("", |one| one.account_name.as_str())
}

fn confirmed(chosen: &[&MadeAsset], output: Output) -> Result<()> {
    let name = name_to_type(chosen);
    output.note(&format!("Type the account's name to move this to the trash: {name}"));
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|error| {
        Error::new(
            ErrorCode::Cancelled,
            "Nothing could be read, so nothing was removed.",
            "Use --yes.",
        )
        .with_details(error)
    })?;
    if line.trim() == name.trim() && !name.is_empty() {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::Cancelled,
        "That is not the account's name. Nothing was removed.",
        "Type the name as it is shown, or use --yes.",
    ))
}

fn kind(kind: MadeKind) -> &'static str {
    match kind {
        MadeKind::AnalyticsAccount => "Analytics account",
        MadeKind::Property => "Property",
        MadeKind::Container => "Container",
    }
}

fn listed(made: &[MadeAsset]) -> String {
    if made.is_empty() {
        return "This set-up made nothing that could be removed.".to_owned();
    }
    let mut text = format!(
        "Made by this set-up, as {}:",
        made.first().map_or("", |one| one.connection.as_str())
    );
    for one in made {
        // Writing into a String cannot fail.
        let _ = write!(
            text,
            "\n  {} {:?} in {:?} ({})",
            kind(one.kind),
            one.name,
            one.account_name,
            one.asset
        );
        let said = match &one.why_not {
            _ if one.trashed => "It is in the trash.",
            Some(why_not) => why_not,
            None => &one.consequence,
        };
        let _ = write!(text, "\n    {said}");
    }
    text
}

fn told(result: &TrashResult) -> String {
    let mut lines: Vec<String> = result
        .trashed
        .iter()
        .map(|one| format!("In the trash: {} {:?} ({})", kind(one.kind), one.name, one.asset))
        .collect();
    lines.extend(result.failures.iter().map(|one| {
        format!(
            "Left alone: {:?} ({}). {} {}",
            one.name, one.asset, one.message, one.remedy
        )
    }));
    lines.join("\n")
}

/// 8 where a part was done; the failure's own where nothing was.
fn exit_code(result: &TrashResult) -> u8 {
    let Some(failure) = result.failures.first() else {
        return 0;
    };
    if !result.trashed.is_empty() {
        return ErrorCode::PartlyDone.exit_code();
    }
    let code = serde_json::from_value::<ErrorCode>(serde_json::Value::String(failure.code.clone()));
    code.map_or(1, ErrorCode::exit_code)
}
