//! Templates: a set-up written down, to be used again ("client in a box").

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::provisioning::PersonAccess;

/// The newest format that this Gantry reads and writes.
pub const FORMAT: u32 = 1;

/// What a set-up makes besides what differs from site to site. In a file it is TOML with these names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// The file format: 1.
    pub format: u32,
    /// Lower case letters, digits and hyphens; unique.
    pub name: String,
    /// Raised by whoever changes the template.
    #[serde(default = "one")]
    pub version: u32,
    pub title: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub property: TemplateProperty,
    /// What a web data stream measures by itself; left as Google makes it where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enhanced_measurement: Option<TemplateMeasurement>,
    #[serde(default)]
    pub key_events: Vec<TemplateKeyEvent>,
    #[serde(default)]
    pub custom_dimensions: Vec<TemplateDimension>,
    /// The agency's staff and its service account.
    #[serde(default)]
    pub people: Vec<PersonAccess>,
    /// What goes into the container besides the Google tag.
    #[serde(default)]
    pub tag_manager: TemplateTagManager,
}

fn one() -> u32 {
    1
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct TemplateProperty {
    /// Admin API `IndustryCategory`, for instance `SHOPPING`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    /// IANA name, for forms that name none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// ISO 4217, for forms that name none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// CLDR region code, for forms that name none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// How long event data is kept; as Google makes it (two months) where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_months: Option<u32>,
    /// Whether a user's data is kept longer with each visit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset_on_new_activity: Option<bool>,
}

/// Admin API `EnhancedMeasurementSettings`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TemplateMeasurement {
    pub enabled: bool,
    pub scrolls: bool,
    pub outbound_clicks: bool,
    pub site_search: bool,
    pub videos: bool,
    pub file_downloads: bool,
    pub page_changes: bool,
    pub forms: bool,
    /// Query parameters that hold what was searched for.
    #[serde(default)]
    pub search_parameters: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TemplateKeyEvent {
    /// Name of the event, at most 40 characters.
    pub event: String,
    #[serde(default)]
    pub counting: Counting,
    /// What one is worth where the event says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// ISO 4217, with `value`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    #[default]
    OncePerEvent,
    OncePerSession,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TemplateDimension {
    /// Event parameter, user property or item parameter.
    pub parameter: String,
    /// As reports show it, at most 82 characters.
    pub name: String,
    #[serde(default)]
    pub scope: DimensionScope,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DimensionScope {
    #[default]
    Event,
    User,
    Item,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
pub struct TemplateTagManager {
    /// What the visitor has allowed before being asked; no consent tag is made where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentDefaults>,
    /// GA4 events that the site's data layer announces.
    pub events: Vec<TemplateEvent>,
    /// A folder for all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
}

/// Consent mode's defaults (`gtag('consent', 'default', ...)`); `true` is granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ConsentDefaults {
    pub ad_storage: bool,
    pub ad_user_data: bool,
    pub ad_personalization: bool,
    pub analytics_storage: bool,
    /// How long tags wait for the consent banner, in milliseconds.
    #[serde(default)]
    pub wait_for_update: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TemplateEvent {
    /// The GA4 event that is sent.
    pub event: String,
    /// The data layer's event that it is sent on; the same where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// Sends the data layer's `ecommerce` object with it.
    #[serde(default)]
    pub ecommerce: bool,
    #[serde(default)]
    pub parameters: Vec<TemplateParameter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TemplateParameter {
    /// The event parameter.
    pub name: String,
    /// Its path in the data layer, for instance `form.name`.
    pub data_layer: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TemplateView {
    pub template: Template,
    /// It comes with Gantry and is not changed or removed; one of the same name takes its place.
    pub shipped: bool,
    /// "6 key events, 8 custom dimensions, 12 Tag Manager entities".
    pub summary: String,
    pub tag_manager_entities: u32,
    /// The file, for the person's own.
    pub path: Option<String>,
    /// Why the person's own file cannot be used; the template has only its name then.
    pub problem: Option<String>,
}

/// A template as a file.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TemplateDocument {
    pub name: String,
    pub toml: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SaveTemplate {
    pub toml: String,
    /// Takes the place of the person's own template of this name.
    #[serde(default)]
    pub replace: bool,
}

/// Writes a template to a file, to share it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ExportTemplate {
    pub name: String,
    pub path: String,
}

/// Makes a template of what a property and its container have. Reads, and changes nothing.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct CaptureTemplate {
    pub connection: Option<String>,
    pub property_id: String,
    /// `GTM-...` or `accounts/1/containers/2`
    pub container: Option<String>,
    /// The site whose data stream is meant, of a property that has several.
    #[serde(default)]
    #[ts(optional)]
    pub website: Option<String>,
    pub name: String,
    pub title: String,
}

/// What a template would change in a property that is there. Reads, and changes nothing.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct PreviewTemplate {
    pub connection: Option<String>,
    pub template: String,
    pub property_id: String,
    /// `GTM-...` or `accounts/1/containers/2`
    pub container: Option<String>,
    /// The site to set up: a property may have a data stream for each of several. Where absent, the stream that the container
    /// sends to is meant, or else the first.
    #[serde(default)]
    #[ts(optional)]
    pub website: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TemplatePreview {
    pub rows: Vec<TemplateDifference>,
    pub added: u32,
    pub changed: u32,
    pub same: u32,
    /// Calls that looking cost.
    pub calls: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TemplateDifference {
    /// "Key event", "Custom dimension", "Data retention", "Tag" ...
    pub what: String,
    pub name: String,
    pub before: Option<String>,
    pub after: String,
    pub change: TemplateChange,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TemplateChange {
    Added,
    Changed,
    Same,
    /// It is there and differs in what cannot be changed; it is left alone.
    Kept,
}
