//! Proof that data arrives: the snippet and where to paste it, the site's page looked at for it, and realtime watched until
//! the first active user.

mod guides;
mod hints;
mod live;
mod page;
mod snippet;
mod watch;

use std::sync::Arc;

use gantry_store::ProvisioningRun;
use google_apis::{Pause, SystemPause};
use serde_json::json;
use url::Url;

use crate::Engine;
use crate::dto::LinkView;
use crate::dto::events::{Progress, Topic};
use crate::dto::provisioning::{ProofCheck, ProofOutcome, ProofRequest, ProofView, ProvisionRequest, ProvisionResult};
use crate::error::{Error, ErrorCode, Result};
use crate::jobs::Job;
use watch::Watch;

pub(super) use live::{decides_on_consent, fires_first, working_tags};
pub use snippet::snippet;

/// What a proof goes through: the page, the live version, the visitors.
const STAGES: u32 = 3;

/// Looks at the site and at what is published, then waits for the first active user. What was seen is kept with the run,
/// and a first visitor who was seen before stays.
pub async fn prove(engine: &Arc<Engine>, request: ProofRequest, job: &Job) -> Result<ProofView> {
    prove_with_pause(engine, request, job, &SystemPause).await
}

/// The same with the caller's own way to wait between two looks at realtime.
pub async fn prove_with_pause(
    engine: &Arc<Engine>,
    request: ProofRequest,
    job: &Job,
    pause: &dyn Pause,
) -> Result<ProofView> {
    let made = Made::read(engine, &request.run_id).await?;
    let session = engine.session(Some(&made.run.connection_id)).await?;
    let mut calls = 0;
    tell(job, "Looking at your site", 0, calls);
    let page = page::look(engine, &made).await?;
    tell(job, "Looking at what is published", 1, calls);
    let live = live::look(engine, &session, &made).await;
    calls += live.calls;
    let before = made.seen_before();
    let mut view = ProofView {
        checked_at: engine.clock().now(),
        page_title: page.title.clone(),
        checks: page.checks.iter().chain(&live.checks).cloned().collect(),
        active_users: 0,
        first_seen_at: before.as_ref().and_then(|before| before.first_seen_at),
        seconds_to_first: before.as_ref().and_then(|before| before.seconds_to_first),
        events: Vec::new(),
        hints: hints::all(&made, &page, &live),
        site: made.link(engine),
    };
    // Before the wait: a window shows what is known so far.
    made.keep(engine, &view).await?;
    job.check_cancelled()?;
    let watch = Watch {
        engine,
        session: &session,
        property: format!("properties/{}", made.result.property_id),
        job,
        pause,
        calls,
        patient: request.watch,
    };
    let seen = watch.run().await;
    if let Ok(seen) = &seen {
        view.active_users = seen.active_users;
        view.events.clone_from(&seen.events);
        if seen.active_users > 0 {
            view.hints.clear();
            view.first_seen_at.get_or_insert(seen.at);
            view.seconds_to_first.get_or_insert(seen.seconds);
        }
    }
    view.checked_at = engine.clock().now();
    made.keep(engine, &view).await?;
    seen?;
    Ok(view)
}

fn tell(job: &Job, what: &str, done: u32, calls: u32) {
    job.progress(Progress {
        what: what.to_owned(),
        done,
        total: STAGES,
        calls,
        eta_seconds: None,
        waiting_until: None,
    });
}

fn check(outcome: ProofOutcome, what: impl Into<String>, detail: Option<String>, remedy: Option<String>) -> ProofCheck {
    ProofCheck {
        outcome,
        what: what.into(),
        detail,
        remedy,
    }
}

/// A finished set-up: what is proven.
struct Made {
    run: ProvisioningRun,
    form: ProvisionRequest,
    result: ProvisionResult,
    /// `None` where only apps are measured.
    site: Option<Url>,
}

impl Made {
    async fn read(engine: &Engine, run_id: &str) -> Result<Self> {
        let run = engine.store().provisioning_run(run_id).await?.ok_or_else(|| {
            Error::new(
                ErrorCode::NotFound,
                "There is no such set-up.",
                "List set-ups and choose one of them.",
            )
        })?;
        let form = super::form_of(&run)?;
        let Some(outcome) = &run.outcome else {
            return Err(Error::invalid(
                "This set-up is not finished, so there is no snippet yet.",
                "Resume the set-up first.",
            ));
        };
        let result = serde_json::from_value(outcome.clone()).map_err(super::unwritable)?;
        let site = Url::parse(&form.website).ok();
        Ok(Self {
            run,
            form,
            result,
            site,
        })
    }

    /// What the site's pages load: the container, else the Google tag.
    fn tag_id(&self) -> &str {
        match &self.result.container {
            Some(container) => &container.public_id,
            None => &self.result.measurement_id,
        }
    }

    /// What was seen when somebody last looked.
    fn seen_before(&self) -> Option<ProofView> {
        serde_json::from_value(self.run.proof.clone()?).ok()
    }

    /// Keeps what was seen with the run, whose other fields may have changed meanwhile.
    async fn keep(&self, engine: &Engine, view: &ProofView) -> Result<()> {
        if let Some(mut run) = engine.store().provisioning_run(&self.run.id).await? {
            run.proof = Some(json!(view));
            engine.store().put_provisioning_run(run).await?;
            super::journal::written(&self.run.id);
            engine.jobs().changed(Topic::Provisioning);
        }
        Ok(())
    }

    /// "Open my site".
    fn link(&self, engine: &Engine) -> Option<LinkView> {
        let dialled = engine.profile().base().dial_site(self.site.as_ref()?);
        engine.link_to_site(dialled).ok()
    }
}
