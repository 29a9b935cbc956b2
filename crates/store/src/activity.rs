//! Every request to Google, newest last, bounded: what "Activity" shows and what an error's Activity id points to.
//!
//! Rows are small and kept by count and age. Their traces (headers and bodies, redacted by the transports before they
//! come here) are in a table of their own, kept by size: the oldest go first, and their rows stay.

use gantry_domain::HttpTrace;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::columns::{count, counted, json, json_text, millis, moment, optional_json};
use crate::database::{Store, StoreError};

/// Requests kept; older ones are forgotten.
pub const KEPT: u32 = 20_000;
/// How long a request is kept, measured from the newest one.
pub const KEPT_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Bytes of traces kept.
pub const TRACES_KEPT: u64 = 64 << 20;
/// Writes between two clean-ups.
const CLEAN_UP_EVERY: i64 = 256;

pub(crate) const CREATE: &str = "
CREATE TABLE activity (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    connection_id TEXT,
    api_method TEXT NOT NULL,
    http_method TEXT NOT NULL,
    url TEXT NOT NULL,
    status INTEGER,
    latency_ms INTEGER NOT NULL,
    retries INTEGER NOT NULL,
    bytes_sent INTEGER NOT NULL,
    bytes_received INTEGER NOT NULL,
    quota_cost INTEGER NOT NULL,
    error_code TEXT,
    error_message TEXT
) STRICT;";

/// What a request did, why it failed, what was sent and answered.
pub(crate) const TRACES: &str = "
ALTER TABLE activity ADD COLUMN writes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE activity ADD COLUMN earlier TEXT NOT NULL DEFAULT '[]';
ALTER TABLE activity ADD COLUMN failure TEXT;
CREATE INDEX activity_at ON activity (at);
CREATE TABLE activity_traces (
    seq INTEGER PRIMARY KEY REFERENCES activity (seq) ON DELETE CASCADE,
    bytes INTEGER NOT NULL,
    trace TEXT NOT NULL
) STRICT;";

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityEntry {
    pub id: String,
    pub at: Timestamp,
    pub connection_id: Option<String>,
    /// Google's name for it, such as `tagmanager.accounts.containers.versions.live`.
    pub api_method: String,
    pub http_method: String,
    /// Google's address, without tokens, codes or secrets.
    pub url: String,
    /// `None` where no answer came.
    pub status: Option<u16>,
    /// Milliseconds from the first byte sent to the last received, retries and waits between them included.
    pub latency_ms: u64,
    pub retries: u32,
    pub bytes_sent: u64,
    pub bytes_received: u64,
    pub quota_cost: u32,
    /// Whether it was to change something at Google's.
    pub writes: bool,
    /// The attempts before the last one, in order.
    pub earlier: Vec<Attempt>,
    pub error_code: Option<String>,
    pub error_message: Option<String>,
    /// What else Google said of a failure.
    pub failure: Option<FailureDetails>,
}

/// An attempt that was followed by another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// `None` where no answer came.
    pub status: Option<u16>,
    /// The kind of its failure, as in `error_code`.
    pub error_code: String,
}

/// What Google said of a failure, beside its message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureDetails {
    /// `error.status`, such as `PERMISSION_DENIED`.
    pub google_status: Option<String>,
    /// The most specific reason, such as `rateLimitExceeded`.
    pub reason: Option<String>,
    /// Fields that were complained about, with the complaint.
    #[serde(default)]
    pub violations: Vec<(String, String)>,
    /// What stood between this computer and Google, by the transport's name for it.
    #[serde(default)]
    pub network: Option<String>,
    /// Google's page that switches an API on.
    #[serde(default)]
    pub activation_url: Option<String>,
    /// The request may have taken effect although its answer was lost.
    #[serde(default)]
    pub outcome_unknown: bool,
    /// When it was worth another try, in seconds from the end of the request.
    #[serde(default)]
    pub retry_after_seconds: Option<u64>,
}

/// How many requests there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ActivityCount {
    pub all: u64,
    pub writes: u64,
    pub failed: u64,
}

/// Which requests to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivityFilter {
    /// Only what this connection sent.
    pub connection_id: Option<String>,
    /// Only failures.
    pub errors_only: bool,
    /// Only those that were to change something at Google's.
    pub writes_only: bool,
    /// Only requests whose method, URL, status, id, account or error contains this text, in any case.
    pub text: Option<String>,
    /// Only requests written down before the one with this id (paging).
    pub before: Option<String>,
    /// Only requests written down after the one with this id, the first of them first in line (following). Where that
    /// one is forgotten, all are.
    pub after: Option<String>,
}

const COLUMNS: &str = "id, at, connection_id, api_method, http_method, url, status, latency_ms, retries, bytes_sent, \
                       bytes_received, quota_cost, error_code, error_message, writes, earlier, failure";

fn read(row: &Row<'_>) -> rusqlite::Result<ActivityEntry> {
    Ok(ActivityEntry {
        id: row.get(0)?,
        at: moment(row, 1)?,
        connection_id: row.get(2)?,
        api_method: row.get(3)?,
        http_method: row.get(4)?,
        url: row.get(5)?,
        status: row.get(6)?,
        latency_ms: counted(row, 7)?,
        retries: row.get(8)?,
        bytes_sent: counted(row, 9)?,
        bytes_received: counted(row, 10)?,
        quota_cost: row.get(11)?,
        error_code: row.get(12)?,
        error_message: row.get(13)?,
        writes: row.get(14)?,
        earlier: json(row, 15)?,
        failure: optional_json(row, 16)?,
    })
}

