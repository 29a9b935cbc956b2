//! Google's types and keys in the words of Tag Manager's own pages. Types are open: what is not here is shown as it is.

use crate::dto::containers::EntityKind;

/// The type of an entity in plain words, where known.
pub(super) fn type_label(kind: EntityKind, type_name: &str) -> Option<&'static str> {
    match kind {
        EntityKind::Tag => tag(type_name),
        EntityKind::Trigger => trigger(type_name),
        EntityKind::Variable => variable(type_name),
        EntityKind::Client => client(type_name),
        EntityKind::Transformation => transformation(type_name),
        EntityKind::GtagConfig => matches!(type_name, "googtag" | "googleTag").then_some("Google tag"),
        EntityKind::BuiltInVariable | EntityKind::Folder | EntityKind::Template | EntityKind::Zone => None,
    }
}

fn tag(type_name: &str) -> Option<&'static str> {
    Some(match type_name {
        "googtag" => "Google tag",
        "gaawe" => "GA4 event",
        "gaawc" => "GA4 configuration",
        "sgtmgaaw" => "Google Analytics: GA4",
        "html" => "Custom HTML",
        "img" => "Custom image",
        "cf" => "Function call",
        "html_request" => "HTTP request",
        "awct" | "sgtmadsct" => "Google Ads conversion",
        "awcc" => "Google Ads calls from website",
        "awud" => "Google Ads user-provided data",
        "sp" | "sgtmadsremarket" => "Google Ads remarketing",
        "gclidw" | "sgtmadscl" => "Conversion linker",
        "flc" => "Floodlight counter",
        "fls" => "Floodlight sales",
        "ua" => "Universal Analytics",
        "paused" => "Paused tag",
        "zone" => "Zone",
        _ => return None,
    })
}

fn trigger(type_name: &str) -> Option<&'static str> {
    Some(match type_name {
        "pageview" => "Page view",
        "domReady" => "DOM ready",
        "windowLoaded" => "Window loaded",
        "init" => "Initialization",
        "consentInit" => "Consent initialization",
        "customEvent" => "Custom event",
        "click" => "Click, all elements",
        "linkClick" => "Click, just links",
        "formSubmission" => "Form submission",
        "historyChange" => "History change",
        "scrollDepth" => "Scroll depth",
        "elementVisibility" => "Element visibility",
        "youTubeVideo" => "YouTube video",
        "timer" => "Timer",
        "jsError" => "JavaScript error",
        "triggerGroup" => "Trigger group",
        "serverPageview" => "Server page view",
        "always" => "Always",
        "firebaseAppException" => "App exception",
        "firebaseAppUpdate" => "App update",
        "firebaseCampaign" => "Campaign",
        "firebaseFirstOpen" => "First open",
        "firebaseInAppPurchase" => "In-app purchase",
        "firebaseNotificationOpen" => "Notification open",
        "firebaseNotificationReceive" => "Notification receive",
        "firebaseOsUpdate" => "OS update",
        "firebaseSessionStart" => "Session start",
        "firebaseUserEngagement" => "User engagement",
        _ => return None,
    })
}

fn variable(type_name: &str) -> Option<&'static str> {
    Some(match type_name {
        "v" => "Data layer variable",
        "c" => "Constant",
        "k" => "First-party cookie",
        "j" => "JavaScript variable",
        "jsm" => "Custom JavaScript",
        "u" => "URL",
        "f" => "HTTP referrer",
        "e" => "Custom event",
        "d" => "DOM element",
        "vis" => "Element visibility",
        "aev" => "Auto-event variable",
        "smm" => "Lookup table",
        "remm" => "Regex table",
        "r" => "Random number",
        "cid" => "Container ID",
        "ctv" => "Container version number",
        "dbg" => "Debug mode",
        "ev" => "Environment name",
        "gas" => "Google Analytics settings",
        "gtcs" => "Google tag: configuration settings",
        "gtes" => "Google tag: event settings",
        "awec" => "User-provided data",
        "uv" => "Undefined value",
        "ed" => "Event data",
        "rh" => "Request header",
        "rm" => "Request method",
        "rp" => "Request path",
        "rqs" => "Query string",
        "vep" => "Event parameter",
        "fm" => "Firebase value",
        "md" => "Mobile device",
        _ => return None,
    })
}

