//! The person's own OAuth clients (`client_secret_*.json`), without their secrets: those are in the keychain.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::columns::{json, json_text, millis, moment, words};
use crate::database::{Store, StoreError};

pub(crate) const CREATE: &str = "
CREATE TABLE oauth_clients (
    client_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    project_id TEXT,
    redirect_uris TEXT NOT NULL,
    is_default INTEGER NOT NULL DEFAULT 0,
    added_at INTEGER NOT NULL
) STRICT;";

/// What the person told us of the consent screen: it decides how long sign-ins last.
pub(crate) const STATUS: &str = "ALTER TABLE oauth_clients ADD COLUMN publishing_status TEXT;";

/// The consent screen's publishing status and user type, as the Google Cloud console shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublishingStatus {
    /// External and in testing: 100 test users, sign-ins end after 7 days.
    Testing,
    /// External and in production.
    Production,
    /// Only for the organisation's own accounts.
    Internal,
}
words!(PublishingStatus { Testing = "testing", Production = "production", Internal = "internal" });

/// Which top-level key the client's file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OAuthClientKind {
    Installed,
    Web,
}
words!(OAuthClientKind { Installed = "installed", Web = "web" });

/// An OAuth client as the database knows it: no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthClientRecord {
    /// Google's client id, `...apps.googleusercontent.com`.
    pub client_id: String,
    /// The person's name for it.
    pub name: String,
    pub kind: OAuthClientKind,
    /// The Google Cloud project that its calls are booked on; older files have none.
    pub project_id: Option<String>,
    /// To the letter, as registered with Google.
    pub redirect_uris: Vec<String>,
    pub is_default: bool,
    pub added_at: Timestamp,
    /// `None` where the person has not said.
    pub publishing_status: Option<PublishingStatus>,
}

const COLUMNS: &str = "client_id, name, kind, project_id, redirect_uris, is_default, added_at, publishing_status";

fn read(row: &Row<'_>) -> rusqlite::Result<OAuthClientRecord> {
    Ok(OAuthClientRecord {
        client_id: row.get(0)?,
        name: row.get(1)?,
        kind: row.get(2)?,
        project_id: row.get(3)?,
        redirect_uris: json(row, 4)?,
        is_default: row.get(5)?,
        added_at: moment(row, 6)?,
        publishing_status: row.get(7)?,
    })
}

impl Store {
    /// Adds the client, or replaces what was known of it. The first one, and one that asks for it, becomes the default.
    pub async fn put_oauth_client(&self, client: OAuthClientRecord) -> Result<(), StoreError> {
        let redirect_uris = json_text(&client.redirect_uris)?;
        self.call(move |connection| {
            let transaction = connection.transaction()?;
            let none_yet: bool = transaction.query_row(
                "SELECT NOT EXISTS (SELECT 1 FROM oauth_clients WHERE is_default AND client_id <> ?1)",
                [&client.client_id],
                |row| row.get(0),
            )?;
            let default = client.is_default || none_yet;
            if default {
                transaction.execute("UPDATE oauth_clients SET is_default = 0", [])?;
            }
            transaction.execute(
                "INSERT INTO oauth_clients (client_id, name, kind, project_id, redirect_uris, is_default, added_at,
                     publishing_status)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                 ON CONFLICT (client_id) DO UPDATE SET name = excluded.name, kind = excluded.kind,
                     project_id = excluded.project_id, redirect_uris = excluded.redirect_uris,
                     is_default = excluded.is_default, publishing_status = excluded.publishing_status",
                params![
                    client.client_id,
                    client.name,
                    client.kind,
                    client.project_id,
                    redirect_uris,
                    default,
                    millis(client.added_at),
                    client.publishing_status
                ],
            )?;
            Ok(transaction.commit()?)
        })
        .await
    }

    /// All clients, the default first, then by name.
    pub async fn oauth_clients(&self) -> Result<Vec<OAuthClientRecord>, StoreError> {
        self.call(|connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM oauth_clients ORDER BY is_default DESC, name, client_id"
            ))?;
            Ok(statement.query_map([], read)?.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The client with Google's id `client_id`.
    pub async fn oauth_client(&self, client_id: &str) -> Result<Option<OAuthClientRecord>, StoreError> {
        let client_id = client_id.to_owned();
        self.call(move |connection| {
            Ok(connection
                .query_row(
                    &format!("SELECT {COLUMNS} FROM oauth_clients WHERE client_id = ?1"),
                    [client_id],
                    read,
                )
                .optional()?)
        })
        .await
    }

    /// Removes the client; says whether it was there. Another one becomes the default where this one was it.
    pub async fn remove_oauth_client(&self, client_id: &str) -> Result<bool, StoreError> {
        let client_id = client_id.to_owned();
        self.call(move |connection| {
            let transaction = connection.transaction()?;
            let removed = transaction.execute("DELETE FROM oauth_clients WHERE client_id = ?1", [client_id])?;
            transaction.execute(
                "UPDATE oauth_clients SET is_default = 1
                 WHERE client_id = (SELECT client_id FROM oauth_clients ORDER BY added_at, client_id LIMIT 1)
                   AND NOT EXISTS (SELECT 1 FROM oauth_clients WHERE is_default)",
                [],
            )?;
            transaction.commit()?;
            Ok(removed > 0)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(id: &str) -> OAuthClientRecord {
        OAuthClientRecord {
            client_id: id.to_owned(),
            name: format!("client {id}"),
            kind: OAuthClientKind::Web,
            project_id: None,
            redirect_uris: vec!["http://127.0.0.1:27495/terms".to_owned()],
            is_default: false,
            added_at: Timestamp::UNIX_EPOCH,
            publishing_status: None,
        }
    }

    #[tokio::test]
    async fn there_is_one_default_as_long_as_there_is_a_client() {
        let store = Store::in_memory().await.unwrap();
        store.put_oauth_client(client("a")).await.unwrap();
        store.put_oauth_client(client("b")).await.unwrap();
        let defaults = |clients: &[OAuthClientRecord]| -> Vec<String> {
            clients
                .iter()
                .filter(|c| c.is_default)
                .map(|c| c.client_id.clone())
                .collect()
        };
        assert_eq!(defaults(&store.oauth_clients().await.unwrap()), ["a"]);
        store
            .put_oauth_client(OAuthClientRecord {
                is_default: true,
                ..client("b")
            })
            .await
            .unwrap();
        assert_eq!(defaults(&store.oauth_clients().await.unwrap()), ["b"]);
        assert!(store.remove_oauth_client("b").await.unwrap());
        assert_eq!(defaults(&store.oauth_clients().await.unwrap()), ["a"]);
        assert!(!store.remove_oauth_client("b").await.unwrap());
        assert_eq!(store.oauth_client("a").await.unwrap().unwrap().redirect_uris.len(), 1);
    }
}