/// Forgets what is too much or too old.
fn clean_up(connection: &Connection, newest: i64, now: Timestamp, traces_kept: u64) -> Result<(), StoreError> {
    let oldest = now.checked_sub(KEPT_FOR).unwrap_or(Timestamp::MIN);
    connection.execute(
        "DELETE FROM activity WHERE seq <= ?1 OR at < ?2",
        params![newest - i64::from(KEPT), millis(oldest)],
    )?;
    connection.execute(
        "DELETE FROM activity_traces WHERE seq <= (
             SELECT max(seq) FROM (SELECT seq, sum(bytes) OVER (ORDER BY seq DESC) AS so_far FROM activity_traces)
             WHERE so_far > ?1)",
        [count(traces_kept)],
    )?;
    Ok(())
}

impl Store {
    /// Writes one request down with its trace, in the background: recording never holds up or fails the request itself.
    pub fn record_activity(&self, entry: ActivityEntry, trace: Option<HttpTrace>) {
        self.post(move |connection| {
            let transaction = connection.transaction()?;
            transaction
                .prepare_cached(&format!(
                    "INSERT OR REPLACE INTO activity ({COLUMNS})
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)"
                ))?
                .execute(params![
                    entry.id,
                    millis(entry.at),
                    entry.connection_id,
                    entry.api_method,
                    entry.http_method,
                    entry.url,
                    entry.status,
                    count(entry.latency_ms),
                    entry.retries,
                    count(entry.bytes_sent),
                    count(entry.bytes_received),
                    entry.quota_cost,
                    entry.error_code,
                    entry.error_message,
                    entry.writes,
                    json_text(&entry.earlier)?,
                    entry.failure.as_ref().map(json_text).transpose()?,
                ])?;
            let seq = transaction.last_insert_rowid();
            if let Some(trace) = trace {
                let trace = json_text(&trace)?;
                transaction
                    .prepare_cached("INSERT INTO activity_traces (seq, bytes, trace) VALUES (?1, ?2, ?3)")?
                    .execute(params![seq, count(trace.len() as u64), trace])?;
            }
            if seq % CLEAN_UP_EVERY == 0 {
                clean_up(&transaction, seq, entry.at, TRACES_KEPT)?;
            }
            Ok(transaction.commit()?)
        });
    }

    /// The newest requests that pass `filter`, newest first, at most `limit`; with [`ActivityFilter::after`] the ones
    /// that came next, newest first too.
    pub async fn activity(&self, filter: ActivityFilter, limit: u32) -> Result<Vec<ActivityEntry>, StoreError> {
        self.call(move |connection| {
            let order = if filter.after.is_some() { "ASC" } else { "DESC" };
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM activity AS a
                 WHERE (?1 IS NULL OR connection_id = ?1)
                   AND (NOT ?2 OR error_code IS NOT NULL)
                   AND (NOT ?3 OR writes)
                   AND (?4 IS NULL OR instr(lower(concat_ws(' ', api_method, url, status, id, error_code, error_message,
                            (SELECT email FROM connections WHERE connections.id = a.connection_id))), lower(?4)))
                   AND (?5 IS NULL OR seq < (SELECT seq FROM activity WHERE id = ?5))
                   AND (?6 IS NULL OR seq > coalesce((SELECT seq FROM activity WHERE id = ?6), 0))
                 ORDER BY seq {order} LIMIT ?7"
            ))?;
            let rows = statement.query_map(
                params![
                    filter.connection_id,
                    filter.errors_only,
                    filter.writes_only,
                    filter.text,
                    filter.before,
                    filter.after,
                    limit
                ],
                read,
            )?;
            let mut entries: Vec<ActivityEntry> = rows.collect::<Result<_, _>>()?;
            if filter.after.is_some() {
                entries.reverse();
            }
            Ok(entries)
        })
        .await
    }

    /// How many requests began at `since` or later.
    pub async fn activity_count(&self, since: Timestamp) -> Result<ActivityCount, StoreError> {
        self.call(move |connection| {
            Ok(connection.query_row(
                "SELECT count(*), coalesce(sum(writes), 0), count(error_code) FROM activity WHERE at >= ?1",
                [millis(since)],
                |row| {
                    Ok(ActivityCount {
                        all: counted(row, 0)?,
                        writes: counted(row, 1)?,
                        failed: counted(row, 2)?,
                    })
                },
            )?)
        })
        .await
    }

    /// What was sent and answered in the request with this Activity id; `None` where it is forgotten.
    pub async fn activity_trace(&self, id: &str) -> Result<Option<HttpTrace>, StoreError> {
        let id = id.to_owned();
        self.call(move |connection| {
            let found = connection
                .query_row(
                    "SELECT trace FROM activity_traces JOIN activity USING (seq) WHERE id = ?1",
                    [id],
                    |row| json(row, 0),
                )
                .optional()?;
            Ok(found)
        })
        .await
    }

    /// The request with this Activity id.
    pub async fn activity_entry(&self, id: &str) -> Result<Option<ActivityEntry>, StoreError> {
        let id = id.to_owned();
        self.call(move |connection| {
            Ok(connection
                .query_row(&format!("SELECT {COLUMNS} FROM activity WHERE id = ?1"), [id], read)
                .optional()?)
        })
        .await
    }

    /// Forgets all requests.
    pub async fn clear_activity(&self) -> Result<(), StoreError> {
        self.call(|connection| {
            // With them go their traces.
            connection.execute("DELETE FROM activity", [])?;
            Ok(())
        })
        .await
    }
}

#[cfg(test)]
mod tests;
