//! The trash in a run's journal: written before the first call, and after each, so that a run whose assets are gone is never
//! gone on with.

use std::collections::{HashMap, HashSet};

use gantry_store::{ProvisioningRun, ProvisioningStep, StepState as Stored};
use serde_json::json;

use super::super::journal;
use crate::Engine;
use crate::dto::provisioning::TrashAsset;
use crate::error::{Error, ErrorCode, Result};

/// Its name among the steps; no set-up runs it.
const STEP: &str = "trash";

pub(super) async fn sending(engine: &Engine, run_id: &str, assets: &[TrashAsset], gone: &[TrashAsset]) -> Result<()> {
    let request = json!({ "assets": assets });
    put(engine, run_id, Stored::Sent, Some(request), gone).await
}

pub(super) async fn write(engine: &Engine, run_id: &str, state: Stored, gone: &[TrashAsset]) -> Result<()> {
    put(engine, run_id, state, None, gone).await
}

async fn put(
    engine: &Engine,
    run_id: &str,
    state: Stored,
    request: Option<serde_json::Value>,
    gone: &[TrashAsset],
) -> Result<()> {
    let step = ProvisioningStep {
        run_id: run_id.to_owned(),
        step: STEP.to_owned(),
        state,
        request,
        response: Some(json!({ "trashed": gone })),
        updated_at: engine.clock().now(),
    };
    engine.store().put_provisioning_step(step).await?;
    journal::written(run_id);
    Ok(())
}

/// What of the run is in the trash, by its journal; `None` where nothing is.
pub(in super::super) fn in_trash(steps: &[ProvisioningStep]) -> Option<Vec<TrashAsset>> {
    gone(steps.iter().find(|step| step.step == STEP)?.response.as_ref()?)
}

fn gone(response: &serde_json::Value) -> Option<Vec<TrashAsset>> {
    let gone: Vec<TrashAsset> = serde_json::from_value(response.get("trashed")?.clone()).ok()?;
    (!gone.is_empty()).then_some(gone)
}

/// The accounts and properties (`accounts/1`, `properties/2`) that are in the trash, by the runs that made them.
pub(in super::super) async fn runs_in_trash(engine: &Engine) -> Result<HashMap<String, Vec<String>>> {
    let is_analytics = |asset: &TrashAsset| ["accounts/", "properties/"].iter().any(|kind| is_named(asset, kind));
    let mut runs = HashMap::new();
    for (run_id, response) in engine.store().provisioning_responses(STEP).await? {
        let gone = gone(&response).unwrap_or_default().into_iter().filter(is_analytics);
        let gone: Vec<_> = gone.map(|one| one.asset).collect();
        if !gone.is_empty() {
            runs.insert(run_id, gone);
        }
    }
    Ok(runs)
}

/// The runs of which something is in the trash: a form of theirs begins anew.
pub(in super::super) async fn runs_undone(engine: &Engine) -> Result<HashSet<String>> {
    let runs = engine.store().provisioning_responses(STEP).await?.into_iter();
    Ok(runs
        .filter(|(_, response)| gone(response).is_some())
        .map(|(run_id, _)| run_id)
        .collect())
}

/// `accounts/1`, and not a container's `accounts/1/containers/2`.
fn is_named(asset: &TrashAsset, kind: &str) -> bool {
    let number = asset.asset.strip_prefix(kind);
    number.is_some_and(|number| number.bytes().all(|letter| letter.is_ascii_digit()))
}

/// Whether an undo was begun whose first answer nobody has written down.
pub(super) fn is_open(steps: &[ProvisioningStep]) -> bool {
    let under_way = steps.iter().any(|step| step.step == STEP && step.state == Stored::Sent);
    under_way && in_trash(steps).is_none()
}

/// Whether something of the run is in the trash, or on its way: Gantry may have been closed while it waited for an answer.
async fn is_undone(engine: &Engine, run: &ProvisioningRun) -> Result<bool> {
    let steps = engine.store().provisioning_steps(&run.id).await?;
    let under_way = steps.iter().any(|step| step.step == STEP && step.state == Stored::Sent);
    Ok(under_way || in_trash(&steps).is_some())
}

/// The unfinished run, unless it was undone: a set-up of the same form then begins anew.
pub(in super::super) async fn not_in_trash(
    engine: &Engine,
    unfinished: Option<ProvisioningRun>,
) -> Result<Option<ProvisioningRun>> {
    match unfinished {
        Some(run) if is_undone(engine, &run).await? => Ok(None),
        other => Ok(other),
    }
}

/// Refuses a run that was undone.
pub(in super::super) async fn refuse_to_go_on(engine: &Engine, run: &ProvisioningRun) -> Result<()> {
    if !is_undone(engine, run).await? {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::Conflict,
        "What this set-up made was moved to the trash, so it cannot go on.",
        "Start a new set-up with the same form, or take the assets out of the trash in Google Analytics and go on there.",
    ))
}
