//! Templates without Google: files, limits, entities.

use serde_json::{Value, json};

use super::shelf::{self, PLAIN};
use super::{adjusted, entities, file, summary, tag_manager_entities};
use crate::dto::templates::Template;

fn shipped(name: &str) -> Template {
    shelf::shipped(name).unwrap().unwrap().template
}

#[test]
fn shipped_templates_are_readable_and_called_like_their_files() {
    for name in shelf::shipped_names() {
        let template = shipped(name);
        assert_eq!(template.name, name);
        assert!(!template.title.is_empty() && !template.description.is_empty(), "{name}");
        assert_eq!(template.property.retention_months, Some(14), "{name}");
    }
    assert_eq!(shelf::plain(), shipped(PLAIN));
    assert!(shelf::plain().enhanced_measurement.unwrap().enabled);
}

#[test]
fn the_shop_makes_what_the_bench_counts() {
    let shop = shipped("shop");
    assert_eq!(
        summary(&shop),
        "6 key events, 8 custom dimensions, 12 Tag Manager entities"
    );
    assert_eq!(
        (shop.key_events.len(), shop.custom_dimensions.len(), entities(&shop)),
        (6, 8, 12)
    );
}

/// `kind` and name of each.
fn names(entities: &[Value]) -> Vec<String> {
    entities
        .iter()
        .map(|entity| {
            let (kind, it) = entity
                .as_object()
                .unwrap()
                .iter()
                .find(|(key, _)| *key != "changeStatus")
                .unwrap();
            format!("{kind}: {}", it["name"].as_str().unwrap())
        })
        .collect()
}

#[test]
fn entities_refer_to_each_other_and_are_the_same_each_time() {
    for name in shelf::shipped_names() {
        let template = shipped(name);
        let made = tag_manager_entities(&template, "G-ABCDE12345");
        assert_eq!(made, tag_manager_entities(&template, "G-ABCDE12345"));
        let mut ids = Vec::new();
        for entity in &made {
            assert_eq!(entity["changeStatus"], "added");
            for (kind, key) in [
                ("folder", "folderId"),
                ("variable", "variableId"),
                ("trigger", "triggerId"),
                ("tag", "tagId"),
            ] {
                if let Some(id) = entity[kind][key].as_str() {
                    ids.push((kind, id.to_owned()));
                }
            }
        }
        assert_eq!(ids.len(), made.len());
        for tag in made.iter().filter_map(|entity| entity.get("tag")) {
            let trigger = tag["firingTriggerId"][0].as_str().unwrap().to_owned();
            assert!(
                trigger.starts_with("21474795") || ids.contains(&("trigger", trigger.clone())),
                "{name}: {tag}"
            );
        }
        let variables: Vec<String> = names(&made);
        for reference in made.iter().map(Value::to_string).flat_map(|text| {
            text.split("{{")
                .skip(1)
                .map(|rest| rest.split("}}").next().unwrap().to_owned())
                .collect::<Vec<_>>()
        }) {
            assert!(
                reference == "_event" || variables.contains(&format!("variable: {reference}")),
                "{name}: {reference}"
            );
        }
        let mut unique = variables.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), made.len(), "{name}");
    }
}

#[test]
fn a_shops_entities_have_clear_names() {
    let made = tag_manager_entities(&shipped("shop"), "G-ABCDE12345");
    assert_eq!(
        names(&made),
        [
            "folder: Gantry",
            "variable: GA4 measurement ID",
            "trigger: Event - view_item",
            "trigger: Event - add_to_cart",
            "trigger: Event - begin_checkout",
            "trigger: Event - purchase",
            "tag: Consent defaults",
            "tag: Google tag",
            "tag: GA4 event - view_item",
            "tag: GA4 event - add_to_cart",
            "tag: GA4 event - begin_checkout",
            "tag: GA4 event - purchase",
        ]
    );
    assert_eq!(
        made[11],
        json!({
            "changeStatus": "added",
            "tag": {
                "name": "GA4 event - purchase",
                "type": "gaawe",
                "parameter": [
                    { "type": "template", "key": "eventName", "value": "purchase" },
                    { "type": "template", "key": "measurementIdOverride", "value": "{{GA4 measurement ID}}" },
                    { "type": "boolean", "key": "sendEcommerceData", "value": "true" },
                    { "type": "template", "key": "getEcommerceDataFrom", "value": "dataLayer" },
                ],
                "firingTriggerId": ["new_6"],
                "tagFiringOption": "oncePerEvent",
                "tagId": "new_12",
                "parentFolderId": "new_1",
            }
        })
    );
}

#[test]
fn variables_and_triggers_are_shared_where_they_are_equal() {
    let text = r#"
        format = 1
        name = "shared"
        title = "Shared"
        [tag_manager]
        [[tag_manager.events]]
        event = "generate_lead"
        on = "formSent"
        parameters = [{ name = "form_name", data_layer = "form.name" }]
        [[tag_manager.events]]
        event = "newsletter"
        on = "formSent"
        parameters = [{ name = "newsletter_form", data_layer = "form.name" }]
        [[tag_manager.events]]
        event = "generate_lead"
        on = "chatSent"
    "#;
    let made = tag_manager_entities(&file::parse(text).unwrap(), "G-1");
    assert_eq!(
        names(&made),
        [
            "variable: GA4 measurement ID",
            "variable: DLV - form.name",
            "trigger: Event - formSent",
            "trigger: Event - chatSent",
            "tag: Google tag",
            "tag: GA4 event - generate_lead on formSent",
            "tag: GA4 event - newsletter",
            "tag: GA4 event - generate_lead on chatSent",
        ]
    );
    assert_eq!(made[5]["tag"]["firingTriggerId"], made[6]["tag"]["firingTriggerId"]);
    assert_eq!(
        made[6]["tag"]["parameter"][3]["list"][0]["map"][1]["value"],
        "{{DLV - form.name}}"
    );
}

#[test]
fn a_form_overrides_measurement_and_consent() {
    let site = shipped(PLAIN);
    assert_eq!(adjusted(site.clone(), None, None), site);
    let off = adjusted(site.clone(), Some(false), Some(false));
    assert!(!off.enhanced_measurement.unwrap().enabled);
    assert_eq!(off.tag_manager.consent, None);
    let waits = adjusted(site, None, Some(true)).tag_manager.consent.unwrap();
    assert!(!waits.analytics_storage && !waits.ad_storage && waits.wait_for_update == 500);
    let granted = adjusted(shipped("shop"), None, Some(false))
        .tag_manager
        .consent
        .unwrap();
    assert!(granted.analytics_storage && granted.ad_user_data && granted.wait_for_update == 0);
}
