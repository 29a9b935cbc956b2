//! A batch goes on: one person's page after the other, some builds at a time, each row a set-up of its own.
//!
//! What a row needs of a person is asked for in its turn, since tickets age; what is built waits for a place among the
//! builds. A row that fails stops no other, unless the cause is every row's.

use std::sync::Arc;
use std::time::Duration;

use gantry_store::{Batch, BatchRow, BatchRowState, BatchState};
use jiff::Timestamp;
use serde_json::json;
use tokio::sync::{Mutex, Semaphore};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::cost::{self, BUILDS};
use super::known::Known;
use super::live::Live;
use super::lock::BatchLock;
use super::planning::Prepared;
use super::row::{self, Ended};
use super::unwritable;
use super::views::{RowRun, Runs, row_view};
use crate::Engine;
use crate::connections::Session;
use crate::dto::batches::{BatchRequest, TermsInBatch};
use crate::dto::events::{EngineEvent, Progress, Topic};
use crate::dto::provisioning::{ContainerChoice, ProvisionRequest};
use crate::error::{Error, Result};
use crate::jobs::Job;

/// Links that are handed out at the same time: more would age before they are opened.
const LINKS: usize = 10;
/// Between two events that tell how far a batch is.
const TELL_EVERY: Duration = Duration::from_millis(300);
/// How often a pause looks at the clock: a computer that slept wakes up later than its timer says.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// All that the rows of a batch share while it goes on.
pub(super) struct Work {
    pub engine: Arc<Engine>,
    pub job: Job,
    pub batch: Batch,
    pub live: Arc<Live>,
    pub terms: TermsInBatch,
    /// The project whose quota is spent.
    pub project: String,
    /// One at a time is with the person, or as many as there are links.
    pub turns: Arc<Semaphore>,
    pub builds: Arc<Semaphore>,
    /// Ends all rows: the person asked for it, or no row can go on.
    pub stop: CancellationToken,
    /// The one that is chosen for all rows.
    pub container: ContainerChoice,
    /// What is there already, as the batch goes on.
    pub known: Known,
    told: Mutex<Option<Instant>>,
}

/// Goes on with a batch until every row is made or has failed. `file` is what it is started from, where it is.
pub(super) async fn run(
    engine: &Arc<Engine>,
    batch: Batch,
    session: &Session,
    file: Option<&Prepared>,
    job: &Job,
) -> Result<()> {
    let lock = BatchLock::take(engine, &batch.id).await?;
    let request: BatchRequest = serde_json::from_value(batch.request.clone()).map_err(unwritable)?;
    let mut rows = engine.store().batch_rows(&batch.id).await?;
    if let Some(joined) = file.map_or(Ok(None), |file| file.joined(&rows, &batch.id, engine.clock().now()))? {
        engine.store().replace_batch_rows(&batch.id, joined.clone()).await?;
        rows = joined;
    }
    let live = Arc::new(Live::default());
    // What was read before may be old by now.
    engine.tag_manager_desk.forget(&session.connection.id).await;
    let runs = Runs::of(engine, &batch.id).await?;
    let wanted = |line: u32| file.is_some_and(|file| file.rows.iter().any(|row| row.line == line && row.anyway));
    for row in &mut rows {
        if wanted(row.line) && begin_anew(row, runs.of_row(row)) {
            row.updated_at = engine.clock().now();
            engine.store().put_batch_row(row.clone()).await?;
        }
    }
    let runs = Runs::of(engine, &batch.id).await?;
    let (open, forms) = open_rows(rows, &runs, &live)?;
    let known = Known::before(engine, &batch.connection_id, Some(&batch)).await?;
    for (row, costs) in open.iter().zip(cost::of_forms(engine, forms.iter()).await?) {
        let done = runs.of_row(row).map_or(0, RowRun::steps_done);
        live.change(row.line, |now| (now.costs, now.done) = (costs, done));
    }
    engine
        .store()
        .set_batch_state(&batch.id, BatchState::Open, engine.clock().now())
        .await?;
    engine.batches.begin(&batch.id, &live);
    let turns = match request.terms {
        TermsInBatch::InTurn => 1,
        TermsInBatch::Links => LINKS,
    };
    let work = Arc::new(Work {
        engine: Arc::clone(engine),
        job: job.clone(),
        terms: request.terms,
        project: session.project.clone(),
        turns: Arc::new(Semaphore::new(turns)),
        builds: Arc::new(Semaphore::new(BUILDS as usize)),
        stop: job.cancel_token().child_token(),
        told: Mutex::default(),
        live,
        container: request.container,
        known,
        batch,
    });
    let ended = all(&work, runs, open).await;
    engine.batches.end(&work.batch.id);
    drop(lock);
    engine.jobs().changed(Topic::Batches);
    ended
}

/// The person wants the row although it is there already; what was undone is set up anew. Whether the row is another by that.
fn begin_anew(row: &mut BatchRow, run: Option<&RowRun>) -> bool {
    let is_new = !std::mem::replace(&mut row.anyway, true);
    if !run.is_some_and(RowRun::is_undone) {
        return is_new;
    }
    (row.run_id, row.state, row.error) = (None, BatchRowState::Draft, None);
    true
}

