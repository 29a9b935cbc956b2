//! Reports agree with each other, and refuse what Google refuses.
use std::collections::{BTreeMap, BTreeSet};

use http::{HeaderMap, Method};
use serde_json::{Value, json};

use super::{Model, PropertyFacts, handle, prebuilt};
use crate::http::{ApiReply, ApiRequest, Caller, ReplyBody};

const NOW: &str = "2026-11-20T15:00:00Z";

fn property(id: &str) -> PropertyFacts {
    PropertyFacts {
        id: id.to_owned(),
        display_name: "Shop".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        currency_code: "EUR".to_owned(),
        created: "2024-01-10T00:00:00Z".parse().unwrap(),
        streams: vec![("77".to_owned(), "Web".to_owned(), "www.shop.example".to_owned())],
        custom_dimensions: vec![("plan".to_owned(), "Plan".to_owned(), "EVENT".to_owned())],
        key_events: vec!["purchase".to_owned(), "generate_lead".to_owned()],
        site_hits: super::SiteHits::default(),
    }
}

fn call_as(model: &Model, who: Option<&PropertyFacts>, id: &str, verb: &str, body: &Value) -> (u16, Value) {
    let caller = Caller {
        email: "a@b.example".to_owned(),
        service_account: false,
        scopes: BTreeSet::from(["https://www.googleapis.com/auth/analytics.readonly".to_owned()]),
        client_id: "c".to_owned(),
        project: "p".to_owned(),
    };
    let req = ApiRequest {
        method: if verb.starts_with(':') {
            Method::POST
        } else {
            Method::GET
        },
        host: "analyticsdata.googleapis.com".to_owned(),
        path: format!("/v1beta/properties/{id}{verb}"),
        query: Vec::new(),
        headers: HeaderMap::new(),
        body: body.to_string().into(),
    };
    let ApiReply { status, body, .. } = handle(model, who, &caller, &req, NOW.parse().unwrap());
    match body {
        ReplyBody::Json(value) => (status, value),
        ReplyBody::Bytes { bytes, .. } => (status, serde_json::from_slice(&bytes).unwrap()),
    }
}

fn call(verb: &str, body: &Value) -> (u16, Value) {
    call_as(&Model::default(), Some(&property("305")), "305", verb, body)
}

fn report(body: &Value) -> Value {
    let (status, value) = call(":runReport", body);
    assert_eq!(status, 200, "{value}");
    value
}

fn named(names: &[&str]) -> Value {
    names.iter().map(|name| json!({"name": name})).collect()
}

fn ask(dimensions: &[&str], metrics: &[&str]) -> Value {
    json!({
        "dimensions": named(dimensions), "metrics": named(metrics),
        "dateRanges": [{"startDate": "28daysAgo", "endDate": "yesterday"}],
        "metricAggregations": ["TOTAL", "MINIMUM", "MAXIMUM"], "limit": 250_000,
    })
}

fn values(row: &Value) -> Vec<f64> {
    let list = row["metricValues"].as_array().unwrap();
    list.iter()
        .map(|value| value["value"].as_str().unwrap().parse().unwrap())
        .collect()
}

fn texts(row: &Value) -> Vec<String> {
    let list = row["dimensionValues"].as_array().unwrap();
    list.iter()
        .map(|value| value["value"].as_str().unwrap().to_owned())
        .collect()
}

fn rows(report: &Value) -> Vec<(Vec<String>, Vec<f64>)> {
    report["rows"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|row| (texts(row), values(row)))
        .collect()
}

fn sums(report: &Value) -> Vec<f64> {
    let mut sums = vec![0.0; report["metricHeaders"].as_array().unwrap().len()];
    for (_, values) in rows(report) {
        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
    }
    sums
}

fn total(report: &Value) -> Vec<f64> {
    values(&report["totals"][0])
}

fn close(left: &[f64], right: &[f64]) {
    assert_eq!(left.len(), right.len());
    for (l, r) in left.iter().zip(right) {
        assert!((l - r).abs() < 1e-6 * l.abs().max(1.0), "{left:?} {right:?}");
    }
}

const ADDITIVE: [&str; 8] = [
    "sessions",
    "engagedSessions",
    "newUsers",
    "screenPageViews",
    "eventCount",
    "keyEvents",
    "userEngagementDuration",
    "purchaseRevenue",
];

