//! The person's choice of the connection that acts on an asset, where several reach it.

use rusqlite::{OptionalExtension, params};

use crate::database::{Store, StoreError};

impl Store {
    /// The connection chosen for `asset` (such as `properties/123` or `accounts/1/containers/2`).
    pub async fn route(&self, asset: &str) -> Result<Option<String>, StoreError> {
        let asset = asset.to_owned();
        self.call(move |connection| {
            Ok(connection
                .query_row("SELECT connection_id FROM routes WHERE asset = ?1", [asset], |row| {
                    row.get(0)
                })
                .optional()?)
        })
        .await
    }

    /// Chooses a connection for `asset`; `None` leaves the choice to Gantry again.
    pub async fn set_route(&self, asset: &str, connection_id: Option<&str>) -> Result<(), StoreError> {
        let (asset, chosen) = (asset.to_owned(), connection_id.map(str::to_owned));
        self.call(move |connection| {
            match chosen {
                Some(chosen) => connection.execute(
                    "INSERT INTO routes (asset, connection_id) VALUES (?1, ?2)
                     ON CONFLICT (asset) DO UPDATE SET connection_id = excluded.connection_id",
                    params![asset, chosen],
                )?,
                None => connection.execute("DELETE FROM routes WHERE asset = ?1", [asset])?,
            };
            Ok(())
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_choice_is_remembered_until_taken_back_or_its_connection_goes() {
        let store = Store::in_memory().await.unwrap();
        store
            .put_connection(crate::connections::tests::connection("one"))
            .await
            .unwrap();
        store.set_route("properties/1", Some("one")).await.unwrap();
        store.set_route("properties/2", Some("one")).await.unwrap();
        store.set_route("properties/2", None).await.unwrap();
        assert_eq!(store.route("properties/1").await.unwrap().as_deref(), Some("one"));
        assert_eq!(store.route("properties/2").await.unwrap(), None);
        store.remove_connection("one").await.unwrap();
        assert_eq!(store.route("properties/1").await.unwrap(), None);
    }
}
