//! The agency's clients, and which properties and containers belong to which.
//!
//! Assets are kept by Google's names (`properties/2`, `accounts/1/containers/2`), whether or not the mirror has them: a
//! client keeps its assets while a connection is away.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::columns::{millis, moment};
use crate::database::{Store, StoreError};

pub(crate) const CREATE: &str = "
CREATE TABLE clients (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    heading TEXT,
    colour INTEGER NOT NULL,
    letters TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE client_assets (
    asset TEXT PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX client_assets_of_client ON client_assets (client_id);";

/// One client of the agency's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientRecord {
    pub id: String,
    /// Unique, whatever its case.
    pub name: String,
    /// The group that it stands under.
    pub heading: Option<String>,
    /// 1 to 10.
    pub colour: u8,
    /// Two letters.
    pub letters: String,
    pub created_at: Timestamp,
}

fn read_client(row: &Row<'_>) -> rusqlite::Result<ClientRecord> {
    Ok(ClientRecord {
        id: row.get(0)?,
        name: row.get(1)?,
        heading: row.get(2)?,
        colour: row.get(3)?,
        letters: row.get(4)?,
        created_at: moment(row, 5)?,
    })
}

fn all(connection: &Connection) -> Result<Vec<ClientRecord>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, name, heading, colour, letters, created_at FROM clients ORDER BY name COLLATE NOCASE, id",
    )?;
    Ok(statement.query_map([], read_client)?.collect::<Result<_, _>>()?)
}

impl Store {
    /// All clients, by name.
    pub async fn clients(&self) -> Result<Vec<ClientRecord>, StoreError> {
        self.call(|connection| all(connection)).await
    }

