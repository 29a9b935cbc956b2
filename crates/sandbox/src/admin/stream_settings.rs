//! What v1alpha adds to a web stream: enhancedMeasurementSettings and globalSiteTag.

use serde_json::{Value, json};

use super::{
    call::{Call, check_text, show},
    data_streams::find,
    fields::{self, Field, Kind, output, settable},
};
use crate::{
    http::ApiReply,
    rpc_error,
    world::{EnhancedMeasurementSettings, Role, World},
};

const SETTINGS: &[Field] = &[
    output("name"),
    settable("streamEnabled", Kind::Bool),
    settable("scrollsEnabled", Kind::Bool),
    settable("outboundClicksEnabled", Kind::Bool),
    settable("siteSearchEnabled", Kind::Bool),
    settable("videoEngagementEnabled", Kind::Bool),
    settable("fileDownloadsEnabled", Kind::Bool),
    settable("pageChangesEnabled", Kind::Bool),
    settable("formInteractionsEnabled", Kind::Bool),
    settable("searchQueryParameter", Kind::Text),
    settable("uriQueryParameter", Kind::Text),
];

fn defaults(property: u64, stream: u64) -> EnhancedMeasurementSettings {
    EnhancedMeasurementSettings {
        name: format!("properties/{property}/dataStreams/{stream}/enhancedMeasurementSettings"),
        stream_enabled: true,
        scrolls_enabled: true,
        outbound_clicks_enabled: true,
        site_search_enabled: true,
        video_engagement_enabled: true,
        file_downloads_enabled: true,
        page_changes_enabled: true,
        form_interactions_enabled: false,
        search_query_parameter: "q,s,search,query,keyword".to_owned(),
        uri_query_parameter: String::new(),
    }
}

/// The measurement ID of the path's stream, which must be a web stream.
fn web_stream(call: &Call<'_>, world: &World) -> Result<String, ApiReply> {
    let stream = find(world, call.id(0), call.id(1))?;
    stream
        .measurement_id()
        .map(str::to_owned)
        .ok_or_else(|| rpc_error::invalid_argument("This is available for web data streams only."))
}

pub(super) fn get(call: &Call<'_>) -> Result<Value, ApiReply> {
    let world = call.world();
    call.need_property(&world, call.id(0), Role::Viewer)?;
    web_stream(call, &world)?;
    let default = defaults(call.id(0), call.id(1));
    show(
        world
            .analytics
            .enhanced_measurement
            .get(&call.id(1))
            .unwrap_or(&default),
    )
}

pub(super) fn patch(call: &Call<'_>) -> Result<Value, ApiReply> {
    let mut world = call.world_mut();
    call.need_live_property(&world, call.id(0), Role::Editor)?;
    web_stream(call, &world)?;
    let changes = fields::read(&call.body, SETTINGS, "enhanced_measurement_settings")?;
    let old = world.analytics.enhanced_measurement.get(&call.id(1)).cloned();
    let mut changed = show(&old.unwrap_or_else(|| defaults(call.id(0), call.id(1))))?;
    fields::apply_mask(&mut changed, &changes, call.request.param("updateMask"), SETTINGS)?;
    let query = changed.get("searchQueryParameter").and_then(Value::as_str);
    check_text("enhanced_measurement_settings.search_query_parameter", query, 1024)?;
    let settings: EnhancedMeasurementSettings =
        serde_json::from_value(changed).map_err(|_| rpc_error::invalid_argument("Invalid settings."))?;
    let shown = show(&settings)?;
    world.analytics.enhanced_measurement.insert(call.id(1), settings);
    Ok(shown)
}

pub(super) fn global_site_tag(call: &Call<'_>) -> Result<Value, ApiReply> {
    let world = call.world();
    call.need_property(&world, call.id(0), Role::Viewer)?;
    let id = web_stream(call, &world)?;
    let snippet = format!(
        "<!-- Google tag (gtag.js) -->\n<script async src=\"https://www.googletagmanager.com/gtag/js?id={id}\"></script>\n\
         <script>\n  window.dataLayer = window.dataLayer || [];\n  function gtag(){{dataLayer.push(arguments);}}\n  \
         gtag('js', new Date());\n\n  gtag('config', '{id}');\n</script>\n"
    );
    Ok(json!({
        "name": format!("properties/{}/dataStreams/{}/globalSiteTag", call.id(0), call.id(1)),
        "snippet": snippet,
    }))
}