fn client(type_name: &str) -> Option<&'static str> {
    Some(match type_name {
        "gaaw_client" => "Google Analytics: GA4",
        "googtag_client" | "gtm_client" => "Google Tag Manager: web container",
        "mpaw_client" => "Measurement Protocol (GA4)",
        _ => return None,
    })
}

fn transformation(type_name: &str) -> Option<&'static str> {
    Some(match type_name {
        "tf_exclude_params" => "Exclude parameters",
        "tf_allow_params" => "Allow parameters",
        "tf_augment_event" => "Augment event",
        _ => return None,
    })
}

/// A parameter's key in plain words. Keys that are not known are taken apart: `sendEcommerceData` is "Send ecommerce
/// data".
pub(super) fn key_label(key: &str) -> String {
    let known = match key {
        "tagId" => "Tag ID",
        "eventName" => "Event name",
        "measurementId" | "measurementIdOverride" => "Measurement ID",
        "html" => "HTML",
        "url" => "URL",
        "javascript" => "JavaScript",
        "supportDocumentWrite" => "Support document.write",
        "sendEcommerceData" => "Send e-commerce data",
        "getEcommerceDataFrom" => "E-commerce data from",
        "configSettingsTable" => "Configuration settings",
        "eventSettingsTable" | "eventParameters" => "Event parameters",
        "eventSettingsVariable" => "Event settings variable",
        "configSettingsVariable" => "Configuration settings variable",
        "userProperties" => "User properties",
        "conversionId" => "Conversion ID",
        "conversionLabel" => "Conversion label",
        "conversionValue" => "Conversion value",
        "currencyCode" => "Currency code",
        "orderId" => "Order ID",
        "dataLayerVersion" => "Data layer version",
        "setDefaultValue" => "Set a default value",
        "defaultValue" => "Default value",
        "name" => "Name",
        "value" => "Value",
        "input" => "Input variable",
        "map" => "Table",
        "decodeCookie" => "URI-decode the cookie",
        "component" => "Component",
        "queryKey" => "Query key",
        "verticalThresholdUnits" => "Vertical depth in",
        "verticalThresholdsPercent" => "Vertical depths, percent",
        "verticalThresholdOn" => "Vertical scroll depth",
        "horizontalThresholdOn" => "Horizontal scroll depth",
        "waitForTags" => "Wait for tags",
        "checkValidation" => "Check validation",
        "waitForTagsTimeout" => "Wait at most, ms",
        "uniqueTriggerId" => "Unique trigger ID",
        "eventData" => "Event data",
        _ => return apart(key),
    };
    known.to_owned()
}

fn apart(key: &str) -> String {
    let mut label = String::with_capacity(key.len() + 4);
    let mut before_lower = false;
    for (index, letter) in key.chars().enumerate() {
        if letter == '_' || letter == '-' {
            label.push(' ');
        } else if letter.is_uppercase() && before_lower {
            label.push(' ');
            label.extend(letter.to_lowercase());
        } else if index == 0 {
            label.extend(letter.to_uppercase());
        } else {
            label.push(letter);
        }
        before_lower = letter.is_lowercase() || letter.is_numeric();
    }
    label
}

/// How often a tag fires, in plain words.
pub(super) fn firing_option(option: &str) -> String {
    match option {
        "oncePerEvent" => "Once per event".to_owned(),
        "oncePerLoad" => "Once per page".to_owned(),
        "unlimited" => "Unlimited".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_keys_are_taken_apart() {
        assert_eq!(key_label("enableLinkTracking"), "Enable link tracking");
        assert_eq!(key_label("custom_param"), "Custom param");
        assert_eq!(key_label("eventName"), "Event name");
    }
}
