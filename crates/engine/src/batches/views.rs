//! A batch as hosts see it: the rows of the store, the runs that came of them, and what this process knows besides.

use std::collections::HashMap;
use std::sync::Arc;

use gantry_store::{
    Batch, BatchRow, BatchRowState as Stored, BatchState, ProvisioningRun, ProvisioningState, ProvisioningStep,
    StepState,
};

use super::live::RowNow;
use super::lock::BatchLock;
use super::{LISTED, unwritable};
use crate::Engine;
use crate::dto::batches::{BatchRequest, BatchRowState, BatchRowView, BatchView};
use crate::dto::provisioning::{ProofView, ProvisionRequest, ProvisionStep};
use crate::error::{ErrorView, Result};
use crate::provisioning;

pub(super) async fn list(engine: &Arc<Engine>) -> Result<Vec<BatchView>> {
    let mut views = Vec::new();
    for batch in engine.store().batches(LISTED).await? {
        views.push(view(engine, batch).await?);
    }
    Ok(views)
}

pub(super) async fn view(engine: &Arc<Engine>, batch: Batch) -> Result<BatchView> {
    let live = engine.batches.of(&batch.id);
    let running = live.is_some() || BatchLock::is_taken(engine, &batch.id);
    let rows = engine.store().batch_rows(&batch.id).await?;
    let runs = Runs::of(engine, &batch.id).await?;
    let rows = rows.iter().map(|row| {
        let now = live.as_ref().map(|live| live.row(row.line));
        row_view(row, runs.of_row(row), now, running)
    });
    let rows = rows.collect::<Result<Vec<_>>>()?;
    let connections = engine.store().connections().await?;
    let connection = connections.into_iter().find(|known| known.id == batch.connection_id);
    let request: BatchRequest = serde_json::from_value(batch.request).map_err(unwritable)?;
    Ok(BatchView {
        connection: connection.map_or_else(|| batch.connection_id.clone(), |known| known.email),
        template: request.template,
        rows,
        running,
        finished: batch.state == BatchState::Finished && !running,
        eta_seconds: live.as_ref().and_then(|live| live.eta()),
        waiting_until: live.as_ref().and_then(|live| live.waiting_until()),
        id: batch.id,
        name: batch.name,
        created_at: batch.created_at,
        updated_at: batch.updated_at,
    })
}

/// The run of a row, as the journal has it.
pub(super) struct RowRun {
    pub run: ProvisioningRun,
    steps: Vec<ProvisioningStep>,
}

impl RowRun {
    /// The run with this id, where there is one.
    pub async fn of(engine: &Engine, run_id: Option<&str>) -> Result<Option<Self>> {
        let Some(run_id) = run_id else { return Ok(None) };
        let Some(run) = engine.store().provisioning_run(run_id).await? else {
            return Ok(None);
        };
        let steps = engine.store().provisioning_steps(run_id).await?;
        Ok(Some(Self { run, steps }))
    }

    /// Whether a person has accepted the Terms of Service for it, or none was needed.
    pub fn is_accepted(&self) -> bool {
        let state = |name: &str| self.steps.iter().find(|step| step.step == name).map(|step| step.state);
        matches!(state("terms"), None | Some(StepState::Done | StepState::Skipped)) && !self.steps.is_empty()
    }

    /// Whether something was made for it: it is gone on with, whatever else is there.
    pub fn has_begun_to_make(&self) -> bool {
        let made = |step: &ProvisioningStep, field: &str| {
            let response = step.response.as_ref();
            response.is_some_and(|response| response[field].is_string())
        };
        let is_made = |step: &ProvisioningStep| made(step, "account_id") || made(step, "property_id");
        self.steps.iter().any(is_made)
    }

    /// Whether what was set up is in the trash.
    pub fn is_undone(&self) -> bool {
        provisioning::is_undone(&self.run, &self.steps)
    }

    /// Its steps before the first that is still to be done.
    pub fn steps_done(&self) -> u32 {
        let is_over = |step: &ProvisioningStep| matches!(step.state, StepState::Done | StepState::Skipped);
        let mut steps: Vec<_> = self.steps.iter().collect();
        steps.sort_by_key(|step| provisioning::step_position(&step.step));
        u32::try_from(steps.into_iter().take_while(|step| is_over(step)).count()).unwrap_or(u32::MAX)
    }
}

/// The runs of a batch.
pub(super) struct Runs(Vec<RowRun>);

impl Runs {
    pub async fn of(engine: &Engine, batch_id: &str) -> Result<Self> {
        let runs = engine.store().provisioning_runs_of_batch(batch_id).await?;
        let mut steps: HashMap<String, Vec<ProvisioningStep>> = HashMap::new();
        for step in engine.store().provisioning_steps_of_batch(batch_id).await? {
            steps.entry(step.run_id.clone()).or_default().push(step);
        }
        let runs = runs.into_iter().map(|run| RowRun {
            steps: steps.remove(&run.id).unwrap_or_default(),
            run,
        });
        Ok(Self(runs.collect()))
    }

