//! Setting up a site: an Analytics account with its Terms of Service, a property with all that measures, a container, the
//! snippet.
//!
//! Every step is written down before it is sent. A run that stopped, however it stopped, goes on from its journal and
//! adopts what a lost answer has already made.

mod account_maker;
mod choices;
mod codes;
mod correcting;
mod earlier;
mod form;
mod journal;
mod new_accounts;
mod outline;
mod planning;
mod proof;
mod record;
mod run_lock;
mod run_view;
mod signing_in;
mod step_names;
mod steps;
mod tag_manager_desk;
mod terms;
mod terms_desk;
mod undo;
mod wanted;
pub(crate) mod website;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use gantry_store::{ProvisioningRun, ProvisioningState};
use serde_json::Value;

use crate::Engine;
use crate::connections::Session;
use crate::dto::provisioning::{FieldProblem, ProvisionRequest, ProvisionRunView, ProvisionStep, ResumeProvision};
use crate::dto::templates::Template;
use crate::dto::{ById, Nothing};
use crate::error::{Error, ErrorCode, Result};
use crate::jobs::Job;
use journal::Journal;
use run_lock::RunLock;

pub use choices::{choices, redirects};
pub(crate) use planning::in_turn;
pub use planning::plan;
pub use proof::{prove, prove_with_pause, snippet};
pub use record::save_record;
pub(crate) use run_lock::identity;
pub(crate) use tag_manager_desk::TagManagerDesk;
pub(crate) use terms_desk::TermsDesk;
pub use undo::{made, trash};

/// How many runs a list shows.
const SHOWN: u32 = 50;
/// Among how many an unfinished run of the same form is looked for.
const REMEMBERED: u32 = 1000;

/// Sets up a site. An unfinished run of the same form is gone on with, so that nothing is made twice.
pub async fn start(engine: &Arc<Engine>, request: ProvisionRequest, job: &Job) -> Result<ProvisionRunView> {
    Box::pin(start_in(engine, request, None, job)).await
}

/// The same, as a row of a batch.
pub(crate) async fn start_in(
    engine: &Arc<Engine>,
    request: ProvisionRequest,
    batch_id: Option<String>,
    job: &Job,
) -> Result<ProvisionRunView> {
    let sign_in_first = request.sign_in_first;
    let template = crate::templates::named(engine, request.template.as_deref()).await?;
    let (request, problems) = form::checked(request, &template);
    if let Some(refused) = form::refusal(problems) {
        return Err(refused);
    }
    let session = signing_in::session(engine, &request, &template, sign_in_first, job).await?;
    let form = serde_json::to_value(&request).map_err(unwritable)?;
    let connection_id = session.connection.id.clone();
    let _lock = RunLock::take(engine, &connection_id, &form).await?;
    if let Some(run) = of_form(engine, &connection_id, &form).await? {
        undo::settle(engine, &session, &run).await?;
    }
    let journal = match unfinished(engine, &connection_id, &form).await? {
        Some(run) => Journal::again(engine, job, run, request).await?,
        None => Journal::begin(engine, job, connection_id, request, form, template, batch_id).await?,
    };
    finish(journal, &session).await
}

/// Goes on with a run that stopped, with steps left out or its form put right where the request says so.
pub async fn resume(engine: &Arc<Engine>, request: ResumeProvision, job: &Job) -> Result<ProvisionRunView> {
    let run = run_of(engine, &request.run_id).await?;
    if run.state == ProvisioningState::Done {
        undo::refuse_to_go_on(engine, &run).await?;
        return run_view::view(engine, run).await;
    }
    let session = engine.session(Some(&run.connection_id)).await?;
    let _lock = RunLock::take(engine, &run.connection_id, &run.form).await?;
    // Another window may have put its form right, or finished it, in the meantime.
    let before = run_lock::identity(&run.form);
    let run = run_of(engine, &request.run_id).await?;
    if run.state == ProvisioningState::Done || run_lock::identity(&run.form) != before {
        return Err(Error::new(
            ErrorCode::Conflict,
            "This set-up went on in another window meanwhile.",
            "Look at it again, then resume it where it still stops.",
        ));
    }
    undo::settle(engine, &session, &run).await?;
    undo::refuse_to_go_on(engine, &run).await?;
    let known = engine.store().provisioning_steps(&run.id).await?;
    let old = form_of(&run)?;
    let run = correcting::amended(run, &known, &request)?;
    // A form that was put right is another one for those who would start it.
    let _new_lock = if run_lock::identity(&run.form) == before {
        None
    } else {
        let lock = RunLock::take(engine, &run.connection_id, &run.form).await?;
        correcting::plan_anew(engine, &old, &run, &known).await?;
        Some(lock)
    };
    let form = form_of(&run)?;
    let journal = Journal::again(engine, job, run, form).await?;
    // What the run was begun with counts, not what the template is by now.
    if let Err(error) = signing_in::allowed(&session, &journal.form, &journal.template) {
        return journal.close(Err(error)).await;
    }
    finish(journal, &session).await
}

