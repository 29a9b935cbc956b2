//! The journal of set-ups: what was about to be sent is on the disk before it is sent, so that a crash between the
//! call and its answer can be reconciled instead of repeated.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::columns::{json, json_text, millis, moment, optional_json, words};
use crate::database::{Store, StoreError};

pub(crate) const CREATE: &str = "
CREATE TABLE provisioning_runs (
    id TEXT PRIMARY KEY,
    connection_id TEXT NOT NULL,
    form TEXT NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT,
    error TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE TABLE provisioning_steps (
    run_id TEXT NOT NULL REFERENCES provisioning_runs (id) ON DELETE CASCADE,
    step TEXT NOT NULL,
    position INTEGER NOT NULL,
    state TEXT NOT NULL,
    request TEXT,
    response TEXT,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (run_id, step)
) STRICT, WITHOUT ROWID;";

/// Templates, batches and the proof that data arrives.
pub(crate) const SET_UPS: &str = "
ALTER TABLE provisioning_runs ADD COLUMN template TEXT;
ALTER TABLE provisioning_runs ADD COLUMN batch_id TEXT;
ALTER TABLE provisioning_runs ADD COLUMN proof TEXT;
CREATE INDEX provisioning_runs_of_batch ON provisioning_runs (batch_id);";

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProvisioningState {
    Running,
    /// It waits for the person: Terms of Service, or a decision.
    Waiting,
    Done,
    Failed,
    Cancelled,
}
words!(ProvisioningState {
    Running = "running",
    Waiting = "waiting",
    Done = "done",
    Failed = "failed",
    Cancelled = "cancelled"
});

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    Planned,
    /// Sent, and no answer is known: after a crash, look before sending again.
    Sent,
    Done,
    Failed,
    /// The person left it out.
    Skipped,
}
words!(StepState {
    Planned = "planned",
    Sent = "sent",
    Done = "done",
    Failed = "failed",
    Skipped = "skipped"
});

/// One set-up.
#[derive(Clone, Debug, PartialEq)]
pub struct ProvisioningRun {
    pub id: String,
    pub connection_id: String,
    /// What the person filled in.
    pub form: Value,
    /// The template as it was when the run began; later changes to it do not reach a run that goes on.
    pub template: Option<Value>,
    /// The batch that it belongs to.
    pub batch_id: Option<String>,
    pub state: ProvisioningState,
    /// What came of it.
    pub outcome: Option<Value>,
    /// Why it failed.
    pub error: Option<Value>,
    /// What was last seen of the site and of its visitors.
    pub proof: Option<Value>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// One step of a set-up.
#[derive(Clone, Debug, PartialEq)]
pub struct ProvisioningStep {
    pub run_id: String,
    /// `ticket`, `property`, `data_stream` ...; unique in its run.
    pub step: String,
    pub state: StepState,
    pub request: Option<Value>,
    pub response: Option<Value>,
    pub updated_at: Timestamp,
}

const RUN: &str = "id, connection_id, form, template, batch_id, state, outcome, error, proof, created_at, updated_at";

/// The runs of the batch `?1`. A run belongs to the batch in which it was begun; another may have taken it up since.
const OF_BATCH: &str =
    "batch_id = ?1 OR id IN (SELECT run_id FROM batch_rows WHERE batch_id = ?1 AND run_id IS NOT NULL)";

fn read_run(row: &Row<'_>) -> rusqlite::Result<ProvisioningRun> {
    Ok(ProvisioningRun {
        id: row.get(0)?,
        connection_id: row.get(1)?,
        form: json(row, 2)?,
        template: optional_json(row, 3)?,
        batch_id: row.get(4)?,
        state: row.get(5)?,
        outcome: optional_json(row, 6)?,
        error: optional_json(row, 7)?,
        proof: optional_json(row, 8)?,
        created_at: moment(row, 9)?,
        updated_at: moment(row, 10)?,
    })
}

fn read_step(row: &Row<'_>) -> rusqlite::Result<ProvisioningStep> {
    Ok(ProvisioningStep {
        run_id: row.get(0)?,
        step: row.get(1)?,
        state: row.get(2)?,
        request: optional_json(row, 3)?,
        response: optional_json(row, 4)?,
        updated_at: moment(row, 5)?,
    })
}

fn put_run(connection: &Connection, run: &ProvisioningRun) -> Result<(), StoreError> {
    let form = json_text(&run.form)?;
    let template = run.template.as_ref().map(json_text).transpose()?;
    let proof = run.proof.as_ref().map(json_text).transpose()?;
    let outcome = run.outcome.as_ref().map(json_text).transpose()?;
    let error = run.error.as_ref().map(json_text).transpose()?;
    connection.execute(
        &format!(
            "INSERT INTO provisioning_runs ({RUN}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
             ON CONFLICT (id) DO UPDATE SET connection_id = excluded.connection_id, form = excluded.form,
                 template = excluded.template, batch_id = excluded.batch_id, state = excluded.state,
                 outcome = excluded.outcome, error = excluded.error, proof = excluded.proof,
                 updated_at = excluded.updated_at"
        ),
        params![
            run.id,
            run.connection_id,
            form,
            template,
            run.batch_id,
            run.state,
            outcome,
            error,
            proof,
            millis(run.created_at),
            millis(run.updated_at)
        ],
    )?;
    Ok(())
}

fn put_step(connection: &Connection, step: &ProvisioningStep) -> Result<(), StoreError> {
    let request = step.request.as_ref().map(json_text).transpose()?;
    let response = step.response.as_ref().map(json_text).transpose()?;
    connection.execute(
        "INSERT INTO provisioning_steps (run_id, step, position, state, request, response, updated_at)
         VALUES (?1, ?2, (SELECT count(*) FROM provisioning_steps WHERE run_id = ?1), ?3, ?4, ?5, ?6)
         ON CONFLICT (run_id, step) DO UPDATE SET state = excluded.state,
             request = coalesce(excluded.request, request), response = excluded.response,
             updated_at = excluded.updated_at",
        params![
            step.run_id,
            step.step,
            step.state,
            request,
            response,
            millis(step.updated_at)
        ],
    )?;
    Ok(())
}

impl Store {
    /// Writes the run down, new or changed; on the disk when it returns.
    pub async fn put_provisioning_run(&self, run: ProvisioningRun) -> Result<(), StoreError> {
        self.call_durably(move |connection| put_run(connection, &run)).await
    }

