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

/// What is switched off here, why a sign-in ended, when it will, and what was half done.
pub(crate) const TRUST: &str = "
ALTER TABLE connections ADD COLUMN dropped TEXT NOT NULL DEFAULT '[]';
ALTER TABLE connections ADD COLUMN ended_because TEXT;
ALTER TABLE connections ADD COLUMN ended_at INTEGER;
ALTER TABLE connections ADD COLUMN signed_in_at INTEGER;
ALTER TABLE connections ADD COLUMN sign_in_ends_at INTEGER;
ALTER TABLE connections ADD COLUMN pending TEXT;
ALTER TABLE connections ADD COLUMN key_file TEXT;
ALTER TABLE connections ADD COLUMN impersonated TEXT;
UPDATE connections SET signed_in_at = created_at;
CREATE TABLE sign_ins (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    oauth_client_id TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_ins_of ON sign_ins (issuer, subject, oauth_client_id, at);
INSERT INTO sign_ins SELECT issuer, subject, oauth_client_id, created_at FROM connections WHERE kind = 'user';
CREATE TABLE routes (
    asset TEXT PRIMARY KEY,
    connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE
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

/// A step between keychain and database that a crash may have left half done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PendingStep {
    /// The row is written, its secret may not be in the keychain yet.
    Storing,
    /// The secret is being deleted, the row comes last.
    Removing,
}
words!(PendingStep { Storing = "storing", Removing = "removing" });

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
    /// Granted at Google and switched off here by the person: honoured, and remembered across sign-ins.
    pub dropped: Vec<Permission>,
    /// The engine's word for why the sign-in ended, where it did.
    pub ended_because: Option<String>,
    pub ended_at: Option<Timestamp>,
    /// The last sign-in in the browser.
    pub signed_in_at: Option<Timestamp>,
    /// When Google will end it, where that is known (an OAuth client in testing).
    pub sign_in_ends_at: Option<Timestamp>,
    /// What a crash may have left half done.
    pub pending: Option<PendingStep>,
    /// A service account's key that stays where it is: its path.
    pub key_file: Option<String>,
    /// The user whom a service account acts as (domain-wide delegation).
    pub impersonated: Option<String>,
}

impl ConnectionRecord {
    /// A connection of a person that works and that nothing more is known of.
    pub fn new(id: &str, subject: &str, email: &str, oauth_client_id: &str, created_at: Timestamp) -> Self {
        Self {
            id: id.to_owned(),
            kind: ConnectionKind::User,
            issuer: "https://accounts.google.com".to_owned(),
            subject: subject.to_owned(),
            email: email.to_owned(),
            display_name: None,
            oauth_client_id: oauth_client_id.to_owned(),
            permissions: Vec::new(),
            granted_scopes: Vec::new(),
            state: ConnectionState::Ready,
            session_only: false,
            created_at,
            last_used_at: None,
            dropped: Vec::new(),
            ended_because: None,
            ended_at: None,
            signed_in_at: None,
            sign_in_ends_at: None,
            pending: None,
            key_file: None,
            impersonated: None,
        }
    }
}

const COLUMNS: &str = "id, kind, issuer, subject, email, display_name, oauth_client_id, permissions, granted_scopes, \
                       state, session_only, created_at, last_used_at, dropped, ended_because, ended_at, signed_in_at, \
                       sign_in_ends_at, pending, key_file, impersonated";

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
        dropped: json(row, 13)?,
        ended_because: row.get(14)?,
        ended_at: optional_moment(row, 15)?,
        signed_in_at: optional_moment(row, 16)?,
        sign_in_ends_at: optional_moment(row, 17)?,
        pending: row.get(18)?,
        key_file: row.get(19)?,
        impersonated: row.get(20)?,
    })
}

impl Store {
    /// Adds the connection, or replaces what is known of it. Its key decides: where (issuer, subject, OAuth client) is
    /// known already, that row's id and `created_at` stay. Returns the row as it now is.
    pub async fn put_connection(&self, record: ConnectionRecord) -> Result<ConnectionRecord, StoreError> {
        let (permissions, scopes) = (json_text(&record.permissions)?, json_text(&record.granted_scopes)?);
        let dropped = json_text(&record.dropped)?;
        self.call(move |connection| {
            Ok(connection.query_row(
                &format!(
                    "INSERT INTO connections ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,
                         ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
                     ON CONFLICT (issuer, subject, oauth_client_id) DO UPDATE SET kind = excluded.kind,
                         email = excluded.email, display_name = excluded.display_name,
                         permissions = excluded.permissions, granted_scopes = excluded.granted_scopes,
                         state = excluded.state, session_only = excluded.session_only,
                         last_used_at = coalesce(excluded.last_used_at, last_used_at),
                         dropped = excluded.dropped, ended_because = excluded.ended_because,
                         ended_at = excluded.ended_at, signed_in_at = coalesce(excluded.signed_in_at, signed_in_at),
                         sign_in_ends_at = excluded.sign_in_ends_at, pending = excluded.pending,
                         key_file = excluded.key_file, impersonated = excluded.impersonated
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
                    record.last_used_at.map(millis),
                    dropped,
                    record.ended_because,
                    record.ended_at.map(millis),
                    record.signed_in_at.map(millis),
                    record.sign_in_ends_at.map(millis),
                    record.pending,
                    record.key_file,
                    record.impersonated
                ],
                read,
            )?)
        })
        .await
    }

