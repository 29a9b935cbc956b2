//! The journal of one set-up: what is about to be sent is on the disk before it is sent, and hosts are told.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use gantry_store::{ProvisioningRun, ProvisioningState, ProvisioningStep, StepState as Stored};
use google_apis::Api;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::outline;
use super::run_view::{assemble, outcome, shown};
use super::step_names::{STEPS, position};
use crate::Engine;
use crate::dto::events::{EngineEvent, Progress, Topic};
use crate::dto::provisioning::{ProvisionRequest, ProvisionResult, ProvisionRunView, ProvisionStep};
use crate::dto::templates::Template;
use crate::error::{ErrorCode, Result};
use crate::jobs::Job;

/// After these, Google's lists show what was made.
const MOMENTS: SignedDuration = SignedDuration::from_secs(10);

/// One run that goes on now.
pub(super) struct Journal<'a> {
    pub engine: &'a Arc<Engine>,
    pub job: &'a Job,
    pub form: ProvisionRequest,
    /// As it was when the run began.
    pub template: Template,
    run: Mutex<ProvisioningRun>,
    run_id: String,
    /// The steps of this run, in order.
    planned: Vec<ProvisionStep>,
    analytics_calls: AtomicU32,
    tag_manager_calls: AtomicU32,
}

impl<'a> Journal<'a> {
    /// A new run, on the disk with all its steps.
    pub async fn begin(
        engine: &'a Arc<Engine>,
        job: &'a Job,
        connection_id: String,
        form: ProvisionRequest,
        form_json: Value,
        template: Template,
        batch_id: Option<String>,
    ) -> Result<Self> {
        let steps = outline::steps(&form, &template);
        let now = engine.clock().now();
        let run = ProvisioningRun {
            id: uuid::Uuid::now_v7().to_string(),
            connection_id,
            form: form_json,
            template: Some(json!(template)),
            batch_id,
            state: ProvisioningState::Running,
            outcome: None,
            error: None,
            proof: None,
            created_at: now,
            updated_at: now,
        };
        let planned = steps.iter().map(|step| step.step).collect();
        let journal = Self::new(engine, job, form, template, planned, run);
        let rows = steps.iter().map(|step| {
            let state = if step.skipped { Stored::Skipped } else { Stored::Planned };
            (STEPS[position(step.step)].1, state)
        });
        let run = journal.run.lock().await.clone();
        engine.store().begin_provisioning_run(run, rows.collect()).await?;
        journal.written();
        engine.jobs().changed(Topic::Provisioning);
        Ok(journal)
    }

    /// A run that stopped and goes on.
    pub async fn again(
        engine: &'a Arc<Engine>,
        job: &'a Job,
        run: ProvisioningRun,
        form: ProvisionRequest,
    ) -> Result<Self> {
        let known = engine.store().provisioning_steps(&run.id).await?;
        let planned = STEPS
            .iter()
            .filter(|(_, name, _)| known.iter().any(|row| row.step == *name));
        let planned = planned.map(|(step, ..)| *step).collect();
        let template = super::template_of(&run)?;
        let journal = Self::new(engine, job, form, template, planned, run);
        journal.set_state(ProvisioningState::Running, None, None).await?;
        engine.jobs().changed(Topic::Provisioning);
        Ok(journal)
    }

    fn new(
        engine: &'a Arc<Engine>,
        job: &'a Job,
        form: ProvisionRequest,
        template: Template,
        planned: Vec<ProvisionStep>,
        run: ProvisioningRun,
    ) -> Self {
        Self {
            engine,
            job,
            form,
            template,
            planned,
            run_id: run.id.clone(),
            run: Mutex::new(run),
            analytics_calls: AtomicU32::new(0),
            tag_manager_calls: AtomicU32::new(0),
        }
    }

    /// Whether this run has the step: it is in the plan, and the person did not leave it out.
    pub fn has(&self, step: ProvisionStep) -> bool {
        self.planned.contains(&step) && !self.form.skip.contains(&step)
    }

