//! A server container: clients claim requests, transformations clean events, tags send them on.
use serde_json::json;

use super::kinds::Kind;
use super::seed_contents::{Draft, condition, flag, table, text};

/// Fills the draft.
pub fn fill(draft: &mut Draft<'_>) {
    let outgoing = draft.add(Kind::Folder, json!({ "name": "Outgoing" }));
    let clean = draft.add(Kind::Folder, json!({ "name": "Clean-up" }));
    draft.add(
        Kind::Client,
        json!({
            "name": "GA4", "type": "gaaw_client", "priority": 10,
            "parameter": [flag("activateDefaultPaths", true), text("cookieManagement", "server"),
                          text("cookieName", "FPID"), text("cookieDomain", "auto"), text("cookiePath", "/"),
                          text("cookieMaxAgeInSec", "63072000")],
        }),
    );
    draft.add(
        Kind::Client,
        json!({ "name": "Google tag manager: web container", "type": "gtm_client", "priority": 5,
                "parameter": [flag("activateResponseCompression", true)] }),
    );
    for (name, kind, parameters) in [
        ("Drop e-mail from page_location", "tf_exclude_params", "page_location"),
        (
            "Allow listed parameters only",
            "tf_allow_params",
            "event_name,page_path",
        ),
        ("Add margin", "tf_augment_event", "margin"),
    ] {
        draft.add_in(
            Kind::Transformation,
            clean,
            json!({
                "name": name, "type": kind,
                "parameter": [flag("matchingConditionsEnabled", false), flag("allTagsExcept", false),
                              table("excludedParams", ["paramName", "note"], &[(parameters, "")])],
            }),
        );
    }
    let mut triggers = Vec::new();
    for event in [
        "page_view",
        "purchase",
        "add_to_cart",
        "generate_lead",
        "sign_up",
        "view_item",
        "search",
        "begin_checkout",
    ] {
        let fields = json!({
            "name": format!("Event - {event}"), "type": "customEvent",
            "customEventFilter": [condition("equals", "{{_event}}", event)],
            "filter": [condition("equals", "{{Client Name}}", "GA4")],
        });
        triggers.push((event, draft.add(Kind::Trigger, fields)));
    }
    let all = draft.add(Kind::Trigger, json!({ "name": "All events", "type": "always" }));
    for (name, path) in [
        ("ED - value", "value"),
        ("ED - currency", "currency"),
        ("ED - transaction_id", "transaction_id"),
        ("ED - items", "items"),
        ("ED - user_data.email_address", "user_data.sha256_email_address"),
        ("ED - page_location", "page_location"),
        ("ED - client_id", "client_id"),
        ("ED - x-ga-gcs", "x-ga-gcs"),
    ] {
        draft.add(
            Kind::Variable,
            json!({ "name": name, "type": "ed", "parameter": [text("keyPath", path)] }),
        );
    }
    draft.add(
        Kind::Variable,
        json!({ "name": "Header - User-Agent", "type": "rh", "parameter": [text("headerName", "user-agent")] }),
    );
    draft.add_in(
        Kind::Tag,
        outgoing,
        json!({
            "name": "GA4 - All events", "type": "sgtmgaaw",
            "parameter": [flag("redactVisitorIp", false), text("epToIncludeDropdown", "all"),
                          flag("enableProductReporting", false), text("upToIncludeDropdown", "all"),
                          text("measurementId", draft.recipe.measurement_id.clone())],
            "firingTriggerId": [all.to_string()], "tagFiringOption": "oncePerEvent",
        }),
    );
    for (index, (event, trigger)) in triggers.iter().enumerate() {
        for (vendor, kind) in [
            ("Google Ads", "sgtmadsct"),
            ("Meta CAPI", "cvt_KFNBV"),
            ("Webhook", "html_request"),
        ] {
            if (index + vendor.len()) % 3 == 0 && *event != "purchase" {
                continue;
            }
            let parameter = vec![
                text("eventName", *event),
                text("conversionValue", "{{ED - value}}"),
                text("currencyCode", "{{ED - currency}}"),
            ];
            draft.add_in(
                Kind::Tag,
                outgoing,
                json!({ "name": format!("{vendor} - {event}"), "type": kind, "parameter": parameter,
                        "firingTriggerId": [trigger.to_string()], "tagFiringOption": "oncePerEvent" }),
            );
        }
    }
    draft.add(
        Kind::Template,
        json!({ "name": "Meta Conversions API", "templateData": "___INFO___\n\n{\"type\": \"TAG\", \"displayName\": \"Meta CAPI\"}\n" }),
    );
    draft.content.built_ins.extend([
        "event",
        "clientName",
        "requestPath",
        "requestMethod",
        "queryString",
        "serverPageLocationUrl",
        "visitorRegion",
    ]);
}
