//! Earlier set-ups of the same website: one whose form differs a little would make a second account or property without a word.

use gantry_store::{ProvisioningRun, ProvisioningState, ProvisioningStep, StepState as Stored};

use super::steps::text;
use super::{REMEMBERED, form_of, undo, website};
use crate::Engine;
use crate::dto::provisioning::{AnalyticsChoice, ProvisionRequest};
use crate::error::Result;

/// How many are told.
const TOLD: usize = 3;

/// What to tell of set-ups of the same website by the same connection, newest first; `resumes` is the one that is gone on with.
pub(super) async fn notes(
    engine: &Engine,
    connection_id: &str,
    form: &ProvisionRequest,
    resumes: Option<&str>,
) -> Result<Vec<String>> {
    let mut notes = Vec::new();
    let makes = match form.analytics {
        AnalyticsChoice::NewAccount => "account",
        AnalyticsChoice::Account { .. } => "property",
        AnalyticsChoice::Property { .. } => return Ok(notes),
    };
    if form.website.is_empty() {
        return Ok(notes);
    }
    for run in engine.store().provisioning_runs(REMEMBERED).await? {
        if run.connection_id != connection_id || resumes == Some(run.id.as_str()) {
            continue;
        }
        let Ok(earlier) = form_of(&run) else { continue };
        if !website::same_site(&earlier.website, &form.website) {
            continue;
        }
        let steps = engine.store().provisioning_steps(&run.id).await?;
        let Some(has) = has(&run, &earlier, &steps) else {
            continue;
        };
        let (website, id) = (&form.website, &run.id);
        notes.push(if run.state == ProvisioningState::Done {
            format!("{website} was set up already (set-up {id}, {has}). This would make another {makes}.")
        } else {
            format!(
                "An unfinished set-up of {website} ({id}) has {has} already. Resume it, with its form put right where it was \
                 wrong: this would make another {makes}."
            )
        });
        if notes.len() == TOLD {
            break;
        }
    }
    Ok(notes)
}

/// What the run has at Google that is not in the trash.
fn has(run: &ProvisioningRun, form: &ProvisionRequest, steps: &[ProvisioningStep]) -> Option<String> {
    let done = |name: &str, field: &str| {
        let step = steps
            .iter()
            .find(|step| step.step == name && step.state == Stored::Done)?;
        text(step.response.as_ref(), field)
    };
    let gone = undo::in_trash(steps).unwrap_or_default();
    let there = |asset: &str| gone.iter().all(|one| one.asset != asset);
    let property = done("property", "property_id").filter(|id| there(&format!("properties/{id}")));
    let account = done("account", "account_id").or_else(|| done("terms", "account_id"));
    let account = account
        .filter(|id| form.analytics == AnalyticsChoice::NewAccount && there(&format!("accounts/{id}")))
        .map(|id| format!("the account {id}"));
    let chosen = matches!(form.analytics, AnalyticsChoice::Property { .. });
    let property = property.filter(|_| !chosen || run.state == ProvisioningState::Done);
    account.or(property.map(|id| format!("the property {id}")))
}
