//! Google Analytics Admin API: v1beta, and the v1alpha methods that v1beta lacks.
//! <https://developers.google.com/analytics/devguides/config/admin/v1/rest>
//!
//! Resources are addressed by their names as Google writes them: `accounts/1`, `properties/2`,
//! `properties/2/dataStreams/3`.

mod links_and_people;
mod trash;
mod types;

use futures_util::stream::Stream;

use crate::call::{Api, Call};
use crate::error::ApiError;
use crate::paging::{list_answer, pages};
use crate::transport::Transport;

pub use types::*;

/// The largest page that the API gives.
const PAGE_SIZE: &str = "200";

/// The Admin API as one connection.
#[derive(Clone)]
pub struct AnalyticsAdmin {
    transport: Transport,
}

list_answer!(AccountSummaries, "accountSummaries", AccountSummary);
list_answer!(Accounts, "accounts", Account);
list_answer!(Properties, "properties", Property);
list_answer!(DataStreams, "dataStreams", DataStream);
list_answer!(KeyEvents, "keyEvents", KeyEvent);
list_answer!(CustomDimensions, "customDimensions", CustomDimension);
list_answer!(AccessBindings, "accessBindings", AccessBinding);
list_answer!(GoogleAdsLinks, "googleAdsLinks", GoogleAdsLink);

fn call(method: &'static str, path: &str) -> Call {
    Call::get(Api::AnalyticsAdmin, method, path)
}

fn list(method: &'static str, path: &str) -> Call {
    call(method, path).query("pageSize", PAGE_SIZE)
}

impl AnalyticsAdmin {
    pub fn new(transport: &Transport) -> Self {
        Self {
            transport: transport.clone(),
        }
    }

    /// Every account with its properties: the cheapest inventory. A page a stream item.
    pub fn account_summaries(&self) -> impl Stream<Item = Result<Vec<AccountSummary>, ApiError>> + Send + use<> {
        pages::<AccountSummaries>(
            &self.transport,
            list("analyticsadmin.accountSummaries.list", "v1beta/accountSummaries"),
        )
    }

    /// The first account with its properties: the cheapest proof that the API answers, and to whom.
    pub async fn first_account_summary(&self) -> Result<Option<AccountSummary>, ApiError> {
        let call = call("analyticsadmin.accountSummaries.list", "v1beta/accountSummaries").query("pageSize", "1");
        let page = self.transport.send::<AccountSummaries>(&call).await?;
        Ok(page.items.into_iter().next())
    }

    /// Every account that the connection may see, without trashed ones.
    pub fn accounts(&self) -> impl Stream<Item = Result<Vec<Account>, ApiError>> + Send + use<> {
        pages::<Accounts>(&self.transport, list("analyticsadmin.accounts.list", "v1beta/accounts"))
    }

    /// One account, `accounts/1`.
    pub async fn account(&self, name: &str) -> Result<Account, ApiError> {
        self.transport
            .send(&call("analyticsadmin.accounts.get", &format!("v1beta/{name}")))
            .await
    }

    /// Asks for a ticket with which the person accepts the Terms of Service; unsafe: each call makes a ticket.
    pub async fn provision_account_ticket(
        &self,
        request: &ProvisionAccountTicketRequest,
    ) -> Result<ProvisionAccountTicketResponse, ApiError> {
        let call = Call::create(
            Api::AnalyticsAdmin,
            "analyticsadmin.accounts.provisionAccountTicket",
            "v1beta/accounts:provisionAccountTicket",
            request,
        );
        self.transport.send(&call).await
    }

    /// Unsafe: each call makes a property.
    pub async fn create_property(&self, property: &Property) -> Result<Property, ApiError> {
        let call = Call::create(
            Api::AnalyticsAdmin,
            "analyticsadmin.properties.create",
            "v1beta/properties",
            property,
        );
        self.transport.send(&call).await
    }

    /// One property, `properties/2`.
    pub async fn property(&self, name: &str) -> Result<Property, ApiError> {
        self.transport
            .send(&call("analyticsadmin.properties.get", &format!("v1beta/{name}")))
            .await
    }

    /// The properties of an account, `accounts/1`.
    pub fn properties_of(&self, account: &str) -> impl Stream<Item = Result<Vec<Property>, ApiError>> + Send + use<> {
        let call =
            list("analyticsadmin.properties.list", "v1beta/properties").query("filter", &format!("parent:{account}"));
        pages::<Properties>(&self.transport, call)
    }

    /// Sets the fields in `update_mask` (snake case, comma-separated) of `property.name`.
    pub async fn patch_property(&self, property: &Property, update_mask: &str) -> Result<Property, ApiError> {
        let path = format!("v1beta/{}", property.name);
        let call = Call::patch(
            Api::AnalyticsAdmin,
            "analyticsadmin.properties.patch",
            &path,
            update_mask,
            property,
        );
        self.transport.send(&call).await
    }

