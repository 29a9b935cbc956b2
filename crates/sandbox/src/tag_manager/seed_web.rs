//! A web container as agencies find them: GA4 with events, advertising pixels, consent, some history nobody dares to delete.
use serde_json::{Value, json};

use super::kinds::Kind;
use super::seed_contents::{Draft, condition, flag, number, table, text};

const ALL_PAGES: &str = "2147479553";
const INITIALISATION: &str = "2147479573";
const CONSENT_INITIALISATION: &str = "2147479572";

/// Names that break naive tables, CSV writers and HTML.
const AWKWARD: [&str; 10] = [
    "<img src=x onerror=alert(1)>",
    "=HYPERLINK(\"https://example.com\",\"click\")",
    "\u{5ea}\u{5d2} \u{5e8}\u{5db}\u{5d9}\u{5e9}\u{5d4} (GA4)",
    "\u{648}\u{633}\u{645} \u{627}\u{644}\u{62a}\u{62d}\u{648}\u{64a}\u{644}",
    "\u{1f6d2} K\u{e4}ufe \u{2192} GA4 \u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
    "+49 30 1234567 click",
    "  leading and trailing  ",
    "{{not a variable}} \\ \"quoted\" 'single', comma; semicolon\ttab",
    "\u{30bf}\u{30b0} - \u{8cfc}\u{5165}\u{5b8c}\u{4e86}",
    "-1+1|cmd",
];

/// Fills the draft.
pub fn fill(draft: &mut Draft<'_>) {
    let analytics = draft.add(Kind::Folder, json!({ "name": "Analytics" }));
    let advertising = draft.add(Kind::Folder, json!({ "name": "Advertising" }));
    let consent = draft.add(
        Kind::Folder,
        json!({ "name": "Consent", "notes": "Ask legal before changing." }),
    );
    draft.add(Kind::Folder, json!({ "name": "zz_old" }));
    let template = templates(draft);
    variables(draft, analytics, advertising);
    let triggers = triggers(draft, analytics);
    tags(draft, [analytics, advertising, consent], &triggers, template);
    if draft.recipe.ordinal % 11 == 5 {
        draft.add(
            Kind::Zone,
            json!({
                "name": "Partner zone",
                "boundary": { "condition": [condition("startsWith", "{{Page Path}}", "/partner/")] },
                "childContainer": [{ "publicId": "GTM-PARTNER", "nickname": "Partner agency" }],
                "typeRestriction": { "enable": true, "whitelistedTypeId": ["html", "img"] },
            }),
        );
    }
    draft.content.built_ins.extend([
        "pageUrl",
        "pageHostname",
        "pagePath",
        "referrer",
        "event",
        "clickUrl",
        "clickText",
        "clickClasses",
    ]);
    if draft.dice.chance(50) {
        draft
            .content
            .built_ins
            .extend(["scrollDepthThreshold", "formId", "videoTitle", "videoPercent"]);
    }
}

fn templates(draft: &mut Draft<'_>) -> u64 {
    let data = "___INFO___\n\n{\n  \"type\": \"TAG\",\n  \"id\": \"cvt_temp_public_id\",\n  \"version\": 1,\n  \
                \"displayName\": \"Consent Mode (Cookie Banner)\",\n  \"containerContexts\": [\"WEB\"]\n}\n\n\
                ___SANDBOXED_JS_FOR_WEB_TEMPLATE___\n\nconst setDefault = require('setDefaultConsentState');\n\
                setDefault({ad_storage: 'denied', analytics_storage: 'denied'});\ndata.gtmOnSuccess();\n";
    let first = draft.add(
        Kind::Template,
        json!({
            "name": "Consent Mode (Cookie Banner)",
            "templateData": data,
            "galleryReference": {
                "host": "github.com", "owner": "example-cmp", "repository": "gtm-consent-template",
                "version": "5c1f3d9a0b7e4c2d8f6a1b3c5d7e9f0a2b4c6d8e", "signature": "a1b2c3", "isModified": false,
            },
        }),
    );
    draft.add(
        Kind::Template,
        json!({
            "name": "Hash e-mail (SHA-256)",
            "templateData": "___INFO___\n\n{\"type\": \"MACRO\", \"displayName\": \"Hash e-mail\"}\n",
        }),
    );
    first
}

