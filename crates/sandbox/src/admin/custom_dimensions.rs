//! customDimensions of a property. They cannot be deleted, only archived, which frees the parameter name.

use serde_json::{Value, json};

use super::{
    call::{Call, already_exists, check_text, not_found, show},
    fields::{self, Field, Kind, immutable, output, settable},
    paging::page,
};
use crate::{
    http::ApiReply,
    rpc_error,
    world::{CustomDimension, Role, World},
};

const SCOPES: &[&str] = &["DIMENSION_SCOPE_UNSPECIFIED", "EVENT", "USER", "ITEM"];
const CUSTOM_DIMENSION: &[Field] = &[
    output("name"),
    immutable("parameterName", Kind::Text),
    settable("displayName", Kind::Text),
    settable("description", Kind::Text),
    immutable("scope", Kind::Enum(SCOPES)),
    settable("disallowAdsPersonalization", Kind::Bool),
];

fn check(dimension: &Value) -> Result<(), ApiReply> {
    let text = |key: &str| dimension.get(key).and_then(Value::as_str);
    check_text("custom_dimension.display_name", text("displayName"), 82)?;
    let display_name = text("displayName").unwrap_or_default();
    let letters_first = display_name.chars().next().is_some_and(char::is_alphabetic);
    if !letters_first
        || !display_name
            .chars()
            .all(|letter| letter.is_alphanumeric() || letter == ' ' || letter == '_')
    {
        let message = "The display_name may hold letters, digits, spaces and underscores, a letter first.";
        return Err(rpc_error::bad_field("custom_dimension.display_name", message));
    }
    if text("description").is_some_and(|words| words.encode_utf16().count() > 150) {
        return Err(rpc_error::bad_field(
            "custom_dimension.description",
            "The description is longer than 150 characters.",
        ));
    }
    let user = match text("scope") {
        Some("EVENT" | "ITEM") => false,
        Some("USER") => true,
        _ => {
            return Err(rpc_error::bad_field(
                "custom_dimension.scope",
                "The field scope is required.",
            ));
        }
    };
    if dimension.get("disallowAdsPersonalization") == Some(&Value::Bool(true)) && !user {
        let message = "Only user-scoped dimensions can be excluded from ads personalization.";
        return Err(rpc_error::bad_field(
            "custom_dimension.disallow_ads_personalization",
            message,
        ));
    }
    let name = text("parameterName").unwrap_or_default();
    if name.len() > if user { 24 } else { 40 } || !super::key_events::is_event_name(name) {
        return Err(rpc_error::bad_field(
            "custom_dimension.parameter_name",
            "The parameter_name is not valid.",
        ));
    }
    Ok(())
}

fn live(world: &World, property: u64) -> impl Iterator<Item = &CustomDimension> {
    let all = world.analytics.custom_dimensions.values();
    all.filter(move |dimension| dimension.property_id == property && !dimension.archived)
}

fn find(world: &World, property: u64, id: u64) -> Result<&CustomDimension, ApiReply> {
    live(world, property)
        .find(|dimension| dimension.id == id)
        .ok_or_else(not_found)
}

pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiReply> {
    let world = call.world();
    call.need_property(&world, call.id(0), Role::Viewer)?;
    let dimensions = live(&world, call.id(0)).map(show).collect::<Result<Vec<_>, _>>()?;
    page(call.request, "customDimensions", dimensions, 50, 200)
}

pub(super) fn create(call: &Call<'_>) -> Result<Value, ApiReply> {
    let property = call.id(0);
    let mut world = call.world_mut();
    call.need_live_property(&world, property, Role::Editor)?;
    let mut body = Value::Object(fields::read(&call.body, CUSTOM_DIMENSION, "custom_dimension")?);
    check(&body)?;
    let id = world.analytics.next_id();
    body["name"] = json!(format!("properties/{property}/customDimensions/{id}"));
    let dimension: CustomDimension =
        serde_json::from_value(body).map_err(|_| rpc_error::invalid_argument("Invalid custom dimension."))?;
    let same =
        |other: &CustomDimension| other.scope == dimension.scope && other.parameter_name == dimension.parameter_name;
    if live(&world, property).any(same) {
        return Err(already_exists(
            "A custom dimension with this parameter name exists already.",
        ));
    }
    let most = match dimension.scope.as_str() {
        "USER" => 25,
        "ITEM" => 10,
        _ => 50,
    };
    if live(&world, property)
        .filter(|other| other.scope == dimension.scope)
        .count()
        >= most
    {
        return Err(rpc_error::status(
            429,
            "RESOURCE_EXHAUSTED",
            "The property has too many custom dimensions.",
            Vec::new(),
        ));
    }
    let dimension = CustomDimension {
        id,
        property_id: property,
        ..dimension
    };
    let shown = show(&dimension)?;
    world.analytics.custom_dimensions.insert(id, dimension);
    Ok(shown)
}

pub(super) fn get(call: &Call<'_>) -> Result<Value, ApiReply> {
    let world = call.world();
    call.need_property(&world, call.id(0), Role::Viewer)?;
    show(find(&world, call.id(0), call.id(1))?)
}

pub(super) fn patch(call: &Call<'_>) -> Result<Value, ApiReply> {
    let mut world = call.world_mut();
    call.need_live_property(&world, call.id(0), Role::Editor)?;
    let changes = fields::read(&call.body, CUSTOM_DIMENSION, "custom_dimension")?;
    let mut changed = show(find(&world, call.id(0), call.id(1))?)?;
    fields::apply_mask(
        &mut changed,
        &changes,
        call.request.param("updateMask"),
        CUSTOM_DIMENSION,
    )?;
    check(&changed)?;
    let dimension: CustomDimension =
        serde_json::from_value(changed).map_err(|_| rpc_error::invalid_argument("Invalid custom dimension."))?;
    let dimension = CustomDimension {
        id: call.id(1),
        property_id: call.id(0),
        ..dimension
    };
    let shown = show(&dimension)?;
    world.analytics.custom_dimensions.insert(call.id(1), dimension);
    Ok(shown)
}

pub(super) fn archive(call: &Call<'_>) -> Result<Value, ApiReply> {
    let mut world = call.world_mut();
    call.need_live_property(&world, call.id(0), Role::Editor)?;
    find(&world, call.id(0), call.id(1))?;
    if let Some(dimension) = world.analytics.custom_dimensions.get_mut(&call.id(1)) {
        dimension.archived = true;
    }
    Ok(json!({}))
}