    /// Unsafe: each call makes a data stream under `property`.
    pub async fn create_data_stream(&self, property: &str, stream: &DataStream) -> Result<DataStream, ApiError> {
        let path = format!("v1beta/{property}/dataStreams");
        let call = Call::create(
            Api::AnalyticsAdmin,
            "analyticsadmin.properties.dataStreams.create",
            &path,
            stream,
        );
        self.transport.send(&call).await
    }

    /// The data streams of a property.
    pub fn data_streams(&self, property: &str) -> impl Stream<Item = Result<Vec<DataStream>, ApiError>> + Send + use<> {
        let call = list(
            "analyticsadmin.properties.dataStreams.list",
            &format!("v1beta/{property}/dataStreams"),
        );
        pages::<DataStreams>(&self.transport, call)
    }

    /// Unsafe, though a second key event of the same name is refused.
    pub async fn create_key_event(&self, property: &str, event: &KeyEvent) -> Result<KeyEvent, ApiError> {
        let path = format!("v1beta/{property}/keyEvents");
        let call = Call::create(
            Api::AnalyticsAdmin,
            "analyticsadmin.properties.keyEvents.create",
            &path,
            event,
        );
        self.transport.send(&call).await
    }

    /// The key events of a property.
    pub fn key_events(&self, property: &str) -> impl Stream<Item = Result<Vec<KeyEvent>, ApiError>> + Send + use<> {
        let call = list(
            "analyticsadmin.properties.keyEvents.list",
            &format!("v1beta/{property}/keyEvents"),
        );
        pages::<KeyEvents>(&self.transport, call)
    }

    /// How long a property keeps data.
    pub async fn data_retention_settings(&self, property: &str) -> Result<DataRetentionSettings, ApiError> {
        let path = format!("v1beta/{property}/dataRetentionSettings");
        self.transport
            .send(&call("analyticsadmin.properties.getDataRetentionSettings", &path))
            .await
    }

    /// Sets the fields in `update_mask` (snake case, comma-separated).
    pub async fn patch_data_retention_settings(
        &self,
        property: &str,
        settings: &DataRetentionSettings,
        update_mask: &str,
    ) -> Result<DataRetentionSettings, ApiError> {
        let path = format!("v1beta/{property}/dataRetentionSettings");
        let method = "analyticsadmin.properties.updateDataRetentionSettings";
        self.transport
            .send(&Call::patch(Api::AnalyticsAdmin, method, &path, update_mask, settings))
            .await
    }

    /// Unsafe, though a second dimension of the same parameter and scope is refused.
    pub async fn create_custom_dimension(
        &self,
        property: &str,
        dimension: &CustomDimension,
    ) -> Result<CustomDimension, ApiError> {
        let path = format!("v1beta/{property}/customDimensions");
        let method = "analyticsadmin.properties.customDimensions.create";
        self.transport
            .send(&Call::create(Api::AnalyticsAdmin, method, &path, dimension))
            .await
    }

    /// The custom dimensions of a property.
    pub fn custom_dimensions(
        &self,
        property: &str,
    ) -> impl Stream<Item = Result<Vec<CustomDimension>, ApiError>> + Send + use<> {
        let path = format!("v1beta/{property}/customDimensions");
        pages::<CustomDimensions>(
            &self.transport,
            list("analyticsadmin.properties.customDimensions.list", &path),
        )
    }

    /// v1alpha. What a web stream (`properties/2/dataStreams/3`) measures by itself.
    pub async fn enhanced_measurement_settings(&self, stream: &str) -> Result<EnhancedMeasurementSettings, ApiError> {
        let path = format!("v1alpha/{stream}/enhancedMeasurementSettings");
        let method = "analyticsadmin.properties.dataStreams.getEnhancedMeasurementSettings";
        self.transport.send(&call(method, &path)).await
    }

    /// v1alpha. Sets the fields in `update_mask` (snake case, comma-separated).
    pub async fn patch_enhanced_measurement_settings(
        &self,
        stream: &str,
        settings: &EnhancedMeasurementSettings,
        update_mask: &str,
    ) -> Result<EnhancedMeasurementSettings, ApiError> {
        let path = format!("v1alpha/{stream}/enhancedMeasurementSettings");
        let method = "analyticsadmin.properties.dataStreams.updateEnhancedMeasurementSettings";
        self.transport
            .send(&Call::patch(Api::AnalyticsAdmin, method, &path, update_mask, settings))
            .await
    }

    /// v1alpha. The tag to paste into the website of a web stream.
    pub async fn global_site_tag(&self, stream: &str) -> Result<GlobalSiteTag, ApiError> {
        let path = format!("v1alpha/{stream}/globalSiteTag");
        self.transport
            .send(&call("analyticsadmin.properties.dataStreams.getGlobalSiteTag", &path))
            .await
    }
}
