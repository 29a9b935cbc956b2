//! Reports into files: any number of rows, typed, replaced by their dimensions, and the record of every run.

mod failures;
mod load;
mod plan;
mod run_lock;

use std::sync::Arc;
use std::time::Duration;

use gantry_domain::Permission;
use gantry_store::{ExportProgress, ExportRun, RunState};
use tokio::time::Instant;

use crate::Engine;
use crate::connections::Session;
use crate::dto::Nothing;
use crate::dto::events::{Progress, Topic};
use crate::dto::exports::{ExportRequest, ExportRunView, ExportState};
use crate::error::{Error, ErrorCode, Result};
use crate::jobs::Job;
use crate::reports::session_for;

use plan::Plan;
use run_lock::RunLock;

/// Runs that a list shows.
const LISTED: u32 = 200;
/// Between two events that tell how far an export is.
const TELL_EVERY: Duration = Duration::from_millis(200);
/// Between two notes in the record of how far the export is.
const NOTE_EVERY: Duration = Duration::from_secs(5);
const READ_ANALYTICS: &str = "https://www.googleapis.com/auth/analytics.readonly";

/// Reads a report of any size into a file. What was written before a stop or a failure stays in a SQLite file; running
/// again completes it.
pub async fn run(engine: &Arc<Engine>, request: ExportRequest, job: &Job) -> Result<ExportRunView> {
    let plan = Plan::of(&request)?;
    let session = session_for(engine, &plan.property_id, request.connection.as_deref()).await?;
    if !session
        .connection
        .granted_scopes
        .iter()
        .any(|scope| scope == READ_ANALYTICS)
    {
        session.require(Permission::View)?;
    }
    refuse_foreign_rows(engine, &plan).await?;

    let now = engine.clock.now();
    let mut record = ExportRun {
        id: uuid::Uuid::now_v7().to_string(),
        connection_id: session.connection.id.clone(),
        property_id: plan.property_id.clone(),
        spec: plan.spec()?,
        destination: plan.destination.to_string(),
        date_from: plan.from.clone(),
        date_to: plan.to.clone(),
        state: RunState::Running,
        progress: ExportProgress::default(),
        started_at: now,
        updated_at: now,
        finished_at: None,
        error_code: None,
        error_message: None,
    };
    // Held until the record says how it ended.
    let _lock = RunLock::take(&engine.profile().locks_directory(), &record.id)?;
    engine.store.put_export_run(record.clone()).await?;
    engine.jobs.changed(Topic::Exports);

    let outcome = run_recorded(engine, &session, &plan, job, &mut record).await;

    let now = engine.clock.now();
    (record.updated_at, record.finished_at) = (now, Some(now));
    match &outcome {
        Ok(loaded) => {
            record.state = RunState::Done;
            if let Some(days) = &loaded.days {
                (record.date_from, record.date_to) = (days.from.to_string(), days.to.to_string());
            }
            record.spec = plan.spec_with_notes(&loaded.notes)?;
        }
        Err(error) => {
            record.state = if error.code == ErrorCode::Cancelled {
                RunState::Cancelled
            } else {
                RunState::Failed
            };
            record.error_code = serde_json::to_value(error.code)
                .ok()
                .and_then(|code| code.as_str().map(str::to_owned));
            record.error_message = Some(error.message.clone());
        }
    }
    engine.store.put_export_run(record.clone()).await?;
    engine.jobs.changed(Topic::Exports);
    outcome?;
    view(engine, record).await
}

/// Whether `text` begins like a destination: tells `--to sqlite:FILE` from `--to yesterday`.
pub fn is_destination(text: &str) -> bool {
    gantry_destinations::Address::looks_like_one(text)
}

/// The newest runs, newest first.
pub async fn runs(engine: &Arc<Engine>, _: Nothing) -> Result<Vec<ExportRunView>> {
    last_runs(engine, LISTED).await
}

pub(crate) async fn last_runs(engine: &Engine, limit: u32) -> Result<Vec<ExportRunView>> {
    let mut views = Vec::new();
    for run in engine.store.export_runs(limit).await? {
        views.push(view(engine, run).await?);
    }
    Ok(views)
}

