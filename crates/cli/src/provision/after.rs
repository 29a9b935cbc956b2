//! What follows a set-up: the snippet again, the proof that visitors are counted, and the way back.

use std::fmt::Write as _;
use std::process::ExitCode;

use gantry_engine::dto::ById;
use gantry_engine::dto::provisioning::{ProofOutcome, ProofRequest, ProofView, SnippetView};
use gantry_engine::{Result, provisioning};

use super::undo;
use crate::composition::Session;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Look at the site for the snippet, and at realtime for its visitors.
    Prove(Prove),
    /// What to paste into the site, and how.
    Snippet(Run),
    /// Move what a set-up made to the trash: container, property, account. What was there before it stays.
    Undo(undo::Undo),
}

#[derive(Debug, clap::Args)]
pub struct Prove {
    /// The set-up: see `gantry provision --runs`.
    run: String,
    /// Go on looking until somebody is seen, for 15 minutes at most.
    #[arg(long)]
    watch: bool,
}

#[derive(Debug, clap::Args)]
pub struct Run {
    /// The set-up: see `gantry provision --runs`.
    run: String,
}

pub async fn run(command: Command, session: &Session<'_>) -> Result<ExitCode> {
    match command {
        Command::Undo(undo) => undo::run(undo, session).await,
        Command::Snippet(Run { run }) => {
            let seen = provisioning::snippet(&session.engine, ById { id: run }).await?;
            session.output.result(&seen, pasted)
        }
        Command::Prove(Prove { run, watch }) => {
            let request = ProofRequest { run_id: run, watch };
            let prove = |engine, job| async move { provisioning::prove(&engine, request, &job).await };
            let seen = session.run_job("provisioning.prove", prove).await?;
            session.output.done(&seen, proven)
        }
    }
}

fn pasted(snippet: &SnippetView) -> String {
    let mut text = format!("For the <head> of every page:\n\n{}\n", snippet.head);
    if let Some(noscript) = &snippet.noscript {
        let _ = write!(text, "\nRight after the opening <body>:\n\n{noscript}\n");
    }
    for guide in snippet.guides.iter().filter(|guide| guide.likely) {
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
