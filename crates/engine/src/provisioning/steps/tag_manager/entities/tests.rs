//! What a container has, against what a set-up wants.

use serde_json::json;

use super::*;

fn google_tag(name: &str, kind: &str, key: &str, id: &str) -> Value {
    json!({ "tagId": "7", "name": name, "type": kind, "firingTriggerId": ["2147479573"],
            "parameter": [{ "key": key, "type": "template", "value": id }] })
}

fn wanted() -> Vec<Value> {
    let mut tag = google_tag("Google tag", "googtag", "tagId", "G-1");
    tag["tagId"] = json!("new_3");
    tag["parentFolderId"] = json!("new_1");
    vec![
        json!({ "folder": { "folderId": "new_1", "name": "Gantry" } }),
        json!({ "trigger": { "triggerId": "new_2", "name": "Purchase", "type": "customEvent" } }),
        json!({ "tag": tag }),
        json!({ "tag": { "tagId": "new_4", "name": "Purchase", "type": "gaawe", "firingTriggerId": ["new_2"] } }),
        json!({ "builtInVariable": { "type": "pageUrl" } }),
    ]
}

fn version() -> ContainerVersion {
    ContainerVersion {
        trigger: vec![json!({ "triggerId": "21", "name": "Purchase", "type": "customEvent" })],
        built_in_variable: vec![json!({ "type": "pageUrl", "name": "Page URL" })],
        ..ContainerVersion::default()
    }
}

#[test]
fn what_google_adds_to_an_entity_is_no_difference() {
    let mut stored = google_tag("Google tag", "googtag", "tagId", "G-1");
    stored["parameter"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "key": "sendPageView", "type": "boolean", "value": "true" }));
    let version = ContainerVersion {
        tag: vec![stored],
        ..version()
    };
    let missing = Present::of_version(&version).missing(wanted()).unwrap();
    assert!(!Present::names(&missing).contains("tag Google tag"), "{missing:?}");
}

#[test]
fn an_empty_container_lacks_everything() {
    assert_eq!(Present::default().missing(wanted()).unwrap(), wanted());
}

#[test]
fn what_is_there_is_referred_to_and_not_written() {
    let missing = Present::of_version(&version()).missing(wanted()).unwrap();
    let names: Vec<_> = Present::names(&missing).into_iter().collect();
    assert_eq!(names, ["folder Gantry", "tag Google tag", "tag Purchase"]);
    assert_eq!(missing[2]["tag"]["firingTriggerId"], json!(["21"]));
    assert_eq!(missing[1]["tag"]["parentFolderId"], "new_1", "of this same call");
}

#[test]
fn an_event_that_is_sent_already_is_not_sent_twice_and_leaves_nothing_of_its_own() {
    let event = |name: &str, id: &str, trigger: &str| {
        json!({ "tagId": id, "name": name, "type": "gaawe", "firingTriggerId": [trigger], "parameter": [
            { "key": "eventName", "type": "template", "value": "purchase" },
            { "key": "measurementIdOverride", "type": "template", "value": "{{ID}}" },
            { "key": "value", "type": "template", "value": "{{Value}}" },
        ] })
    };
    let constant = |value: &str| {
        json!({ "variableId": "new_9", "name": "ID", "type": "c",
                "parameter": [{ "key": "value", "type": "template", "value": value }] })
    };
    let wanted = vec![
        json!({ "variable": constant("G-1") }),
        json!({ "variable": { "variableId": "new_8", "name": "Value", "type": "v" } }),
        json!({ "trigger": { "triggerId": "new_2", "name": "Event - purchase", "type": "customEvent" } }),
        json!({ "tag": event("GA4 event - purchase", "new_4", "new_2") }),
    ];
    let with = |measurement: &str, paused: bool| {
        let mut tag = event("Sale", "7", "21");
        tag["paused"] = json!(paused);
        let variable = constant(measurement);
        Present::of_version(&ContainerVersion {
            tag: vec![tag],
            variable: vec![variable],
            ..ContainerVersion::default()
        })
    };
    assert_eq!(with("G-1", false).missing(wanted.clone()).unwrap(), [Value::Null; 0]);
    let paused = Present::names(&with("G-1", true).missing(wanted.clone()).unwrap());
    assert!(
        paused.contains("tag GA4 event - purchase"),
        "a paused tag sends nothing: {paused:?}"
    );
    assert_eq!(Present::default().missing(wanted.clone()).unwrap(), wanted);
}

