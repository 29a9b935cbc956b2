//! The mirror of data streams: where a measurement ID leads.
//!
//! A property's streams are swapped in one transaction, together with the moment when they were read: a property without
//! a stream differs from one that was never asked.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::columns::{millis, moment};
use crate::database::{Store, StoreError};

pub(crate) const CREATE: &str = "
CREATE TABLE data_streams (
    property_id TEXT NOT NULL,
    stream_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    display_name TEXT NOT NULL,
    measurement_id TEXT,
    default_uri TEXT,
    fetched_at INTEGER NOT NULL,
    PRIMARY KEY (property_id, stream_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX data_streams_by_measurement_id ON data_streams (measurement_id);
CREATE TABLE data_streams_fetched (
    property_id TEXT PRIMARY KEY,
    fetched_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;";

/// A data stream. Ids are Google's numbers, without `properties/` and `dataStreams/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataStreamRecord {
    pub property_id: String,
    pub stream_id: String,
    /// `WEB_DATA_STREAM` and its like.
    pub kind: String,
    pub display_name: String,
    /// `G-...`; web streams alone have one.
    pub measurement_id: Option<String>,
    /// Address of the site, as the person once typed it.
    pub default_uri: Option<String>,
    pub fetched_at: Timestamp,
}

/// Deletes the streams of properties that are not mirrored any more.
pub(crate) fn forget_unreachable(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch(
        "DELETE FROM data_streams WHERE property_id NOT IN (SELECT property_id FROM ga_properties);
         DELETE FROM data_streams_fetched WHERE property_id NOT IN (SELECT property_id FROM ga_properties);",
    )?;
    Ok(())
}

fn read_stream(row: &Row<'_>) -> rusqlite::Result<DataStreamRecord> {
    Ok(DataStreamRecord {
        property_id: row.get(0)?,
        stream_id: row.get(1)?,
        kind: row.get(2)?,
        display_name: row.get(3)?,
        measurement_id: row.get(4)?,
        default_uri: row.get(5)?,
        fetched_at: moment(row, 6)?,
    })
}

impl Store {
    /// Replaces the streams of one property, in one transaction. Nothing is written, and `false` returned, where the
    /// property has left the mirror meanwhile.
    pub async fn swap_data_streams(
        &self,
        property_id: &str,
        streams: Vec<DataStreamRecord>,
        fetched_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let property_id = property_id.to_owned();
        self.call(move |connection| {
            let transaction = connection.transaction()?;
            let mirrored: bool = transaction.query_row(
                "SELECT EXISTS (SELECT 1 FROM ga_properties WHERE property_id = ?1)",
                [&property_id],
                |row| row.get(0),
            )?;
            if !mirrored {
                return Ok(false);
            }
            transaction.execute("DELETE FROM data_streams WHERE property_id = ?1", [&property_id])?;
            for stream in &streams {
                transaction
                    .prepare_cached(
                        "INSERT OR REPLACE INTO data_streams
                             (property_id, stream_id, kind, display_name, measurement_id, default_uri, fetched_at)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    )?
                    .execute(params![
                        property_id,
                        stream.stream_id,
                        stream.kind,
                        stream.display_name,
                        stream.measurement_id,
                        stream.default_uri,
                        millis(fetched_at)
                    ])?;
            }
            transaction.execute(
                "INSERT INTO data_streams_fetched (property_id, fetched_at) VALUES (?1, ?2)
                 ON CONFLICT (property_id) DO UPDATE SET fetched_at = excluded.fetched_at",
                params![property_id, millis(fetched_at)],
            )?;
            transaction.commit()?;
            Ok(true)
        })
        .await
    }

    /// All mirrored streams, by property and name.
    pub async fn data_streams(&self) -> Result<Vec<DataStreamRecord>, StoreError> {
        self.call(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT property_id, stream_id, kind, display_name, measurement_id, default_uri, fetched_at
                 FROM data_streams ORDER BY property_id, display_name COLLATE NOCASE, stream_id",
            )?;
            Ok(statement.query_map([], read_stream)?.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// When the streams of each property were last read; properties that were never asked are missing.
    pub async fn data_streams_fetched(&self) -> Result<Vec<(String, Timestamp)>, StoreError> {
        self.call(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT property_id, fetched_at FROM data_streams_fetched ORDER BY property_id")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, moment(row, 1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics_mirror::{AnalyticsAccount, AnalyticsProperty};
    use crate::connections::tests::connection;

    async fn mirror(store: &Store, properties: &[&str]) {
        let account = AnalyticsAccount {
            account_id: "1".to_owned(),
            display_name: "One".to_owned(),
            document: serde_json::Value::Null,
            fetched_at: Timestamp::UNIX_EPOCH,
            connections: Vec::new(),
        };
        let properties = properties.iter().map(|id| AnalyticsProperty {
            property_id: (*id).to_owned(),
            account_id: "1".to_owned(),
            display_name: (*id).to_owned(),
            property_type: None,
            can_edit: true,
            document: serde_json::Value::Null,
            fetched_at: Timestamp::UNIX_EPOCH,
            connections: Vec::new(),
        });
        store
            .swap_analytics("one", vec![account], properties.collect(), Timestamp::UNIX_EPOCH)
            .await
            .unwrap();
    }

    fn stream(property: &str, id: &str) -> DataStreamRecord {
        DataStreamRecord {
            property_id: property.to_owned(),
            stream_id: id.to_owned(),
            kind: "WEB_DATA_STREAM".to_owned(),
            display_name: format!("Stream {id}"),
            measurement_id: Some(format!("G-{id}")),
            default_uri: None,
            fetched_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[tokio::test]
    async fn a_swap_is_one_propertys_and_leaves_with_it() {
        let store = Store::in_memory().await.unwrap();
        store.put_connection(connection("one")).await.unwrap();
        mirror(&store, &["10", "20", "30"]).await;
        let at = Timestamp::UNIX_EPOCH;
        assert!(
            store
                .swap_data_streams("10", vec![stream("10", "1"), stream("10", "2")], at)
                .await
                .unwrap()
        );
        assert!(
            store
                .swap_data_streams("20", vec![stream("20", "3")], at)
                .await
                .unwrap()
        );
        assert!(store.swap_data_streams("30", vec![], at).await.unwrap());
        assert!(
            !store
                .swap_data_streams("99", vec![stream("99", "4")], at)
                .await
                .unwrap()
        );

        store
            .swap_data_streams("10", vec![stream("10", "2")], at)
            .await
            .unwrap();
        let ids = |streams: Vec<DataStreamRecord>| streams.into_iter().map(|one| one.stream_id).collect::<Vec<_>>();
        assert_eq!(ids(store.data_streams().await.unwrap()), ["2", "3"]);
        assert_eq!(
            store.data_streams_fetched().await.unwrap().len(),
            3,
            "an empty one was read too"
        );

        mirror(&store, &["20", "30"]).await;
        assert_eq!(ids(store.data_streams().await.unwrap()), ["3"]);
        assert_eq!(store.data_streams_fetched().await.unwrap().len(), 2);
    }
}