    /// All connections, oldest first, but those that are being removed.
    pub async fn connections(&self) -> Result<Vec<ConnectionRecord>, StoreError> {
        self.call(|connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM connections WHERE pending IS NOT ?1 ORDER BY created_at, id"
            ))?;
            Ok(statement
                .query_map([PendingStep::Removing], read)?
                .collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The connections at which this step was begun and not ended, or goes on in some process.
    pub async fn half_done_connections(&self, step: PendingStep) -> Result<Vec<ConnectionRecord>, StoreError> {
        self.call(move |connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM connections WHERE pending = ?1 ORDER BY created_at, id"
            ))?;
            Ok(statement.query_map([step], read)?.collect::<Result<_, _>>()?)
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

    /// The sign-in of `signed_in_at` ended: why (the engine's word) and since when. An end that is known already keeps its
    /// time. Where somebody has signed in again meanwhile nothing is noted, and the answer is `false`: it was an older
    /// sign-in that ended.
    pub async fn end_sign_in(
        &self,
        id: &str,
        signed_in_at: Option<Timestamp>,
        because: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let (id, because) = (id.to_owned(), because.to_owned());
        self.call(move |connection| {
            Ok(connection.execute(
                "UPDATE connections SET ended_at = CASE WHEN state = ?2 THEN coalesce(ended_at, ?4) ELSE ?4 END,
                     state = ?2, ended_because = ?3 WHERE id = ?1 AND signed_in_at IS ?5",
                params![
                    id,
                    ConnectionState::NeedsSignIn,
                    because,
                    millis(at),
                    signed_in_at.map(millis)
                ],
            )? > 0)
        })
        .await
    }

    /// It works again, or was never broken: no end is noted any more.
    pub async fn revive_connection(&self, id: &str) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.call(move |connection| {
            Ok(connection.execute(
                "UPDATE connections SET state = ?2, ended_because = NULL, ended_at = NULL WHERE id = ?1",
                params![id, ConnectionState::Ready],
            )? > 0)
        })
        .await
    }

    /// What is switched off here although Google granted it.
    pub async fn set_dropped(&self, id: &str, dropped: &[Permission]) -> Result<bool, StoreError> {
        let (id, dropped) = (id.to_owned(), json_text(&dropped)?);
        self.call(move |connection| {
            Ok(connection.execute(
                "UPDATE connections SET dropped = ?2 WHERE id = ?1",
                params![id, dropped],
            )? > 0)
        })
        .await
    }

    /// Marks a step that a crash may leave half done, or clears the mark.
    pub async fn set_pending(&self, id: &str, pending: Option<PendingStep>) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.call(move |connection| {
            Ok(connection.execute(
                "UPDATE connections SET pending = ?2 WHERE id = ?1",
                params![id, pending],
            )? > 0)
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
            permissions: vec![Permission::View],
            granted_scopes: vec!["openid".to_owned()],
            ..ConnectionRecord::new(
                id,
                &format!("sub-{id}"),
                &format!("{id}@example.com"),
                "client",
                Timestamp::UNIX_EPOCH,
            )
        }
    }

    #[tokio::test]
    async fn an_end_keeps_its_time_until_the_connection_works_again() {
        let store = Store::in_memory().await.unwrap();
        store.put_connection(connection("one")).await.unwrap();
        let at = |second| Timestamp::from_second(second).unwrap();
        store.end_sign_in("one", None, "expired", at(5)).await.unwrap();
        store.end_sign_in("one", None, "revoked", at(9)).await.unwrap();
        let ended = store.connection("one").await.unwrap().unwrap();
        assert_eq!(
            (ended.ended_because.as_deref(), ended.ended_at),
            (Some("revoked"), Some(at(5)))
        );
        store.revive_connection("one").await.unwrap();
        store.set_dropped("one", &[Permission::Manage]).await.unwrap();
        store.set_pending("one", Some(PendingStep::Removing)).await.unwrap();
        let now = store.connection("one").await.unwrap().unwrap();
        assert_eq!((now.state, now.ended_at), (ConnectionState::Ready, None));
        assert_eq!(
            (now.dropped, now.pending),
            (vec![Permission::Manage], Some(PendingStep::Removing))
        );
    }

    #[tokio::test]
    async fn the_end_of_an_older_sign_in_does_not_end_a_newer_one() {
        let store = Store::in_memory().await.unwrap();
        let at = |second| Some(Timestamp::from_second(second).unwrap());
        let signed_in = ConnectionRecord {
            signed_in_at: at(20),
            ..connection("one")
        };
        store.put_connection(signed_in).await.unwrap();
        for older in [at(5), None] {
            assert!(
                !store
                    .end_sign_in("one", older, "revoked", at(21).unwrap())
                    .await
                    .unwrap()
            );
            let now = store.connection("one").await.unwrap().unwrap();
            assert_eq!((now.state, now.ended_because), (ConnectionState::Ready, None));
        }
        assert!(
            store
                .end_sign_in("one", at(20), "revoked", at(22).unwrap())
                .await
                .unwrap()
        );
        let now = store.connection("one").await.unwrap().unwrap();
        assert_eq!((now.state, now.ended_at), (ConnectionState::NeedsSignIn, at(22)));
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