fn variables(draft: &mut Draft<'_>, analytics: u64, advertising: u64) {
    let measurement = draft.recipe.measurement_id.clone();
    let currency = draft.recipe.currency_code.clone();
    let host = draft.recipe.host.clone();
    let ads = format!("AW-{}", 100_000_000 + draft.dice.below(899_999_999));
    let constant = |name: &str, value: &str| json!({ "name": name, "type": "c", "parameter": [text("value", value)] });
    draft.add_in(Kind::Variable, analytics, constant("GA4 Measurement ID", &measurement));
    draft.add_in(Kind::Variable, advertising, constant("Google Ads Conversion ID", &ads));
    let pixel = (1_000_000_000_000_000 + draft.dice.below(8_999_999_999_999_999)).to_string();
    draft.add_in(Kind::Variable, advertising, constant("Meta Pixel ID", &pixel));
    draft.add(Kind::Variable, constant("Currency", &currency));
    for (name, path, default) in [
        ("DLV - ecommerce.transaction_id", "ecommerce.transaction_id", None),
        ("DLV - ecommerce.value", "ecommerce.value", Some("0")),
        ("DLV - ecommerce.currency", "ecommerce.currency", Some("{{Currency}}")),
        ("DLV - ecommerce.items", "ecommerce.items", None),
        ("DLV - user_id", "user_id", None),
        ("DLV - content_group", "page.content_group", Some("(not set)")),
        ("DLV - form_id", "form_id", None),
    ] {
        let mut parameter = vec![
            number("dataLayerVersion", 2),
            flag("setDefaultValue", default.is_some()),
        ];
        if let Some(default) = default {
            parameter.push(text("defaultValue", default));
        }
        parameter.push(text("name", path));
        draft.add_in(
            Kind::Variable,
            analytics,
            json!({ "name": name, "type": "v", "parameter": parameter }),
        );
    }
    draft.add(
        Kind::Variable,
        json!({
            "name": "Cookie - _ga", "type": "k",
            "parameter": [flag("decodeCookie", false), text("name", "_ga")],
            "formatValue": { "caseConversionType": "lowercase", "convertNullToValue": text("convertNullToValue", "") },
        }),
    );
    draft.add(
        Kind::Variable,
        json!({
            "name": "JS - Client ID", "type": "jsm",
            "parameter": [text("javascript", "function() {\n  var ga = {{Cookie - _ga}};\n  return ga ? ga.split('.').slice(-2).join('.') : undefined;\n}")],
        }),
    );
    draft.add(
        Kind::Variable,
        json!({ "name": "URL - utm_source", "type": "u",
                "parameter": [text("component", "QUERY"), text("queryKey", "utm_source")] }),
    );
    draft.add(
        Kind::Variable,
        json!({
            "name": "Lookup - Measurement ID by host", "type": "smm",
            "parameter": [
                flag("setDefaultValue", true),
                text("input", "{{Page Hostname}}"),
                text("defaultValue", "{{GA4 Measurement ID}}"),
                table("map", ["key", "value"], &[(host.as_str(), measurement.as_str()), ("localhost", "G-TEST000000")]),
            ],
        }),
    );
    draft.add(
        Kind::Variable,
        json!({
            "name": "Regex - Page type", "type": "remm",
            "parameter": [
                flag("setDefaultValue", true), text("input", "{{Page Path}}"), text("defaultValue", "other"),
                flag("fullMatch", true), flag("replaceAfterMatch", true), flag("ignoreCase", true),
                table("map", ["key", "value"], &[("^/$", "home"), ("^/product/.*", "product"), ("^/cart.*", "cart")]),
            ],
        }),
    );
    draft.add(
        Kind::Variable,
        json!({ "name": "Auto - Click target", "type": "aev",
                "parameter": [flag("setDefaultValue", false), text("varType", "URL"), text("component", "HOST_NAME")] }),
    );
}

