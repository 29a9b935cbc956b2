//! Refresh tokens that Google gave: Google keeps a limited number per account and OAuth client, and ends the oldest
//! without a word. Those that other programs obtained are unknown here.

use jiff::Timestamp;
use rusqlite::params;

use crate::columns::millis;
use crate::database::{Store, StoreError};

/// Older ones were ended by Google long ago (six months unused) or no longer count.
const KEPT_PER_CONNECTION: u32 = 500;

impl Store {
    /// A sign-in brought a refresh token.
    pub async fn record_sign_in(
        &self,
        issuer: &str,
        subject: &str,
        oauth_client_id: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let key = (issuer.to_owned(), subject.to_owned(), oauth_client_id.to_owned());
        self.call(move |connection| {
            let (issuer, subject, client) = &key;
            connection.execute(
                "INSERT INTO sign_ins (issuer, subject, oauth_client_id, at) VALUES (?1, ?2, ?3, ?4)",
                params![issuer, subject, client, millis(at)],
            )?;
            connection.execute(
                "DELETE FROM sign_ins WHERE rowid IN (
                     SELECT rowid FROM sign_ins WHERE issuer = ?1 AND subject = ?2 AND oauth_client_id = ?3
                     ORDER BY at DESC, rowid DESC LIMIT -1 OFFSET ?4)",
                params![issuer, subject, client, KEPT_PER_CONNECTION],
            )?;
            Ok(())
        })
        .await
    }

    /// How many refresh tokens this account gave to this OAuth client after `since`.
    pub async fn sign_ins_since(
        &self,
        issuer: &str,
        subject: &str,
        oauth_client_id: &str,
        since: Timestamp,
    ) -> Result<u32, StoreError> {
        let key = (issuer.to_owned(), subject.to_owned(), oauth_client_id.to_owned());
        self.call(move |connection| {
            Ok(connection.query_row(
                "SELECT count(*) FROM sign_ins
                 WHERE issuer = ?1 AND subject = ?2 AND oauth_client_id = ?3 AND at > ?4",
                params![key.0, key.1, key.2, millis(since)],
                |row| row.get(0),
            )?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sign_ins_are_counted_by_account_and_client() {
        let store = Store::in_memory().await.unwrap();
        let at = |second| Timestamp::from_second(second).unwrap();
        for second in [1, 2, 3] {
            store.record_sign_in("iss", "sub", "client", at(second)).await.unwrap();
        }
        store.record_sign_in("iss", "sub", "other", at(3)).await.unwrap();
        assert_eq!(store.sign_ins_since("iss", "sub", "client", at(1)).await.unwrap(), 2);
        assert_eq!(store.sign_ins_since("iss", "sub", "none", at(0)).await.unwrap(), 0);
    }
}
