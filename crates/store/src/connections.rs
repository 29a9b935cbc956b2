//! The identities Gantry acts as. Tokens are in the keychain, under the connection's id.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use gantry_domain::Permission;

use crate::columns::{json, json_text, millis, moment, optional_moment, words};
use crate::database::{Store, StoreError};

pub(crate) const CREATE: &str = "
CREATE TABLE connections (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    email TEXT NOT NULL,
    display_name TEXT,
    oauth_client_id TEXT NOT NULL,
    permissions TEXT NOT NULL,
    granted_scopes TEXT NOT NULL,
    state TEXT NOT NULL,
    session_only INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    UNIQUE (issuer, subject, oauth_client_id)
) STRICT;";

/// Who a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionKind {
    User,
    ServiceAccount,
}
words!(ConnectionKind { User = "user", ServiceAccount = "service_account" });

/// Whether a connection can be used as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    Ready,
    /// Google refuses the refresh token, or there is none any more: the person has to sign in again.
    NeedsSignIn,
}
words!(ConnectionState { Ready = "ready", NeedsSignIn = "needs_sign_in" });

/// A connection. The key is (issuer, subject, OAuth client).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionRecord {
    /// Gantry's own id, and the key of its refresh token in the keychain.
    pub id: String,
    pub kind: ConnectionKind,
    /// `https://accounts.google.com`.
    pub issuer: String,
    /// The `sub` of a user, the e-mail of a service account.
    pub subject: String,
    pub email: String,
    pub display_name: Option<String>,
    pub oauth_client_id: String,
    /// What the person asked for; what works is decided by `granted_scopes`.
    pub permissions: Vec<Permission>,
    /// Full scope URLs, as Google granted them.
    pub granted_scopes: Vec<String>,
    pub state: ConnectionState,
    /// The refresh token is in memory alone ("this session only").
    pub session_only: bool,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, kind, issuer, subject, email, display_name, oauth_client_id, permissions, granted_scopes, \
                       state, session_only, created_at, last_used_at";

fn read(row: &Row<'_>) -> rusqlite::Result<ConnectionRecord> {
    Ok(ConnectionRecord {
        id: row.get(0)?,
        kind: row.get(1)?,
        issuer: row.get(2)?,
        subject: row.get(3)?,
        email: row.get(4)?,
        display_name: row.get(5)?,
        oauth_client_id: row.get(6)?,
        permissions: json(row, 7)?,
        granted_scopes: json(row, 8)?,
        state: row.get(9)?,
        session_only: row.get(10)?,
        created_at: moment(row, 11)?,
        last_used_at: optional_moment(row, 12)?,
    })
}

impl Store {
    /// Adds the connection, or replaces what is known of it. Its key decides: where (issuer, subject, OAuth client) is
    /// known already, that row's id and `created_at` stay. Returns the row as it now is.
    pub async fn put_connection(&self, record: ConnectionRecord) -> Result<ConnectionRecord, StoreError> {
        let (permissions, scopes) = (json_text(&record.permissions)?, json_text(&record.granted_scopes)?);
        self.call(move |connection| {
            Ok(connection.query_row(
                &format!(
                    "INSERT INTO connections ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
                     ON CONFLICT (issuer, subject, oauth_client_id) DO UPDATE SET kind = excluded.kind,
                         email = excluded.email, display_name = excluded.display_name,
                         permissions = excluded.permissions, granted_scopes = excluded.granted_scopes,
                         state = excluded.state, session_only = excluded.session_only,
                         last_used_at = coalesce(excluded.last_used_at, last_used_at)
                     RETURNING {COLUMNS}"
                ),
                params![
                    record.id,
                    record.kind,
                    record.issuer,
                    record.subject,
                    record.email,
                    record.display_name,
                    record.oauth_client_id,
                    permissions,
                    scopes,
                    record.state,
                    record.session_only,
                    millis(record.created_at),
                    record.last_used_at.map(millis)
                ],
                read,
            )?)
        })
        .await
    }

