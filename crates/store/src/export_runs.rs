//! What was exported when, to where, and what came of it.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::columns::{count, counted, json, json_text, millis, moment, optional_moment, words};
use crate::database::{Store, StoreError};

pub(crate) const CREATE: &str = "
CREATE TABLE export_runs (
    id TEXT PRIMARY KEY,
    connection_id TEXT NOT NULL,
    property_id TEXT NOT NULL,
    spec TEXT NOT NULL,
    destination TEXT NOT NULL,
    date_from TEXT NOT NULL,
    date_to TEXT NOT NULL,
    state TEXT NOT NULL,
    rows_total INTEGER,
    rows_read INTEGER NOT NULL,
    rows_inserted INTEGER NOT NULL,
    rows_updated INTEGER NOT NULL,
    rows_unchanged INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    finished_at INTEGER,
    error_code TEXT,
    error_message TEXT
) STRICT;
CREATE INDEX export_runs_by_start ON export_runs (started_at);";

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    Running,
    Done,
    Failed,
    Cancelled,
}
words!(RunState { Running = "running", Done = "done", Failed = "failed", Cancelled = "cancelled" });

/// Counts of one export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExportProgress {
    /// What Google says there is; `None` until the first answer.
    pub rows_total: Option<u64>,
    pub rows_read: u64,
    pub rows_inserted: u64,
    pub rows_updated: u64,
    pub rows_unchanged: u64,
    /// Bytes of the cells' text.
    pub bytes: u64,
    /// Requests sent.
    pub calls: u64,
}

/// One export.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportRun {
    pub id: String,
    pub connection_id: String,
    pub property_id: String,
    /// The query: dimensions, metrics, filters.
    pub spec: Value,
    /// `sqlite:FILE?table=T`, `csv:FILE`; never a password.
    pub destination: String,
    /// First day, as the calendar date that was exported.
    pub date_from: String,
    /// Last day.
    pub date_to: String,
    pub state: RunState,
    pub progress: ExportProgress,
    pub started_at: Timestamp,
    /// When the process that runs it last wrote.
    pub updated_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    pub error_code: Option<String>,
    pub error_message: Option<String>,
}

const COLUMNS: &str = "id, connection_id, property_id, spec, destination, date_from, date_to, state, rows_total, \
                       rows_read, rows_inserted, rows_updated, rows_unchanged, bytes, calls, started_at, updated_at, finished_at, \
                       error_code, error_message";

fn read(row: &Row<'_>) -> rusqlite::Result<ExportRun> {
    let total: Option<i64> = row.get(8)?;
    Ok(ExportRun {
        id: row.get(0)?,
        connection_id: row.get(1)?,
        property_id: row.get(2)?,
        spec: json(row, 3)?,
        destination: row.get(4)?,
        date_from: row.get(5)?,
        date_to: row.get(6)?,
        state: row.get(7)?,
        progress: ExportProgress {
            rows_total: total.and_then(|total| u64::try_from(total).ok()),
            rows_read: counted(row, 9)?,
            rows_inserted: counted(row, 10)?,
            rows_updated: counted(row, 11)?,
            rows_unchanged: counted(row, 12)?,
            bytes: counted(row, 13)?,
            calls: counted(row, 14)?,
        },
        started_at: moment(row, 15)?,
        updated_at: moment(row, 16)?,
        finished_at: optional_moment(row, 17)?,
        error_code: row.get(18)?,
        error_message: row.get(19)?,
    })
}

fn put(connection: &Connection, run: &ExportRun) -> Result<(), StoreError> {
    let spec = json_text(&run.spec)?;
    connection.execute(
        &format!(
            "INSERT OR REPLACE INTO export_runs ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, \
             ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)"
        ),
        params![
            run.id,
            run.connection_id,
            run.property_id,
            spec,
            run.destination,
            run.date_from,
            run.date_to,
            run.state,
            run.progress.rows_total.map(count),
            count(run.progress.rows_read),
            count(run.progress.rows_inserted),
            count(run.progress.rows_updated),
            count(run.progress.rows_unchanged),
            count(run.progress.bytes),
            count(run.progress.calls),
            millis(run.started_at),
            millis(run.updated_at),
            run.finished_at.map(millis),
            run.error_code,
            run.error_message
        ],
    )?;
    Ok(())
}

impl Store {
    /// Writes the run down, new or changed.
    pub async fn put_export_run(&self, run: ExportRun) -> Result<(), StoreError> {
        self.call(move |connection| put(connection, &run)).await
    }

    /// As [`Store::put_export_run`], in the background: how far a run is.
    pub fn note_export_run(&self, run: ExportRun) {
        self.post(move |connection| put(connection, &run));
    }

    /// The newest runs, newest first, at most `limit`.
    pub async fn export_runs(&self, limit: u32) -> Result<Vec<ExportRun>, StoreError> {
        self.call(move |connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM export_runs ORDER BY started_at DESC, id DESC LIMIT ?1"
            ))?;
            Ok(statement.query_map([limit], read)?.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The run with this id.
    pub async fn export_run(&self, id: &str) -> Result<Option<ExportRun>, StoreError> {
        let id = id.to_owned();
        self.call(move |connection| {
            Ok(connection
                .query_row(&format!("SELECT {COLUMNS} FROM export_runs WHERE id = ?1"), [id], read)
                .optional()?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_run_is_read_as_it_was_written() {
        let store = Store::in_memory().await.unwrap();
        let mut run = ExportRun {
            id: "1".to_owned(),
            connection_id: "one".to_owned(),
            property_id: "10".to_owned(),
            spec: serde_json::json!({ "dimensions": ["date"] }),
            destination: "sqlite:site.db?table=report".to_owned(),
            date_from: "2026-01-01".to_owned(),
            date_to: "2026-01-28".to_owned(),
            state: RunState::Running,
            progress: ExportProgress::default(),
            started_at: Timestamp::from_second(3).unwrap(),
            updated_at: Timestamp::from_second(3).unwrap(),
            finished_at: None,
            error_code: None,
            error_message: None,
        };
        store.put_export_run(run.clone()).await.unwrap();
        assert_eq!(store.export_run("1").await.unwrap().as_ref(), Some(&run));
        run.state = RunState::Done;
        run.progress = ExportProgress {
            rows_total: Some(4),
            rows_read: 4,
            rows_inserted: 4,
            calls: 1,
            ..run.progress
        };
        run.finished_at = Some(Timestamp::from_second(4).unwrap());
        store.put_export_run(run.clone()).await.unwrap();
        assert_eq!(store.export_runs(5).await.unwrap(), [run]);
    }
}
