//! What the person set: a key and a JSON value.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::columns::{json, json_text};
use crate::database::{Store, StoreError};

pub(crate) const CREATE: &str =
    "CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;";

impl Store {
    /// The value under `key`; `None` where it was never set, or where what was set no longer fits `T`.
    pub async fn setting<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, StoreError> {
        let wanted = key.to_owned();
        let text: Option<String> = self
            .call(move |connection| {
                Ok(connection
                    .query_row("SELECT value FROM settings WHERE key = ?1", [wanted], |row| row.get(0))
                    .optional()?)
            })
            .await?;
        Ok(text.and_then(|text| {
            serde_json::from_str(&text)
                .inspect_err(|error| tracing::warn!(key, %error, "a setting could not be read and is ignored"))
                .ok()
        }))
    }

    /// Sets `key` to `value`.
    pub async fn set_setting(&self, key: &str, value: &impl Serialize) -> Result<(), StoreError> {
        let (key, value) = (key.to_owned(), json_text(value)?);
        self.call(move |connection| {
            connection.execute(
                "INSERT INTO settings (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                params![key, value],
            )?;
            Ok(())
        })
        .await
    }

    /// Forgets `key`, so that its default holds again.
    pub async fn clear_setting(&self, key: &str) -> Result<(), StoreError> {
        let key = key.to_owned();
        self.call(move |connection| {
            connection.execute("DELETE FROM settings WHERE key = ?1", [key])?;
            Ok(())
        })
        .await
    }

    /// Everything that was set.
    pub async fn settings(&self) -> Result<BTreeMap<String, Value>, StoreError> {
        self.call(|connection| {
            let mut statement = connection.prepare_cached("SELECT key, value FROM settings")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, json(row, 1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_setting_is_read_back_and_forgotten() {
        let store = Store::in_memory().await.unwrap();
        assert_eq!(store.setting::<String>("theme").await.unwrap(), None);
        store.set_setting("theme", &"dark").await.unwrap();
        store.set_setting("theme", &"light").await.unwrap();
        assert_eq!(
            store.setting::<String>("theme").await.unwrap().as_deref(),
            Some("light")
        );
        assert_eq!(
            store.setting::<u32>("theme").await.unwrap(),
            None,
            "another type reads as unset"
        );
        assert_eq!(store.settings().await.unwrap().len(), 1);
        store.clear_setting("theme").await.unwrap();
        assert!(store.settings().await.unwrap().is_empty());
    }
}
