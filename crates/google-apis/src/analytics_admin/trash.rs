//! Accounts and properties to the trash. The API has no way back; for 35 days people take them out in Google Analytics.
//! <https://developers.google.com/analytics/devguides/config/admin/v1/rest/v1beta/properties/delete>

use http::Method;
use serde_json::Value;

use super::AnalyticsAdmin;
use crate::call::{Api, Call, Effect};
use crate::error::ApiError;

impl AnalyticsAdmin {
    /// Moves an account, `accounts/1`, to the trash with all its properties. Repeated on passing faults: an id never comes
    /// back, so a repeat deletes nothing else. What an error means, a read tells: the account may be in the trash already.
    pub async fn delete_account(&self, name: &str) -> Result<(), ApiError> {
        self.trash("analyticsadmin.accounts.delete", name).await
    }

    /// Moves a property, `properties/2`, to the trash. As [`AnalyticsAdmin::delete_account`].
    pub async fn delete_property(&self, name: &str) -> Result<(), ApiError> {
        self.trash("analyticsadmin.properties.delete", name).await
    }

    async fn trash(&self, method: &'static str, name: &str) -> Result<(), ApiError> {
        let mut call = Call::new(Api::AnalyticsAdmin, method, Method::DELETE, &format!("v1beta/{name}"));
        call.effect = Effect::Idempotent;
        self.transport.send::<Value>(&call).await.map(drop)
    }
}
