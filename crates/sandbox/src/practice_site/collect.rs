//! `www.google-analytics.com/g/collect`: what Google's tag sends, an event a request or a line of its body. Google answers 204
//! whatever it makes of it.

use bytes::Bytes;

use super::Hit;
use crate::google::Google;
use crate::http::{ApiReply, ApiRequest, ReplyBody};

/// Letters of a title or an event's name that are kept; Google's own limits are 300 and 40.
const LONGEST: usize = 300;
/// Events of one request, as Google's tag batches them.
const MOST_EVENTS: usize = 25;

pub(super) fn collect(google: &Google, request: &ApiRequest) -> ApiReply {
    let found = request.param("tid").and_then(|tag| stream_of(google, tag));
    if let Some((property, stream)) = found.filter(|_| request.param("v") == Some("2")) {
        let common = |name: &str| request.param(name).map(cut);
        let title = common("dt").unwrap_or_default();
        let mut events: Vec<(String, String)> = Vec::new();
        events.extend(common("en").map(|event| (event, title.clone())));
        let body = String::from_utf8_lossy(&request.body);
        for line in body.lines() {
            let of = |name: &str| {
                let mut fields = url::form_urlencoded::parse(line.as_bytes());
                fields.find(|(key, _)| key == name).map(|(_, value)| cut(&value))
            };
            events.extend(of("en").map(|event| (event, of("dt").unwrap_or_else(|| title.clone()))));
        }
        let client = common("cid").unwrap_or_else(|| "unknown".to_owned());
        for (event, title) in events.into_iter().take(MOST_EVENTS) {
            google.practice_sites().record(Hit {
                property,
                stream,
                client: client.clone(),
                event,
                title,
                time: google.now(),
            });
        }
    }
    ApiReply {
        status: 204,
        headers: vec![("cache-control".to_owned(), "no-store".to_owned())],
        body: ReplyBody::Bytes {
            content_type: "text/plain",
            bytes: Bytes::new(),
        },
    }
}

/// Property and stream of a measurement ID; none where the property is in the trash.
pub(super) fn stream_of(google: &Google, measurement_id: &str) -> Option<(u64, u64)> {
    let world = google.world();
    let analytics = &world.analytics;
    let alive = analytics
        .properties
        .values()
        .filter(|property| property.delete_time.is_none());
    alive
        .flat_map(|property| {
            analytics
                .streams_of(property.id)
                .map(move |stream| (property.id, stream))
        })
        .find(|(_, stream)| stream.measurement_id() == Some(measurement_id))
        .map(|(property, stream)| (property, stream.id))
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}