    /// Writes the step down, new or changed; on the disk when it returns. Steps keep the order in which they were
    /// first written.
    pub async fn put_provisioning_step(&self, step: ProvisioningStep) -> Result<(), StoreError> {
        self.call_durably(move |connection| put_step(connection, &step)).await
    }

    /// Writes a run down whose form has changed, with the steps that change with it: all of it or nothing, on the disk when it
    /// returns. Steps of one form under another would be gone on with as if they were that one's.
    pub async fn amend_provisioning_run(
        &self,
        run: ProvisioningRun,
        steps: Vec<ProvisioningStep>,
    ) -> Result<(), StoreError> {
        self.call_durably(move |connection| {
            let transaction = connection.transaction()?;
            put_run(&transaction, &run)?;
            for step in &steps {
                put_step(&transaction, step)?;
            }
            Ok(transaction.commit()?)
        })
        .await
    }

    /// Writes a new run down with all its steps, in order: all of it or nothing, on the disk when it returns. A run with half its
    /// steps would be gone on with as if it had no others.
    pub async fn begin_provisioning_run(
        &self,
        run: ProvisioningRun,
        steps: Vec<(&'static str, StepState)>,
    ) -> Result<(), StoreError> {
        let form = json_text(&run.form)?;
        let template = run.template.as_ref().map(json_text).transpose()?;
        self.call_durably(move |connection| {
            let transaction = connection.transaction()?;
            transaction.execute(
                "INSERT INTO provisioning_runs (id, connection_id, form, template, batch_id, state, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    run.id,
                    run.connection_id,
                    form,
                    template,
                    run.batch_id,
                    run.state,
                    millis(run.created_at),
                    millis(run.updated_at)
                ],
            )?;
            for (position, (step, state)) in (0_i64..).zip(steps) {
                transaction.execute(
                    "INSERT INTO provisioning_steps (run_id, step, position, state, updated_at) VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![run.id, step, position, state, millis(run.updated_at)],
                )?;
            }
            Ok(transaction.commit()?)
        })
        .await
    }

    /// The run with this id.
    pub async fn provisioning_run(&self, id: &str) -> Result<Option<ProvisioningRun>, StoreError> {
        let id = id.to_owned();
        self.call(move |connection| {
            Ok(connection
                .query_row(
                    &format!("SELECT {RUN} FROM provisioning_runs WHERE id = ?1"),
                    [id],
                    read_run,
                )
                .optional()?)
        })
        .await
    }