async fn run_of(engine: &Engine, id: &str) -> Result<ProvisioningRun> {
    engine.store().provisioning_run(id).await?.ok_or_else(|| {
        Error::new(
            ErrorCode::NotFound,
            "There is no such set-up.",
            "List set-ups and resume one of them.",
        )
    })
}

async fn finish(journal: Journal<'_>, session: &Session) -> Result<ProvisionRunView> {
    let mut session = session.clone();
    if journal.is_in_batch().await {
        // Clicks go first.
        session.transport = session.transport.bulk();
    }
    // Boxed, because it is large and every caller would carry it.
    let ended = Box::pin(steps::run(&journal, &session)).await;
    journal.close(ended).await
}

/// The run of this form that was not finished, unless it was undone.
async fn unfinished(engine: &Engine, connection_id: &str, form: &Value) -> Result<Option<ProvisioningRun>> {
    let found = of_form(engine, connection_id, form).await?;
    undo::not_in_trash(engine, found).await
}

async fn of_form(engine: &Engine, connection_id: &str, form: &Value) -> Result<Option<ProvisioningRun>> {
    let form = run_lock::identity(form);
    let runs = engine.store().provisioning_runs(REMEMBERED).await?;
    Ok(runs
        .into_iter()
        .filter(|run| run.connection_id == connection_id && run.state != ProvisioningState::Done)
        .find(|run| run_lock::identity(&run.form) == form))
}

/// The newest set-ups, newest first.
pub async fn runs(engine: &Arc<Engine>, _: Nothing) -> Result<Vec<ProvisionRunView>> {
    let mut views = Vec::new();
    for run in engine.store().provisioning_runs(SHOWN).await? {
        views.push(run_view::view(engine, run).await?);
    }
    Ok(views)
}

/// One set-up, however old.
pub async fn show(engine: &Arc<Engine>, request: ById) -> Result<ProvisionRunView> {
    run_view::view(engine, run_of(engine, &request.id).await?).await
}

/// The IANA name of this computer's time zone, to prefill forms.
pub fn system_time_zone() -> String {
    jiff::tz::TimeZone::system().iana_name().unwrap_or("Etc/UTC").to_owned()
}

/// The form tidied, and everything that is wrong with it where it is set up by `template`.
pub(crate) fn problems_of(request: ProvisionRequest, template: &Template) -> (ProvisionRequest, Vec<FieldProblem>) {
    form::checked(request, template)
}

/// The accounts and properties that are in the trash, by the ids of the runs that made them: what these set up is there no
/// more. A run that lost only its container still has its property.
pub(crate) async fn in_trash(engine: &Engine) -> Result<HashMap<String, Vec<String>>> {
    undo::runs_in_trash(engine).await
}

/// The runs whose undo was begun: none of them is gone on with.
pub(crate) async fn undone(engine: &Engine) -> Result<HashSet<String>> {
    undo::runs_undone(engine).await
}

/// The step that is called so in the journal, and what a person is told while it is done.
pub(crate) fn step_named(name: &str) -> Option<(ProvisionStep, &'static str)> {
    step_names::named(name).map(|step| (step, step_names::doing(step)))
}

/// Which of all steps it is, in their order.
pub(crate) fn step_position(name: &str) -> usize {
    step_names::named(name).map_or(usize::MAX, step_names::position)
}

/// The template of a run; the plain website for runs from before there were templates.
fn template_of(run: &ProvisioningRun) -> Result<Template> {
    match &run.template {
        Some(template) => serde_json::from_value(template.clone()).map_err(unwritable),
        None => Ok(crate::templates::plain()),
    }
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
