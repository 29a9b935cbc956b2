//! dataStreams of a property.

use serde_json::{Value, json};

use super::{
    call::{Call, check_text, not_found, show},
    fields::{self, Field, Kind, immutable, output, settable},
    paging::page,
};
use crate::{
    http::ApiReply,
    rpc_error,
    world::{DataStream, DataStreamKind, Role, World},
};

const KINDS: &[&str] = &[
    "DATA_STREAM_TYPE_UNSPECIFIED",
    "WEB_DATA_STREAM",
    "ANDROID_APP_DATA_STREAM",
    "IOS_APP_DATA_STREAM",
];
const WEB: &[Field] = &[
    output("measurementId"),
    output("firebaseAppId"),
    settable("defaultUri", Kind::Text),
];
const ANDROID: &[Field] = &[output("firebaseAppId"), immutable("packageName", Kind::Text)];
const IOS: &[Field] = &[output("firebaseAppId"), immutable("bundleId", Kind::Text)];
const DATA_STREAM: &[Field] = &[
    output("name"),
    immutable("type", Kind::Enum(KINDS)),
    settable("displayName", Kind::Text),
    output("createTime"),
    output("updateTime"),
    settable("webStreamData", Kind::Message(WEB)),
    settable("androidAppStreamData", Kind::Message(ANDROID)),
    settable("iosAppStreamData", Kind::Message(IOS)),
];

const MAX_STREAMS: usize = 50;

/// The stream, if it belongs to this property.
pub(super) fn find(world: &World, property: u64, stream: u64) -> Result<&DataStream, ApiReply> {
    world
        .analytics
        .streams
        .get(&stream)
        .filter(|found| found.property_id == property)
        .ok_or_else(not_found)
}

fn check_web(stream: &Value) -> Result<(), ApiReply> {
    check_text(
        "data_stream.display_name",
        stream.get("displayName").and_then(Value::as_str),
        255,
    )?;
    let uri = stream
        .pointer("/webStreamData/defaultUri")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let good = url::Url::parse(uri).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if good {
        Ok(())
    } else {
        let message = "The field default_uri must be the site's http or https URL.";
        Err(rpc_error::bad_field("data_stream.web_stream_data.default_uri", message))
    }
}

/// A package name or a bundle ID: at least two parts of letters, digits, underscores and hyphens between dots.
fn is_app_id(id: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
    };
    id.contains('.') && id.split('.').all(part)
}

pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiReply> {
    let world = call.world();
    call.need_property(&world, call.id(0), Role::Viewer)?;
    let streams = world
        .analytics
        .streams_of(call.id(0))
        .map(show)
        .collect::<Result<Vec<_>, _>>()?;
    page(call.request, "dataStreams", streams, 50, 200)
}

pub(super) fn create(call: &Call<'_>) -> Result<Value, ApiReply> {
    let property = call.id(0);
    let mut world = call.world_mut();
    call.need_live_property(&world, property, Role::Editor)?;
    let body = Value::Object(fields::read(&call.body, DATA_STREAM, "data_stream")?);
    if world.analytics.streams_of(property).count() >= MAX_STREAMS {
        return Err(rpc_error::status(
            429,
            "RESOURCE_EXHAUSTED",
            "The property has too many data streams.",
            Vec::new(),
        ));
    }
    let now = call.google.now();
    let display_name = body.get("displayName").and_then(Value::as_str).unwrap_or_default();
    let (kind, data_key, id_key) = match body.get("type").and_then(Value::as_str) {
        Some("WEB_DATA_STREAM") => {
            check_web(&body)?;
            let uri = body
                .pointer("/webStreamData/defaultUri")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let id = world.analytics.add_web_stream(property, display_name, uri, now);
            return show(find(&world, property, id)?);
        }
        Some("ANDROID_APP_DATA_STREAM") => (DataStreamKind::Android, "androidAppStreamData", "packageName"),
        Some("IOS_APP_DATA_STREAM") => (DataStreamKind::Ios, "iosAppStreamData", "bundleId"),
        _ => return Err(rpc_error::bad_field("data_stream.type", "The field type is required.")),
    };
    let app = body.pointer(&format!("/{data_key}/{id_key}")).and_then(Value::as_str);
    let field = format!("data_stream.{data_key}.{id_key}");
    check_text(&field, app, 255)?;
    if !app.is_some_and(is_app_id) {
        return Err(rpc_error::bad_field(
            &field,
            &format!("The field {id_key} is not valid."),
        ));
    }
    let id = world.analytics.next_id();
    let data = json!({id_key: app, "firebaseAppId": format!("1:{property}:app:{id:016x}")});
    let stream = DataStream {
        id,
        property_id: property,
        name: format!("properties/{property}/dataStreams/{id}"),
        kind,
        display_name: display_name.to_owned(),
        create_time: now,
        update_time: now,
        web_stream_data: None,
        android_app_stream_data: (kind == DataStreamKind::Android).then(|| data.clone()),
        ios_app_stream_data: (kind == DataStreamKind::Ios).then_some(data),
    };
    let shown = show(&stream)?;
    world.analytics.streams.insert(id, stream);
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
    let changes = fields::read(&call.body, DATA_STREAM, "data_stream")?;
    let old = find(&world, call.id(0), call.id(1))?.clone();
    let mut changed = show(&old)?;
    fields::apply_mask(&mut changed, &changes, call.request.param("updateMask"), DATA_STREAM)?;
    if old.kind == DataStreamKind::Web {
        check_web(&changed)?;
    }
    let changed: DataStream =
        serde_json::from_value(changed).map_err(|_| rpc_error::invalid_argument("Invalid data stream."))?;
    let stream = DataStream {
        id: old.id,
        property_id: old.property_id,
        update_time: call.google.now(),
        ..changed
    };
    let shown = show(&stream)?;
    world.analytics.streams.insert(old.id, stream);
    Ok(shown)
}

pub(super) fn delete(call: &Call<'_>) -> Result<Value, ApiReply> {
    let mut world = call.world_mut();
    call.need_live_property(&world, call.id(0), Role::Editor)?;
    let id = find(&world, call.id(0), call.id(1))?.id;
    world.analytics.streams.remove(&id);
    world.analytics.enhanced_measurement.remove(&id);
    Ok(json!({}))
}