#[test]
fn a_google_tag_that_sends_there_is_adopted_whatever_it_is_called() {
    for tag in [
        google_tag("GA4 - old", "googtag", "tagId", "G-1"),
        google_tag("Configuration", "gaawc", "measurementId", "G-1"),
        google_tag("By variable", "googtag", "tagId", "{{Measurement}}"),
    ] {
        let version = ContainerVersion {
            tag: vec![tag],
            variable: vec![
                json!({ "name": "Measurement", "type": "c", "parameter": [{ "key": "value", "value": "G-1" }] }),
            ],
            ..ContainerVersion::default()
        };
        let missing = Present::of_version(&version).missing(wanted()).unwrap();
        assert!(!Present::names(&missing).contains("tag Google tag"));
    }
    for tag in [
        google_tag("Other site", "googtag", "tagId", "G-2"),
        json!({ "tagId": "6", "name": "Never fires", "type": "googtag", "parameter": [{ "key": "tagId", "value": "G-1" }] }),
        json!({ "tagId": "7", "name": "Paused", "type": "googtag", "paused": true, "firingTriggerId": ["2147479573"],
                "parameter": [{ "key": "tagId", "value": "G-1" }] }),
    ] {
        let version = ContainerVersion {
            tag: vec![tag],
            ..ContainerVersion::default()
        };
        let missing = Present::of_version(&version).missing(wanted()).unwrap();
        assert!(Present::names(&missing).contains("tag Google tag"));
    }
}

#[test]
fn a_google_tag_that_sends_by_a_table_or_is_the_containers_own_is_not_doubled() {
    let table = |ids: [&str; 2]| {
        let row = |id: &str| json!({ "map": [{ "key": "key", "value": "host" }, { "key": "value", "value": id }] });
        json!({ "name": "By host", "type": "smm", "parameter": [{ "key": "map", "list": ids.map(row) }] })
    };
    let by_table = |ids| ContainerVersion {
        tag: vec![google_tag("By host", "googtag", "tagId", "{{By host}}")],
        variable: vec![table(ids)],
        ..ContainerVersion::default()
    };
    let own = ContainerVersion {
        gtag_config: vec![
            json!({ "gtagConfigId": "5", "type": "googtag", "parameter": [{ "key": "tagId", "value": "G-1" }] }),
        ],
        ..ContainerVersion::default()
    };
    for (version, written, told) in [
        (by_table(["G-1", "G-TEST"]), false, true),
        (by_table(["G-2", "G-TEST"]), true, false),
        (own, false, false),
    ] {
        let present = Present::of_version(&version);
        let by_table = present.sent_by_table(&wanted());
        assert_eq!(by_table.is_some_and(|words| words.contains("By host")), told);
        let missing = present.missing(wanted()).unwrap();
        assert_eq!(
            Present::names(&missing).contains("tag Google tag"),
            written,
            "{version:?}"
        );
    }
}

#[test]
fn a_name_that_something_else_has_stops() {
    let trigger = ContainerVersion {
        trigger: vec![json!({ "triggerId": "21", "name": "Purchase", "type": "click" })],
        ..ContainerVersion::default()
    };
    let tag = ContainerVersion {
        tag: vec![google_tag("Google tag", "googtag", "tagId", "G-2")],
        ..ContainerVersion::default()
    };
    for (version, named) in [
        (trigger, "trigger called \"Purchase\""),
        (tag, "tag called \"Google tag\""),
    ] {
        let error = Present::of_version(&version).missing(wanted()).unwrap_err();
        assert_eq!(error.code, ErrorCode::Conflict);
        assert!(error.message.contains(named), "{}", error.message);
    }
}