    /// All connections, oldest first.
    pub async fn connections(&self) -> Result<Vec<ConnectionRecord>, StoreError> {
        self.call(|connection| {
            let mut statement =
                connection.prepare_cached(&format!("SELECT {COLUMNS} FROM connections ORDER BY created_at, id"))?;
            Ok(statement.query_map([], read)?.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The connection with Gantry's id `id`.
    pub async fn connection(&self, id: &str) -> Result<Option<ConnectionRecord>, StoreError> {
        let id = id.to_owned();
        self.call(move |connection| {
            Ok(connection
                .query_row(&format!("SELECT {COLUMNS} FROM connections WHERE id = ?1"), [id], read)
                .optional()?)
        })
        .await
    }

    /// The connection with this key.
    pub async fn connection_by_key(
        &self,
        issuer: &str,
        subject: &str,
        oauth_client_id: &str,
    ) -> Result<Option<ConnectionRecord>, StoreError> {
        let key = (issuer.to_owned(), subject.to_owned(), oauth_client_id.to_owned());
        self.call(move |connection| {
            Ok(connection
                .query_row(
                    &format!(
                        "SELECT {COLUMNS} FROM connections WHERE issuer = ?1 AND subject = ?2 AND oauth_client_id = ?3"
                    ),
                    key,
                    read,
                )
                .optional()?)
        })
        .await
    }

    /// Sets whether the connection can be used; says whether it was there.
    pub async fn set_connection_state(&self, id: &str, state: ConnectionState) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.call(move |connection| {
            Ok(connection.execute("UPDATE connections SET state = ?2 WHERE id = ?1", params![id, state])? > 0)
        })
        .await
    }

    /// Notes that the connection was used at `at`.
    pub async fn touch_connection(&self, id: &str, at: Timestamp) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.call(move |connection| {
            connection.execute(
                "UPDATE connections SET last_used_at = ?2 WHERE id = ?1",
                params![id, millis(at)],
            )?;
            Ok(())
        })
        .await
    }

    /// Removes the connection, its cached reports and what only it could reach from the mirrors; says whether it was there.
    pub async fn remove_connection(&self, id: &str) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.call(move |connection| {
            let transaction = connection.transaction()?;
            let removed = transaction.execute("DELETE FROM connections WHERE id = ?1", [&id])?;
            crate::analytics_mirror::forget_unreachable(&transaction)?;
            crate::tag_manager_mirror::forget_unreachable(&transaction)?;
            crate::reports_cache::forget_connection(&transaction, &id)?;
            transaction.commit()?;
            Ok(removed > 0)
        })
        .await
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn connection(id: &str) -> ConnectionRecord {
        ConnectionRecord {
            id: id.to_owned(),
            kind: ConnectionKind::User,
            issuer: "https://accounts.google.com".to_owned(),
            subject: format!("sub-{id}"),
            email: format!("{id}@example.com"),
            display_name: None,
            oauth_client_id: "client".to_owned(),
            permissions: vec![Permission::View],
            granted_scopes: vec!["openid".to_owned()],
            state: ConnectionState::Ready,
            session_only: false,
            created_at: Timestamp::UNIX_EPOCH,
            last_used_at: None,
        }
    }

    #[tokio::test]
    async fn signing_in_again_keeps_the_id() {
        let store = Store::in_memory().await.unwrap();
        store.put_connection(connection("one")).await.unwrap();
        store
            .set_connection_state("one", ConnectionState::NeedsSignIn)
            .await
            .unwrap();
        let again = ConnectionRecord {
            id: "two".to_owned(),
            subject: "sub-one".to_owned(),
            permissions: vec![Permission::View, Permission::Configure],
            ..connection("one")
        };
        let kept = store.put_connection(again).await.unwrap();
        assert_eq!(
            (kept.id.as_str(), kept.state, kept.permissions.len()),
            ("one", ConnectionState::Ready, 2)
        );
        assert_eq!(store.connections().await.unwrap(), [kept]);
    }
}
