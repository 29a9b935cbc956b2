//! What a test may ask of the practice sites by control: a site's code, and a visit without a browser.

use serde::Deserialize;
use serde_json::{Value, json};

use super::collect::stream_of;
use super::{Hit, is_practice_host};
use crate::google::Google;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SiteOrder {
    host: String,
    head: Option<String>,
    after_body: Option<String>,
    title: Option<String>,
    language: Option<String>,
    /// Empty takes it back.
    redirect: Option<String>,
}

/// `POST _control/sites`
pub(crate) fn set_site(google: &Google, body: Value) -> Result<Value, String> {
    let order: SiteOrder = serde_json::from_value(body).map_err(|error| error.to_string())?;
    let host = order.host.to_ascii_lowercase();
    if !is_practice_host(&host) {
        return Err("A practice site's host ends in .example, .test or .invalid.".to_owned());
    }
    let mut model = google.practice_sites();
    let site = model.sites.entry(host).or_default();
    site.head = order.head.unwrap_or(std::mem::take(&mut site.head));
    site.after_body = order.after_body.unwrap_or(std::mem::take(&mut site.after_body));
    site.title = order.title.or(site.title.take());
    site.language = order.language.or(site.language.take());
    site.redirect = order.redirect.or(site.redirect.take()).filter(|to| !to.is_empty());
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HitOrder {
    measurement_id: String,
    client: Option<String>,
    event: Option<String>,
    title: Option<String>,
}

/// `POST _control/hits`
pub(crate) fn record_hit(google: &Google, body: Value) -> Result<Value, String> {
    let order: HitOrder = serde_json::from_value(body).map_err(|error| error.to_string())?;
    let (property, stream) =
        stream_of(google, &order.measurement_id).ok_or("The sandbox has no stream with this measurement ID.")?;
    google.practice_sites().record(Hit {
        property,
        stream,
        client: order.client.unwrap_or_else(|| "1.1".to_owned()),
        event: order.event.unwrap_or_else(|| "page_view".to_owned()),
        title: order.title.unwrap_or_else(|| "Home".to_owned()),
        time: google.now(),
    });
    Ok(json!({}))
}
