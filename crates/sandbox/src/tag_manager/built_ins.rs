//! Built-in variables: their types (discovery document) and the names they own in a workspace.

/// Every type, as the API spells it.
pub const TYPES: &[&str] = &[
    "pageUrl",
    "pageHostname",
    "pagePath",
    "referrer",
    "event",
    "clickElement",
    "clickClasses",
    "clickId",
    "clickTarget",
    "clickUrl",
    "clickText",
    "firstPartyServingUrl",
    "formElement",
    "formClasses",
    "formId",
    "formTarget",
    "formUrl",
    "formText",
    "errorMessage",
    "errorUrl",
    "errorLine",
    "newHistoryUrl",
    "oldHistoryUrl",
    "newHistoryFragment",
    "oldHistoryFragment",
    "newHistoryState",
    "oldHistoryState",
    "historySource",
    "containerVersion",
    "debugMode",
    "randomNumber",
    "containerId",
    "appId",
    "appName",
    "appVersionCode",
    "appVersionName",
    "language",
    "osVersion",
    "platform",
    "sdkVersion",
    "deviceName",
    "resolution",
    "advertiserId",
    "advertisingTrackingEnabled",
    "htmlId",
    "environmentName",
    "ampBrowserLanguage",
    "ampCanonicalPath",
    "ampCanonicalUrl",
    "ampCanonicalHost",
    "ampReferrer",
    "ampTitle",
    "ampClientId",
    "ampClientTimezone",
    "ampClientTimestamp",
    "ampClientScreenWidth",
    "ampClientScreenHeight",
    "ampClientScrollX",
    "ampClientScrollY",
    "ampClientMaxScrollX",
    "ampClientMaxScrollY",
    "ampTotalEngagedTime",
    "ampPageViewId",
    "ampPageLoadTime",
    "ampPageDownloadTime",
    "ampGtmEvent",
    "eventName",
    "firebaseEventParameterCampaign",
    "firebaseEventParameterCampaignAclid",
    "firebaseEventParameterCampaignAnid",
    "firebaseEventParameterCampaignClickTimestamp",
    "firebaseEventParameterCampaignContent",
    "firebaseEventParameterCampaignCp1",
    "firebaseEventParameterCampaignGclid",
    "firebaseEventParameterCampaignSource",
    "firebaseEventParameterCampaignTerm",
    "firebaseEventParameterCurrency",
    "firebaseEventParameterDynamicLinkAcceptTime",
    "firebaseEventParameterDynamicLinkLinkid",
    "firebaseEventParameterNotificationMessageDeviceTime",
    "firebaseEventParameterNotificationMessageId",
    "firebaseEventParameterNotificationMessageName",
    "firebaseEventParameterNotificationMessageTime",
    "firebaseEventParameterNotificationTopic",
    "firebaseEventParameterPreviousAppVersion",
    "firebaseEventParameterPreviousOsVersion",
    "firebaseEventParameterPrice",
    "firebaseEventParameterProductId",
    "firebaseEventParameterQuantity",
    "firebaseEventParameterValue",
    "videoProvider",
    "videoUrl",
    "videoTitle",
    "videoDuration",
    "videoPercent",
    "videoVisible",
    "videoStatus",
    "videoCurrentTime",
    "scrollDepthThreshold",
    "scrollDepthUnits",
    "scrollDepthDirection",
    "elementVisibilityRatio",
    "elementVisibilityTime",
    "elementVisibilityFirstTime",
    "elementVisibilityRecentTime",
    "requestPath",
    "requestMethod",
    "clientName",
    "queryString",
    "serverPageLocationUrl",
    "serverPageLocationPath",
    "serverPageLocationHostname",
    "visitorRegion",
    "analyticsClientId",
    "analyticsSessionId",
    "analyticsSessionNumber",
];

/// The canonical spelling of a type, if it is one.
pub fn find(kind: &str) -> Option<&'static str> {
    TYPES.iter().find(|known| **known == kind).copied()
}

/// The display name: `pageUrl` is "Page URL", `event` is "Event".
pub fn name(kind: &str) -> String {
    let mut words = String::new();
    for (index, letter) in kind.chars().enumerate() {
        if index == 0 {
            words.extend(letter.to_uppercase());
        } else if letter.is_uppercase() {
            words.push(' ');
            words.push(letter);
        } else {
            words.push(letter);
        }
    }
    words
        .split(' ')
        .map(|word| match word {
            "Url" => "URL",
            "Id" => "ID",
            "Html" => "HTML",
            "Sdk" => "SDK",
            "Os" => "OS",
            "Amp" => "AMP",
            "App" => "App",
            other => other,
        })
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_read_as_in_the_interface() {
        assert_eq!(super::name("pageUrl"), "Page URL");
        assert_eq!(super::name("event"), "Event");
        assert_eq!(super::name("scrollDepthThreshold"), "Scroll Depth Threshold");
    }
}
