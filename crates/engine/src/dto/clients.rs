//! The agency's clients: named, coloured groups of properties and containers.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// All clients, and what belongs to none.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ClientList {
    pub clients: Vec<ClientView>,
    pub unassigned: Vec<ClientAsset>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClientView {
    pub id: String,
    pub name: String,
    /// A plain heading that clients stand under, for instance "Retail".
    pub group: Option<String>,
    /// 1 to 10.
    pub colour: u8,
    /// Two letters for the chip.
    pub letters: String,
    pub assets: Vec<ClientAsset>,
}

/// A client as its chip shows it, beside the assets that belong to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClientMark {
    pub id: String,
    pub name: String,
    pub group: Option<String>,
    /// 1 to 10.
    pub colour: u8,
    pub letters: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClientAsset {
    /// `properties/2` or `accounts/1/containers/2`
    pub asset: String,
    pub kind: ClientAssetKind,
    pub name: String,
    /// The measurement IDs of a property, the public id of a container.
    pub ids: Vec<String>,
    pub account_name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ClientAssetKind {
    Property,
    Container,
}

/// A new client, or changes to one. Colour and letters are given once where absent.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SaveClient {
    pub id: Option<String>,
    pub name: String,
    pub group: Option<String>,
    pub colour: Option<u8>,
    pub letters: Option<String>,
}

/// Moves assets to a client, or out of all.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct MoveAssets {
    /// Id or name; out of all where absent.
    pub client: Option<String>,
    pub assets: Vec<String>,
}

/// A grouping that the data suggests, of assets that no client has yet. Nothing is moved by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClientSuggestion {
    /// Of a new client, or of the one that is there.
    pub name: String,
    pub client_id: Option<String>,
    pub assets: Vec<ClientAsset>,
    /// "G-4K7WQ2M1TX is sent by GTM-N6ZD2RKP", "both are called Elmstead Bakery".
    pub because: Vec<String>,
    pub strength: SuggestionStrength,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SuggestionStrength {
    /// A container's tag sends to a property's stream.
    MeasurementId,
    Domain,
    Name,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct AcceptSuggestions {
    pub suggestions: Vec<ClientSuggestion>,
}

/// Which property is fed by which tags, from the mirror.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct MeasurementMap {
    pub streams: Vec<MappedStream>,
    /// Tags that send to an ID that no stream in reach has.
    pub orphan_tags: Vec<MappedTag>,
    /// Containers whose live version could not be read yet.
    pub unread_containers: u32,
    /// Properties whose data streams could not be read yet.
    pub unread_properties: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MappedStream {
    pub property_id: String,
    pub property_name: String,
    pub client_id: Option<String>,
    pub stream_id: String,
    pub stream_name: String,
    /// `web`, `android` or `ios`
    pub platform: String,
    /// `G-...`; `None` for apps.
    pub measurement_id: Option<String>,
    pub website: Option<String>,
    /// Empty: no container in reach sends to it.
    pub tags: Vec<MappedTag>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MappedTag {
    /// `accounts/1/containers/2`
    pub container: String,
    /// `GTM-...`
    pub public_id: String,
    pub container_name: String,
    pub tag_id: String,
    pub tag_name: String,
    /// Google's type, for instance `googtag`.
    pub tag_type: String,
    /// The ID that it sends to, as far as it can be read; a variable's name where it cannot.
    pub sends_to: String,
    pub paused: bool,
}
