//! The Analytics estate: accounts, properties, streams and what hangs below them, in the Admin API's own field names.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Role;

/// A GA account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    #[serde(skip)]
    pub id: u64,
    pub name: String,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
    pub display_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region_code: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub deleted: bool,
}

/// A GA4 property.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Property {
    #[serde(skip)]
    pub id: u64,
    #[serde(skip)]
    pub account_id: u64,
    pub name: String,
    pub property_type: String,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
    pub parent: String,
    pub display_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry_category: Option<String>,
    /// An IANA name.
    pub time_zone: String,
    /// ISO 4217.
    pub currency_code: String,
    pub service_level: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete_time: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expire_time: Option<Timestamp>,
    pub account: String,
}

/// The kinds of data stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DataStreamKind {
    #[serde(rename = "WEB_DATA_STREAM")]
    Web,
    #[serde(rename = "ANDROID_APP_DATA_STREAM")]
    Android,
    #[serde(rename = "IOS_APP_DATA_STREAM")]
    Ios,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebStreamData {
    pub measurement_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firebase_app_id: Option<String>,
    pub default_uri: String,
}

/// A data stream of a property.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DataStream {
    #[serde(skip)]
    pub id: u64,
    #[serde(skip)]
    pub property_id: u64,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: DataStreamKind,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub display_name: String,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web_stream_data: Option<WebStreamData>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub android_app_stream_data: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ios_app_stream_data: Option<serde_json::Value>,
}

impl DataStream {
    /// `G-XXXXXXXXXX` of a web stream.
    pub fn measurement_id(&self) -> Option<&str> {
        self.web_stream_data.as_ref().map(|data| data.measurement_id.as_str())
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DefaultValue {
    pub numeric_value: f64,
    pub currency_code: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyEvent {
    #[serde(skip)]
    pub id: u64,
    #[serde(skip)]
    pub property_id: u64,
    pub name: String,
    pub event_name: String,
    pub create_time: Timestamp,
    pub deletable: bool,
    pub custom: bool,
    pub counting_method: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_value: Option<DefaultValue>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DataRetentionSettings {
    pub name: String,
    pub event_data_retention: String,
    pub user_data_retention: String,
    #[serde(default)]
    pub reset_user_data_on_new_activity: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomDimension {
    #[serde(skip)]
    pub id: u64,
    #[serde(skip)]
    pub property_id: u64,
    pub name: String,
    pub parameter_name: String,
    pub display_name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    pub scope: String,
    #[serde(default, skip_serializing_if = "is_false")]
    pub disallow_ads_personalization: bool,
    /// Archived dimensions no longer show and free their parameter name.
    #[serde(skip)]
    pub archived: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnhancedMeasurementSettings {
    pub name: String,
    #[serde(default)]
    pub stream_enabled: bool,
    #[serde(default)]
    pub scrolls_enabled: bool,
    #[serde(default)]
    pub outbound_clicks_enabled: bool,
    #[serde(default)]
    pub site_search_enabled: bool,
    #[serde(default)]
    pub video_engagement_enabled: bool,
    #[serde(default)]
    pub file_downloads_enabled: bool,
    #[serde(default)]
    pub page_changes_enabled: bool,
    #[serde(default)]
    pub form_interactions_enabled: bool,
    #[serde(default)]
    pub search_query_parameter: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub uri_query_parameter: String,
}

/// A link between a property and a Google Ads account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GoogleAdsLink {
    #[serde(skip)]
    pub id: u64,
    #[serde(skip)]
    pub property_id: u64,
    pub name: String,
    /// Ten digits.
    pub customer_id: String,
    #[serde(default, skip_serializing_if = "is_false")]
    pub can_manage_clients: bool,
    /// A wrapper type in the API: false is shown too.
    pub ads_personalization_enabled: bool,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
    pub creator_email_address: String,
}

/// What an access binding is attached to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Parent {
    Account(u64),
    Property(u64),
}

impl std::fmt::Display for Parent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Account(id) => write!(f, "accounts/{id}"),
            Self::Property(id) => write!(f, "properties/{id}"),
        }
    }
}

/// Who may do what, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessBinding {
    pub id: u64,
    pub parent: Parent,
    pub user: String,
    /// `predefinedRoles/...`
    pub roles: Vec<String>,
}