    /// What the journal knows of a step.
    pub async fn read(&self, step: ProvisionStep) -> Result<Option<ProvisioningStep>> {
        let name = STEPS[position(step)].1;
        let steps = self.engine.store().provisioning_steps(&self.run_id).await?;
        Ok(steps.into_iter().find(|known| known.step == name))
    }

    /// What a finished step made; `None` where it is not finished.
    pub async fn done(&self, step: ProvisionStep) -> Result<Option<Value>> {
        Ok(self
            .read(step)
            .await?
            .filter(|known| known.state == Stored::Done)
            .and_then(|known| known.response))
    }

    /// Whether a step was begun before, so that it may have taken effect.
    pub async fn was_begun(&self, step: ProvisionStep) -> Result<bool> {
        Ok(self
            .read(step)
            .await?
            .is_some_and(|known| known.state != Stored::Planned))
    }

    /// Whether another process died in the middle of the step, moments ago: Google may not show yet what it asked for.
    pub async fn was_just_cut_off(&self, step: ProvisionStep) -> Result<bool> {
        let now = self.engine.clock().now();
        let lately = |known: &ProvisioningStep| now.duration_since(known.updated_at) < MOMENTS;
        Ok(self
            .read(step)
            .await?
            .is_some_and(|known| known.state == Stored::Sent && lately(&known)))
    }

    /// The step is about to be sent.
    pub async fn sending(&self, step: ProvisionStep, request: Value) -> Result<()> {
        self.job.check_cancelled()?;
        self.write(step, Stored::Sent, Some(request), None).await
    }

    /// The same for a step of several calls that has made `so_far` already.
    pub async fn sending_more(&self, step: ProvisionStep, request: Value, so_far: Value) -> Result<()> {
        self.job.check_cancelled()?;
        self.write(step, Stored::Sent, Some(request), Some(so_far)).await
    }

    /// The step, whose request was written before, has made this much so far.
    pub async fn partly(&self, step: ProvisionStep, response: Value) -> Result<()> {
        self.write(step, Stored::Sent, None, Some(response)).await
    }

    /// The step has made `response`.
    pub async fn made(&self, step: ProvisionStep, response: Value) -> Result<()> {
        self.write(step, Stored::Done, None, Some(response)).await?;
        if step == ProvisionStep::Terms {
            // In a batch the next person's page may open, and this build waits for its turn.
            self.job.accepted().await;
        }
        Ok(())
    }

    /// The step begins anew: its earlier outcome no longer counts.
    pub async fn plan_again(&self, step: ProvisionStep) -> Result<()> {
        self.write(step, Stored::Planned, None, None).await
    }

    /// The step is not done in this run. One that was begun keeps its state.
    pub async fn leave_out(&self, step: ProvisionStep) -> Result<()> {
        let planned = self
            .read(step)
            .await?
            .is_some_and(|known| known.state == Stored::Planned);
        if planned {
            self.write(step, Stored::Skipped, None, None).await?;
        }
        Ok(())
    }

    /// The run's id, which is in no other run's assets.
    pub fn run_id(&self) -> &str {
        &self.run_id
    }

    async fn write(
        &self,
        step: ProvisionStep,
        state: Stored,
        request: Option<Value>,
        response: Option<Value>,
    ) -> Result<()> {
        let (_, name, what) = STEPS[position(step)];
        let outcome = response.as_ref().and_then(|response| outcome(step, response));
        self.engine
            .store()
            .put_provisioning_step(ProvisioningStep {
                run_id: self.run_id.clone(),
                step: name.to_owned(),
                state,
                request,
                response,
                updated_at: self.engine.clock().now(),
            })
            .await?;
        self.written();
        self.job.emit(EngineEvent::ProvisionStep {
            job: self.job.id().clone(),
            run_id: self.run_id.clone(),
            step,
            state: shown(state),
            outcome,
        });
        let at = self.planned.iter().position(|known| *known == step).unwrap_or_default();
        let done = at + usize::from(state == Stored::Done);
        self.job.progress(Progress {
            what: what.to_owned(),
            done: u32::try_from(done).unwrap_or_default(),
            total: u32::try_from(self.planned.len()).unwrap_or_default(),
            calls: self.analytics_calls() + self.tag_manager_calls(),
            eta_seconds: None,
            waiting_until: None,
        });
        Ok(())
    }