#[test]
fn every_breakdown_adds_up_to_the_same_total() {
    let plain = total(&report(&ask(&[], &ADDITIVE)));
    assert!(plain.iter().all(|value| *value > 0.0), "{plain:?}");
    for dimension in [
        "date",
        "country",
        "city",
        "deviceCategory",
        "browser",
        "sessionSourceMedium",
        "sessionDefaultChannelGroup",
        "hour",
        "dayOfWeekName",
        "newVsReturning",
        "landingPage",
        "firstUserSource",
        "yearWeek",
    ] {
        let by = report(&ask(&[dimension], &ADDITIVE));
        close(&total(&by), &plain);
        close(&sums(&by), &plain);
    }
}

#[test]
fn event_breakdowns_add_up_in_what_events_carry() {
    let metrics = [
        "eventCount",
        "screenPageViews",
        "keyEvents",
        "userEngagementDuration",
        "purchaseRevenue",
        "newUsers",
    ];
    let plain = total(&report(&ask(&[], &metrics)));
    for dimensions in [
        &["pagePath"][..],
        &["eventName"],
        &["pageTitle", "date"],
        &["customEvent:plan"],
    ] {
        let by = report(&ask(dimensions, &metrics));
        close(&sums(&by), &plain);
    }
    let items = ["itemsViewed", "itemsPurchased", "itemRevenue"];
    let plain = total(&report(&ask(&[], &items)));
    close(&sums(&report(&ask(&["itemName", "itemBrand"], &items))), &plain);
    close(&sums(&report(&ask(&["date"], &items))), &plain);
}

#[test]
fn people_are_counted_once_in_the_total() {
    let by_day = report(&ask(&["date"], &["totalUsers", "sessions"]));
    let (sum, total) = (sums(&by_day)[0], total(&by_day)[0]);
    assert!(total < sum, "{total} people, {sum} visits of a day");
    let largest = values(&by_day["maximums"][0])[0];
    assert!(largest <= total);
    // Somebody lives in one city only, so there people do add up.
    let by_city = report(&ask(&["cityId"], &["totalUsers"]));
    close(&sums(&by_city), &[total]);
}

#[test]
fn ratios_follow_from_their_parts() {
    let parts = [
        "sessions",
        "engagedSessions",
        "bounceRate",
        "engagementRate",
        "eventCountPerUser",
        "eventCount",
    ];
    for (_, values) in rows(&report(&ask(&["country"], &parts))) {
        assert!((values[3] - values[1] / values[0]).abs() < 1e-9);
        assert!((values[2] + values[3] - 1.0).abs() < 1e-9);
    }
    let mut expression = ask(&["country"], &[]);
    expression["metrics"] =
        json!([{"name": "perSession", "expression": "eventCount/sessions"}, {"name": "eventsPerSession"}]);
    for (_, values) in rows(&report(&expression)) {
        assert!((values[0] - values[1]).abs() < 1e-9);
    }
}

#[test]
fn the_same_question_gets_the_same_answer_and_ranges_do_not_disturb_each_other() {
    let body = ask(&["date"], &["sessions", "activeUsers"]);
    assert_eq!(report(&body), report(&body));
    let mut two = ask(&["country"], &["sessions"]);
    two["dateRanges"] = json!([
        {"startDate": "28daysAgo", "endDate": "yesterday", "name": "now"},
        {"startDate": "56daysAgo", "endDate": "29daysAgo", "name": "before"},
    ]);
    let two = report(&two);
    assert_eq!(
        two["dimensionHeaders"],
        json!([{"name": "country"}, {"name": "dateRange"}])
    );
    let one: BTreeMap<String, f64> = rows(&report(&ask(&["country"], &["sessions"])))
        .into_iter()
        .map(|(k, v)| (k[0].clone(), v[0]))
        .collect();
    let now: BTreeMap<String, f64> = rows(&two)
        .into_iter()
        .filter(|(k, _)| k[1] == "now")
        .map(|(k, v)| (k[0].clone(), v[0]))
        .collect();
    assert_eq!(one, now);
    assert_eq!(texts(&two["totals"][1]), ["RESERVED_TOTAL", "before"]);
    assert!(two["totals"].as_array().unwrap().len() == 2);
}

