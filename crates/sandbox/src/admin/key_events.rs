//! keyEvents of a property.

use serde_json::{Value, json};

use super::{
    call::{Call, already_exists, failed_precondition, not_found, show},
    fields::{self, Field, Kind, immutable, output, settable},
    paging::page,
    properties::is_currency,
};
use crate::{
    http::ApiReply,
    rpc_error,
    world::{KeyEvent, Role, World},
};

const COUNTING: &[&str] = &["COUNTING_METHOD_UNSPECIFIED", "ONCE_PER_EVENT", "ONCE_PER_SESSION"];
const DEFAULT_VALUE: &[Field] = &[
    settable("numericValue", Kind::Number),
    settable("currencyCode", Kind::Text),
];
const KEY_EVENT: &[Field] = &[
    output("name"),
    immutable("eventName", Kind::Text),
    output("createTime"),
    output("deletable"),
    output("custom"),
    settable("countingMethod", Kind::Enum(COUNTING)),
    settable("defaultValue", Kind::Message(DEFAULT_VALUE)),
];

/// Events that Analytics knows by itself.
const KNOWN_EVENTS: [&str; 8] = [
    "purchase",
    "generate_lead",
    "sign_up",
    "begin_checkout",
    "add_to_cart",
    "form_submit",
    "file_download",
    "scroll",
];
const MAX_KEY_EVENTS: usize = 30;

fn check(event: &Value) -> Result<(), ApiReply> {
    match event.get("countingMethod").and_then(Value::as_str) {
        Some("ONCE_PER_EVENT" | "ONCE_PER_SESSION") => {}
        _ => {
            return Err(rpc_error::bad_field(
                "key_event.counting_method",
                "The field counting_method is required.",
            ));
        }
    }
    if let Some(value) = event.get("defaultValue") {
        let currency = value.get("currencyCode").and_then(Value::as_str).unwrap_or_default();
        if value.get("numericValue").is_none() || !is_currency(currency) {
            let message = "A default value needs a numeric_value and a currency_code.";
            return Err(rpc_error::bad_field("key_event.default_value", message));
        }
    }
    Ok(())
}

/// Letters, digits and underscores, a letter first, at most 40.
pub(super) fn is_event_name(name: &str) -> bool {
    name.len() <= 40
        && name.bytes().next().is_some_and(|first| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn find(world: &World, property: u64, id: u64) -> Result<&KeyEvent, ApiReply> {
    world
        .analytics
        .key_events
        .get(&id)
        .filter(|event| event.property_id == property)
        .ok_or_else(not_found)
}

pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiReply> {
    let world = call.world();
    call.need_property(&world, call.id(0), Role::Viewer)?;
    let events = world
        .analytics
        .key_events
        .values()
        .filter(|event| event.property_id == call.id(0));
    let events = events.map(show).collect::<Result<Vec<_>, _>>()?;
    page(call.request, "keyEvents", events, 50, 200)
}

pub(super) fn create(call: &Call<'_>) -> Result<Value, ApiReply> {
    let property = call.id(0);
    let mut world = call.world_mut();
    call.need_live_property(&world, property, Role::Editor)?;
    let body = Value::Object(fields::read(&call.body, KEY_EVENT, "key_event")?);
    let name = body
        .get("eventName")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    if !is_event_name(&name) {
        return Err(rpc_error::bad_field(
            "key_event.event_name",
            "The field event_name is not a valid event name.",
        ));
    }
    check(&body)?;
    let mut existing = world
        .analytics
        .key_events
        .values()
        .filter(|event| event.property_id == property);
    if existing.any(|event| event.event_name == name) {
        return Err(already_exists("A key event with this event name exists already."));
    }
    if world
        .analytics
        .key_events
        .values()
        .filter(|event| event.property_id == property)
        .count()
        >= MAX_KEY_EVENTS
    {
        return Err(rpc_error::status(
            429,
            "RESOURCE_EXHAUSTED",
            "The property has too many key events.",
            Vec::new(),
        ));
    }
    let id = world.analytics.next_id();
    let mut full = body;
    full["name"] = json!(format!("properties/{property}/keyEvents/{id}"));
    full["createTime"] = json!(call.google.now());
    full["deletable"] = json!(true);
    full["custom"] = json!(!KNOWN_EVENTS.contains(&name.as_str()));
    let event: KeyEvent =
        serde_json::from_value(full).map_err(|_| rpc_error::invalid_argument("Invalid key event."))?;
    let event = KeyEvent {
        id,
        property_id: property,
        ..event
    };
    let shown = show(&event)?;
    world.analytics.key_events.insert(id, event);
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
    let changes = fields::read(&call.body, KEY_EVENT, "key_event")?;
    let mut changed = show(find(&world, call.id(0), call.id(1))?)?;
    fields::apply_mask(&mut changed, &changes, call.request.param("updateMask"), KEY_EVENT)?;
    check(&changed)?;
    let event: KeyEvent =
        serde_json::from_value(changed).map_err(|_| rpc_error::invalid_argument("Invalid key event."))?;
    let event = KeyEvent {
        id: call.id(1),
        property_id: call.id(0),
        ..event
    };
    let shown = show(&event)?;
    world.analytics.key_events.insert(call.id(1), event);
    Ok(shown)
}

pub(super) fn delete(call: &Call<'_>) -> Result<Value, ApiReply> {
    let mut world = call.world_mut();
    call.need_live_property(&world, call.id(0), Role::Editor)?;
    if !find(&world, call.id(0), call.id(1))?.deletable {
        return Err(failed_precondition("This key event cannot be deleted."));
    }
    world.analytics.key_events.remove(&call.id(1));
    Ok(json!({}))
}
