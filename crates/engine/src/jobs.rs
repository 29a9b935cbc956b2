//! Long work: cancellable, and telling how far it is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use gantry_domain::Clock;
use jiff::Timestamp;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::dto::events::{EngineEvent, JobId, JobView, Progress, Topic};
use crate::error::{Error, Result};

/// Room for events that a slow host has not read yet; older ones are dropped for that host, never for the job.
const EVENT_BACKLOG: usize = 1024;

/// The running jobs of one engine and the channel that their events go through.
#[derive(Debug)]
pub struct Jobs {
    events: broadcast::Sender<EngineEvent>,
    running: Mutex<HashMap<String, Running>>,
    clock: Arc<dyn Clock>,
}

#[derive(Debug)]
struct Running {
    command: &'static str,
    started_at: Timestamp,
    progress: Option<Progress>,
    cancel: CancellationToken,
}

/// One running job, as the work itself sees it.
#[derive(Clone, Debug)]
pub struct Job {
    id: JobId,
    command: &'static str,
    cancel: CancellationToken,
    jobs: Arc<Jobs>,
    /// Set where the work is one of many that this job does.
    part: Option<Arc<dyn Part>>,
}

/// One of many pieces of work that a job does at the same time: whoever does them all hears how far it is, and says when
/// it goes on.
#[async_trait]
pub(crate) trait Part: Send + Sync + std::fmt::Debug {
    /// How far the piece is; the job tells how far the whole is.
    fn progressed(&self, progress: &Progress);

    /// What the piece tells hosts.
    fn told(&self, event: &EngineEvent);

    /// Whether pages are opened in the browser, or only handed out.
    fn opens_pages(&self) -> bool;

    /// The person has done what only a person can; waits until the rest may begin.
    async fn accepted(&self);
}

impl Jobs {
    pub fn new(clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self {
            events: broadcast::channel(EVENT_BACKLOG).0,
            running: Mutex::default(),
            clock,
        })
    }

    /// Events from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<EngineEvent> {
        self.events.subscribe()
    }

    /// Tells hosts something; nobody listening is no error.
    pub fn emit(&self, event: EngineEvent) {
        let _ = self.events.send(event);
    }

    /// Tells hosts that what they show of `topic` is old.
    pub fn changed(&self, topic: Topic) {
        self.emit(EngineEvent::Changed { topic });
    }

    /// Begins a job; it ends when the answer to it is given to `finish`.
    pub fn begin(self: &Arc<Self>, command: &'static str) -> Job {
        let id = uuid::Uuid::now_v7().to_string();
        let cancel = CancellationToken::new();
        let running = Running {
            command,
            started_at: self.clock.now(),
            progress: None,
            cancel: cancel.clone(),
        };
        self.lock().insert(id.clone(), running);
        let job = Job {
            id: JobId(id),
            command,
            cancel,
            jobs: Arc::clone(self),
            part: None,
        };
        self.emit(EngineEvent::JobStarted {
            job: job.id.clone(),
            command: command.to_owned(),
        });
        job
    }

    /// Ends a job and tells its result.
    pub fn finish<T: serde::Serialize>(&self, job: &Job, outcome: &Result<T>) {
        self.lock().remove(&job.id.0);
        let (job_id, command) = (job.id.clone(), job.command.to_owned());
        let as_json = outcome.as_ref().map_err(|error| Box::new(error.view()));
        let as_json = as_json.and_then(|result| {
            serde_json::to_value(result).map_err(|error| {
                let error = Error::new(
                    crate::error::ErrorCode::Internal,
                    "Gantry could not write down its own answer.",
                    "This is a defect of Gantry's; report it.",
                )
                .with_details(error);
                Box::new(error.view())
            })
        });
        self.emit(match as_json {
            Ok(result) => EngineEvent::JobDone {
                job: job_id,
                command,
                result,
            },
            Err(error) => EngineEvent::JobFailed {
                job: job_id,
                command,
                error: *error,
            },
        });
    }

    /// Asks a job to stop; `false` when no such job runs.
    pub fn cancel(&self, id: &str) -> bool {
        let running = self.lock();
        let found = running.get(id);
        if let Some(job) = found {
            job.cancel.cancel();
        }
        found.is_some()
    }

    /// Asks all jobs to stop, for a host that closes.
    pub fn cancel_all(&self) {
        for job in self.lock().values() {
            job.cancel.cancel();
        }
    }

    pub fn list(&self) -> Vec<JobView> {
        let mut views: Vec<JobView> = self
            .lock()
            .iter()
            .map(|(id, job)| JobView {
                job: JobId(id.clone()),
                command: job.command.to_owned(),
                started_at: job.started_at,
                progress: job.progress.clone(),
            })
            .collect();
        views.sort_by_key(|job| job.started_at);
        views
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Job {
    pub fn id(&self) -> &JobId {
        &self.id
    }

    /// Completes when the person asks to stop.
    pub fn cancel_token(&self) -> &CancellationToken {
        &self.cancel
    }

    /// An error once the person has asked to stop; call it between steps.
    pub fn check_cancelled(&self) -> Result<()> {
        if self.cancel.is_cancelled() {
            Err(Error::cancelled())
        } else {
            Ok(())
        }
    }

    /// A piece of this job, which ends with it.
    pub(crate) fn part(&self, part: Arc<dyn Part>, cancel: CancellationToken) -> Self {
        Self {
            part: Some(part),
            cancel,
            ..self.clone()
        }
    }

    /// Whether the work is one of many that a job does.
    pub(crate) fn is_part(&self) -> bool {
        self.part.is_some()
    }

    /// Whether pages are opened in the browser, or only handed out.
    pub(crate) fn opens_pages(&self) -> bool {
        self.part.as_ref().is_none_or(|part| part.opens_pages())
    }

    /// The person has done what only a person can; waits until the rest may begin.
    pub(crate) async fn accepted(&self) {
        if let Some(part) = &self.part {
            part.accepted().await;
        }
    }

    /// Tells how far the work is.
    pub fn progress(&self, progress: Progress) {
        if let Some(part) = &self.part {
            return part.progressed(&progress);
        }
        if let Some(running) = self.jobs.lock().get_mut(&self.id.0) {
            running.progress = Some(progress.clone());
        }
        self.jobs.emit(EngineEvent::JobProgress {
            job: self.id.clone(),
            progress,
        });
    }

    /// Tells something else that belongs to this job.
    pub fn emit(&self, event: EngineEvent) {
        if let Some(part) = &self.part {
            part.told(&event);
        }
        self.jobs.emit(event);
    }
}