#[test]
fn filters_select_and_their_complement_is_the_rest() {
    let whole = total(&report(&ask(&[], &["sessions", "eventCount"])));
    let mut inside = ask(&["country"], &["sessions", "eventCount"]);
    let filter = json!({"filter": {"fieldName": "country", "inListFilter": {"values": ["germany", "Austria"]}}});
    inside["dimensionFilter"] = filter.clone();
    let mut outside = inside.clone();
    outside["dimensionFilter"] = json!({"notExpression": filter});
    let (inside, outside) = (report(&inside), report(&outside));
    let names: BTreeSet<String> = rows(&inside).into_iter().map(|(k, _)| k[0].clone()).collect();
    assert_eq!(names, BTreeSet::from(["Austria".to_owned(), "Germany".to_owned()]));
    let both: Vec<f64> = total(&inside).iter().zip(total(&outside)).map(|(a, b)| a + b).collect();
    close(&both, &whole);

    let mut text = ask(&["pagePath"], &["eventCount"]);
    for (kind, value, fits) in [
        (
            "BEGINS_WITH",
            "/BLOG/",
            (|path: &str| path.starts_with("/blog/")) as fn(&str) -> bool,
        ),
        ("ENDS_WITH", "-1", |path| path.ends_with("-1")),
        ("CONTAINS", "mug", |path| path.contains("mug")),
        ("FULL_REGEXP", "/(cart|checkout)", |path| {
            path == "/cart" || path == "/checkout"
        }),
        ("PARTIAL_REGEXP", "^/product/", |path| path.starts_with("/product/")),
    ] {
        text["dimensionFilter"] =
            json!({"filter": {"fieldName": "pagePath", "stringFilter": {"matchType": kind, "value": value}}});
        let found = rows(&report(&text));
        assert!(!found.is_empty() && found.iter().all(|(k, _)| fits(&k[0])), "{kind}");
    }
    text["dimensionFilter"] = json!({"filter": {"fieldName": "pagePath",
        "stringFilter": {"matchType": "EXACT", "value": "/CART", "caseSensitive": true}}});
    let empty = report(&text);
    assert!(empty.get("rows").is_none() && empty.get("rowCount").is_none());

    let mut heavy = ask(&["country"], &["sessions"]);
    heavy["metricFilter"] = json!({"filter": {"fieldName": "sessions", "numericFilter": {"operation": "GREATER_THAN", "value": {"int64Value": "100"}}}});
    let heavy = report(&heavy);
    assert!(rows(&heavy).iter().all(|(_, v)| v[0] > 100.0));
    close(&total(&heavy), &sums(&heavy));
}

#[test]
fn pages_fit_together_in_the_order_asked_for() {
    let mut body = ask(&["city", "date"], &["sessions"]);
    body["orderBys"] =
        json!([{"dimension": {"dimensionName": "date"}, "desc": true}, {"metric": {"metricName": "sessions"}}]);
    let whole = report(&body);
    let all = rows(&whole);
    assert!(
        all.windows(2)
            .all(|pair| pair[0].0[1] > pair[1].0[1] || pair[0].0[1] == pair[1].0[1] && pair[0].1[0] <= pair[1].1[0])
    );
    let (mut paged, model) = (Vec::new(), Model::default());
    for offset in (0..all.len()).step_by(100) {
        body["offset"] = json!(offset.to_string());
        body["limit"] = json!("100");
        let page = call_as(&model, Some(&property("305")), "305", ":runReport", &body).1;
        assert_eq!(page["rowCount"], whole["rowCount"]);
        paged.extend(rows(&page));
    }
    assert_eq!(paged, all);
}

#[test]
fn days_are_the_propertys_and_nothing_is_known_of_tomorrow() {
    let mut body = ask(&["date"], &["sessions"]);
    body["dateRanges"] = json!([{"startDate": "yesterday", "endDate": "2027-01-01"}]);
    body["orderBys"] = json!([{"dimension": {"dimensionName": "date"}}]);
    let mut kiritimati = property("305");
    kiritimati.time_zone = "Pacific/Kiritimati".to_owned();
    let berlin = rows(&report(&body));
    assert_eq!(
        berlin.iter().map(|(k, _)| k[0].as_str()).collect::<Vec<_>>(),
        ["20261119", "20261120"]
    );
    let (_, there) = call_as(&Model::default(), Some(&kiritimati), "305", ":runReport", &body);
    let there = rows(&there);
    assert_eq!(
        there.iter().map(|(k, _)| k[0].as_str()).collect::<Vec<_>>(),
        ["20261120", "20261121"]
    );
    assert!(berlin[1].1[0] < berlin[0].1[0] * 1.5);
    body["dateRanges"] = json!([{"startDate": "2020-01-01", "endDate": "2023-12-31"}]);
    assert!(report(&body).get("rows").is_none(), "before the property was made");
}

