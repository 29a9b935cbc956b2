//! What a set-up will do and what it costs, before it begins: made without a call.

use std::collections::BTreeSet;
use std::sync::Arc;

use gantry_domain::Permission;
use gantry_store::ConnectionRecord;

use super::outline::{self, Step};
use super::{earlier, form, wanted};
use crate::Engine;
use crate::dto::provisioning::{FieldProblem, ProvisionPlan, ProvisionRequest, ProvisionStep};
use crate::error::Result;
use crate::{connections, quota};

/// What a call takes on an ordinary line, in milliseconds.
const CALL_MILLIS: u64 = 300;

pub async fn plan(engine: &Arc<Engine>, request: ProvisionRequest) -> Result<ProvisionPlan> {
    let (template, unknown) = match crate::templates::named(engine, request.template.as_deref()).await {
        Ok(template) => (template, None),
        Err(error) => (
            crate::templates::plain(),
            Some(FieldProblem {
                field: "template".to_owned(),
                message: error.message,
                remedy: error.remedy,
            }),
        ),
    };
    let (form, mut problems) = form::checked(request, &template);
    problems.extend(unknown);
    let connection = match engine.connection(form.connection.as_deref()).await {
        Ok(connection) => Some(connection),
        // A sign-in comes first.
        Err(error) if form.connection.is_none() => {
            tracing::debug!(%error, "no connection for the plan yet");
            None
        }
        Err(error) => {
            problems.push(FieldProblem {
                field: "connection".to_owned(),
                message: error.message,
                remedy: error.remedy,
            });
            None
        }
    };
    let permissions = outline::permissions(&form, &template);
    let missing = missing(connection.as_ref(), &permissions);
    let steps = outline::steps(&form, &template);
    let planned: Vec<_> = steps.iter().map(Step::planned).collect();
    let tag_manager_calls = planned.iter().map(|step| step.tag_manager_calls).sum();
    let resumes = match &connection {
        Some(connection) => resumes(engine, &connection.id, &form).await?,
        None => None,
    };
    let notes = match &connection {
        Some(connection) => earlier::notes(engine, &connection.id, &form, resumes.as_deref()).await?,
        None => Vec::new(),
    };
    Ok(ProvisionPlan {
        permissions,
        missing,
        analytics_calls: planned.iter().map(|step| step.analytics_calls).sum(),
        tag_manager_calls,
        safety_reads: steps
            .iter()
            .filter(|step| !step.skipped)
            .map(|step| step.safety_reads)
            .sum(),
        seconds: seconds(engine, connection.as_ref(), &steps, tag_manager_calls).await?,
        steps: planned,
        problems,
        resumes,
        notes,
    })
}

/// Of these, what the connection has not; all of them without a connection.
pub(super) fn missing(
    connection: Option<&ConnectionRecord>,
    permissions: &BTreeSet<Permission>,
) -> BTreeSet<Permission> {
    let allowed = connection.map(connections::allowed).unwrap_or_default();
    permissions.difference(&allowed).copied().collect()
}

async fn resumes(engine: &Engine, connection_id: &str, form: &ProvisionRequest) -> Result<Option<String>> {
    let form = serde_json::to_value(form).map_err(super::unwritable)?;
    Ok(super::unfinished(engine, connection_id, &form).await?.map(|run| run.id))
}

/// Without what waits for a person: the calls one after the other, and what Tag Manager's quota makes them wait.
async fn seconds(
    engine: &Engine,
    connection: Option<&ConnectionRecord>,
    steps: &[Step],
    tag_manager_calls: u32,
) -> Result<u32> {
    let in_turn: u64 = steps
        .iter()
        .map(Step::planned)
        .map(|step| u64::from(in_turn(step.step, step.analytics_calls + step.tag_manager_calls)))
        .sum();
    let calls = u32::try_from((in_turn * CALL_MILLIS).div_ceil(1000)).unwrap_or(u32::MAX);
    let waits = match (connection, tag_manager_calls) {
        (Some(connection), 1..) => {
            let project = quota::project_of(engine, connection).await?;
            quota::forecast(engine, &project, tag_manager_calls).await?.seconds
        }
        _ => 0,
    };
    Ok(calls.max(1).saturating_add(waits))
}

/// How many of a step's calls are sent one after the other: of things of one kind, several are made at once.
pub(crate) fn in_turn(step: ProvisionStep, calls: u32) -> u32 {
    match step {
        ProvisionStep::AppStreams | ProvisionStep::KeyEvents | ProvisionStep::CustomDimensions => {
            calls.div_ceil(u32::try_from(wanted::AT_ONCE).unwrap_or(1))
        }
        _ => calls,
    }
}