    /// A call was spent.
    pub fn spent(&self, api: Api) {
        let calls = match api {
            Api::TagManager => &self.tag_manager_calls,
            Api::AnalyticsAdmin | Api::AnalyticsData | Api::ProvisioningV3 => &self.analytics_calls,
        };
        calls.fetch_add(1, Ordering::Relaxed);
    }

    /// Calls that this process has spent on the run, all of Analytics' APIs together.
    pub fn analytics_calls(&self) -> u32 {
        self.analytics_calls.load(Ordering::Relaxed)
    }

    pub fn tag_manager_calls(&self) -> u32 {
        self.tag_manager_calls.load(Ordering::Relaxed)
    }

    /// What the same step has made in other runs, so that nothing of theirs is taken for this run's.
    pub async fn made_elsewhere(&self, step: ProvisionStep, field: &str) -> Result<BTreeSet<String>> {
        let name = STEPS[position(step)].1;
        let made = self.engine.store().provisioning_responses(name).await?;
        Ok(made
            .into_iter()
            .filter(|(run_id, _)| *run_id != self.run_id)
            .filter_map(|(_, response)| Some(response.get(field)?.as_str()?.to_owned()))
            .collect())
    }

    /// It waits for the person, or goes on.
    pub async fn waiting(&self, waits: bool) -> Result<()> {
        let state = if waits {
            ProvisioningState::Waiting
        } else {
            ProvisioningState::Running
        };
        self.set_state(state, None, None).await?;
        self.engine.jobs().changed(Topic::Provisioning);
        Ok(())
    }

    fn written(&self) {
        written(&self.run_id);
    }

    async fn set_state(&self, state: ProvisioningState, outcome: Option<Value>, error: Option<Value>) -> Result<()> {
        let mut run = self.run.lock().await;
        run.state = state;
        run.outcome = outcome;
        run.error = error;
        run.updated_at = self.engine.clock().now();
        self.engine.store().put_provisioning_run(run.clone()).await?;
        self.written();
        Ok(())
    }

    /// Writes down how the run ended, and hands it on.
    pub async fn close(self, ended: Result<ProvisionResult>) -> Result<ProvisionRunView> {
        match &ended {
            Ok(result) => {
                self.set_state(ProvisioningState::Done, Some(json!(result)), None)
                    .await?;
            }
            Err(error) => {
                let state = if error.code == ErrorCode::Cancelled {
                    ProvisioningState::Cancelled
                } else {
                    ProvisioningState::Failed
                };
                self.fail_sent_step().await?;
                self.set_state(state, None, Some(json!(error.view()))).await?;
            }
        }
        for topic in [Topic::Provisioning, Topic::Accounts] {
            self.engine.jobs().changed(topic);
        }
        ended?;
        let run = self.run.into_inner();
        assemble(self.engine, run, false).await
    }

    async fn fail_sent_step(&self) -> Result<()> {
        for known in self.engine.store().provisioning_steps(&self.run_id).await? {
            let step = STEPS
                .iter()
                .find(|(_, name, _)| *name == known.step)
                .map(|(step, ..)| *step);
            if let (Stored::Sent, Some(step)) = (known.state, step) {
                self.write(step, Stored::Failed, None, known.response).await?;
            }
        }
        Ok(())
    }
}

/// The journal of this run is on the disk as it is now. The crash test ends a process at each of these lines.
pub(super) fn written(run_id: &str) {
    tracing::trace!(target: "gantry_engine::set_up_journal", run = run_id, "written");
}