async fn run_recorded(
    engine: &Arc<Engine>,
    session: &Session,
    plan: &Plan,
    job: &Job,
    record: &mut ExportRun,
) -> Result<load::Loaded> {
    let started = Instant::now();
    let (mut told, mut noted) = (None::<Instant>, started);
    let mut tell = |progress: &ExportProgress, force: bool| {
        if !force && told.is_some_and(|last| last.elapsed() < TELL_EVERY) {
            return;
        }
        told = Some(Instant::now());
        job.progress(told_as(progress, started.elapsed()));
        if noted.elapsed() >= NOTE_EVERY {
            noted = Instant::now();
            let alive = ExportRun {
                progress: *progress,
                updated_at: engine.clock.now(),
                ..record.clone()
            };
            engine.store.note_export_run(alive);
        }
    };
    let mut progress = ExportProgress::default();
    let outcome = load::load(engine, session, plan, job, &mut progress, &mut tell).await;
    tell(&progress, true);
    record.progress = progress;
    outcome
}

fn told_as(progress: &ExportProgress, elapsed: Duration) -> Progress {
    let small = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    // Google tells the number of rows after the first page of them.
    let total = progress
        .rows_total
        .unwrap_or(progress.rows_read)
        .max(progress.rows_read);
    let left = progress
        .rows_total
        .map(|total| total.saturating_sub(progress.rows_read));
    let eta = left.filter(|_| progress.rows_read > 0).map(|left| {
        let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        small(left.saturating_mul(millis) / progress.rows_read / 1_000)
    });
    Progress {
        what: "Reading rows".to_owned(),
        done: small(progress.rows_read),
        total: small(total),
        calls: small(progress.calls),
        eta_seconds: eta,
        waiting_until: None,
    }
}

/// Two properties' rows in one table would replace each other wherever their dimensions agree.
async fn refuse_foreign_rows(engine: &Engine, plan: &Plan) -> Result<()> {
    if !plan.file_exists() {
        return Ok(());
    }
    let runs = engine.store.export_runs(u32::MAX).await?;
    let foreign = runs
        .iter()
        .find(|run| run.progress.rows_read > 0 && plan.shares_table(&run.destination, &run.property_id));
    match foreign {
        Some(run) => Err(Error::invalid(
            format!(
                "The table holds rows of property {}; rows of {} would replace them.",
                run.property_id, plan.property_id
            ),
            "Name another table: sqlite:FILE?table=NAME.",
        )),
        None => Ok(()),
    }
}

/// Whether the run died with its process.
async fn died(engine: &Engine, run: &mut ExportRun) -> Result<bool> {
    if run.state != RunState::Running || RunLock::is_taken(&engine.profile().locks_directory(), &run.id) {
        return Ok(false);
    }
    // It may have ended between the reading of its record and the look at its lock.
    if let Some(now) = engine.store.export_run(&run.id).await? {
        *run = now;
    }
    Ok(run.state == RunState::Running)
}

async fn view(engine: &Engine, mut run: ExportRun) -> Result<ExportRunView> {
    let died = died(engine, &mut run).await?;
    let property_name = engine
        .store
        .analytics_property(&run.property_id)
        .await?
        .map(|property| property.display_name);
    let small = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    let spec: plan::Spec = serde_json::from_value(run.spec).unwrap_or_default();
    let state = match run.state {
        RunState::Running if died => ExportState::Failed,
        RunState::Running => ExportState::Running,
        RunState::Done => ExportState::Done,
        RunState::Failed => ExportState::Failed,
        RunState::Cancelled => ExportState::Cancelled,
    };
    Ok(ExportRunView {
        id: run.id,
        property_id: run.property_id,
        property_name,
        destination: run.destination,
        dimensions: spec.dimensions,
        metrics: spec.metrics,
        from: run.date_from,
        to: run.date_to,
        state,
        rows_read: small(run.progress.rows_read),
        rows_written: small(run.progress.rows_inserted + run.progress.rows_updated),
        started_at: run.started_at,
        finished_at: run.finished_at,
        problem: if died {
            Some("Gantry ended before the export did. Run it again.".to_owned())
        } else {
            run.error_message
        },
        notes: spec.notes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_follows_from_the_pace() {
        let progress = ExportProgress {
            rows_total: Some(400),
            rows_read: 100,
            calls: 1,
            ..ExportProgress::default()
        };
        let told = told_as(&progress, Duration::from_secs(2));
        assert_eq!((told.done, told.total, told.eta_seconds), (100, 400, Some(6)));
        let unknown = ExportProgress {
            rows_total: None,
            ..progress
        };
        assert_eq!(told_as(&unknown, Duration::from_secs(2)).eta_seconds, None);
    }
}
