//! A mobile container (Android or iOS with Firebase): events in, vendors out.
use serde_json::json;

use super::kinds::Kind;
use super::seed::Flavour;
use super::seed_contents::{Draft, condition, flag, text};

/// Fills the draft.
pub fn fill(draft: &mut Draft<'_>) {
    let platform = if draft.recipe.flavour == Flavour::Ios {
        "ios"
    } else {
        "android"
    };
    let folder = draft.add(Kind::Folder, json!({ "name": "App events" }));
    let mut triggers = Vec::new();
    for event in [
        "screen_view",
        "login",
        "sign_up",
        "search",
        "view_item",
        "add_to_cart",
        "begin_checkout",
        "purchase",
        "share",
        "tutorial_begin",
        "tutorial_complete",
        "level_up",
        "spend_virtual_currency",
        "ad_impression",
    ] {
        let fields = json!({
            "name": format!("Event - {event}"), "type": "customEvent",
            "customEventFilter": [condition("equals", "{{_event}}", event)],
        });
        triggers.push((event, draft.add_in(Kind::Trigger, folder, fields)));
    }
    draft.add(
        Kind::Trigger,
        json!({ "name": "First open", "type": "firebaseFirstOpen" }),
    );
    draft.add(Kind::Trigger, json!({ "name": "Every event", "type": "always" }));
    for (name, key) in [
        ("Event value", "value"),
        ("Event currency", "currency"),
        ("Item id", "item_id"),
        ("Screen name", "screen_name"),
        ("Login method", "method"),
        ("Coupon", "coupon"),
    ] {
        draft.add(
            Kind::Variable,
            json!({ "name": name, "type": "vep", "parameter": [text("eventType", "custom"), text("parameterName", key)] }),
        );
    }
    draft.add(
        Kind::Variable,
        json!({ "name": "Vendor key", "type": "c", "parameter": [text("value", format!("{platform}-key-0001"))] }),
    );
    for (event, trigger) in &triggers {
        for vendor in ["Adjust", "Attribution hub"] {
            draft.add_in(
                Kind::Tag,
                folder,
                json!({
                    "name": format!("{vendor} - {event} ({platform})"), "type": "cf",
                    "parameter": [text("classPath", format!("com.example.{platform}.Track")), flag("once", false),
                                  text("event", *event)],
                    "firingTriggerId": [trigger.to_string()], "tagFiringOption": "oncePerEvent",
                }),
            );
        }
    }
    draft.content.built_ins.extend([
        "appId",
        "appName",
        "appVersionName",
        "language",
        "osVersion",
        "deviceName",
    ]);
}
