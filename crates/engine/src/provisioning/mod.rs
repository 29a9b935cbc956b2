//! Setting up a site: an Analytics account with its Terms of Service, a property, a web data stream, the snippet.
//!
//! Every step is written down before it is sent. A run that stopped, however it stopped, goes on from its journal and
//! adopts what a lost answer has already made.

mod form;
mod journal;
mod planning;
mod proof;
mod run_lock;
mod steps;
mod terms;
mod undo;

use std::sync::Arc;

use gantry_domain::Permission;
use gantry_store::{ProvisioningRun, ProvisioningState};

use crate::Engine;
use crate::dto::Nothing;
use crate::dto::provisioning::{FieldProblem, ProvisionRequest, ProvisionRunView, ProvisionStep, ResumeProvision};
use crate::error::{Error, ErrorCode, Result};
use crate::jobs::Job;
use journal::Journal;
use run_lock::RunLock;

pub use planning::{choices, plan, redirects};
pub use proof::{prove, snippet};
pub use undo::{made, trash};

/// How many runs a list shows.
const SHOWN: u32 = 50;

/// Sets up a site. An unfinished run of the same form is gone on with, so that nothing is made twice.
pub async fn start(engine: &Arc<Engine>, request: ProvisionRequest, job: &Job) -> Result<ProvisionRunView> {
    start_in(engine, request, None, job).await
}

/// The same, as a row of a batch.
pub(crate) async fn start_in(
    engine: &Arc<Engine>,
    request: ProvisionRequest,
    batch_id: Option<String>,
    job: &Job,
) -> Result<ProvisionRunView> {
    let request = form::checked(request)?;
    let mut session = engine.session(request.connection.as_deref()).await?;
    terms::signatory(&session)?;
    session.require(Permission::Configure)?;
    if batch_id.is_some() {
        session.transport = session.transport.bulk();
    }
    let form = serde_json::to_value(&request).map_err(unwritable)?;
    let connection_id = session.connection.id.clone();
    let _lock = RunLock::take(engine, &connection_id, &form)?;
    let unfinished = engine
        .store()
        .provisioning_runs(SHOWN)
        .await?
        .into_iter()
        .find(|run| run.connection_id == connection_id && run.form == form && run.state != ProvisioningState::Done);
    let journal = match unfinished {
        Some(run) => Journal::again(engine, job, run, request).await?,
        None => {
            let template = crate::templates::named(engine, request.template.as_deref()).await?;
            let mut planned = vec![
                ProvisionStep::Ticket,
                ProvisionStep::Terms,
                ProvisionStep::Account,
                ProvisionStep::Property,
                ProvisionStep::DataStream,
            ];
            if request.container != crate::dto::provisioning::ContainerChoice::None {
                planned.extend(steps::TAG_MANAGER);
            }
            planned.push(ProvisionStep::Snippet);
            Journal::begin(engine, job, connection_id, request, form, template, planned, batch_id).await?
        }
    };
    let ended = steps::run(&journal, &session).await;
    journal.close(ended).await
}

/// Goes on with a run that stopped.
pub async fn resume(engine: &Arc<Engine>, request: ResumeProvision, job: &Job) -> Result<ProvisionRunView> {
    let run = engine.store().provisioning_run(&request.run_id).await?.ok_or_else(|| {
        Error::new(
            ErrorCode::NotFound,
            "There is no such set-up.",
            "List set-ups and resume one of them.",
        )
    })?;
    if run.state == ProvisioningState::Done {
        return journal::view(engine, run).await;
    }
    let form = form_of(&run)?;
    let mut session = engine.session(Some(&run.connection_id)).await?;
    terms::signatory(&session)?;
    session.require(Permission::Configure)?;
    if run.batch_id.is_some() {
        session.transport = session.transport.bulk();
    }
    let _lock = RunLock::take(engine, &run.connection_id, &run.form)?;
    let journal = Journal::again(engine, job, run, form).await?;
    let ended = steps::run(&journal, &session).await;
    journal.close(ended).await
}

/// The newest set-ups, newest first.
pub async fn runs(engine: &Arc<Engine>, _: Nothing) -> Result<Vec<ProvisionRunView>> {
    let mut views = Vec::new();
    for run in engine.store().provisioning_runs(SHOWN).await? {
        views.push(journal::view(engine, run).await?);
    }
    Ok(views)
}

/// The IANA name of this computer's time zone, to prefill forms.
pub fn system_time_zone() -> String {
    jiff::tz::TimeZone::system().iana_name().unwrap_or("Etc/UTC").to_owned()
}

/// The form tidied, and everything that is wrong with it.
pub(crate) fn problems_of(request: ProvisionRequest) -> (ProvisionRequest, Vec<FieldProblem>) {
    form::problems_of(request)
}

/// The step that is called so in the journal, and what a person is told while it is done.
pub(crate) fn step_named(name: &str) -> Option<(ProvisionStep, &'static str)> {
    journal::named(name).map(|step| (step, journal::doing(step)))
}

fn form_of(run: &ProvisioningRun) -> Result<ProvisionRequest> {
    serde_json::from_value(run.form.clone()).map_err(unwritable)
}

fn unwritable(error: serde_json::Error) -> Error {
    Error::new(
        ErrorCode::Storage,
        "The set-up's form could not be written down or read.",
        "Start a new set-up.",
    )
    .with_details(error)
}