#[test]
fn refusals_are_googles() {
    for (body, part) in [
        (
            ask(&["nonsense"], &["sessions"]),
            "Field nonsense is not a valid dimension.",
        ),
        (ask(&["date"], &["nonsense"]), "Field nonsense is not a valid metric."),
        (
            ask(&["itemName"], &["sessions"]),
            "Please remove itemName to make the request compatible.",
        ),
        (ask(&["pagePath"], &["advertiserAdCost"]), "Please remove pagePath"),
        (
            ask(
                &[
                    "date", "country", "city", "region", "browser", "hour", "day", "month", "year", "week",
                ],
                &["sessions"],
            ),
            "limited to 9 dimensions",
        ),
    ] {
        let (status, answer) = call(":runReport", &body);
        assert_eq!(
            (status, answer["error"]["status"].as_str()),
            (400, Some("INVALID_ARGUMENT"))
        );
        assert!(answer["error"]["message"].as_str().unwrap().contains(part), "{answer}");
    }
    for (key, value) in [
        ("dateRanges", json!([])),
        ("dateRanges", json!([{"startDate": "2026-13-01", "endDate": "today"}])),
        ("dateRanges", json!([{"startDate": "today", "endDate": "yesterday"}])),
        (
            "dateRanges",
            json!([{"startDate": "yesterday", "endDate": "today", "name": "date_range_0"}]),
        ),
        ("limit", json!("-1")),
        ("unknownField", json!(1)),
        ("metricAggregations", json!(["SUM"])),
        ("property", json!("properties/1")),
        (
            "dimensionFilter",
            json!({"filter": {"fieldName": "date", "emptyFilter": {}, "inListFilter": {"values": ["x"]}}}),
        ),
        ("dimensionFilter", json!({"andGroup": {"expressions": []}})),
        ("orderBys", json!([{"metric": {"metricName": "eventCount"}}])),
        ("currencyCode", json!("XYZ")),
    ] {
        let mut body = ask(&["date"], &["sessions"]);
        body[key] = value;
        assert_eq!(call(":runReport", &body).0, 400, "{key} {}", body[key]);
    }
    let (status, answer) = call_as(&Model::default(), None, "305", ":runReport", &ask(&[], &["sessions"]));
    assert_eq!(
        (status, answer["error"]["status"].as_str()),
        (403, Some("PERMISSION_DENIED"))
    );
}

#[test]
fn a_batch_is_its_reports() {
    let one = ask(&["date"], &["sessions"]);
    let (status, batch) = call(
        ":batchRunReports",
        &json!({"requests": [one, ask(&["country"], &["eventCount"])]}),
    );
    assert_eq!(status, 200);
    assert_eq!(batch["reports"][0], report(&one));
    assert_eq!(batch["kind"], "analyticsData#batchRunReports");
    let six: Vec<Value> = (0..6).map(|_| one.clone()).collect();
    assert_eq!(call(":batchRunReports", &json!({"requests": six})).0, 400);
}

#[test]
fn realtime_counts_the_last_half_hour() {
    let body = json!({"dimensions": named(&["minutesAgo"]), "metrics": named(&["activeUsers", "eventCount"]),
                      "metricAggregations": [1]});
    let (status, now) = call(":runRealtimeReport", &body);
    assert_eq!(status, 200, "{now}");
    assert!(now.get("metadata").is_none());
    assert!(rows(&now).iter().all(|(k, _)| k[0].parse::<u32>().unwrap() < 30));
    close(&[sums(&now)[1]], &[total(&now)[1]]);
    let two = json!({"metrics": named(&["eventCount"]), "minuteRanges": [
        {"startMinutesAgo": 29, "endMinutesAgo": 10, "name": "earlier"}, {"startMinutesAgo": 9, "name": "now"}]});
    let (_, two) = call(":runRealtimeReport", &two);
    close(&[sums(&two)[0]], &[total(&now)[1]]);
    assert_eq!(
        call(":runRealtimeReport", &json!({"metrics": named(&["sessions"])})).0,
        400
    );
    assert_eq!(
        call(
            ":runRealtimeReport",
            &json!({"metrics": named(&["eventCount"]), "minuteRanges": [{"startMinutesAgo": 40}]})
        )
        .0,
        400
    );
}