    /// The run of a row: the one that it names, else the one of its form, which a crash may have left unnamed; of those that
    /// were undone only one that it names.
    pub fn of_row(&self, row: &BatchRow) -> Option<&RowRun> {
        let named = row.run_id.as_ref();
        let named = named.and_then(|id| self.0.iter().find(|known| known.run.id == *id));
        named.or_else(|| {
            let form: ProvisionRequest = serde_json::from_value(row.form.clone()).ok()?;
            // What else a run's form holds may have been filled in since. The newest, where there are several.
            self.0.iter().rev().filter(|known| !known.is_undone()).find(|known| {
                let other = serde_json::from_value::<ProvisionRequest>(known.run.form.clone());
                other.is_ok_and(|other| key(&other) == key(&form))
            })
        })
    }
}

/// What no two rows of a batch have in common.
pub(super) type Key<'a> = (&'a str, &'a str, &'a str, Option<&'a str>, Option<&'a str>);

pub(super) fn key(form: &ProvisionRequest) -> Key<'_> {
    (
        &form.account_name,
        &form.property_name,
        &form.website,
        form.android_package.as_deref(),
        form.ios_bundle.as_deref(),
    )
}

pub(super) fn row_view(
    row: &BatchRow,
    run: Option<&RowRun>,
    now: Option<RowNow>,
    running: bool,
) -> Result<BatchRowView> {
    let form: ProvisionRequest = serde_json::from_value(row.form.clone()).map_err(unwritable)?;
    let now = now.unwrap_or_default();
    let (state, doing) = state(row, run, running);
    let error = row.error.clone().filter(|_| state == BatchRowState::Failed);
    let error = error.and_then(|error| serde_json::from_value::<ErrorView>(error).ok());
    let result = run.filter(|_| state != BatchRowState::InTrash);
    let result = result.and_then(|known| known.run.outcome.clone());
    Ok(BatchRowView {
        line: row.line,
        name: if form.account_name.is_empty() {
            form.property_name
        } else {
            form.account_name
        },
        website: form.website,
        run_id: run.map(|known| known.run.id.clone()).or(now.run_id),
        problem: error.map(|error| format!("{} {}", error.message, error.remedy).trim().to_owned()),
        terms: now.terms.filter(|_| state == BatchRowState::WaitingForTerms),
        doing,
        state,
        result: result.map(serde_json::from_value).transpose().map_err(unwritable)?,
    })
}