    /// Adds or replaces the client that `decide` makes of all that there are, or nothing where it refuses. No other
    /// process can add one in between, so that names, colours and letters are given once.
    pub async fn put_client<E: Send + 'static>(
        &self,
        decide: impl FnOnce(&[ClientRecord]) -> Result<ClientRecord, E> + Send + 'static,
    ) -> Result<Result<ClientRecord, E>, StoreError> {
        self.call(move |connection| {
            let transaction = connection.transaction()?;
            let client = match decide(&all(&transaction)?) {
                Ok(client) => client,
                Err(refusal) => return Ok(Err(refusal)),
            };
            transaction.execute(
                "INSERT INTO clients (id, name, heading, colour, letters, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (id) DO UPDATE SET name = excluded.name, heading = excluded.heading,
                     colour = excluded.colour, letters = excluded.letters",
                params![
                    client.id,
                    client.name,
                    client.heading,
                    client.colour,
                    client.letters,
                    millis(client.created_at)
                ],
            )?;
            transaction.commit()?;
            Ok(Ok(client))
        })
        .await
    }

    /// Removes a client; its assets belong to none. `false` where there is no such client.
    pub async fn remove_client(&self, id: &str) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.call(move |connection| Ok(connection.execute("DELETE FROM clients WHERE id = ?1", [id])? > 0))
            .await
    }

    /// Which asset belongs to which client: (asset, client id), by asset.
    pub async fn client_assets(&self) -> Result<Vec<(String, String)>, StoreError> {
        self.call(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT asset, client_id FROM client_assets ORDER BY asset")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The client that an asset belongs to.
    pub async fn client_of(&self, asset: &str) -> Result<Option<String>, StoreError> {
        let asset = asset.to_owned();
        self.call(move |connection| {
            Ok(connection
                .query_row("SELECT client_id FROM client_assets WHERE asset = ?1", [asset], |row| {
                    row.get(0)
                })
                .optional()?)
        })
        .await
    }

    /// Gives the assets to a client, all or none; takes them out of every client where `client_id` is `None`. With
    /// `keep`, assets that another client has stay there. `false`, and nothing moved, where there is no such client.
    pub async fn move_assets(
        &self,
        client_id: Option<String>,
        assets: Vec<String>,
        keep: bool,
    ) -> Result<bool, StoreError> {
        self.call(move |connection| {
            let transaction = connection.transaction()?;
            let Some(client_id) = client_id else {
                for asset in &assets {
                    transaction.execute("DELETE FROM client_assets WHERE asset = ?1", [asset])?;
                }
                transaction.commit()?;
                return Ok(true);
            };
            let known: bool = transaction.query_row(
                "SELECT EXISTS (SELECT 1 FROM clients WHERE id = ?1)",
                [&client_id],
                |row| row.get(0),
            )?;
            if !known {
                return Ok(false);
            }
            let statement = if keep {
                "INSERT OR IGNORE INTO client_assets (asset, client_id) VALUES (?1, ?2)"
            } else {
                "INSERT INTO client_assets (asset, client_id) VALUES (?1, ?2)
                 ON CONFLICT (asset) DO UPDATE SET client_id = excluded.client_id"
            };
            for asset in &assets {
                transaction
                    .prepare_cached(statement)?
                    .execute(params![asset, client_id])?;
            }
            transaction.commit()?;
            Ok(true)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(id: &str, name: &str) -> ClientRecord {
        ClientRecord {
            id: id.to_owned(),
            name: name.to_owned(),
            heading: None,
            colour: 1,
            letters: "AA".to_owned(),
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    async fn put(store: &Store, client: ClientRecord) {
        store.put_client(move |_| Ok::<_, ()>(client)).await.unwrap().unwrap();
    }

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
        of.iter()
            .map(|(asset, client)| ((*asset).to_owned(), (*client).to_owned()))
            .collect()
    }

    #[tokio::test]
    async fn an_asset_has_one_client_and_outlives_it() {
        let store = Store::in_memory().await.unwrap();
        put(&store, client("1", "Juniper Legal")).await;
        put(&store, client("2", "acorn")).await;
        let names: Vec<_> = store.clients().await.unwrap().into_iter().map(|one| one.name).collect();
        assert_eq!(names, ["acorn", "Juniper Legal"], "by name, whatever its case");

        let assets = || vec!["properties/1".to_owned(), "properties/2".to_owned()];
        assert!(store.move_assets(Some("1".into()), assets(), false).await.unwrap());
        assert!(
            store
                .move_assets(
                    Some("2".into()),
                    vec!["properties/2".into(), "properties/3".into()],
                    true
                )
                .await
                .unwrap()
        );
        let expected = pairs(&[("properties/1", "1"), ("properties/2", "1"), ("properties/3", "2")]);
        assert_eq!(store.client_assets().await.unwrap(), expected, "kept where it was");
        assert!(
            store
                .move_assets(Some("2".into()), vec!["properties/2".into()], false)
                .await
                .unwrap()
        );
        assert_eq!(store.client_of("properties/2").await.unwrap().as_deref(), Some("2"));
        assert!(
            store
                .move_assets(None, vec!["properties/2".into()], false)
                .await
                .unwrap()
        );
        assert_eq!(store.client_of("properties/2").await.unwrap(), None);

        assert!(!store.move_assets(Some("9".into()), assets(), false).await.unwrap());
        assert!(store.remove_client("1").await.unwrap());
        assert!(!store.remove_client("1").await.unwrap());
        assert_eq!(store.client_assets().await.unwrap(), pairs(&[("properties/3", "2")]));
    }

    #[tokio::test]
    async fn a_refusal_writes_nothing_and_a_second_of_a_name_is_impossible() {
        let store = Store::in_memory().await.unwrap();
        put(&store, client("1", "Juniper Legal")).await;
        let refused = store
            .put_client(|known| Err::<ClientRecord, usize>(known.len()))
            .await
            .unwrap();
        assert_eq!(refused, Err(1));
        let twin = client("2", "JUNIPER LEGAL");
        assert!(store.put_client(move |_| Ok::<_, ()>(twin)).await.is_err());
        let renamed = ClientRecord {
            heading: Some("Law".to_owned()),
            ..client("1", "Juniper")
        };
        put(&store, renamed.clone()).await;
        assert_eq!(store.clients().await.unwrap(), [renamed]);
    }
}