    /// The newest runs, newest first, at most `limit`.
    pub async fn provisioning_runs(&self, limit: u32) -> Result<Vec<ProvisioningRun>, StoreError> {
        self.call(move |connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {RUN} FROM provisioning_runs ORDER BY created_at DESC, id DESC LIMIT ?1"
            ))?;
            Ok(statement.query_map([limit], read_run)?.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The runs of a batch, oldest first: those that were begun in it, and those that its rows have taken up.
    pub async fn provisioning_runs_of_batch(&self, batch_id: &str) -> Result<Vec<ProvisioningRun>, StoreError> {
        let batch_id = batch_id.to_owned();
        self.call(move |connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {RUN} FROM provisioning_runs WHERE {OF_BATCH} ORDER BY created_at, id"
            ))?;
            Ok(statement.query_map([batch_id], read_run)?.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The steps of all runs of a batch, run by run, each run's in order.
    pub async fn provisioning_steps_of_batch(&self, batch_id: &str) -> Result<Vec<ProvisioningStep>, StoreError> {
        let batch_id = batch_id.to_owned();
        self.call(move |connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT run_id, step, state, request, response, updated_at FROM provisioning_steps
                 WHERE run_id IN (SELECT id FROM provisioning_runs WHERE {OF_BATCH}) ORDER BY run_id, position"
            ))?;
            Ok(statement.query_map([batch_id], read_step)?.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// What this step has made, in every run that got so far: the run's id and the response.
    pub async fn provisioning_responses(&self, step: &str) -> Result<Vec<(String, Value)>, StoreError> {
        let step = step.to_owned();
        self.call(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT run_id, response FROM provisioning_steps WHERE step = ?1 AND response IS NOT NULL",
            )?;
            let read = |row: &Row<'_>| Ok((row.get(0)?, json(row, 1)?));
            Ok(statement.query_map([step], read)?.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The steps of a run, in order.
    pub async fn provisioning_steps(&self, run_id: &str) -> Result<Vec<ProvisioningStep>, StoreError> {
        let run_id = run_id.to_owned();
        self.call(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT run_id, step, state, request, response, updated_at FROM provisioning_steps
                 WHERE run_id = ?1 ORDER BY position",
            )?;
            Ok(statement.query_map([run_id], read_step)?.collect::<Result<_, _>>()?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(at: Timestamp) -> ProvisioningRun {
        ProvisioningRun {
            id: "run".to_owned(),
            connection_id: "one".to_owned(),
            form: serde_json::json!({ "accountName": "Bäckerei" }),
            template: None,
            batch_id: None,
            state: ProvisioningState::Running,
            outcome: None,
            error: None,
            proof: None,
            created_at: at,
            updated_at: at,
        }
    }

    #[tokio::test]
    async fn a_form_that_was_put_right_is_written_with_all_its_steps_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("gantry.sqlite")).await.unwrap();
        let at = Timestamp::from_second(5).unwrap();
        store
            .begin_provisioning_run(run(at), vec![("people", StepState::Failed)])
            .await
            .unwrap();
        let right = ProvisioningRun {
            form: serde_json::json!({ "accountName": "Bäckerei", "container": "new" }),
            ..run(at)
        };
        let step = |run_id: &str, step: &str| ProvisioningStep {
            run_id: run_id.to_owned(),
            step: step.to_owned(),
            state: StepState::Planned,
            request: None,
            response: None,
            updated_at: at,
        };
        // The second step cannot be written: it is of a run that is not there.
        let half = vec![step("run", "container"), step("another", "tags")];
        store.amend_provisioning_run(right.clone(), half).await.unwrap_err();
        assert_eq!(store.provisioning_run("run").await.unwrap(), Some(run(at)));
        assert_eq!(store.provisioning_steps("run").await.unwrap().len(), 1);

        let whole = vec![step("run", "container"), step("run", "tags")];
        store.amend_provisioning_run(right.clone(), whole).await.unwrap();
        assert_eq!(store.provisioning_run("run").await.unwrap(), Some(right));
        assert_eq!(store.provisioning_steps("run").await.unwrap().len(), 3);
    }

    #[tokio::test]
    async fn a_journal_survives_the_process() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gantry.sqlite");
        let at = Timestamp::from_second(5).unwrap();
        let run = run(at);
        let step = |step: &str, state, response| ProvisioningStep {
            run_id: "run".to_owned(),
            step: step.to_owned(),
            state,
            request: Some(serde_json::json!({ "step": step })),
            response,
            updated_at: at,
        };
        {
            let store = Store::open(&path).await.unwrap();
            store.put_provisioning_run(run.clone()).await.unwrap();
            store
                .put_provisioning_step(step("ticket", StepState::Planned, None))
                .await
                .unwrap();
            store
                .put_provisioning_step(step("property", StepState::Planned, None))
                .await
                .unwrap();
            store
                .put_provisioning_step(step("ticket", StepState::Done, Some(Value::Null)))
                .await
                .unwrap();
            store
                .put_provisioning_step(step("property", StepState::Sent, None))
                .await
                .unwrap();
        }
        let store = Store::open(&path).await.unwrap();
        let states: Vec<_> = store
            .provisioning_steps("run")
            .await
            .unwrap()
            .into_iter()
            .map(|step| (step.step, step.state))
            .collect();
        assert_eq!(
            states,
            [
                ("ticket".to_owned(), StepState::Done),
                ("property".to_owned(), StepState::Sent)
            ]
        );
        assert_eq!(store.provisioning_runs(5).await.unwrap(), [run]);
    }
}
