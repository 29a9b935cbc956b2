//! Batches of set-ups: the rows of a spreadsheet, each with the run that came of it.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::columns::{json, json_text, millis, moment, optional_json, words};
use crate::database::{Store, StoreError};

pub(crate) const CREATE: &str = "
CREATE TABLE batches (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    connection_id TEXT NOT NULL,
    request TEXT NOT NULL,
    digest TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE TABLE batch_rows (
    batch_id TEXT NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
    line INTEGER NOT NULL,
    form TEXT NOT NULL,
    heading TEXT,
    run_id TEXT,
    state TEXT NOT NULL,
    error TEXT,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (batch_id, line)
) STRICT, WITHOUT ROWID;";

pub(crate) const ANYWAY: &str = "ALTER TABLE batch_rows ADD COLUMN anyway INTEGER NOT NULL DEFAULT 0;";

/// Whether there is something left to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchState {
    /// Rows are left, whether or not a process works on them.
    Open,
    /// Every row was set up or has failed.
    Finished,
}
words!(BatchState {
    Open = "open",
    Finished = "finished"
});

/// How far one row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchRowState {
    /// Nothing was sent for it.
    Draft,
    /// A process has taken it on: its run tells how far it is.
    Begun,
    /// Its set-up is done.
    Made,
    Failed,
}
words!(BatchRowState {
    Draft = "draft",
    Begun = "begun",
    Made = "made",
    Failed = "failed"
});

/// Set-ups that came from one file.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    pub id: String,
    /// The file's name.
    pub name: String,
    pub connection_id: String,
    /// What was chosen for all rows.
    pub request: Value,
    /// Of what the rows say: the same again is the same batch.
    pub digest: String,
    pub state: BatchState,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// One client of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchRow {
    pub batch_id: String,
    /// In the file; unique in the batch.
    pub line: u32,
    /// What is set up.
    pub form: Value,
    /// The group that the row is listed under.
    pub heading: Option<String>,
    /// The run that came of it; `None` before it was begun.
    pub run_id: Option<String>,
    pub state: BatchRowState,
    /// Why it failed.
    pub error: Option<Value>,
    /// It is set up although it is there already: the person said so.
    pub anyway: bool,
    pub updated_at: Timestamp,
}

const BATCH: &str = "id, name, connection_id, request, digest, state, created_at, updated_at";
const ROW: &str = "batch_id, line, form, heading, run_id, state, error, updated_at, anyway";

