//! The mirror of Google Analytics: accounts and properties, and which connection reaches which.
//!
//! An account that two connections reach is one row with two access rows. A connection's list is swapped in one
//! transaction, so a reader sees the old list or the new one, never half of either.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::Value;

use crate::columns::{json, json_text, millis, moment};
use crate::data_streams;
use crate::database::{Store, StoreError};

pub(crate) const CREATE: &str = "
CREATE TABLE ga_accounts (
    account_id TEXT PRIMARY KEY,
    display_name TEXT NOT NULL,
    document TEXT NOT NULL,
    fetched_at INTEGER NOT NULL
) STRICT;
CREATE TABLE ga_properties (
    property_id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES ga_accounts (account_id) ON DELETE CASCADE,
    display_name TEXT NOT NULL,
    property_type TEXT,
    document TEXT NOT NULL,
    fetched_at INTEGER NOT NULL
) STRICT;
CREATE INDEX ga_properties_of_account ON ga_properties (account_id);
CREATE TABLE ga_account_access (
    connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL REFERENCES ga_accounts (account_id) ON DELETE CASCADE,
    PRIMARY KEY (connection_id, account_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ga_account_access_by_account ON ga_account_access (account_id);
CREATE TABLE ga_property_access (
    connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    property_id TEXT NOT NULL REFERENCES ga_properties (property_id) ON DELETE CASCADE,
    can_edit INTEGER NOT NULL,
    PRIMARY KEY (connection_id, property_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ga_property_access_by_property ON ga_property_access (property_id);
CREATE TABLE ga_fetched (
    connection_id TEXT PRIMARY KEY REFERENCES connections (id) ON DELETE CASCADE,
    fetched_at INTEGER NOT NULL
) STRICT;";

/// A Google Analytics account. Ids are Google's numbers, without `accounts/`.
#[derive(Clone, Debug, PartialEq)]
pub struct AnalyticsAccount {
    pub account_id: String,
    pub display_name: String,
    /// What Google sent, fields unknown to us included.
    pub document: Value,
    pub fetched_at: Timestamp,
    /// Ids of the connections that reach it. Filled when read, ignored when written.
    pub connections: Vec<String>,
}

/// A Google Analytics property. Ids are Google's numbers, without `properties/`.
#[derive(Clone, Debug, PartialEq)]
pub struct AnalyticsProperty {
    pub property_id: String,
    pub account_id: String,
    pub display_name: String,
    /// `PROPERTY_TYPE_ORDINARY` and its like.
    pub property_type: Option<String>,
    /// Whether a connection may change it: that of the swap when written, any of `connections` when read.
    pub can_edit: bool,
    pub document: Value,
    pub fetched_at: Timestamp,
    /// Ids of the connections that reach it. Filled when read, ignored when written.
    pub connections: Vec<String>,
}

/// Deletes what no connection reaches any more.
pub(crate) fn forget_unreachable(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch(
        "DELETE FROM ga_properties WHERE property_id NOT IN (SELECT property_id FROM ga_property_access);
         DELETE FROM ga_accounts WHERE account_id NOT IN (SELECT account_id FROM ga_account_access);",
    )?;
    data_streams::forget_unreachable(connection)
}

fn read_account(row: &Row<'_>) -> rusqlite::Result<AnalyticsAccount> {
    Ok(AnalyticsAccount {
        account_id: row.get(0)?,
        display_name: row.get(1)?,
        document: json(row, 2)?,
        fetched_at: moment(row, 3)?,
        connections: json(row, 4)?,
    })
}

fn read_property(row: &Row<'_>) -> rusqlite::Result<AnalyticsProperty> {
    Ok(AnalyticsProperty {
        property_id: row.get(0)?,
        account_id: row.get(1)?,
        display_name: row.get(2)?,
        property_type: row.get(3)?,
        can_edit: row.get(4)?,
        document: json(row, 5)?,
        fetched_at: moment(row, 6)?,
        connections: json(row, 7)?,
    })
}

const PROPERTIES: &str = "
SELECT p.property_id, p.account_id, p.display_name, p.property_type, max(x.can_edit), p.document, p.fetched_at,
       json_group_array(x.connection_id)
FROM ga_properties p JOIN ga_property_access x USING (property_id)";

impl Store {
    /// Replaces what `connection_id` reaches by these lists, in one transaction. Properties of accounts that are not
    /// in `accounts` are refused by the foreign key.
    pub async fn swap_analytics(
        &self,
        connection_id: &str,
        accounts: Vec<AnalyticsAccount>,
        properties: Vec<AnalyticsProperty>,
        fetched_at: Timestamp,
    ) -> Result<(), StoreError> {
        let connection_id = connection_id.to_owned();
        self.call(move |connection| {
            let transaction = connection.transaction()?;
            transaction.execute("DELETE FROM ga_property_access WHERE connection_id = ?1", [&connection_id])?;
            transaction.execute("DELETE FROM ga_account_access WHERE connection_id = ?1", [&connection_id])?;
            for account in &accounts {
                transaction
                    .prepare_cached(
                        "INSERT INTO ga_accounts (account_id, display_name, document, fetched_at) VALUES (?1, ?2, ?3, ?4)
                         ON CONFLICT (account_id) DO UPDATE SET display_name = excluded.display_name,
                             document = excluded.document, fetched_at = excluded.fetched_at",
                    )?
                    .execute(params![
                        account.account_id,
                        account.display_name,
                        json_text(&account.document)?,
                        millis(fetched_at)
                    ])?;
                transaction
                    .prepare_cached("INSERT OR IGNORE INTO ga_account_access (connection_id, account_id) VALUES (?1, ?2)")?
                    .execute(params![connection_id, account.account_id])?;
            }
            for property in &properties {
                transaction
                    .prepare_cached(
                        "INSERT INTO ga_properties
                             (property_id, account_id, display_name, property_type, document, fetched_at)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                         ON CONFLICT (property_id) DO UPDATE SET account_id = excluded.account_id,
                             display_name = excluded.display_name, property_type = excluded.property_type,
                             document = excluded.document, fetched_at = excluded.fetched_at",
                    )?
                    .execute(params![
                        property.property_id,
                        property.account_id,
                        property.display_name,
                        property.property_type,
                        json_text(&property.document)?,
                        millis(fetched_at)
                    ])?;
                transaction
                    .prepare_cached(
                        "INSERT INTO ga_property_access (connection_id, property_id, can_edit) VALUES (?1, ?2, ?3)
                         ON CONFLICT (connection_id, property_id) DO UPDATE SET can_edit = excluded.can_edit",
                    )?
                    .execute(params![connection_id, property.property_id, property.can_edit])?;
            }
            transaction.execute(
                "INSERT INTO ga_fetched (connection_id, fetched_at) VALUES (?1, ?2)
                 ON CONFLICT (connection_id) DO UPDATE SET fetched_at = excluded.fetched_at",
                params![connection_id, millis(fetched_at)],
            )?;
            forget_unreachable(&transaction)?;
            Ok(transaction.commit()?)
        })
        .await
    }

    /// All mirrored accounts, by name.
    pub async fn analytics_accounts(&self) -> Result<Vec<AnalyticsAccount>, StoreError> {
        self.call(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT a.account_id, a.display_name, a.document, a.fetched_at, json_group_array(x.connection_id)
                 FROM ga_accounts a JOIN ga_account_access x USING (account_id)
                 GROUP BY a.account_id ORDER BY a.display_name COLLATE NOCASE, a.account_id",
            )?;
            Ok(statement.query_map([], read_account)?.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// All mirrored properties, by name.
    pub async fn analytics_properties(&self) -> Result<Vec<AnalyticsProperty>, StoreError> {
        self.call(|connection| {
            let mut statement = connection.prepare_cached(&format!(
                "{PROPERTIES} GROUP BY p.property_id ORDER BY p.display_name COLLATE NOCASE, p.property_id"
            ))?;
            Ok(statement.query_map([], read_property)?.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The mirrored property with Google's number `property_id`.
    pub async fn analytics_property(&self, property_id: &str) -> Result<Option<AnalyticsProperty>, StoreError> {
        let property_id = property_id.to_owned();
        self.call(move |connection| {
            Ok(connection
                .query_row(
                    &format!("{PROPERTIES} WHERE p.property_id = ?1 GROUP BY p.property_id"),
                    [property_id],
                    read_property,
                )
                .optional()?)
        })
        .await
    }

    /// When the lists of `connection_id` were last swapped.
    pub async fn analytics_fetched_at(&self, connection_id: &str) -> Result<Option<Timestamp>, StoreError> {
        let connection_id = connection_id.to_owned();
        self.call(move |connection| {
            Ok(connection
                .query_row(
                    "SELECT fetched_at FROM ga_fetched WHERE connection_id = ?1",
                    [connection_id],
                    |row| moment(row, 0),
                )
                .optional()?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connections::tests::connection;

    fn account(id: &str) -> AnalyticsAccount {
        AnalyticsAccount {
            account_id: id.to_owned(),
            display_name: format!("Account {id}"),
            document: serde_json::json!({ "account": format!("accounts/{id}"), "later": [1] }),
            fetched_at: Timestamp::UNIX_EPOCH,
            connections: Vec::new(),
        }
    }

    fn property(id: &str, account_id: &str, can_edit: bool) -> AnalyticsProperty {
        AnalyticsProperty {
            property_id: id.to_owned(),
            account_id: account_id.to_owned(),
            display_name: format!("Property {id}"),
            property_type: None,
            can_edit,
            document: Value::Null,
            fetched_at: Timestamp::UNIX_EPOCH,
            connections: Vec::new(),
        }
    }

    #[tokio::test]
    async fn a_swap_replaces_only_what_this_connection_reached() {
        let store = Store::in_memory().await.unwrap();
        for id in ["one", "two"] {
            store.put_connection(connection(id)).await.unwrap();
        }
        let now = Timestamp::from_second(77).unwrap();
        let both = || {
            (
                vec![account("1"), account("2")],
                vec![property("10", "1", false), property("20", "2", false)],
            )
        };
        let (accounts, properties) = both();
        store.swap_analytics("one", accounts, properties, now).await.unwrap();
        store
            .swap_analytics("two", vec![account("2")], vec![property("20", "2", true)], now)
            .await
            .unwrap();
        let shared = store.analytics_property("20").await.unwrap().unwrap();
        assert_eq!(
            (shared.connections.len(), shared.can_edit, shared.fetched_at),
            (2, true, now)
        );

        store
            .swap_analytics("one", vec![account("1")], vec![], now)
            .await
            .unwrap();
        let reach: Vec<_> = store
            .analytics_accounts()
            .await
            .unwrap()
            .into_iter()
            .map(|account| (account.account_id, account.connections))
            .collect();
        assert_eq!(
            reach,
            [
                ("1".to_owned(), vec!["one".to_owned()]),
                ("2".to_owned(), vec!["two".to_owned()])
            ]
        );
        assert!(
            store.analytics_property("10").await.unwrap().is_none(),
            "nobody reaches it any more"
        );

        store.remove_connection("two").await.unwrap();
        assert!(store.analytics_properties().await.unwrap().is_empty());
        assert_eq!(store.analytics_fetched_at("two").await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_swap_that_fails_changes_nothing() {
        let store = Store::in_memory().await.unwrap();
        store.put_connection(connection("one")).await.unwrap();
        let now = Timestamp::UNIX_EPOCH;
        store
            .swap_analytics("one", vec![account("1")], vec![property("10", "1", true)], now)
            .await
            .unwrap();
        let orphan = vec![property("30", "no such account", true)];
        store
            .swap_analytics("one", vec![account("3")], orphan, now)
            .await
            .unwrap_err();
        assert_eq!(store.analytics_accounts().await.unwrap()[0].account_id, "1");
        assert_eq!(store.analytics_properties().await.unwrap()[0].property_id, "10");
    }
}