fn state(row: &BatchRow, run: Option<&RowRun>, running: bool) -> (BatchRowState, Option<String>) {
    if run.is_some_and(RowRun::is_undone) {
        return (BatchRowState::InTrash, None);
    }
    let made = row.state == Stored::Made || run.is_some_and(|known| known.run.state == ProvisioningState::Done);
    let (Some(known), false) = (run, row.state == Stored::Failed || made) else {
        let seen = run.and_then(|known| serde_json::from_value::<ProofView>(known.run.proof.clone()?).ok());
        let state = match row.state {
            _ if made && seen.is_some_and(|seen| seen.first_seen_at.is_some()) => BatchRowState::Done,
            _ if made => BatchRowState::WaitingForData,
            Stored::Failed => BatchRowState::Failed,
            _ => BatchRowState::Draft,
        };
        return (state, None);
    };
    let accepted = known.is_accepted();
    if !running {
        // Nobody listens for its ticket any more.
        let state = if accepted {
            BatchRowState::Building
        } else {
            BatchRowState::Draft
        };
        return (state, None);
    }
    let sent = known.steps.iter().find(|step| step.state == StepState::Sent);
    let at = sent.and_then(|step| provisioning::step_named(&step.step));
    let state = match (known.run.state, at) {
        (ProvisioningState::Waiting, Some((ProvisionStep::TagManagerAccount, _))) => {
            BatchRowState::WaitingForTagManager
        }
        (ProvisioningState::Waiting, _) => BatchRowState::WaitingForTerms,
        _ if accepted => BatchRowState::Building,
        _ if matches!(known.run.state, ProvisioningState::Running) => BatchRowState::Ticket,
        _ => BatchRowState::Draft,
    };
    (state, at.map(|(_, doing)| doing.to_owned()))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;

    fn row(state: Stored) -> BatchRow {
        BatchRow {
            batch_id: "batch".to_owned(),
            line: 2,
            form: json!({}),
            heading: None,
            run_id: None,
            state,
            error: None,
            anyway: false,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn run(state: ProvisioningState, steps: &[(&str, StepState)], seen: Option<Timestamp>) -> RowRun {
        let now = Timestamp::UNIX_EPOCH;
        let proof = ProofView {
            checked_at: now,
            page_title: None,
            checks: Vec::new(),
            active_users: 0,
            first_seen_at: seen,
            seconds_to_first: None,
            events: Vec::new(),
            hints: Vec::new(),
            site: None,
        };
        let step = |(name, state): &(&str, StepState)| ProvisioningStep {
            run_id: "run".to_owned(),
            step: (*name).to_owned(),
            state: *state,
            request: None,
            response: None,
            updated_at: now,
        };
        RowRun {
            steps: steps.iter().map(step).collect(),
            run: ProvisioningRun {
                id: "run".to_owned(),
                connection_id: "connection".to_owned(),
                form: json!({}),
                template: None,
                batch_id: None,
                state,
                outcome: None,
                error: None,
                proof: Some(json!(proof)),
                created_at: now,
                updated_at: now,
            },
        }
    }

    #[test]
    fn every_state_of_a_row_is_told_by_its_run_and_by_whether_somebody_works_on_it() {
        use BatchRowState::{
            Building, Done, Draft, Failed, InTrash, Ticket, WaitingForData, WaitingForTagManager, WaitingForTerms,
        };
        use ProvisioningState as Run;
        use StepState::{Planned, Sent, Skipped};
        let made = StepState::Done;
        let seen = Some(Timestamp::UNIX_EPOCH);
        let asked = [("ticket", Sent), ("terms", Planned), ("property", Planned)];
        let open = [("ticket", made), ("terms", Sent), ("property", Planned)];
        let accepted = [("ticket", made), ("terms", made), ("property", Sent)];
        let theirs = [("account", made), ("property", Sent)];
        let no_terms = [("terms", Skipped), ("property", Planned)];
        let waits = [("ticket", made), ("terms", made), ("tag_manager_account", Sent)];
        let going_on = [
            (Stored::Begun, run(Run::Running, &asked, None), Ticket),
            (Stored::Begun, run(Run::Waiting, &open, None), WaitingForTerms),
            (Stored::Begun, run(Run::Waiting, &waits, None), WaitingForTagManager),
            (Stored::Begun, run(Run::Running, &accepted, None), Building),
            (Stored::Begun, run(Run::Running, &theirs, None), Building),
            (Stored::Begun, run(Run::Running, &no_terms, None), Building),
            // It failed in a way that passes, and waits for its next turn.
            (Stored::Begun, run(Run::Failed, &open, None), Draft),
            (Stored::Begun, run(Run::Failed, &accepted, None), Building),
        ];
        for (stored, run, wanted) in &going_on {
            let (told, _) = state(&row(*stored), Some(run), true);
            assert_eq!(told, *wanted, "{:?} {:?}", run.run.state, run.steps);
        }
        // Nobody works on it: what waits for a person waits no more.
        let stopped = [
            (run(Run::Running, &asked, None), Draft),
            (run(Run::Waiting, &open, None), Draft),
            (run(Run::Waiting, &waits, None), Building),
            (run(Run::Cancelled, &accepted, None), Building),
        ];
        for (run, wanted) in &stopped {
            assert_eq!(state(&row(Stored::Begun), Some(run), false), (*wanted, None));
        }
        let mut undone = run(Run::Done, &accepted, seen);
        let gone = json!({ "trashed": [{ "asset": "properties/1", "name": "Website" }] });
        undone.steps.push(ProvisioningStep {
            step: "trash".to_owned(),
            state: made,
            response: Some(gone),
            ..undone.steps[0].clone()
        });
        for running in [true, false] {
            assert_eq!(state(&row(Stored::Made), Some(&undone), running), (InTrash, None));
            let told = |stored, run: Option<&RowRun>| state(&row(stored), run, running);
            assert_eq!(told(Stored::Draft, None), (Draft, None));
            assert_eq!(told(Stored::Begun, None), (Draft, None));
            assert_eq!(told(Stored::Failed, None), (Failed, None));
            assert_eq!(
                told(Stored::Failed, Some(&run(Run::Failed, &accepted, None))),
                (Failed, None)
            );
            assert_eq!(
                told(Stored::Made, Some(&run(Run::Done, &accepted, None))),
                (WaitingForData, None)
            );
            assert_eq!(told(Stored::Made, Some(&run(Run::Done, &accepted, seen))), (Done, None));
            // Another batch, or another window, finished it; what this one last knew of it is old.
            assert_eq!(
                told(Stored::Failed, Some(&run(Run::Done, &accepted, None))),
                (WaitingForData, None)
            );
            assert_eq!(
                told(Stored::Begun, Some(&run(Run::Done, &accepted, seen))),
                (Done, None)
            );
        }
    }

    #[test]
    fn a_row_that_is_worked_on_tells_what_is_done_for_it_now() {
        let open = [("ticket", StepState::Done), ("terms", StepState::Sent)];
        let (_, doing) = state(
            &row(Stored::Begun),
            Some(&run(ProvisioningState::Waiting, &open, None)),
            true,
        );
        let (_, wanted) = provisioning::step_named("terms").unwrap();
        assert_eq!(doing.as_deref(), Some(wanted));
    }
}
