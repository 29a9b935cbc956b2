//! The Admin API's resources. Fields that Gantry does not know stay in `extra`; what is empty is not sent.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

fn empty(text: &str) -> bool {
    text.is_empty()
}

/// An account and its properties, in short.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AccountSummary {
    /// `accountSummaries/1`
    pub name: String,
    /// `accounts/1`
    pub account: String,
    pub display_name: String,
    pub property_summaries: Vec<PropertySummary>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A property, in short.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PropertySummary {
    /// `properties/2`
    pub property: String,
    pub display_name: String,
    /// `PROPERTY_TYPE_ORDINARY`, `PROPERTY_TYPE_SUBPROPERTY`, `PROPERTY_TYPE_ROLLUP`
    pub property_type: String,
    /// `accounts/1`, or `properties/1` for a subproperty.
    pub parent: String,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// An account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Account {
    /// `accounts/1`
    #[serde(skip_serializing_if = "empty")]
    pub name: String,
    pub display_name: String,
    /// Country of business, a Unicode CLDR region code.
    #[serde(skip_serializing_if = "empty")]
    pub region_code: String,
    #[serde(skip_serializing_if = "empty")]
    pub create_time: String,
    #[serde(skip_serializing_if = "empty")]
    pub update_time: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Body of `accounts:provisionAccountTicket`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProvisionAccountTicketRequest {
    /// `display_name` is required, `region_code` may be set.
    pub account: Account,
    /// Where the browser is sent after the Terms of Service; nowhere where empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub redirect_uri: String,
}

/// Answer of `accounts:provisionAccountTicket`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProvisionAccountTicketResponse {
    /// Goes into the Terms of Service link.
    pub account_ticket_id: String,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A property. To create one: `parent`, `display_name` and `time_zone`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Property {
    /// `properties/2`
    #[serde(skip_serializing_if = "empty")]
    pub name: String,
    #[serde(skip_serializing_if = "empty")]
    pub property_type: String,
    /// `accounts/1`; cannot be changed.
    #[serde(skip_serializing_if = "empty")]
    pub parent: String,
    /// `accounts/1`, output only.
    #[serde(skip_serializing_if = "empty")]
    pub account: String,
    /// At most 100 UTF-16 units.
    pub display_name: String,
    #[serde(skip_serializing_if = "empty")]
    pub industry_category: String,
    /// IANA time zone.
    pub time_zone: String,
    /// ISO 4217.
    #[serde(skip_serializing_if = "empty")]
    pub currency_code: String,
    #[serde(skip_serializing_if = "empty")]
    pub service_level: String,
    #[serde(skip_serializing_if = "empty")]
    pub create_time: String,
    #[serde(skip_serializing_if = "empty")]
    pub update_time: String,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A data stream. `type` and its matching data cannot be changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DataStream {
    /// `properties/2/dataStreams/3`
    #[serde(skip_serializing_if = "empty")]
    pub name: String,
    /// `WEB_DATA_STREAM`, `ANDROID_APP_DATA_STREAM`, `IOS_APP_DATA_STREAM`
    #[serde(rename = "type")]
    pub kind: String,
    /// At most 255 UTF-16 units.
    pub display_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web_stream_data: Option<WebStreamData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub android_app_stream_data: Option<AndroidAppStreamData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ios_app_stream_data: Option<IosAppStreamData>,
    #[serde(skip_serializing_if = "empty")]
    pub create_time: String,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What a web data stream adds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WebStreamData {
    /// `G-...`, output only.
    #[serde(skip_serializing_if = "empty")]
    pub measurement_id: String,
    /// Scheme and host of the website.
    pub default_uri: String,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What an Android app's data stream adds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AndroidAppStreamData {
    /// Output only; empty until the app is linked with Firebase.
    #[serde(skip_serializing_if = "empty")]
    pub firebase_app_id: String,
    /// Cannot be changed.
    pub package_name: String,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What an iOS app's data stream adds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IosAppStreamData {
    /// Output only; empty until the app is linked with Firebase.
    #[serde(skip_serializing_if = "empty")]
    pub firebase_app_id: String,
    /// Cannot be changed.
    pub bundle_id: String,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl DataStream {
    /// A web data stream to create.
    pub fn web(display_name: &str, default_uri: &str) -> Self {
        Self {
            kind: "WEB_DATA_STREAM".to_owned(),
            display_name: display_name.to_owned(),
            web_stream_data: Some(WebStreamData {
                default_uri: default_uri.to_owned(),
                ..Default::default()
            }),
            ..Default::default()
        }
    }

    /// An Android app's data stream to create.
    pub fn android(display_name: &str, package_name: &str) -> Self {
        Self {
            kind: "ANDROID_APP_DATA_STREAM".to_owned(),
            display_name: display_name.to_owned(),
            android_app_stream_data: Some(AndroidAppStreamData {
                package_name: package_name.to_owned(),
                ..Default::default()
            }),
            ..Default::default()
        }
    }

    /// An iOS app's data stream to create.
    pub fn ios(display_name: &str, bundle_id: &str) -> Self {
        Self {
            kind: "IOS_APP_DATA_STREAM".to_owned(),
            display_name: display_name.to_owned(),
            ios_app_stream_data: Some(IosAppStreamData {
                bundle_id: bundle_id.to_owned(),
                ..Default::default()
            }),
            ..Default::default()
        }
    }
}

/// A key event. To create one: `event_name` and `counting_method`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct KeyEvent {
    /// `properties/2/keyEvents/4`
    #[serde(skip_serializing_if = "empty")]
    pub name: String,
    /// Cannot be changed.
    pub event_name: String,
    /// `ONCE_PER_EVENT` or `ONCE_PER_SESSION`
    pub counting_method: String,
    /// What one is worth where the event says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_value: Option<DefaultValue>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What a key event is worth.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DefaultValue {
    pub numeric_value: f64,
    /// ISO 4217.
    pub currency_code: String,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A link between a property and a Google Ads account. To create one: `customer_id`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GoogleAdsLink {
    /// `properties/2/googleAdsLinks/5`
    #[serde(skip_serializing_if = "empty")]
    pub name: String,
    /// Ten digits; cannot be changed.
    pub customer_id: String,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// How long a property keeps data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DataRetentionSettings {
    #[serde(skip_serializing_if = "empty")]
    pub name: String,
    /// `TWO_MONTHS`, `FOURTEEN_MONTHS` and, for Analytics 360, longer ones.
    #[serde(skip_serializing_if = "empty")]
    pub event_data_retention: String,
    #[serde(skip_serializing_if = "empty")]
    pub user_data_retention: String,
    pub reset_user_data_on_new_activity: bool,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A custom dimension. `parameter_name` and `scope` cannot be changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CustomDimension {
    #[serde(skip_serializing_if = "empty")]
    pub name: String,
    pub parameter_name: String,
    pub display_name: String,
    #[serde(skip_serializing_if = "empty")]
    pub description: String,
    /// `EVENT`, `USER` or `ITEM`
    pub scope: String,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What a web data stream measures by itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EnhancedMeasurementSettings {
    #[serde(skip_serializing_if = "empty")]
    pub name: String,
    pub stream_enabled: bool,
    pub scrolls_enabled: bool,
    pub outbound_clicks_enabled: bool,
    pub site_search_enabled: bool,
    pub video_engagement_enabled: bool,
    pub file_downloads_enabled: bool,
    pub page_changes_enabled: bool,
    pub form_interactions_enabled: bool,
    /// Required, comma-separated, at most 1,024 characters.
    pub search_query_parameter: String,
    #[serde(skip_serializing_if = "empty")]
    pub uri_query_parameter: String,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The tag to paste into a website.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GlobalSiteTag {
    pub name: String,
    /// HTML to paste after the opening `head` tag.
    pub snippet: String,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Somebody's roles on an account or a property.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AccessBinding {
    /// `properties/2/accessBindings/6`
    #[serde(skip_serializing_if = "empty")]
    pub name: String,
    /// An e-mail address.
    pub user: String,
    /// `predefinedRoles/viewer` and others.
    pub roles: Vec<String>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
