use serde_json::{Value, json};

use super::*;

fn tag(name: &str, type_name: &str, key: &str, kind: &str, value: &str) -> Value {
    json!({ "name": name, "type": type_name, "parameter": [{ "type": kind, "key": key, "value": value }] })
}

fn constant(name: &str, value: &str) -> Value {
    tag(name, "c", "value", "template", value)
}

fn table(name: &str, type_name: &str, rows: &[&str], default: &str) -> Value {
    let row = |value: &&str| {
        json!({ "type": "map", "map": [
            { "type": "template", "key": "key", "value": "host" },
            { "type": "template", "key": "value", "value": value },
        ] })
    };
    let rows: Vec<Value> = rows.iter().map(row).collect();
    json!({ "name": name, "type": type_name, "parameter": [
        { "type": "template", "key": "defaultValue", "value": default },
        { "type": "list", "key": "map", "list": rows },
    ] })
}

fn version(tag: Vec<Value>, variable: Vec<Value>) -> ContainerVersion {
    ContainerVersion {
        tag,
        variable,
        ..ContainerVersion::default()
    }
}

/// Names and targets of all that send.
fn told(version: &ContainerVersion) -> Vec<(String, Vec<String>)> {
    Reading::of_version(version)
        .senders()
        .map(|(sender, sends)| (sender.name().to_owned(), sends.targets.into_iter().collect()))
        .collect()
}

#[test]
fn ids_are_followed_through_constants_tables_and_references() {
    let mut version = version(
        vec![
            tag("in small letters", "googtag", "tagId", "template", "g-one"),
            tag("by a constant", "googtag", "tagId", "template", "{{ID}}"),
            tag(
                "by a table",
                "gaawe",
                "measurementIdOverride",
                "template",
                "{{By host}}",
            ),
            tag("by expressions", "gaawc", "measurementId", "template", "{{By path}}"),
            tag(
                "by another tag",
                "gaawe",
                "measurementId",
                "tagReference",
                "by a constant",
            ),
            tag("of Google Ads", "googtag", "tagId", "template", "AW-123"),
            tag("by the page", "googtag", "tagId", "template", "{{DLV - id}}"),
            tag("in a part", "googtag", "tagId", "template", "G-{{DLV - id}}"),
            tag("by none", "gaawe", "measurementId", "tagReference", "none"),
            tag("by itself", "gaawe", "measurementId", "tagReference", "by itself"),
            tag("for ever", "googtag", "tagId", "template", "{{Loop}}"),
            tag("of a server", "sgtmgaaw", "measurementId", "template", "G-FOUR"),
            tag("of something else", "html", "tagId", "template", "G-FIVE"),
        ],
        vec![
            constant("ID", "{{Inner}}"),
            constant("Inner", " G-ONE "),
            constant("Loop", "{{Loop}}"),
            table("By host", "smm", &["G-TWO", "{{ID}}"], "{{ID}}"),
            table("By path", "remm", &["G-SIX"], ""),
        ],
    );
    version.gtag_config = vec![tag("", "googtag", "tagId", "template", "G-THREE")];
    let expected = [
        ("in small letters", &["G-ONE"][..]),
        ("by a constant", &["G-ONE"]),
        ("by a table", &["G-ONE", "G-TWO"]),
        ("by expressions", &["G-SIX"]),
        ("by another tag", &["G-ONE"]),
        ("of Google Ads", &["AW-123"]),
        ("by the page", &["{{DLV - id}}"]),
        ("in a part", &["G-{{DLV - id}}"]),
        ("for ever", &["{{Loop}}"]),
        ("of a server", &["G-FOUR"]),
        ("Google tag", &["G-THREE"]),
    ];
    let expected =
        expected.map(|(name, targets)| (name.to_owned(), targets.iter().map(|&one| one.to_owned()).collect()));
    assert_eq!(told(&version), expected);
}

#[test]
fn what_sends_the_same_already_is_known_whatever_way_its_id_is_written() {
    let google_tag = |value: &str| tag("there", "googtag", "tagId", "template", value);
    let event = |name: &str, id: &str| {
        json!({ "name": "event", "type": "gaawe", "parameter": [
            { "key": "eventName", "value": name }, { "key": "measurementIdOverride", "value": id }] })
    };
    let variables = vec![
        constant("ID", "g-1"),
        constant("Event", "purchase"),
        table("By host", "smm", &["G-1", "G-TEST"], ""),
        table("Others", "smm", &["G-2"], "G-3"),
    ];
    let referring = json!({ "name": "event", "type": "gaawe", "parameter": [
        { "key": "eventName", "value": "purchase" },
        { "key": "measurementId", "type": "tagReference", "value": "there" }] });
    let sends = |tags: &[Value], at: usize| {
        let version = version(tags.to_vec(), variables.clone());
        Reading::of_version(&version).sends("tag", &tags[at]).unwrap()
    };
    let (visits, purchase) = (sends(&[google_tag("G-1")], 0), sends(&[event("purchase", "G-1")], 0));
    for (tags, covers_visits, covers_purchase, varies) in [
        (vec![google_tag("{{ID}}")], true, false, false),
        (vec![google_tag("{{By host}}")], true, false, true),
        (vec![google_tag("{{Others}}")], false, false, true),
        (vec![google_tag("{{DLV}}")], false, false, true),
        (
            vec![tag("old", "gaawc", "measurementId", "template", "G-1")],
            true,
            false,
            false,
        ),
        (
            vec![tag("server", "sgtmgaaw", "measurementId", "template", "G-1")],
            false,
            false,
            false,
        ),
        (vec![event("{{Event}}", "{{ID}}")], false, true, false),
        (vec![event("sign_up", "G-1")], false, false, false),
        (vec![event("purchase", "G-2")], false, false, false),
        (vec![referring, google_tag("{{By host}}")], false, true, true),
    ] {
        let there = sends(&tags, 0);
        assert_eq!(
            (there.covers(&visits), there.covers(&purchase), there.varies()),
            (covers_visits, covers_purchase, varies),
            "{tags:?}"
        );
    }
}
