//! Universal Analytics' Provisioning API (v3), for projects that still speak the old dialect of account creation.
//! Deprecated by Google, by invitation only; scope `analytics.provision`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::call::{Api, Call};
use crate::error::ApiError;
use crate::transport::Transport;

/// `analytics.provisioning` of the v3 API.
#[derive(Clone)]
pub struct ProvisioningV3 {
    transport: Transport,
}

/// <https://developers.google.com/analytics/devguides/config/provisioning/v3/reference/provisioning/createAccountTicket>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AccountTicket {
    /// The ticket: goes into the Terms of Service link. Given by Google.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub account: Named,
    pub webproperty: Webproperty,
    pub profile: Profile,
    /// Where the browser is sent after the Terms of Service; to the letter one that the OAuth client registered.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub redirect_uri: String,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Named {
    pub name: String,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Webproperty {
    pub name: String,
    pub website_url: String,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A view.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    pub name: String,
    /// IANA time zone.
    pub timezone: String,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// All five are required.
/// <https://developers.google.com/analytics/devguides/config/provisioning/v3/reference/provisioning/createAccountTree>
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountTreeRequest {
    pub account_name: String,
    pub webproperty_name: String,
    pub website_url: String,
    /// Of the view.
    pub profile_name: String,
    /// IANA time zone.
    pub timezone: String,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct AccountTree {
    pub account: MadeV3,
    /// Its id is `UA-...`.
    pub webproperty: MadeV3,
    pub profile: MadeV3,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct MadeV3 {
    pub id: String,
    pub name: String,
}

impl ProvisioningV3 {
    pub fn new(transport: &Transport) -> Self {
        Self {
            transport: transport.clone(),
        }
    }

    /// `analytics.provisioning.createAccountTicket`. Unsafe: each call makes a ticket.
    pub async fn create_account_ticket(&self, ticket: &AccountTicket) -> Result<AccountTicket, ApiError> {
        let call = Call::create(
            Api::ProvisioningV3,
            "analytics.provisioning.createAccountTicket",
            "analytics/v3/provisioning/createAccountTicket",
            ticket,
        );
        self.transport.send(&call).await
    }

    /// `analytics.provisioning.createAccountTree`, for partners that Google has approved. Unsafe: each call makes an account.
    pub async fn create_account_tree(&self, tree: &AccountTreeRequest) -> Result<AccountTree, ApiError> {
        let call = Call::create(
            Api::ProvisioningV3,
            "analytics.provisioning.createAccountTree",
            "analytics/v3/provisioning/createAccountTree",
            tree,
        );
        self.transport.send(&call).await
    }
}
