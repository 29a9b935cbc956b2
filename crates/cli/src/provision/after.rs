//! What follows a set-up: the snippet again, the proof that visitors are counted, and the way back.

use std::fmt::Write as _;
use std::process::ExitCode;

use gantry_engine::dto::ById;
use gantry_engine::dto::batches::ProveBatch;
use gantry_engine::dto::provisioning::{BuilderGuide, ProofOutcome, ProofRequest, ProofView, SnippetView};
use gantry_engine::{Error, Result, batches, provisioning};

use super::{batch_told, undo};
use crate::composition::Session;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Look at the site for the snippet, and at realtime for its visitors; at all clients of a file with --batch.
    Prove(Prove),
    /// What to paste into the site, and how.
    Snippet(Snippet),
    /// Move what a set-up made to the trash: container, property, account. What was there before it stays.
    Undo(undo::Undo),
}

#[derive(Debug, clap::Args)]
pub struct Prove {
    /// The set-up: see `gantry provision --runs`.
    #[arg(required_unless_present = "batch")]
    run: Option<String>,
    /// Look once at each client of this file that waits for data: see `gantry provision --batches`.
    #[arg(long, value_name = "BATCH", conflicts_with_all = ["run", "watch"])]
    batch: Option<String>,
    /// Go on looking until somebody is seen, for 15 minutes at most.
    #[arg(long)]
    watch: bool,
}

#[derive(Debug, clap::Args)]
pub struct Snippet {
    /// The set-up: see `gantry provision --runs`.
    run: String,
    /// How to paste it into this: wordpress, shopify, wix, squarespace, webflow, jimdo, html (any other), or someone_else who
    /// looks after the site. What the site is made with, where that can be seen, and else html where absent.
    #[arg(long = "for", value_name = "BUILDER", conflicts_with = "email")]
    builder: Option<String>,
    /// The text of an e-mail to whoever looks after the site.
    #[arg(long)]
    email: bool,
}

pub async fn run(command: Command, session: &Session<'_>) -> Result<ExitCode> {
    match command {
        Command::Undo(undo) => undo::run(undo, session).await,
        Command::Snippet(Snippet { run, builder, email }) => {
            let seen = provisioning::snippet(&session.engine, ById { id: run }).await?;
            let guide = guide(&seen, builder.as_deref())?;
            session.output.result(&seen, |seen| {
                if email {
                    format!("Subject: {}\n\n{}", seen.email_subject, seen.email_text)
                } else {
                    pasted(seen, guide.as_ref())
                }
            })
        }
        Command::Prove(Prove { batch: Some(id), .. }) => {
            let prove = |engine, job| async move { batches::prove(&engine, ProveBatch { id }, &job).await };
            let seen = session.run_job("batches.prove", prove).await?;
            session.output.done(&seen, batch_told::detail)
        }
        Command::Prove(Prove { run, watch, .. }) => {
            let run_id = run.unwrap_or_default();
            let request = ProofRequest { run_id, watch };
            let prove = |engine, job| async move { provisioning::prove(&engine, request, &job).await };
            let seen = session.run_job("provisioning.prove", prove).await?;
            session.output.done(&seen, proven)
        }
    }
}

/// The guide that was named; else that of what the site is made with, or the general one.
fn guide(snippet: &SnippetView, named: Option<&str>) -> Result<Option<BuilderGuide>> {
    let of = |builder: &str| snippet.guides.iter().find(|guide| guide.builder == builder).cloned();
    let Some(named) = named else {
        let likely = snippet.guides.iter().find(|guide| guide.likely).cloned();
        return Ok(likely.or_else(|| of("html")));
    };
    let known: Vec<&str> = snippet.guides.iter().map(|guide| guide.builder.as_str()).collect();
    of(named).map(Some).ok_or_else(|| {
        Error::invalid(
            format!("There are no steps for {named:?}."),
            format!("Name one of {}; html is for any other.", known.join(", ")),
        )
    })
}

fn pasted(snippet: &SnippetView, guide: Option<&BuilderGuide>) -> String {
    let mut text = format!("For the <head> of every page:\n\n{}\n", snippet.head);
    if let Some(noscript) = &snippet.noscript {
        let _ = write!(text, "\nRight after the opening <body>:\n\n{noscript}\n");
    }
    if let Some(guide) = guide {
        let _ = write!(text, "\n{}\n", guide.title);
        for (number, step) in guide.steps.iter().enumerate() {
            let _ = writeln!(text, "  {}. {step}", number + 1);
        }
    }
    text
}

fn proven(proof: &ProofView) -> String {
    let mut lines: Vec<String> = Vec::new();
    for check in &proof.checks {
        let mark = match check.outcome {
            ProofOutcome::Good => "ok",
            ProofOutcome::Warning => "look",
            ProofOutcome::Bad => "no",
        };
        let detail = check
            .detail
            .as_deref()
            .map(|detail| format!(": {detail}"))
            .unwrap_or_default();
        lines.push(format!("{mark:>4}  {}{detail}", check.what));
        lines.extend(check.remedy.as_deref().map(|remedy| format!("      {remedy}")));
    }
    lines.push(match proof.active_users {
        0 => "Nobody was seen in the last 30 minutes.".to_owned(),
        1 => "1 active user in the last 30 minutes.".to_owned(),
        users => format!("{users} active users in the last 30 minutes."),
    });
    lines.extend(proof.hints.iter().cloned());
    lines.join("\n")
}