fn read_batch(row: &Row<'_>) -> rusqlite::Result<Batch> {
    Ok(Batch {
        id: row.get(0)?,
        name: row.get(1)?,
        connection_id: row.get(2)?,
        request: json(row, 3)?,
        digest: row.get(4)?,
        state: row.get(5)?,
        created_at: moment(row, 6)?,
        updated_at: moment(row, 7)?,
    })
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<BatchRow> {
    Ok(BatchRow {
        batch_id: row.get(0)?,
        line: row.get(1)?,
        form: json(row, 2)?,
        heading: row.get(3)?,
        run_id: row.get(4)?,
        state: row.get(5)?,
        error: optional_json(row, 6)?,
        updated_at: moment(row, 7)?,
        anyway: row.get(8)?,
    })
}

fn put_row(connection: &Connection, row: &BatchRow) -> Result<(), StoreError> {
    let form = json_text(&row.form)?;
    let error = row.error.as_ref().map(json_text).transpose()?;
    connection
        .prepare_cached(&format!(
            "INSERT INTO batch_rows ({ROW}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (batch_id, line) DO UPDATE SET run_id = excluded.run_id, state = excluded.state,
                 error = excluded.error, updated_at = excluded.updated_at, anyway = excluded.anyway"
        ))?
        .execute(params![
            row.batch_id,
            row.line,
            form,
            row.heading,
            row.run_id,
            row.state,
            error,
            millis(row.updated_at),
            row.anyway
        ])?;
    Ok(())
}

impl Store {
    /// Writes a new batch down with all its rows, in one transaction; on the disk when it returns. Where one of the same
    /// digest is there by then (another process was faster), nothing is written. Answers the id of the one that is there.
    pub async fn begin_batch(&self, batch: Batch, rows: Vec<BatchRow>) -> Result<String, StoreError> {
        let request = json_text(&batch.request)?;
        self.call_durably(move |connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let known: Option<String> = transaction
                .query_row("SELECT id FROM batches WHERE digest = ?1", [&batch.digest], |row| {
                    row.get(0)
                })
                .optional()?;
            if let Some(known) = known {
                return Ok(known);
            }
            transaction.execute(
                &format!("INSERT INTO batches ({BATCH}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"),
                params![
                    batch.id,
                    batch.name,
                    batch.connection_id,
                    request,
                    batch.digest,
                    batch.state,
                    millis(batch.created_at),
                    millis(batch.updated_at)
                ],
            )?;
            for row in &rows {
                put_row(&transaction, row)?;
            }
            transaction.commit()?;
            Ok(batch.id)
        })
        .await
    }

    /// Puts these rows in the place of a batch's: its file names more that can be set up, or has them in other lines. In one
    /// transaction; on the disk when it returns. Whoever calls it holds the batch.
    pub async fn replace_batch_rows(&self, batch_id: &str, rows: Vec<BatchRow>) -> Result<(), StoreError> {
        let batch_id = batch_id.to_owned();
        self.call_durably(move |connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            transaction.execute("DELETE FROM batch_rows WHERE batch_id = ?1", [&batch_id])?;
            for row in &rows {
                put_row(&transaction, row)?;
            }
            transaction.commit()?;
            Ok(())
        })
        .await
    }

    /// Writes down how far a batch is.
    pub async fn set_batch_state(&self, id: &str, state: BatchState, at: Timestamp) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.call_durably(move |connection| {
            connection.execute(
                "UPDATE batches SET state = ?2, updated_at = ?3 WHERE id = ?1",
                params![id, state, millis(at)],
            )?;
            Ok(())
        })
        .await
    }

    /// Writes down how far a row is, and that its batch has changed; on the disk when it returns.
    pub async fn put_batch_row(&self, row: BatchRow) -> Result<(), StoreError> {
        self.call_durably(move |connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            put_row(&transaction, &row)?;
            transaction.execute(
                "UPDATE batches SET updated_at = ?2 WHERE id = ?1",
                params![row.batch_id, millis(row.updated_at)],
            )?;
            transaction.commit()?;
            Ok(())
        })
        .await
    }

    /// The batch with this id.
    pub async fn batch(&self, id: &str) -> Result<Option<Batch>, StoreError> {
        self.batch_where("id", id).await
    }

    /// The batch of these rows.
    pub async fn batch_of_digest(&self, digest: &str) -> Result<Option<Batch>, StoreError> {
        self.batch_where("digest", digest).await
    }

    async fn batch_where(&self, column: &'static str, value: &str) -> Result<Option<Batch>, StoreError> {
        let value = value.to_owned();
        self.call(move |connection| {
            Ok(connection
                .query_row(
                    &format!("SELECT {BATCH} FROM batches WHERE {column} = ?1 ORDER BY created_at LIMIT 1"),
                    [value],
                    read_batch,
                )
                .optional()?)
        })
        .await
    }

    /// The newest batches, newest first, at most `limit`.
    pub async fn batches(&self, limit: u32) -> Result<Vec<Batch>, StoreError> {
        self.call(move |connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {BATCH} FROM batches ORDER BY created_at DESC, id DESC LIMIT ?1"
            ))?;
            Ok(statement.query_map([limit], read_batch)?.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The rows of a batch, in the file's order.
    pub async fn batch_rows(&self, batch_id: &str) -> Result<Vec<BatchRow>, StoreError> {
        let batch_id = batch_id.to_owned();
        self.call(move |connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {ROW} FROM batch_rows WHERE batch_id = ?1 ORDER BY line"
            ))?;
            Ok(statement.query_map([batch_id], read_row)?.collect::<Result<_, _>>()?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(id: &str, digest: &str, second: i64) -> Batch {
        let at = Timestamp::from_second(second).unwrap();
        Batch {
            id: id.to_owned(),
            name: "clients.csv".to_owned(),
            connection_id: "one".to_owned(),
            request: serde_json::json!({ "template": "shop" }),
            digest: digest.to_owned(),
            state: BatchState::Open,
            created_at: at,
            updated_at: at,
        }
    }

    fn row(batch_id: &str, line: u32) -> BatchRow {
        BatchRow {
            batch_id: batch_id.to_owned(),
            line,
            form: serde_json::json!({ "account_name": format!("Bäckerei {line}") }),
            heading: Some("Nord".to_owned()),
            run_id: None,
            state: BatchRowState::Draft,
            error: None,
            anyway: false,
            updated_at: Timestamp::from_second(5).unwrap(),
        }
    }

    #[tokio::test]
    async fn rows_survive_the_process_in_the_files_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gantry.sqlite");
        {
            let store = Store::open(&path).await.unwrap();
            let rows = vec![row("b", 10), row("b", 2)];
            assert_eq!(store.begin_batch(batch("b", "digest", 5), rows).await.unwrap(), "b");
            let begun = BatchRow {
                run_id: Some("run".to_owned()),
                state: BatchRowState::Failed,
                error: Some(serde_json::json!({ "code": "terms_declined" })),
                updated_at: Timestamp::from_second(9).unwrap(),
                ..row("b", 10)
            };
            store.put_batch_row(begun).await.unwrap();
        }
        let store = Store::open(&path).await.unwrap();
        let rows = store.batch_rows("b").await.unwrap();
        assert_eq!(rows[0], row("b", 2));
        assert_eq!(
            (rows[1].line, rows[1].state, rows[1].run_id.as_deref()),
            (10, BatchRowState::Failed, Some("run"))
        );
        assert_eq!(rows[1].error, Some(serde_json::json!({ "code": "terms_declined" })));
        let found = store.batch("b").await.unwrap().unwrap();
        assert_eq!(found.updated_at, Timestamp::from_second(9).unwrap());
        store
            .set_batch_state("b", BatchState::Finished, Timestamp::from_second(11).unwrap())
            .await
            .unwrap();
        assert_eq!(store.batch("b").await.unwrap().unwrap().state, BatchState::Finished);
    }

    #[tokio::test]
    async fn the_same_file_with_the_same_choices_is_the_same_batch() {
        let store = Store::in_memory().await.unwrap();
        store
            .begin_batch(batch("first", "same", 5), vec![row("first", 2)])
            .await
            .unwrap();
        let again = store
            .begin_batch(batch("second", "same", 6), vec![row("second", 2)])
            .await;
        assert_eq!(again.unwrap(), "first");
        assert!(store.batch_rows("second").await.unwrap().is_empty());
        store.begin_batch(batch("third", "other", 7), Vec::new()).await.unwrap();
        let ids: Vec<_> = store
            .batches(9)
            .await
            .unwrap()
            .into_iter()
            .map(|batch| batch.id)
            .collect();
        assert_eq!(ids, ["third", "first"]);
        let found = store.batch_of_digest("same").await.unwrap().unwrap();
        assert_eq!(found.id, "first");
    }

    #[tokio::test]
    async fn a_batch_knows_the_runs_that_its_rows_have_taken_up() {
        let store = Store::in_memory().await.unwrap();
        let at = Timestamp::from_second(5).unwrap();
        let run = |id: &str, batch_id: Option<&str>| crate::ProvisioningRun {
            id: id.to_owned(),
            connection_id: "one".to_owned(),
            form: serde_json::json!({}),
            template: None,
            batch_id: batch_id.map(str::to_owned),
            state: crate::ProvisioningState::Running,
            outcome: None,
            error: None,
            proof: None,
            created_at: at,
            updated_at: at,
        };
        for run in [run("alone", None), run("first's", Some("first")), run("nobody's", None)] {
            let steps = vec![("ticket", crate::StepState::Planned)];
            store.begin_provisioning_run(run, steps).await.unwrap();
        }
        store.begin_batch(batch("first", "one", 5), Vec::new()).await.unwrap();
        store
            .begin_batch(batch("second", "other", 6), vec![row("second", 2)])
            .await
            .unwrap();
        let rows = [(2, "alone"), (7, "first's")].map(|(line, run)| BatchRow {
            run_id: Some(run.to_owned()),
            ..row("second", line)
        });
        store.replace_batch_rows("second", rows.to_vec()).await.unwrap();
        assert_eq!(store.batch_rows("second").await.unwrap(), rows);
        for (batch, expected) in [("first", vec!["first's"]), ("second", vec!["alone", "first's"])] {
            let runs = store.provisioning_runs_of_batch(batch).await.unwrap();
            assert_eq!(runs.iter().map(|run| run.id.as_str()).collect::<Vec<_>>(), expected);
            let steps = store.provisioning_steps_of_batch(batch).await.unwrap();
            assert_eq!(
                steps.iter().map(|step| step.run_id.as_str()).collect::<Vec<_>>(),
                expected
            );
        }
    }
}
