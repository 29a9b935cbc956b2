//! A set-up as hosts see it, read from its journal.

use std::sync::Arc;

use gantry_store::{ProvisioningRun, ProvisioningState, StepState as Stored};
use serde_json::Value;

use super::run_lock::RunLock;
use super::step_names::STEPS;
use crate::Engine;
use crate::dto::provisioning::{ProvisionRunView, ProvisionState, ProvisionStep, ProvisionStepView, StepState};
use crate::error::{Error, ErrorCode, ErrorView, Result};

pub(super) fn outcome(step: ProvisionStep, response: &Value) -> Option<String> {
    let field = match step {
        ProvisionStep::Terms | ProvisionStep::Account => "account_id",
        ProvisionStep::Property => "property_id",
        ProvisionStep::DataStream => "measurement_id",
        ProvisionStep::Container => "public_id",
        ProvisionStep::Version | ProvisionStep::Publish => "version_id",
        // Others say what they made in words, or nothing: a ticket is of no use to a person.
        _ => "outcome",
    };
    response.get(field).and_then(Value::as_str).map(str::to_owned)
}

pub(super) fn shown(state: Stored) -> StepState {
    match state {
        Stored::Planned => StepState::Planned,
        Stored::Sent => StepState::Running,
        Stored::Done => StepState::Done,
        Stored::Failed => StepState::Failed,
        Stored::Skipped => StepState::Skipped,
    }
}

/// A run as hosts see it. One that no living process works on is shown as stopped.
pub(super) async fn view(engine: &Arc<Engine>, run: ProvisioningRun) -> Result<ProvisionRunView> {
    let alive = RunLock::is_taken(engine, &run.connection_id, &run.form);
    assemble(engine, run, alive).await
}

pub(super) async fn assemble(engine: &Arc<Engine>, run: ProvisioningRun, alive: bool) -> Result<ProvisionRunView> {
    let known = engine.store().provisioning_steps(&run.id).await?;
    let steps = STEPS.iter().filter_map(|(step, name, _)| {
        let row = known.iter().find(|row| row.step == *name)?;
        Some(ProvisionStepView {
            step: *step,
            state: shown(row.state),
            outcome: row.response.as_ref().and_then(|response| outcome(*step, response)),
            at: row.updated_at,
        })
    });
    let steps: Vec<_> = steps.collect();
    let at_tag_manager = steps
        .iter()
        .any(|view| view.step == ProvisionStep::TagManagerAccount && view.state == StepState::Running);
    let open = matches!(run.state, ProvisioningState::Running | ProvisioningState::Waiting);
    let state = match run.state {
        _ if open && !alive => ProvisionState::Failed,
        ProvisioningState::Running => ProvisionState::Running,
        ProvisioningState::Waiting if at_tag_manager => ProvisionState::WaitingForTagManager,
        ProvisioningState::Waiting => ProvisionState::WaitingForTerms,
        ProvisioningState::Done => ProvisionState::Done,
        ProvisioningState::Failed => ProvisionState::Failed,
        ProvisioningState::Cancelled => ProvisionState::Cancelled,
    };
    let told = run
        .error
        .as_ref()
        .and_then(|error| serde_json::from_value::<ErrorView>(error.clone()).ok());
    let problem = match told {
        Some(error) => Some(format!("{} {}", error.message, error.remedy).trim().to_owned()),
        None if open && !alive => Some("Gantry was closed before this set-up was finished.".to_owned()),
        None => None,
    };
    let result = match &run.outcome {
        Some(outcome) => Some(serde_json::from_value(outcome.clone()).map_err(|error| {
            Error::new(
                ErrorCode::Storage,
                "The set-up's result could not be read.",
                "Look at the account in Google Analytics.",
            )
            .with_details(error)
        })?),
        None => None,
    };
    let in_trash = super::undo::in_trash(&known);
    Ok(ProvisionRunView {
        request: super::form_of(&run)?,
        id: run.id,
        state,
        steps,
        started_at: run.created_at,
        updated_at: run.updated_at,
        result,
        problem,
        // What was undone begins anew.
        resumable: !alive && run.state != ProvisioningState::Done && in_trash.is_none(),
        proof: run.proof.and_then(|proof| serde_json::from_value(proof).ok()),
        in_trash,
    })
}