#[test]
fn a_thing_of_our_name_that_does_something_else_stops_unless_it_is_not_needed() {
    let trigger = |id: &str, on: &str| {
        json!({ "triggerId": id, "name": "Event - sale", "type": "customEvent", "customEventFilter": [
            { "type": "equals", "parameter": [{ "key": "arg0", "value": "{{_event}}" }, { "key": "arg1", "value": on }] }] })
    };
    let path = |id: &str, path: &str| json!({ "variableId": id, "name": "DLV - value", "type": "v", "parameter": [{ "key": "name", "value": path }] });
    let tag = |id: &str, trigger: &str, measurement: &str, paused: bool| {
        json!({ "tagId": id, "name": "GA4 event - sale", "type": "gaawe", "firingTriggerId": [trigger], "paused": paused,
                "parameter": [{ "key": "eventName", "value": "sale" }, { "key": "value", "value": "{{DLV - value}}" },
                              { "key": "measurementIdOverride", "value": measurement }] })
    };
    let wanted = vec![
        json!({ "variable": path("new_1", "value") }),
        json!({ "trigger": trigger("new_2", "sale") }),
        json!({ "tag": tag("new_3", "new_2", "G-1", false) }),
    ];
    let version = |variable, trigger, tag: Vec<Value>| ContainerVersion {
        variable: vec![variable],
        trigger: vec![trigger],
        tag,
        ..ContainerVersion::default()
    };
    let (same_path, same_trigger) = (path("1", "value"), trigger("2", "sale"));
    for (version, named) in [
        (
            version(path("1", "other"), same_trigger.clone(), Vec::new()),
            "DLV - value",
        ),
        (
            version(same_path.clone(), trigger("2", "other"), Vec::new()),
            "Event - sale",
        ),
        (
            version(
                same_path.clone(),
                same_trigger.clone(),
                vec![tag("3", "2", "G-2", false)],
            ),
            "GA4 event - sale",
        ),
        (
            version(
                same_path.clone(),
                same_trigger.clone(),
                vec![tag("3", "2", "G-1", true)],
            ),
            "GA4 event - sale",
        ),
    ] {
        let error = Present::of_version(&version).missing(wanted.clone()).unwrap_err();
        assert!(error.message.contains(named), "{}", error.message);
    }
    let sent = version(
        path("1", "other"),
        trigger("2", "other"),
        vec![tag("3", "2", "G-1", false)],
    );
    assert_eq!(Present::of_version(&sent).missing(wanted).unwrap(), [Value::Null; 0]);
}

#[test]
fn a_constant_of_another_property_is_not_taken_for_ours() {
    let constant = |value: &str| {
        json!({ "variableId": "new_9", "name": "Measurement", "type": "c",
                "parameter": [{ "key": "value", "type": "template", "value": value }] })
    };
    let mut tag = google_tag("Google tag", "googtag", "tagId", "{{Measurement}}");
    tag["tagId"] = json!("new_3");
    let wanted = vec![json!({ "variable": constant("G-1") }), json!({ "tag": tag.clone() })];
    let there = |value: &str| ContainerVersion {
        variable: vec![constant(value)],
        tag: vec![tag.clone()],
        ..ContainerVersion::default()
    };
    let same = Present::of_version(&there("G-1")).missing(wanted.clone()).unwrap();
    assert!(same.is_empty(), "{same:?}");
    let error = Present::of_version(&there("G-2")).missing(wanted).unwrap_err();
    assert!(
        error.message.contains("variable called \"Measurement\""),
        "{}",
        error.message
    );
}
