//! The person's choice of the connection that acts on an asset, where several reach it.

use std::collections::HashMap;

use rusqlite::params;

use crate::database::{Store, StoreError};

impl Store {
    /// All choices, by asset.
    pub async fn routes(&self) -> Result<HashMap<String, String>, StoreError> {
        self.call(|connection| {
            let mut statement = connection.prepare_cached("SELECT asset, connection_id FROM routes")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Chooses a connection for `asset` (such as `properties/123` or `accounts/1/containers/2`); `None` leaves the choice to Gantry again.
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
        let chosen = HashMap::from([("properties/1".to_owned(), "one".to_owned())]);
        assert_eq!(store.routes().await.unwrap(), chosen);
        store.remove_connection("one").await.unwrap();
        assert!(store.routes().await.unwrap().is_empty());
    }
}
