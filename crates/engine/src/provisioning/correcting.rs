//! A run that stopped goes on with less, or with what was wrong in its form put right. What is done stays as it is: only
//! fields of steps that are not done yet are taken, so that the form goes on saying what was made.

use gantry_store::{ProvisioningRun, ProvisioningStep, StepState as Stored};

use super::{form, form_of, outline, unwritable};
use super::{journal, step_names};
use crate::Engine;
use crate::dto::provisioning::{Dialect, ProvisionRequest, ProvisionStep, ResumeProvision};
use crate::error::Result;

/// The run with its form as it goes on. Nothing is written yet.
pub(super) fn amended(
    mut run: ProvisioningRun,
    known: &[ProvisioningStep],
    request: &ResumeProvision,
) -> Result<ProvisioningRun> {
    if request.leave_out.is_empty() && request.corrected.is_none() {
        return Ok(run);
    }
    let at = Progress(known);
    let mut wanted = form_of(&run)?;
    if let Some(corrected) = &request.corrected {
        take_open(&mut wanted, corrected, &at);
        wanted
            .skip
            .extend(corrected.skip.iter().filter(|step| !at.is_done(**step)));
    }
    wanted
        .skip
        .extend(request.leave_out.iter().filter(|step| !at.is_done(**step)));
    let template = super::template_of(&run)?;
    let (wanted, problems) = form::checked(wanted, &template);
    if let Some(refused) = form::refusal(problems) {
        return Err(refused);
    }
    run.form = serde_json::to_value(&wanted).map_err(unwritable)?;
    Ok(run)
}

/// Writes the amended form down with the steps that it has: new ones are planned, those that it has no more are left out.
pub(super) async fn plan_anew(
    engine: &Engine,
    before: &ProvisionRequest,
    run: &ProvisioningRun,
    known: &[ProvisioningStep],
) -> Result<()> {
    let form = form_of(run)?;
    let steps = outline::steps(&form, &super::template_of(run)?);
    // Another container is asked for: what was found or begun for the first does not count.
    let at_container = [ProvisionStep::TagManagerAccount, ProvisionStep::Container];
    let anew = |step| form.container != before.container && at_container.contains(&step);
    let name = |step: ProvisionStep| step_names::name(step).to_owned();
    let mut rows: Vec<(String, Stored)> = Vec::new();
    for step in &steps {
        let row = known.iter().find(|row| row.step == step_names::name(step.step));
        let state = match row {
            None if step.skipped => Stored::Skipped,
            None => Stored::Planned,
            Some(_) if anew(step.step) => Stored::Planned,
            Some(row) if row.state == Stored::Done => continue,
            Some(_) if step.skipped => Stored::Skipped,
            // One that was begun once may have taken effect: it looks first.
            Some(row) if row.state == Stored::Skipped && row.request.is_some() => Stored::Failed,
            Some(row) if row.state == Stored::Skipped => Stored::Planned,
            Some(_) => continue,
        };
        rows.push((name(step.step), state));
    }
    let gone = known.iter().filter(|row| {
        row.state != Stored::Done
            && step_names::named(&row.step).is_some_and(|step| steps.iter().all(|planned| planned.step != step))
    });
    rows.extend(gone.map(|row| (row.step.clone(), Stored::Skipped)));
    let updated_at = engine.clock().now();
    let changed = rows.into_iter().filter_map(|(step, state)| {
        let row = known.iter().find(|row| row.step == step);
        (row.map(|row| row.state) != Some(state)).then(|| ProvisioningStep {
            run_id: run.id.clone(),
            response: row
                .filter(|_| state != Stored::Planned)
                .and_then(|row| row.response.clone()),
            request: None,
            updated_at,
            step,
            state,
        })
    });
    // At once: a process that dies leaves the old form with its steps, or the new one with its own.
    engine
        .store()
        .amend_provisioning_run(run.clone(), changed.collect())
        .await?;
    journal::written(&run.id);
    Ok(())
}

/// How far the run is.
struct Progress<'a>(&'a [ProvisioningStep]);

impl Progress<'_> {
    fn state(&self, step: ProvisionStep) -> Option<Stored> {
        let name = step_names::name(step);
        self.0.iter().find(|row| row.step == name).map(|row| row.state)
    }

    fn is_done(&self, step: ProvisionStep) -> bool {
        self.state(step) == Some(Stored::Done)
    }

    /// It may have taken effect.
    fn is_begun(&self, step: ProvisionStep) -> bool {
        matches!(self.state(step), Some(Stored::Sent | Stored::Failed | Stored::Done))
    }

    fn none_done<const N: usize>(&self, steps: [ProvisionStep; N]) -> bool {
        !steps.into_iter().any(|step| self.is_done(step))
    }
}

/// Takes the fields of steps that are not done. Connection and template are the run's for good.
fn take_open(form: &mut ProvisionRequest, corrected: &ProvisionRequest, at: &Progress<'_>) {
    use ProvisionStep::{
        Account, AppStreams, Client, Container, DataStream, EnhancedMeasurement, GoogleAdsLink, People, Property,
        Snippet, Tags, Terms, Ticket,
    };
    let corrected = corrected.clone();
    if !at.is_begun(Ticket) && !at.is_begun(Account) && !at.is_begun(Property) {
        form.analytics = corrected.analytics;
        form.dialect = corrected.dialect;
    }
    // A ticket that Google gave may have been accepted under the old name; without an answer there is none. The call
    // that needs no person may have made the account in spite of a lost answer.
    let asked = if form.dialect == Dialect::V3Tree {
        at.is_begun(Ticket)
    } else {
        at.is_done(Ticket)
    };
    if !asked && at.none_done([Terms, Account]) {
        form.account_name = corrected.account_name;
        form.country = corrected.country;
    }
    if at.none_done([Property]) {
        form.property_name = corrected.property_name;
        form.time_zone = corrected.time_zone;
        form.currency = corrected.currency;
    }
    // The container is named after the site.
    if at.none_done([DataStream, Container]) {
        form.website = corrected.website;
    }
    if at.none_done([AppStreams]) {
        form.android_package = corrected.android_package;
        form.ios_bundle = corrected.ios_bundle;
    }
    if at.none_done([EnhancedMeasurement, Tags]) {
        form.enhanced_measurement = corrected.enhanced_measurement;
    }
    if at.none_done([Tags]) {
        form.wait_for_consent = corrected.wait_for_consent;
    }
    if at.none_done([GoogleAdsLink]) {
        form.google_ads_customer = corrected.google_ads_customer;
    }
    if at.none_done([People]) {
        form.people = corrected.people;
    }
    // A snippet that somebody may have pasted by now is that of the tag that there was to be.
    if at.none_done([Container, Snippet]) {
        form.container = corrected.container;
    }
    if at.none_done([Client]) {
        form.client = corrected.client;
    }
}