/// The estate, keyed by numeric ids.
#[derive(Clone, Debug, Default)]
pub struct Analytics {
    pub accounts: BTreeMap<u64, Account>,
    pub properties: BTreeMap<u64, Property>,
    pub streams: BTreeMap<u64, DataStream>,
    pub key_events: BTreeMap<u64, KeyEvent>,
    pub custom_dimensions: BTreeMap<u64, CustomDimension>,
    pub google_ads_links: BTreeMap<u64, GoogleAdsLink>,
    /// By property id; absent means Google's defaults.
    pub retention: BTreeMap<u64, DataRetentionSettings>,
    /// By stream id; absent means Google's defaults.
    pub enhanced_measurement: BTreeMap<u64, EnhancedMeasurementSettings>,
    pub bindings: BTreeMap<u64, AccessBinding>,
    /// The last id handed out to something created after seeding.
    pub last_id: u64,
}

impl Analytics {
    /// A fresh numeric id, larger than all before.
    pub fn next_id(&mut self) -> u64 {
        self.last_id += 17;
        self.last_id
    }

    /// The strongest role bound to exactly this parent.
    pub fn role(&self, email: &str, parent: Parent) -> Option<Role> {
        self.bindings
            .values()
            .filter(|binding| binding.parent == parent && binding.user.eq_ignore_ascii_case(email))
            .flat_map(|binding| &binding.roles)
            .filter_map(|role| Role::from_resource_name(role))
            .max()
    }

    pub fn bind(&mut self, parent: Parent, email: &str, role: Role) {
        let id = self.next_id();
        let roles = vec![role.resource_name().to_owned()];
        self.bindings.insert(
            id,
            AccessBinding {
                id,
                parent,
                user: email.to_owned(),
                roles,
            },
        );
    }

    /// The account's properties, those in the trash included, in id order.
    pub fn properties_of(&self, account: u64) -> impl Iterator<Item = &Property> {
        self.properties
            .values()
            .filter(move |property| property.account_id == account)
    }

    /// The property's streams in id order.
    pub fn streams_of(&self, property: u64) -> impl Iterator<Item = &DataStream> {
        self.streams
            .values()
            .filter(move |stream| stream.property_id == property)
    }

    /// Adds an account and returns its id.
    pub fn add_account(&mut self, display_name: &str, region_code: Option<&str>, now: Timestamp) -> u64 {
        let id = self.next_id();
        let account = Account {
            id,
            name: format!("accounts/{id}"),
            create_time: now,
            update_time: now,
            display_name: display_name.to_owned(),
            region_code: region_code.map(str::to_owned),
            deleted: false,
        };
        self.accounts.insert(id, account);
        id
    }

    /// Adds a property with Google's defaults and returns its id.
    pub fn add_property(
        &mut self,
        account: u64,
        display_name: &str,
        time_zone: &str,
        currency_code: &str,
        now: Timestamp,
    ) -> u64 {
        let id = self.next_id();
        let property = Property {
            id,
            account_id: account,
            name: format!("properties/{id}"),
            property_type: "PROPERTY_TYPE_ORDINARY".to_owned(),
            create_time: now,
            update_time: now,
            parent: format!("accounts/{account}"),
            display_name: display_name.to_owned(),
            industry_category: None,
            time_zone: time_zone.to_owned(),
            currency_code: currency_code.to_owned(),
            service_level: "GOOGLE_ANALYTICS_STANDARD".to_owned(),
            delete_time: None,
            expire_time: None,
            account: format!("accounts/{account}"),
        };
        self.properties.insert(id, property);
        let event = self.next_id();
        self.key_events.insert(
            event,
            KeyEvent {
                id: event,
                property_id: id,
                name: format!("properties/{id}/keyEvents/{event}"),
                event_name: "purchase".to_owned(),
                create_time: now,
                deletable: false,
                custom: false,
                counting_method: "ONCE_PER_EVENT".to_owned(),
                default_value: None,
            },
        );
        id
    }

    /// Adds a web stream and returns its id.
    pub fn add_web_stream(&mut self, property: u64, display_name: &str, default_uri: &str, now: Timestamp) -> u64 {
        let id = self.next_id();
        let web = WebStreamData {
            measurement_id: measurement_id(id),
            firebase_app_id: None,
            default_uri: default_uri.to_owned(),
        };
        let stream = DataStream {
            id,
            property_id: property,
            name: format!("properties/{property}/dataStreams/{id}"),
            kind: DataStreamKind::Web,
            display_name: display_name.to_owned(),
            create_time: now,
            update_time: now,
            web_stream_data: Some(web),
            android_app_stream_data: None,
            ios_app_stream_data: None,
        };
        self.streams.insert(id, stream);
        id
    }
}

/// A stream's measurement ID: `G-` and ten characters, a function of the stream's id alone.
pub(crate) fn measurement_id(stream: u64) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKLMNPQRSTVWXZ";
    let mut bits = stream.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23) ^ stream;
    let mut id = String::from("G-");
    for _ in 0..10 {
        id.push(char::from(LETTERS[(bits & 31) as usize]));
        bits >>= 5;
    }
    id
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !value
}
