//! Every request to Google, newest last, bounded: what "Activity" shows and what an error's Activity id points to.
//!
//! No header, no body and no token is kept, and URLs come without their secrets.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use crate::columns::{count, counted, millis, moment};
use crate::database::{Store, StoreError};

/// Requests kept; older ones are forgotten.
pub const KEPT: u32 = 20_000;
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

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityEntry {
    pub id: String,
    pub at: Timestamp,
    pub connection_id: Option<String>,
    /// Google's name for it, such as `tagmanager.accounts.containers.versions.live`.
    pub api_method: String,
    pub http_method: String,
    /// Without tokens, codes or secrets.
    pub url: String,
    /// `None` where no answer came.
    pub status: Option<u16>,
    /// Milliseconds from the first byte sent to the last received, retries and waits between them included.
    pub latency_ms: u64,
    pub retries: u32,
    pub bytes_sent: u64,
    pub bytes_received: u64,
    pub quota_cost: u32,
    pub error_code: Option<String>,
    pub error_message: Option<String>,
}

/// Which requests to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivityFilter {
    /// Only what this connection sent.
    pub connection_id: Option<String>,
    /// Only failures.
    pub errors_only: bool,
    /// Only requests whose method, URL or error contains this text, in any case.
    pub text: Option<String>,
    /// Only requests older than the one with this id (paging).
    pub before: Option<String>,
}

const COLUMNS: &str = "id, at, connection_id, api_method, http_method, url, status, latency_ms, retries, bytes_sent, \
                       bytes_received, quota_cost, error_code, error_message";

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
    })
}

impl Store {
    /// Writes one request down, in the background: recording never holds up or fails the request itself.
    pub fn record_activity(&self, entry: ActivityEntry) {
        self.post(move |connection| {
            connection
                .prepare_cached(&format!(
                    "INSERT OR REPLACE INTO activity ({COLUMNS})
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
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
                    entry.error_message
                ])?;
            let seq = connection.last_insert_rowid();
            if seq % CLEAN_UP_EVERY == 0 {
                connection.execute("DELETE FROM activity WHERE seq <= ?1", [seq - i64::from(KEPT)])?;
            }
            Ok(())
        });
    }

    /// The newest requests that pass `filter`, newest first, at most `limit`.
    pub async fn activity(&self, filter: ActivityFilter, limit: u32) -> Result<Vec<ActivityEntry>, StoreError> {
        self.call(move |connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM activity
                 WHERE (?1 IS NULL OR connection_id = ?1)
                   AND (NOT ?2 OR error_code IS NOT NULL)
                   AND (?3 IS NULL OR instr(lower(api_method || ' ' || url || ' ' || coalesce(error_message, '')), lower(?3)))
                   AND (?4 IS NULL OR seq < (SELECT seq FROM activity WHERE id = ?4))
                 ORDER BY seq DESC LIMIT ?5"
            ))?;
            let rows = statement
                .query_map(params![filter.connection_id, filter.errors_only, filter.text, filter.before, limit], read)?;
            Ok(rows.collect::<Result<_, _>>()?)
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
            connection.execute("DELETE FROM activity", [])?;
            Ok(())
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: u32) -> ActivityEntry {
        ActivityEntry {
            id: format!("a{number}"),
            at: Timestamp::from_second(i64::from(number)).unwrap(),
            connection_id: Some(if number.is_multiple_of(2) { "even" } else { "odd" }.to_owned()),
            api_method: "tagmanager.accounts.list".to_owned(),
            http_method: "GET".to_owned(),
            url: format!("https://tagmanager.googleapis.com/tagmanager/v2/accounts?n={number}"),
            status: Some(200),
            latency_ms: 12,
            retries: 0,
            bytes_sent: 0,
            bytes_received: 99,
            quota_cost: 1,
            error_code: (number == 3).then(|| "permission_denied".to_owned()),
            error_message: None,
        }
    }

    #[tokio::test]
    async fn requests_are_listed_newest_first_and_paged() {
        let store = Store::in_memory().await.unwrap();
        (1..=5).for_each(|number| store.record_activity(entry(number)));
        let ids = |entries: Vec<ActivityEntry>| entries.into_iter().map(|entry| entry.id).collect::<Vec<_>>();
        assert_eq!(
            ids(store.activity(ActivityFilter::default(), 2).await.unwrap()),
            ["a5", "a4"]
        );
        let older = ActivityFilter {
            before: Some("a4".to_owned()),
            ..Default::default()
        };
        assert_eq!(ids(store.activity(older, 9).await.unwrap()), ["a3", "a2", "a1"]);
        let even = ActivityFilter {
            connection_id: Some("even".to_owned()),
            ..Default::default()
        };
        assert_eq!(ids(store.activity(even, 9).await.unwrap()), ["a4", "a2"]);
        let failed = ActivityFilter {
            errors_only: true,
            ..Default::default()
        };
        assert_eq!(ids(store.activity(failed, 9).await.unwrap()), ["a3"]);
        let text = ActivityFilter {
            text: Some("N=5".to_owned()),
            ..Default::default()
        };
        assert_eq!(ids(store.activity(text, 9).await.unwrap()), ["a5"]);
        assert_eq!(store.activity_entry("a2").await.unwrap(), Some(entry(2)));
    }

    #[tokio::test]
    async fn old_requests_are_forgotten() {
        let store = Store::in_memory().await.unwrap();
        (1..=KEPT + 600).for_each(|number| store.record_activity(entry(number)));
        let kept = store.activity(ActivityFilter::default(), u32::MAX).await.unwrap().len();
        assert!((KEPT as usize..KEPT as usize + 256).contains(&kept), "{kept}");
    }
}