/// Trigger ids by what they wait for.
struct Triggers {
    events: Vec<(&'static str, u64)>,
    outbound: u64,
    phone: u64,
    form: u64,
    thanks: u64,
    consent: u64,
    internal: u64,
}

fn triggers(draft: &mut Draft<'_>, folder: u64) -> Triggers {
    let style = draft.recipe.ordinal % 3;
    let mut events = Vec::new();
    for event in [
        "purchase",
        "add_to_cart",
        "begin_checkout",
        "view_item",
        "generate_lead",
        "sign_up",
        "search",
    ] {
        let name = match style {
            0 => format!("CE - {event}"),
            1 => format!("Custom event | {event}"),
            _ => format!("evt_{event}"),
        };
        let fields = json!({
            "name": name, "type": "customEvent", "customEventFilter": [condition("equals", "{{_event}}", event)],
        });
        events.push((event, draft.add_in(Kind::Trigger, folder, fields)));
    }
    let host = draft.recipe.host.clone();
    let container = draft.recipe.container_id;
    let mut elsewhere = condition("contains", "{{Click URL}}", &host);
    if let Some(parameters) = elsewhere["parameter"].as_array_mut() {
        parameters.push(flag("negate", true));
        parameters.push(flag("ignore_case", true));
    }
    let boolean = |value: &str| json!({ "type": "boolean", "value": value });
    let template = |value: &str| json!({ "type": "template", "value": value });
    let listener = |suffix: u64| template(&format!("{container}_{suffix}"));
    let outbound = draft.add(
        Kind::Trigger,
        json!({
            "name": "Click - Outbound link", "type": "linkClick",
            "filter": [condition("startsWith", "{{Click URL}}", "http"), elsewhere],
            "waitForTags": boolean("false"), "checkValidation": boolean("false"),
            "waitForTagsTimeout": template("2000"), "uniqueTriggerId": listener(8),
        }),
    );
    let phone = draft.add(
        Kind::Trigger,
        json!({
            "name": "Click - Phone or e-mail", "type": "linkClick",
            "filter": [condition("matchRegex", "{{Click URL}}", "^(tel|mailto):")],
            "waitForTags": boolean("false"), "checkValidation": boolean("false"),
            "waitForTagsTimeout": template("2000"), "uniqueTriggerId": listener(9),
        }),
    );
    let form = draft.add(
        Kind::Trigger,
        json!({
            "name": "Form - Contact sent", "type": "formSubmission",
            "filter": [condition("contains", "{{Page Path}}", "/contact")],
            "waitForTags": boolean("true"), "checkValidation": boolean("true"),
            "waitForTagsTimeout": template("2000"), "uniqueTriggerId": listener(10),
        }),
    );
    draft.add(
        Kind::Trigger,
        json!({
            "name": "Scroll - 25 50 75 90", "type": "scrollDepth",
            "parameter": [
                text("verticalThresholdUnits", "PERCENT"), text("verticalThresholdsPercent", "25,50,75,90"),
                flag("verticalThresholdOn", true), text("triggerStartOption", "WINDOW_LOAD"),
                flag("horizontalThresholdOn", false),
            ],
            "uniqueTriggerId": listener(11),
        }),
    );
    let thanks = draft.add(
        Kind::Trigger,
        json!({ "name": "Page - Thank you", "type": "pageview",
                "filter": [condition("equals", "{{Page Path}}", "/thank-you")] }),
    );
    let consent = draft.add(
        Kind::Trigger,
        json!({ "name": "CE - cookie_consent_update", "type": "customEvent",
                "customEventFilter": [condition("equals", "{{_event}}", "cookie_consent_update")] }),
    );
    draft.add(
        Kind::Trigger,
        json!({ "name": "Timer - 30 s engaged", "type": "timer",
                "filter": [condition("matchRegex", "{{Page Path}}", "^/blog/")],
                "eventName": template("gtm.timer"), "interval": template("30000"), "limit": template("1"),
                "uniqueTriggerId": listener(14) }),
    );
    draft.add(Kind::Trigger, json!({ "name": "DOM ready - all", "type": "domReady" }));
    let internal = draft.add(
        Kind::Trigger,
        json!({ "name": "BLOCK - Internal traffic", "type": "customEvent",
                "customEventFilter": [condition("matchRegex", "{{_event}}", ".*")],
                "filter": [condition("equals", "{{URL - utm_source}}", "internal")] }),
    );
    Triggers {
        events,
        outbound,
        phone,
        form,
        thanks,
        consent,
        internal,
    }
}

fn consent_needed(kinds: &[&str]) -> Value {
    let list: Vec<Value> = kinds
        .iter()
        .map(|kind| json!({ "type": "template", "value": kind }))
        .collect();
    json!({ "consentStatus": "needed", "consentType": { "type": "list", "list": list } })
}

fn tags(draft: &mut Draft<'_>, folders: [u64; 3], triggers: &Triggers, template: u64) {
    let [analytics, advertising, consent] = folders;
    let container = draft.recipe.container_id;
    let once = "oncePerEvent";
    let not_set = json!({ "consentStatus": "notSet" });
    draft.add_in(
        Kind::Tag,
        analytics,
        json!({
            "name": "GA4 - Google tag", "type": "googtag",
            "parameter": [
                text("tagId", "{{GA4 Measurement ID}}"),
                table("configSettingsTable", ["parameter", "parameterValue"],
                      &[("send_page_view", "true"), ("content_group", "{{DLV - content_group}}")]),
            ],
            "firingTriggerId": [INITIALISATION], "tagFiringOption": once, "consentSettings": not_set,
        }),
    );
    for (event, trigger) in &triggers.events {
        let shop = matches!(*event, "purchase" | "add_to_cart" | "begin_checkout" | "view_item");
        let mut parameter = vec![
            flag("sendEcommerceData", shop),
            text("eventName", *event),
            text("measurementIdOverride", "{{GA4 Measurement ID}}"),
        ];
        if shop {
            parameter.push(text("getEcommerceDataFrom", "dataLayer"));
        } else {
            parameter.push(table(
                "eventSettingsTable",
                ["parameter", "parameterValue"],
                &[("form_id", "{{DLV - form_id}}"), ("method", "website")],
            ));
        }
        let mut fields = json!({
            "name": format!("GA4 - Event - {event}"), "type": "gaawe", "parameter": parameter,
            "firingTriggerId": [trigger.to_string()], "tagFiringOption": once, "consentSettings": not_set,
        });
        if *event == "purchase" {
            fields["blockingTriggerId"] = json!([triggers.internal.to_string()]);
            fields["monitoringMetadata"] = json!({ "type": "map" });
        }
        draft.add_in(Kind::Tag, analytics, fields);
    }
    for (name, event, trigger) in [
        ("Outbound click", "click", triggers.outbound),
        ("Phone click", "contact", triggers.phone),
    ] {
        draft.add_in(
            Kind::Tag,
            analytics,
            json!({
                "name": format!("GA4 - Event - {name}"), "type": "gaawe",
                "parameter": [flag("sendEcommerceData", false), text("eventName", event),
                              text("measurementIdOverride", "{{Lookup - Measurement ID by host}}")],
                "firingTriggerId": [trigger.to_string()], "tagFiringOption": once, "consentSettings": not_set,
            }),
        );
    }
    draft.add_in(
        Kind::Tag,
        consent,
        json!({
            "name": "Consent Mode - default", "type": format!("cvt_{container}_{template}"),
            "parameter": [flag("adsDataRedaction", true), number("waitForUpdate", 500)],
            "firingTriggerId": [CONSENT_INITIALISATION], "tagFiringOption": once,
            "consentSettings": { "consentStatus": "notNeeded" },
        }),
    );
    draft.add_in(
        Kind::Tag,
        consent,
        json!({
            "name": "Cookie banner", "type": "html",
            "parameter": [text("html", "<script src=\"https://cmp.example/banner.js\" data-lang=\"auto\" async></script>"),
                          flag("supportDocumentWrite", false)],
            "firingTriggerId": [ALL_PAGES, triggers.consent.to_string()], "tagFiringOption": "oncePerLoad",
            "priority": { "type": "integer", "value": "100" },
        }),
    );
    draft.add_in(
        Kind::Tag,
        advertising,
        json!({ "name": "Google Ads - Conversion linker", "type": "gclidw",
                "parameter": [flag("enableCrossDomain", false), flag("enableUrlPassthrough", false)],
                "firingTriggerId": [ALL_PAGES], "tagFiringOption": once, "consentSettings": not_set }),
    );
    let purchase = triggers.events.first().map_or(0, |(_, id)| *id);
    draft.add_in(
        Kind::Tag,
        advertising,
        json!({
            "name": "Google Ads - Conversion - Purchase", "type": "awct",
            "parameter": [
                flag("enableNewCustomerReporting", false), flag("enableConversionLinker", true),
                text("conversionId", "{{Google Ads Conversion ID}}"), text("conversionLabel", "Xy12CJ_abcEQ9f8H"),
                text("conversionValue", "{{DLV - ecommerce.value}}"), text("currencyCode", "{{DLV - ecommerce.currency}}"),
                text("orderId", "{{DLV - ecommerce.transaction_id}}"),
            ],
            "firingTriggerId": [purchase.to_string()], "tagFiringOption": once,
            "consentSettings": consent_needed(&["ad_storage", "ad_user_data"]),
        }),
    );
    draft.add_in(
        Kind::Tag,
        advertising,
        json!({ "name": "Google Ads - Remarketing", "type": "sp",
                "parameter": [text("conversionId", "{{Google Ads Conversion ID}}"), text("customParamsFormat", "NONE")],
                "firingTriggerId": [ALL_PAGES], "tagFiringOption": once,
                "consentSettings": consent_needed(&["ad_storage", "ad_personalization"]) }),
    );
    draft.add_in(
        Kind::Tag,
        advertising,
        json!({
            "name": "Meta Pixel - Base", "type": "html",
            "parameter": [
                text("html", "<script>\n!function(f,b,e,v){/* base code */}(window,document,'script','https://connect.example/fbevents.js');\nfbq('init', '{{Meta Pixel ID}}');\nfbq('track', 'PageView');\n</script>"),
                flag("supportDocumentWrite", false),
            ],
            "firingTriggerId": [ALL_PAGES], "tagFiringOption": once,
            "consentSettings": consent_needed(&["ad_storage"]),
        }),
    );
    draft.add_in(
        Kind::Tag,
        advertising,
        json!({
            "name": "Meta Pixel - Lead", "type": "html",
            "parameter": [text("html", "<script>fbq('track', 'Lead');</script>"), flag("supportDocumentWrite", false)],
            "firingTriggerId": [triggers.form.to_string(), triggers.thanks.to_string()], "tagFiringOption": once,
            "setupTag": [{ "tagName": "Meta Pixel - Base", "stopOnSetupFailure": true }],
        }),
    );
    let mut old = json!({
        "name": "OLD - UA pageview", "type": "ua",
        "parameter": [flag("overrideGaSettings", true), text("trackType", "TRACK_PAGEVIEW"), text("trackingId", "UA-1234567-1")],
        "firingTriggerId": [ALL_PAGES], "tagFiringOption": once, "paused": true,
        "notes": "Switched off July 2023. Do not delete, Peter still wants to look at it.",
    });
    if draft.recipe.ordinal % 4 == 1 {
        // Left running: what an audit should find.
        if let Some(fields) = old.as_object_mut() {
            fields.shift_remove("paused");
        }
    }
    draft.add(Kind::Tag, old);
    awkward(draft);
}

fn awkward(draft: &mut Draft<'_>) {
    let ordinal = draft.recipe.ordinal;
    let name = if ordinal % 12 == 11 {
        "Very long name ".repeat(14).chars().take(200).collect()
    } else if ordinal % 3 == 2 {
        AWKWARD[ordinal / 3 % AWKWARD.len()].to_owned()
    } else {
        format!("Survey widget {}", 1 + ordinal % 9)
    };
    draft.add(
        Kind::Tag,
        json!({
            "name": name, "type": "html",
            "parameter": [text("html", "<script>/* \u{201e}\u{dc}n\u{ef}code\u{201c} */window.survey=1</script>"),
                          flag("supportDocumentWrite", true)],
            "firingTriggerId": [ALL_PAGES], "tagFiringOption": "unlimited",
            "scheduleStartMs": "1767225600000", "scheduleEndMs": "1798761600000",
        }),
    );
}