#[test]
fn metadata_lists_every_field_and_each_can_be_asked_for() {
    let (_, own) = call("/metadata", &json!({}));
    let (_, all) = call_as(&Model::default(), None, "0", "/metadata", &json!({}));
    let names = |list: &Value| -> Vec<String> {
        list.as_array()
            .unwrap()
            .iter()
            .map(|one| one["apiName"].as_str().unwrap().to_owned())
            .collect()
    };
    let (dimensions, metrics) = (names(&all["dimensions"]), names(&all["metrics"]));
    assert!(
        dimensions.len() >= 60 && metrics.len() >= 50,
        "{} {}",
        dimensions.len(),
        metrics.len()
    );
    assert_eq!(own["dimensions"].as_array().unwrap().len(), dimensions.len() + 1);
    let day = json!([{"startDate": "yesterday", "endDate": "yesterday"}]);
    for dimension in &dimensions {
        let metric = if dimension.starts_with("item") {
            "itemsViewed"
        } else {
            "eventCount"
        };
        let mut body = ask(&[dimension], &[metric]);
        body["dateRanges"] = day.clone();
        let answer = report(&body);
        assert!(
            dimension == "brandingInterest" || dimension.starts_with("user") || !rows(&answer).is_empty(),
            "{dimension}"
        );
    }
    for metric in &metrics {
        let mut body = ask(&["date"], &[metric]);
        body["dateRanges"] = day.clone();
        report(&body);
    }
    let (_, compatible) = call(
        ":checkCompatibility",
        &json!({"dimensions": named(&["itemName"]), "compatibilityFilter": "COMPATIBLE"}),
    );
    let metrics: Vec<&str> = compatible["metricCompatibilities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["metricMetadata"]["apiName"].as_str().unwrap())
        .collect();
    assert!(metrics.contains(&"itemRevenue") && !metrics.contains(&"sessions"));
    assert_eq!(
        call(
            ":checkCompatibility",
            &json!({"dimensions": named(&["itemName"]), "metrics": named(&["sessions"])})
        )
        .0,
        400
    );
}

#[test]
fn quota_is_spent_and_shown() {
    let model = Model::default();
    let mut body = ask(&["date"], &["sessions"]);
    body["returnPropertyQuota"] = json!(true);
    let left = |answer: &Value| answer["propertyQuota"]["tokensPerHour"]["remaining"].as_u64().unwrap();
    let first = call_as(&model, Some(&property("305")), "305", ":runReport", &body).1;
    let second = call_as(&model, Some(&property("305")), "305", ":runReport", &body).1;
    let cost = first["propertyQuota"]["tokensPerHour"]["consumed"].as_u64().unwrap();
    assert_eq!(left(&first) - left(&second), cost);
    assert!(
        first["propertyQuota"]["tokensPerProjectPerHour"]["remaining"]
            .as_u64()
            .unwrap()
            < 14_000
    );
}

#[test]
fn small_groups_of_people_are_withheld() {
    let mut body = ask(&["userAgeBracket", "city"], &["totalUsers"]);
    body["dateRanges"] = json!([{"startDate": "yesterday", "endDate": "yesterday"}]);
    let answer = report(&body);
    assert_eq!(answer["metadata"]["subjectToThresholding"], true);
    assert!(rows(&answer).iter().all(|(_, v)| v[0] >= 10.0));
}

#[test]
fn upper_and_joined_dimensions_merge_what_becomes_equal() {
    let mut body = ask(&[], &["sessions"]);
    body["dimensions"] = json!([{"name": "shout", "dimensionExpression": {"upperCase": {"dimensionName": "country"}}},
        {"name": "both", "dimensionExpression": {"concatenate": {"dimensionNames": ["sessionSource", "deviceCategory"], "delimiter": "|"}}}]);
    let found = rows(&report(&body));
    assert!(found.iter().any(|(k, _)| k[0] == "GERMANY" && k[1] == "google|mobile"));
    let keys: BTreeSet<_> = found.iter().map(|(k, _)| k.clone()).collect();
    assert_eq!(keys.len(), found.len());
}

#[test]
fn a_prebuilt_answer_is_whole_and_every_row_has_its_own_key() {
    let model = Model::default();
    let shop = property("305");
    let (rows_made, json_bytes, gzip_bytes) = prebuilt::build(&model, &shop, 30_000, NOW.parse().unwrap());
    assert_eq!(rows_made, 30_000);
    assert!(gzip_bytes < json_bytes / 4);
    let mut body = ask(&prebuilt::DIMENSIONS, &prebuilt::METRICS);
    body["metricAggregations"] = json!([]);
    let (_, answer) = call_as(&model, Some(&shop), "305", ":runReport", &body);
    assert_eq!(answer["rowCount"], 30_000);
    let keys: BTreeSet<_> = rows(&answer).into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys.len(), 30_000);
    body["offset"] = json!("30000");
    let (_, past) = call_as(&model, Some(&shop), "305", ":runReport", &body);
    assert!(past.get("rows").is_none() && past["rowCount"] == 30_000);
}
