//! The last good answer of each report, with its age: an outage never empties a screen.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use crate::columns::{json, json_text, millis, moment};
use crate::database::{Store, StoreError};

/// Reports kept; those fetched longest ago are forgotten first.
pub const KEPT: u32 = 500;

pub(crate) const CREATE: &str = "
CREATE TABLE reports_cache (
    key TEXT PRIMARY KEY,
    report TEXT NOT NULL,
    fetched_at INTEGER NOT NULL
) STRICT;
CREATE INDEX reports_cache_by_age ON reports_cache (fetched_at);";

/// A report as it was last fetched.
#[derive(Clone, Debug, PartialEq)]
pub struct CachedReport {
    pub report: Value,
    pub fetched_at: Timestamp,
}

/// The key of what `connection_id` was answered to `question`.
pub fn report_key(connection_id: &str, question: &str) -> String {
    format!("{connection_id}/{question}")
}

/// Deletes what was answered to a connection.
pub(crate) fn forget_connection(connection: &Connection, connection_id: &str) -> Result<(), StoreError> {
    connection.execute(
        "DELETE FROM reports_cache WHERE substr(key, 1, length(?1)) = ?1",
        [report_key(connection_id, "")],
    )?;
    Ok(())
}

impl Store {
    /// Keeps `report` under `key`, made by [`report_key`]: all that the answer depends on, the connection included.
    pub async fn put_report(&self, key: &str, report: &Value, fetched_at: Timestamp) -> Result<(), StoreError> {
        let (key, report) = (key.to_owned(), json_text(report)?);
        self.call(move |connection| {
            let transaction = connection.transaction()?;
            transaction.execute(
                "INSERT INTO reports_cache (key, report, fetched_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (key) DO UPDATE SET report = excluded.report, fetched_at = excluded.fetched_at",
                params![key, report, millis(fetched_at)],
            )?;
            transaction.execute(
                "DELETE FROM reports_cache WHERE key IN (
                     SELECT key FROM reports_cache ORDER BY fetched_at DESC, key LIMIT -1 OFFSET ?1)",
                [KEPT],
            )?;
            Ok(transaction.commit()?)
        })
        .await
    }

    /// The report kept under `key`.
    pub async fn report(&self, key: &str) -> Result<Option<CachedReport>, StoreError> {
        let key = key.to_owned();
        self.call(move |connection| {
            Ok(connection
                .query_row(
                    "SELECT report, fetched_at FROM reports_cache WHERE key = ?1",
                    [key],
                    |row| {
                        Ok(CachedReport {
                            report: json(row, 0)?,
                            fetched_at: moment(row, 1)?,
                        })
                    },
                )
                .optional()?)
        })
        .await
    }

    /// Forgets all reports.
    pub async fn clear_reports(&self) -> Result<(), StoreError> {
        self.call(|connection| {
            connection.execute("DELETE FROM reports_cache", [])?;
            Ok(())
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_newest_reports_are_kept() {
        let store = Store::in_memory().await.unwrap();
        let at = |number: u32| Timestamp::from_second(i64::from(number)).unwrap();
        for number in 0..=KEPT {
            store
                .put_report(&format!("key {number}"), &serde_json::json!(number), at(number))
                .await
                .unwrap();
        }
        assert_eq!(store.report("key 0").await.unwrap(), None);
        let second = store.report("key 1").await.unwrap();
        assert_eq!(
            second,
            Some(CachedReport {
                report: serde_json::json!(1),
                fetched_at: at(1)
            })
        );
        store.clear_reports().await.unwrap();
        assert_eq!(store.report("key 1").await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_removed_connection_takes_its_reports_along() {
        let store = Store::in_memory().await.unwrap();
        for id in ["one", "one%"] {
            let key = report_key(id, "overview/1");
            store
                .put_connection(crate::connections::tests::connection(id))
                .await
                .unwrap();
            store
                .put_report(&key, &serde_json::json!(id), Timestamp::UNIX_EPOCH)
                .await
                .unwrap();
        }
        store.remove_connection("one").await.unwrap();
        assert_eq!(store.report(&report_key("one", "overview/1")).await.unwrap(), None);
        assert!(store.report(&report_key("one%", "overview/1")).await.unwrap().is_some());
    }
}