/// The rows that are to be made, and their forms; the others are counted as done. What was moved to the trash is left there.
fn open_rows(rows: Vec<BatchRow>, runs: &Runs, live: &Live) -> Result<(Vec<BatchRow>, Vec<ProvisionRequest>)> {
    let (mut open, mut forms) = (Vec::new(), Vec::new());
    for row in rows {
        let made = row.state == BatchRowState::Made || runs.of_row(&row).is_some_and(RowRun::is_undone);
        live.change(row.line, |now| now.ended = made);
        if !made {
            forms.push(serde_json::from_value(row.form.clone()).map_err(unwritable)?);
            open.push(row);
        }
    }
    Ok((open, forms))
}

async fn all(work: &Arc<Work>, runs: Runs, rows: Vec<BatchRow>) -> Result<()> {
    let runs = Arc::new(runs);
    work.tell(true).await;
    let mut tasks = JoinSet::new();
    for row in rows {
        let (work, runs) = (Arc::clone(work), Arc::clone(&runs));
        tasks.spawn(async move { row::run(&work, &runs, row).await });
    }
    let mut stopped = None;
    let mut clock = tokio::time::interval(Duration::from_secs(5));
    loop {
        let joined = tokio::select! {
            joined = tasks.join_next() => joined,
            _ = clock.tick() => {
                work.tell(true).await;
                continue;
            }
        };
        let Some(joined) = joined else { break };
        match joined {
            Ok(Ok(Ended::Settled)) => {}
            Ok(Ok(Ended::Stopped)) => {
                stopped.get_or_insert_with(Error::cancelled);
            }
            // Every other row would meet the same.
            Ok(Err(error)) => {
                work.stop.cancel();
                if stopped
                    .as_ref()
                    .is_none_or(|known: &Error| known.code == crate::ErrorCode::Cancelled)
                {
                    stopped = Some(error);
                }
            }
            Err(error) => {
                work.stop.cancel();
                let fell = Error::new(
                    crate::ErrorCode::Internal,
                    "A set-up of the batch fell over a defect of Gantry's.",
                    "Start it again to go on with it; report this.",
                );
                stopped = Some(fell.with_details(error));
            }
        }
        work.tell(false).await;
    }
    if let Some(error) = stopped {
        return Err(error);
    }
    let now = work.engine.clock().now();
    work.engine
        .store()
        .set_batch_state(&work.batch.id, BatchState::Finished, now)
        .await?;
    Ok(())
}

impl Work {
    /// Tells how far the whole is, and that pages are old; seldom, unless `now`.
    pub async fn tell(&self, now: bool) {
        let mut told = self.told.lock().await;
        if !now && told.is_some_and(|at| at.elapsed() < TELL_EVERY) {
            return;
        }
        *told = Some(Instant::now());
        let costs = self.live.left();
        let waiting_until = self.live.waiting_until();
        if let Ok(forecast) = cost::forecast(&self.engine, &self.project, &costs).await {
            self.live.set_eta(forecast.seconds);
        }
        let (done, total, calls) = self.live.counts();
        self.job.progress(Progress {
            what: match waiting_until {
                Some(_) => "Waiting for Google's quota to come back".to_owned(),
                None => "Setting up clients".to_owned(),
            },
            done,
            total,
            calls,
            eta_seconds: self.live.eta(),
            waiting_until,
        });
        self.engine.jobs().changed(Topic::Batches);
    }

    /// Tells hosts how far a row is. Its own run is read and no other's, since every step of every row is told.
    pub async fn tell_row(&self, row: &BatchRow) {
        let told = async {
            let now = self.live.row(row.line);
            let known = RowRun::of(&self.engine, now.run_id.as_deref().or(row.run_id.as_deref())).await?;
            row_view(row, known.as_ref(), Some(now), true)
        };
        match told.await {
            Ok(view) => self.job.emit(EngineEvent::BatchRow {
                job: self.job.id().clone(),
                batch_id: self.batch.id.clone(),
                row: Box::new(view),
            }),
            Err(error) => tracing::warn!(%error, "how far a row is could not be told"),
        }
        self.tell(false).await;
    }

    /// Writes down how far a row is, and tells it.
    pub async fn put(&self, row: &mut BatchRow, state: BatchRowState, error: Option<&Error>) -> Result<()> {
        row.state = state;
        row.error = error.map(|error| json!(error.view()));
        row.run_id = self.live.row(row.line).run_id.or(row.run_id.take());
        row.updated_at = self.engine.clock().now();
        self.engine.store().put_batch_row(row.clone()).await?;
        super::written(&self.batch.id);
        let ended = matches!(state, BatchRowState::Made | BatchRowState::Failed);
        self.live.change(row.line, |now| now.ended = ended);
        self.tell_row(row).await;
        Ok(())
    }

    /// Until the quota of the day of `spent` is back; `false` where the person stops meanwhile. Where midnight passed since
    /// the call that was refused, it is back already.
    pub async fn next_day(&self, spent: Timestamp) -> bool {
        let (_, resets_at) = gantry_store::pacific_day(spent);
        self.live.wait_until(Some(resets_at));
        self.tell(true).await;
        let waited = self.pause_until(resets_at).await;
        self.live.wait_until(None);
        waited
    }

    /// By the engine's clock; `false` where the person stops meanwhile.
    pub async fn pause_until(&self, at: Timestamp) -> bool {
        loop {
            let left = at.duration_since(self.engine.clock().now());
            let Ok(left) = Duration::try_from(left) else {
                return true;
            };
            if left.is_zero() {
                return true;
            }
            tokio::select! {
                () = self.stop.cancelled() => return false,
                () = self.engine.pause().sleep(left.min(LOOK_EVERY)) => {}
            }
        }
    }
}
