//! What was moved to the trash leaves the mirror at once, whoever reached it: the next sync would find the same.

use rusqlite::Connection;

use crate::data_streams;
use crate::database::{Store, StoreError};

impl Store {
    /// Forgets an Analytics account with its properties and their streams. `account_id` is Google's number.
    pub async fn forget_analytics_account(&self, account_id: &str) -> Result<(), StoreError> {
        self.forget("DELETE FROM ga_accounts WHERE account_id = ?1", account_id)
            .await
    }

    /// Forgets a property with its streams. `property_id` is Google's number.
    pub async fn forget_analytics_property(&self, property_id: &str) -> Result<(), StoreError> {
        self.forget("DELETE FROM ga_properties WHERE property_id = ?1", property_id)
            .await
    }

    /// Forgets a container with its live version. `container_id` is Google's number.
    pub async fn forget_container(&self, container_id: &str) -> Result<(), StoreError> {
        self.forget("DELETE FROM gtm_containers WHERE container_id = ?1", container_id)
            .await
    }

    async fn forget(&self, statement: &'static str, id: &str) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.call(move |connection: &mut Connection| {
            let transaction = connection.transaction()?;
            transaction.execute(statement, [id])?;
            data_streams::forget_unreachable(&transaction)?;
            Ok(transaction.commit()?)
        })
        .await
    }
}
