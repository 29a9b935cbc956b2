//! Many set-ups at once, from a spreadsheet.
//!
//! The rows are on the disk before anything is sent. Rows that say the same are the same batch, however their file was saved:
//! starting it again goes on with it, tries again what failed, and makes nothing twice.

mod cost;
mod digest;
#[cfg(test)]
mod eta_test;
mod export;
mod known;
mod live;
mod lock;
mod mapping;
mod planning;
mod row;
mod rows;
mod running;
mod table;
mod text;
mod views;

use std::sync::Arc;

use gantry_store::{Batch, BatchState};
use serde_json::json;

use crate::Engine;
use crate::dto::batches::{
    BatchPlan, BatchRequest, BatchRowState as Shown, BatchView, ExportBatch, ExportedBatch, ProveBatch,
};
use crate::dto::events::{Progress, Topic};
use crate::dto::provisioning::ProofRequest;
use crate::dto::{ById, Nothing};
use crate::error::{Error, ErrorCode, Result};
use crate::jobs::Job;
use crate::provisioning;

pub(crate) use live::Running;

/// Batches that a list shows.
const LISTED: u32 = 50;

/// Reads a file and says what it would set up. Nothing is sent.
pub async fn plan(engine: &Arc<Engine>, request: BatchRequest) -> Result<BatchPlan> {
    planning::plan(engine, &request).await
}

/// Sets up the clients of a file, or goes on with it. Rows that fail stop no other.
pub async fn start(engine: &Arc<Engine>, request: BatchRequest, job: &Job) -> Result<BatchView> {
    let prepared = planning::Prepared::of(engine, &request).await?;
    prepared.meant(&request)?;
    let id = if let Some(known) = &prepared.known {
        known.id.clone()
    } else {
        prepared.check(request.leave_out_wrong_rows)?;
        prepared.permitted(engine).await?;
        begin(engine, &prepared, &request).await?
    };
    let batch = of(engine, &id).await?;
    // How the Terms of Service are asked for may be chosen anew.
    let batch = Batch {
        request: json!(request),
        ..batch
    };
    running::run(engine, batch, &prepared.session, Some(&prepared), job).await?;
    views::view(engine, of(engine, &id).await?).await
}

/// Goes on with a batch that stopped, and tries again what failed.
pub async fn resume(engine: &Arc<Engine>, request: ById, job: &Job) -> Result<BatchView> {
    let batch = of(engine, &request.id).await?;
    let session = engine.session(Some(&batch.connection_id)).await?;
    running::run(engine, batch, &session, None, job).await?;
    views::view(engine, of(engine, &request.id).await?).await
}

/// The newest batches, newest first.
pub async fn list(engine: &Arc<Engine>, _: Nothing) -> Result<Vec<BatchView>> {
    views::list(engine).await
}

pub async fn show(engine: &Arc<Engine>, request: ById) -> Result<BatchView> {
    views::view(engine, of(engine, &request.id).await?).await
}

/// Looks once at the site and at realtime of each client that waits for data. One that cannot be looked at stays as it is.
pub async fn prove(engine: &Arc<Engine>, request: ProveBatch, job: &Job) -> Result<BatchView> {
    let batch = of(engine, &request.id).await?;
    let view = views::view(engine, batch.clone()).await?;
    let waiting: Vec<_> = view
        .rows
        .into_iter()
        .filter(|row| row.state == Shown::WaitingForData)
        .collect();
    let total = u32::try_from(waiting.len()).unwrap_or(u32::MAX);
    for (done, row) in (0..).zip(waiting) {
        job.check_cancelled()?;
        job.progress(Progress {
            what: format!("Looking for visitors of {}", row.name),
            done,
            total,
            calls: done,
            eta_seconds: None,
            waiting_until: None,
        });
        let Some(run_id) = row.run_id else { continue };
        let look = ProofRequest { run_id, watch: false };
        match Box::pin(provisioning::prove(engine, look, job)).await {
            Ok(_) => {}
            Err(error) if error.code == ErrorCode::Cancelled => return Err(error),
            Err(error) => tracing::warn!(%error, line = row.line, "a client could not be looked at"),
        }
    }
    engine.jobs().changed(Topic::Batches);
    views::view(engine, batch).await
}

/// Writes what a batch made to a CSV file.
pub async fn export(engine: &Arc<Engine>, request: ExportBatch) -> Result<ExportedBatch> {
    let view = views::view(engine, of(engine, &request.id).await?).await?;
    export::write(&view, &request.path).await
}

/// A file that somebody says is a list of clients, for the fuzz target. Not part of the crate's interface.
#[cfg(feature = "fuzzing")]
pub fn read_for_fuzzing(bytes: &[u8]) {
    if let Ok(table) = table::read(bytes) {
        assert!(table.rows.len() <= table::MOST_ROWS);
        assert!(table.rows.windows(2).all(|rows| rows[0].line < rows[1].line));
        assert!(table.rows.iter().all(|row| row.cells.len() <= table.headings.len()));
        let mapped = mapping::mapping(&table, &std::collections::BTreeMap::new());
        assert!(mapped.is_ok_and(|mapped| mapped.values().all(|column| table.headings.contains(column))));
    }
}

/// Puts the batch and its rows on the disk; answers its id, or that of the same one that another process has begun.
async fn begin(engine: &Engine, prepared: &planning::Prepared, request: &BatchRequest) -> Result<String> {
    let (id, now) = (uuid::Uuid::now_v7().to_string(), engine.clock().now());
    let rows = prepared.batch_rows(&id, now);
    let batch = Batch {
        id: id.clone(),
        name: prepared.name.clone(),
        connection_id: prepared.session.connection.id.clone(),
        request: json!(request),
        digest: prepared.digest.clone(),
        state: BatchState::Open,
        created_at: now,
        updated_at: now,
    };
    let id = engine.store().begin_batch(batch, rows).await?;
    written(&id);
    engine.jobs().changed(Topic::Batches);
    Ok(id)
}

/// The batch is on the disk as it is now. Told as the journal of one set-up tells it.
fn written(id: &str) {
    tracing::trace!(target: "gantry_engine::set_up_journal", batch = id, "written");
}

async fn of(engine: &Engine, id: &str) -> Result<Batch> {
    engine.store().batch(id).await?.ok_or_else(|| {
        Error::new(
            ErrorCode::NotFound,
            "There is no such batch.",
            "List the batches and take one of them.",
        )
    })
}

fn unwritable(error: serde_json::Error) -> Error {
    Error::new(
        ErrorCode::Storage,
        "The batch could not be written down or read.",
        "Start it again from its file.",
    )
    .with_details(error)
}
