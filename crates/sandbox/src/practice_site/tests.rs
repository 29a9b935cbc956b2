//! From a pasted snippet to an active user, without a browser.

use http::{HeaderMap, Method};
use serde_json::{Value, json};

use super::*;
use crate::SandboxConfig;
use crate::http::ReplyBody;

fn google() -> Google {
    Google::new(&SandboxConfig::default())
}

fn ask(google: &Google, method: Method, url: &str, headers: &[(&'static str, &str)], body: &str) -> (u16, String) {
    let url = url::Url::parse(url).unwrap();
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, value.parse().unwrap());
    }
    let reply = google.answer(&ApiRequest {
        method,
        host: url.host_str().unwrap().to_owned(),
        path: url.path().to_owned(),
        query: url.query_pairs().into_owned().collect(),
        headers: map,
        body: body.to_owned().into(),
    });
    let text = match reply.body {
        ReplyBody::Json(value) => value.to_string(),
        ReplyBody::Bytes { bytes, .. } => String::from_utf8(bytes.to_vec()).unwrap(),
    };
    (reply.status, text)
}

fn get(google: &Google, url: &str) -> (u16, String) {
    ask(google, Method::GET, url, &[], "")
}

/// A property that was made in the sandbox, and its measurement ID.
fn made(google: &Google) -> (u64, String) {
    let now = google.now();
    let mut world = google.world_mut();
    let account = *world.analytics.accounts.keys().next().unwrap();
    let template = world.analytics.properties.values().next().unwrap().clone();
    let property = world.analytics.next_id();
    world.analytics.properties.insert(
        property,
        crate::world::Property {
            id: property,
            account_id: account,
            create_time: now,
            ..template
        },
    );
    let stream = world
        .analytics
        .add_web_stream(property, "Web", "https://hafen.example", now);
    let id = world.analytics.streams_of(property).find(|one| one.id == stream);
    (property, id.unwrap().measurement_id().unwrap().to_owned())
}

fn realtime(google: &Google, property: u64, body: Value) -> Vec<(Vec<String>, Vec<String>)> {
    let caller = crate::http::Caller {
        email: crate::practice::OWNER.to_owned(),
        service_account: false,
        scopes: ["https://www.googleapis.com/auth/analytics.readonly".to_owned()].into(),
        client_id: "c".to_owned(),
        project: "p".to_owned(),
    };
    let facts = google.property_facts(property, None).unwrap();
    let request = ApiRequest {
        method: Method::POST,
        host: "analyticsdata.googleapis.com".to_owned(),
        path: format!("/v1beta/properties/{property}:runRealtimeReport"),
        query: Vec::new(),
        headers: HeaderMap::new(),
        body: body.to_string().into(),
    };
    let reply = crate::analytics_data::handle(&google.data(), Some(&facts), &caller, &request, google.now());
    let ReplyBody::Bytes { bytes, .. } = reply.body else {
        panic!("{reply:?}")
    };
    let answer: Value = serde_json::from_slice(&bytes).unwrap();
    let cells = |row: &Value, key: &str| -> Vec<String> {
        let cells = row[key].as_array().map(Vec::as_slice).unwrap_or_default().iter();
        cells.map(|cell| cell["value"].as_str().unwrap().to_owned()).collect()
    };
    let rows = answer["rows"].as_array().map(Vec::as_slice).unwrap_or_default().iter();
    rows.map(|row| (cells(row, "dimensionValues"), cells(row, "metricValues")))
        .collect()
}

#[test]
fn a_home_page_is_named_after_its_host() {
    let google = google();
    let (status, page) = get(&google, "https://www.harbour-bakery.example/");
    assert_eq!(status, 200);
    assert!(
        page.contains("<html lang=\"en\">") && page.contains("<title>Harbour Bakery</title>"),
        "{page}"
    );
    assert_eq!(get(&google, "https://harbour-bakery.example/order").0, 404);
    assert_eq!(
        get(&google, "https://harbour-bakery.com/").0,
        404,
        "a name that can be real is no practice site"
    );
}

#[test]
fn saved_code_is_in_every_page_and_dialled_below_the_base() {
    let google = google();
    let head = "<script async src=\"https://www.googletagmanager.com/gtag/js?id=G-ABC123\"></script>";
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("head", head)
        .append_pair("after_body", "<!-- \u{e4} -->")
        .finish();
    let foreign = [("host", "127.0.0.1:1"), ("origin", "https://evil.com")];
    let url = "https://hafen.example/_edit";
    assert_eq!(ask(&google, Method::POST, url, &foreign, &form).0, 403);
    let own = [("host", "127.0.0.1:1"), ("origin", "http://127.0.0.1:1")];
    let (status, editor) = ask(&google, Method::POST, url, &own, &form);
    assert!(
        status == 200 && editor.contains("Saved.") && editor.contains("&lt;script async"),
        "{editor}"
    );
    for page in ["", "about"] {
        let (_, page) = get(&google, &format!("https://hafen.example/{page}"));
        assert!(
            page.contains("src=\"/www.googletagmanager.com/gtag/js?id=G-ABC123\"") && page.contains("<!-- \u{e4} -->")
        );
    }
    assert!(!get(&google, "https://other.example/").1.contains("G-ABC123"));
}

