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
        // All rows of a batch act as one connection.
        let mut acting: Option<String> = None;
        loop {
            match events.recv().await {
                Ok(EngineEvent::JobDone { .. } | EngineEvent::JobFailed { .. }) | Err(RecvError::Closed) => break,
                // Requests as they come are for pages; here `gantry activity --follow` shows them.
                Ok(EngineEvent::Changed { topic: Topic::Activity }) | Err(RecvError::Lagged(_)) => {}
                Ok(event) => {
                    in_batch |=
                        matches!(&event, EngineEvent::JobStarted { command, .. } if command.starts_with("batches."));
                    if let EngineEvent::OpenUrl { account, .. } = &event {
                        acting.clone_from(account);
                    }
                    match &bar {
                        None => as_json(&event),
                        // Of many clients, steps are too much to read.
                        Some(_) if in_batch && matches!(event, EngineEvent::ProvisionStep { .. }) => {}
                        // The client's own line has the link.
                        Some(_) if in_batch && is_link_of_terms(&event) => {}
                        Some(bar) => for_people(&event, acting.as_deref(), bar),
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

fn is_link_of_terms(event: &EngineEvent) -> bool {
    let purpose = LinkPurpose::Terms;
    matches!(event, EngineEvent::OpenUrl { opened: false, purpose: of, .. } if *of == purpose)
}

fn for_people(event: &EngineEvent, acting: Option<&str>, bar: &ProgressBar) {
    match event {
        EngineEvent::JobProgress { progress, .. } => show(progress, bar),
        EngineEvent::OpenUrl {
            purpose,
            url,
            opened,
            account,
            ..
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
            match (account, purpose) {
                (Some(account), LinkPurpose::Terms) => eprintln!("Accept as {account}: {url}"),
                _ => eprintln!("{url}"),
            }
            if *purpose == LinkPurpose::TagManagerAccount {
                eprintln!("{}", making_a_tag_manager_account(account.as_deref()));
            }
        }),
        EngineEvent::StrayAnswer { message, .. } => bar.suspend(|| eprintln!("{message}")),
        EngineEvent::BatchRow { row, .. } => {
            if let Some(line) = crate::provision::batch_told::row_told(row, acting) {
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

/// The steps that the window shows, too.
fn making_a_tag_manager_account(account: Option<&str>) -> String {
    let shown = account.unwrap_or("the account that you signed in with");
    format!(
        "Google lets only people make a Tag Manager account, not apps. It takes a minute and any name will do:\n  \
         1. Check that the page shows {shown}.\n  \
         2. Press \"Create account\", and give it the name of your business.\n  \
         3. Google asks for a container name too: any will do, for instance \"test\"; Gantry makes its own.\n  \
         4. Accept Tag Manager's terms. The set-up notices it and goes on."
    )
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
