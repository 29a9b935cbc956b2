//! googleAdsLinks of a property. The API has no get: a link is found by its customer ID in the list.

use serde_json::{Value, json};

use super::{
    call::{Call, already_exists, not_found, show},
    fields::{self, Field, Kind, immutable, output, settable},
    paging::page,
};
use crate::{
    http::ApiReply,
    rpc_error,
    world::{GoogleAdsLink, Role, World},
};

const GOOGLE_ADS_LINK: &[Field] = &[
    output("name"),
    immutable("customerId", Kind::Text),
    output("canManageClients"),
    settable("adsPersonalizationEnabled", Kind::Bool),
    output("createTime"),
    output("updateTime"),
    output("creatorEmailAddress"),
];

/// A Google Ads customer ID has ten digits; its hyphens are the interface's alone.
fn is_customer_id(id: &str) -> bool {
    id.len() == 10 && id.bytes().all(|byte| byte.is_ascii_digit())
}

fn links(world: &World, property: u64) -> impl Iterator<Item = &GoogleAdsLink> {
    let all = world.analytics.google_ads_links.values();
    all.filter(move |link| link.property_id == property)
}

pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiReply> {
    let world = call.world();
    call.need_property(&world, call.id(0), Role::Viewer)?;
    let links = links(&world, call.id(0)).map(show).collect::<Result<Vec<_>, _>>()?;
    page(call.request, "googleAdsLinks", links, 50, 200)
}

pub(super) fn create(call: &Call<'_>) -> Result<Value, ApiReply> {
    let property = call.id(0);
    let mut world = call.world_mut();
    call.need_live_property(&world, property, Role::Editor)?;
    let body = fields::read(&call.body, GOOGLE_ADS_LINK, "google_ads_link")?;
    let customer_id = body.get("customerId").and_then(Value::as_str).unwrap_or_default();
    if !is_customer_id(customer_id) {
        return Err(rpc_error::bad_field(
            "google_ads_link.customer_id",
            "The field customer_id is not a valid Google Ads customer ID.",
        ));
    }
    if links(&world, property).any(|link| link.customer_id == customer_id) {
        return Err(already_exists(
            "The Google Ads account is linked to this property already.",
        ));
    }
    let id = world.analytics.next_id();
    let now = call.google.now();
    let link = GoogleAdsLink {
        id,
        property_id: property,
        name: format!("properties/{property}/googleAdsLinks/{id}"),
        customer_id: customer_id.to_owned(),
        can_manage_clients: false,
        // Left out, it defaults to true, on create and on update.
        ads_personalization_enabled: body.get("adsPersonalizationEnabled") != Some(&Value::Bool(false)),
        create_time: now,
        update_time: now,
        creator_email_address: call.caller.email.clone(),
    };
    let shown = show(&link)?;
    world.analytics.google_ads_links.insert(id, link);
    Ok(shown)
}

pub(super) fn patch(call: &Call<'_>) -> Result<Value, ApiReply> {
    let mut world = call.world_mut();
    call.need_live_property(&world, call.id(0), Role::Editor)?;
    let changes = fields::read(&call.body, GOOGLE_ADS_LINK, "google_ads_link")?;
    let link = links(&world, call.id(0)).find(|link| link.id == call.id(1));
    let mut changed = show(link.ok_or_else(not_found)?)?;
    fields::apply_mask(
        &mut changed,
        &changes,
        call.request.param("updateMask"),
        GOOGLE_ADS_LINK,
    )?;
    let link = world
        .analytics
        .google_ads_links
        .get_mut(&call.id(1))
        .ok_or_else(not_found)?;
    link.ads_personalization_enabled = changed.get("adsPersonalizationEnabled") != Some(&Value::Bool(false));
    link.update_time = call.google.now();
    show(link)
}

pub(super) fn delete(call: &Call<'_>) -> Result<Value, ApiReply> {
    let mut world = call.world_mut();
    call.need_live_property(&world, call.id(0), Role::Editor)?;
    let link = links(&world, call.id(0)).find(|link| link.id == call.id(1));
    let id = link.ok_or_else(not_found)?.id;
    world.analytics.google_ads_links.remove(&id);
    Ok(json!({}))
}
