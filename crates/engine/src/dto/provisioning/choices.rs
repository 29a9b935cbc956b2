//! What there is to choose from.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::dto::LinkView;

/// What the connection can set a site up in, read from Google.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ChoicesRequest {
    pub connection: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Choices {
    pub analytics_accounts: Vec<AnalyticsAccountChoice>,
    pub tag_manager_accounts: Vec<TagManagerAccountChoice>,
    /// Why Tag Manager's could not be read, where they could not.
    pub tag_manager_problem: Option<String>,
    /// Where a person makes a Tag Manager account.
    pub make_tag_manager_account: LinkView,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct AnalyticsAccountChoice {
    pub account_id: String,
    pub name: String,
    pub properties: Vec<PropertyChoice>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct PropertyChoice {
    pub property_id: String,
    pub name: String,
    pub can_edit: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TagManagerAccountChoice {
    pub account_id: String,
    pub name: String,
    /// From the mirror; empty before the first sync.
    pub containers: Vec<ContainerOption>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ContainerOption {
    pub container_id: String,
    /// `GTM-...`
    pub public_id: String,
    pub name: String,
}

/// Which redirect URIs the connection's OAuth client must have registered for the Terms of Service.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct RedirectsView {
    pub oauth_client: String,
    /// Of kind `web`: to the letter. Empty for kind `installed`, which registers none.
    pub registered: Vec<RedirectUri>,
    /// What to register where none of this computer is.
    pub suggested: Vec<String>,
    /// Whether a set-up can begin: an address is registered, or none is needed, and one of them is free.
    pub usable: bool,
    pub message: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct RedirectUri {
    pub uri: String,
    /// No other program listens on its port.
    pub free: bool,
}
