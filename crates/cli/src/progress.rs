//! How far a job is: NDJSON for programs, a line on stderr for people.

use std::time::Duration;

use gantry_engine::dto::events::{EngineEvent, LinkPurpose, Progress, Topic};
use gantry_engine::dto::provisioning::{ProvisionStep, StepState};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinHandle;

use crate::output;

/// Tells events until the job has ended.
pub struct Teller(JoinHandle<()>);

/// Starts telling.
pub fn tell(mut events: Receiver<EngineEvent>, json: bool) -> Teller {
    Teller(tokio::spawn(async move {
        let bar = (!json).then(progress_bar);
        let mut in_batch = false;
        loop {
            match events.recv().await {
                Ok(EngineEvent::JobDone { .. } | EngineEvent::JobFailed { .. }) | Err(RecvError::Closed) => break,
                // Requests as they come are for pages; here `gantry activity --follow` shows them.
                Ok(EngineEvent::Changed { topic: Topic::Activity }) | Err(RecvError::Lagged(_)) => {}
                Ok(event) => {
                    in_batch |=
                        matches!(&event, EngineEvent::JobStarted { command, .. } if command.starts_with("batches."));
                    match &bar {
                        None => as_json(&event),
                        // Of many clients, steps are too much to read.
                        Some(_) if in_batch && matches!(event, EngineEvent::ProvisionStep { .. }) => {}
                        Some(bar) => for_people(&event, bar),
                    }
                }
            }
        }
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
    }))
}

impl Teller {
    /// Waits until the last event is told.
    pub async fn finish(self) {
        let _ = self.0.await;
    }
}

fn as_json(event: &EngineEvent) {
    if let EngineEvent::OpenUrl { opened: false, url, .. } = event {
        eprintln!("{url}");
    }
    if let Ok(line) = serde_json::to_string(event) {
        let _ = output::print(&line);
    }
}

fn for_people(event: &EngineEvent, bar: &ProgressBar) {
    match event {
        EngineEvent::JobProgress { progress, .. } => show(progress, bar),
        EngineEvent::OpenUrl {
            purpose, url, opened, ..
        } => bar.suspend(|| {
            let page = match purpose {
                LinkPurpose::SignIn => "Google's sign-in page",
                LinkPurpose::Terms => "Google's Terms of Service",
                LinkPurpose::TagManagerAccount => "Tag Manager's page for a new account",
            };
            if *opened {
                eprintln!("{page} was opened in your browser. If nothing came up, open this link on this computer:");
            } else {
                eprintln!("Open {page} in a browser on this computer:");
            }
            eprintln!("{url}");
        }),
        EngineEvent::StrayAnswer { message, .. } => bar.suspend(|| eprintln!("{message}")),
        EngineEvent::BatchRow { row, .. } => {
            if let Some(line) = crate::provision::many::row_told(row) {
                bar.suspend(|| eprintln!("{line}"));
            }
        }
        EngineEvent::ProvisionStep {
            step, state, outcome, ..
        } => {
            let state = match state {
                StepState::Done => outcome.as_deref().unwrap_or("done"),
                StepState::Failed => "failed",
                StepState::Skipped => "left out",
                StepState::Planned | StepState::Running => return,
            };
            bar.suspend(|| eprintln!("{}: {state}", step_name(*step)));
        }
        _ => {}
    }
}

fn step_name(step: ProvisionStep) -> &'static str {
    match step {
        ProvisionStep::Ticket => "Account ticket",
        ProvisionStep::Terms => "Terms of Service",
        ProvisionStep::Account => "Account",
        ProvisionStep::Property => "Property",
        ProvisionStep::DataStream => "Data stream",
        ProvisionStep::AppStreams => "App data streams",
        ProvisionStep::EnhancedMeasurement => "Enhanced measurement",
        ProvisionStep::DataRetention => "Data retention",
        ProvisionStep::KeyEvents => "Key events",
        ProvisionStep::CustomDimensions => "Custom dimensions",
        ProvisionStep::GoogleAdsLink => "Google Ads link",
        ProvisionStep::People => "People",
        ProvisionStep::TagManagerAccount => "Tag Manager account",
        ProvisionStep::Container => "Container",
        ProvisionStep::Workspace => "Workspace",
        ProvisionStep::Tags => "Tags",
        ProvisionStep::Version => "Version",
        ProvisionStep::Publish => "Publish",
        ProvisionStep::Snippet => "Snippet",
        ProvisionStep::Client => "Client",
    }
}

fn show(progress: &Progress, bar: &ProgressBar) {
    bar.set_length(u64::from(progress.total));
    bar.set_position(u64::from(progress.done));
    let waiting = match progress.waiting_until {
        Some(until) => format!(", Google asks for a pause until {until:.0}"),
        None => progress
            .eta_seconds
            .map(|eta| format!(", about {eta} s left"))
            .unwrap_or_default(),
    };
    bar.set_message(format!("{}, {} calls{waiting}", progress.what, progress.calls));
}

fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} of {len}: {msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