#[test]
fn a_property_made_here_has_nobody_until_somebody_comes() {
    let google = google();
    let (property, id) = made(&google);
    let users = json!({ "metrics": [{ "name": "activeUsers" }] });
    assert!(realtime(&google, property, users.clone()).is_empty());
    let visit = format!("https://www.google-analytics.com/g/collect?v=2&tid={id}&cid=7.7&en=page_view&dt=Hafen&dl=x");
    assert_eq!(ask(&google, Method::POST, &visit, &[], "").0, 204);
    assert_eq!(ask(&google, Method::POST, &visit, &[], "").0, 204);
    let other = format!("https://www.google-analytics.com/g/collect?v=2&tid={id}&cid=8.8&dt=Hafen");
    ask(
        &google,
        Method::POST,
        &other,
        &[],
        "en=page_view\r\nen=order_bread&dt=Order",
    );
    assert_eq!(realtime(&google, property, users), [(vec![], vec!["2".to_owned()])]);
    let by_event = json!({
        "dimensions": [{ "name": "eventName" }, { "name": "unifiedScreenName" }, { "name": "minutesAgo" }],
        "metrics": [{ "name": "eventCount" }, { "name": "screenPageViews" }],
        "orderBys": [{ "dimension": { "dimensionName": "eventName" } }],
    });
    let rows: Vec<String> = realtime(&google, property, by_event)
        .into_iter()
        .map(|(keys, values)| format!("{} {}", keys.join(" "), values.join(" ")))
        .collect();
    assert_eq!(
        rows,
        [
            "first_visit Hafen 00 2 0",
            "order_bread Order 00 1 0",
            "page_view Hafen 00 3 3",
            "session_start Hafen 00 2 0"
        ]
    );
    google.set_clock_offset(31 * 60);
    assert!(realtime(&google, property, json!({ "metrics": [{ "name": "activeUsers" }] })).is_empty());
}

#[test]
fn what_no_stream_knows_is_swallowed_as_google_does() {
    let google = google();
    for query in ["v=2&tid=G-NOBODY&cid=1&en=page_view", "v=1&tid=UA-1", ""] {
        let url = format!("https://www.google-analytics.com/g/collect?{query}");
        assert_eq!(ask(&google, Method::POST, &url, &[], "").0, 204);
    }
    assert_eq!(
        get(&google, "https://www.googletagmanager.com/gtag/js?id=G-NOBODY").0,
        404
    );
    assert_eq!(
        get(&google, "https://www.googletagmanager.com/gtm.js?id=GTM-NOBODY").0,
        404
    );
}

#[test]
fn a_published_container_sends_to_its_google_tags() {
    let google = google();
    let ids: Vec<String> = {
        let model = google.tag_manager();
        let containers = model.all_public_ids();
        drop(model);
        containers
    };
    let scripts: Vec<String> = ids
        .iter()
        .map(|id| get(&google, &format!("https://www.googletagmanager.com/gtm.js?id={id}")))
        .filter(|(status, _)| *status == 200)
        .map(|(_, script)| script)
        .collect();
    assert!(scripts.iter().any(|script| script.contains("[\"G-")), "{scripts:?}");
}

#[test]
fn control_sets_a_site_and_records_a_visit() {
    let google = google();
    let (property, id) = made(&google);
    let post = |path: &str, body: Value| {
        let reply = crate::control::handle(
            &google,
            &ApiRequest {
                method: Method::POST,
                host: "_control".to_owned(),
                path: path.to_owned(),
                query: Vec::new(),
                headers: HeaderMap::new(),
                body: body.to_string().into(),
            },
        );
        reply.status
    };
    assert_eq!(
        post(
            "/sites",
            json!({ "host": "hafen.example", "title": "Home | B\u{e4}ckerei", "language": "de" })
        ),
        200
    );
    let (_, page) = get(&google, "https://hafen.example/");
    assert!(
        page.contains("<html lang=\"de\">") && page.contains("B\u{e4}ckerei"),
        "{page}"
    );
    assert_eq!(post("/sites", json!({ "host": "hafen.de" })), 400);
    assert_eq!(post("/hits", json!({ "measurement_id": id, "title": "Hafen" })), 200);
    assert_eq!(post("/hits", json!({ "measurement_id": "G-NOBODY" })), 400);
    assert_eq!(
        realtime(&google, property, json!({ "metrics": [{ "name": "activeUsers" }] })).len(),
        1
    );
}
