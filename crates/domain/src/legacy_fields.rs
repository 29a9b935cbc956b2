//! Universal Analytics' field names (`ga:pageviews`) and what GA4 calls the same thing.
//!
//! After Google's "Universal Analytics to Google Analytics 4 reporting API mapping". Some meanings shifted; the note
//! says so. A name without a GA4 counterpart is refused with the reason, never guessed.

/// What became of a field name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Translation {
    /// Not an old name: use it as it is.
    Current(String),
    /// An old name that GA4 has under another.
    Renamed {
        /// The GA4 API name.
        name: &'static str,
        /// A sentence for the person.
        note: String,
    },
    /// An old name without a counterpart.
    Gone {
        /// The old name, with its `ga:`.
        old: String,
    },
}

/// Old name, GA4 name, how the meaning differs (empty where it does not).
const FIELDS: &[(&str, &str, &str)] = &[
    // Metrics.
    ("users", "totalUsers", ""),
    ("visitors", "totalUsers", ""),
    ("newUsers", "newUsers", ""),
    ("newVisits", "newUsers", ""),
    ("1dayUsers", "active1DayUsers", ""),
    ("7dayUsers", "active7DayUsers", ""),
    ("28dayUsers", "active28DayUsers", ""),
    (
        "sessions",
        "sessions",
        "GA4 does not start a new session at midnight or with a new campaign",
    ),
    (
        "visits",
        "sessions",
        "GA4 does not start a new session at midnight or with a new campaign",
    ),
    ("sessionsPerUser", "sessionsPerUser", ""),
    (
        "bounceRate",
        "bounceRate",
        "in GA4 it is the share of sessions that were not engaged",
    ),
    (
        "visitBounceRate",
        "bounceRate",
        "in GA4 it is the share of sessions that were not engaged",
    ),
    ("avgSessionDuration", "averageSessionDuration", ""),
    ("avgTimeOnSite", "averageSessionDuration", ""),
    (
        "sessionDuration",
        "userEngagementDuration",
        "GA4 counts the time in which the page was in front",
    ),
    (
        "timeOnPage",
        "userEngagementDuration",
        "GA4 counts the time in which the page was in front",
    ),
    ("pageviews", "screenPageViews", "in GA4 it also counts app screens"),
    ("screenviews", "screenPageViews", "in GA4 it also counts web pages"),
    ("pageviewsPerSession", "screenPageViewsPerSession", ""),
    ("pageviewsPerVisit", "screenPageViewsPerSession", ""),
    ("totalEvents", "eventCount", "in GA4 every interaction is an event"),
    ("eventsPerSessionWithEvent", "eventsPerSession", ""),
    ("eventValue", "eventValue", ""),
    ("goalCompletionsAll", "keyEvents", "goals became key events"),
    (
        "goalConversionRateAll",
        "sessionKeyEventRate",
        "goals became key events",
    ),
    ("transactions", "transactions", ""),
    ("transactionRevenue", "purchaseRevenue", ""),
    ("revenuePerTransaction", "averagePurchaseRevenue", ""),
    ("itemQuantity", "itemsPurchased", ""),
    ("itemRevenue", "itemRevenue", ""),
    ("productAddsToCart", "addToCarts", ""),
    ("productCheckouts", "checkouts", ""),
    ("adClicks", "advertiserAdClicks", ""),
    ("adCost", "advertiserAdCost", ""),
    ("impressions", "advertiserAdImpressions", ""),
    ("CPC", "advertiserAdCostPerClick", ""),
    ("ROAS", "returnOnAdSpend", ""),
    // Dimensions.
    ("date", "date", ""),
    ("year", "year", ""),
    ("month", "month", ""),
    ("yearMonth", "yearMonth", ""),
    ("week", "week", ""),
    ("yearWeek", "yearWeek", ""),
    ("day", "day", ""),
    ("hour", "hour", ""),
    ("dateHour", "dateHour", ""),
    ("dayOfWeek", "dayOfWeek", ""),
    ("dayOfWeekName", "dayOfWeekName", ""),
    ("country", "country", ""),
    ("countryIsoCode", "countryId", ""),
    ("region", "region", ""),
    ("city", "city", ""),
    ("continent", "continent", ""),
    ("language", "language", ""),
    ("browser", "browser", ""),
    ("operatingSystem", "operatingSystem", ""),
    ("operatingSystemVersion", "operatingSystemVersion", ""),
    ("deviceCategory", "deviceCategory", ""),
    ("mobileDeviceBranding", "mobileDeviceBranding", ""),
    ("mobileDeviceModel", "mobileDeviceModel", ""),
    ("screenResolution", "screenResolution", ""),
    ("userType", "newVsReturning", ""),
    ("visitorType", "newVsReturning", ""),
    ("userAgeBracket", "userAgeBracket", ""),
    ("visitorAgeBracket", "userAgeBracket", ""),
    ("userGender", "userGender", ""),
    ("visitorGender", "userGender", ""),
    ("source", "sessionSource", ""),
    ("medium", "sessionMedium", ""),
    ("sourceMedium", "sessionSourceMedium", ""),
    ("campaign", "sessionCampaignName", ""),
    ("keyword", "sessionManualTerm", ""),
    ("adContent", "sessionManualAdContent", ""),
    (
        "channelGrouping",
        "sessionDefaultChannelGroup",
        "GA4's default channels are drawn differently",
    ),
    ("fullReferrer", "pageReferrer", ""),
    ("hostname", "hostName", ""),
    (
        "pagePath",
        "pagePathPlusQueryString",
        "GA4's pagePath leaves out the query string",
    ),
    ("pageTitle", "pageTitle", ""),
    ("landingPagePath", "landingPagePlusQueryString", ""),
    (
        "eventAction",
        "eventName",
        "GA4 events have a name where they had a category, an action and a label",
    ),
    ("transactionId", "transactionId", ""),
    ("productName", "itemName", ""),
    ("productSku", "itemId", ""),
    ("productBrand", "itemBrand", ""),
    ("productCategory", "itemCategory", ""),
    ("searchKeyword", "searchTerm", ""),
    ("linkUrl", "linkUrl", ""),
    ("screenName", "unifiedScreenName", ""),
    ("appVersion", "appVersion", ""),
];

/// Translates one field name. Names without `ga:` are GA4's (or custom) and stay as they are.
pub fn translate(field: &str) -> Translation {
    let field = field.trim();
    let Some(old) = field
        .get(..3)
        .filter(|prefix| prefix.eq_ignore_ascii_case("ga:"))
        .map(|_| &field[3..])
    else {
        return Translation::Current(field.to_owned());
    };
    match FIELDS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(old)) {
        Some((_, name, difference)) => {
            let difference = if difference.is_empty() {
                String::new()
            } else {
                format!(": {difference}")
            };
            Translation::Renamed {
                name,
                note: format!("ga:{old} is {name} in GA4{difference}."),
            }
        }
        None => Translation::Gone {
            old: format!("ga:{old}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_names_are_translated_with_a_note() {
        let Translation::Renamed { name, note } = translate("ga:pageviews") else {
            panic!("ga:pageviews is old")
        };
        assert_eq!(name, "screenPageViews");
        assert!(note.starts_with("ga:pageviews is screenPageViews in GA4"), "{note}");
        assert!(matches!(
            translate("GA:Visitors"),
            Translation::Renamed { name: "totalUsers", .. }
        ));
    }

    #[test]
    fn todays_names_stay() {
        for name in ["activeUsers", "customEvent:plan", "gamesPlayed", "ga"] {
            assert_eq!(translate(name), Translation::Current(name.to_owned()));
        }
    }

    #[test]
    fn a_name_without_a_counterpart_is_named() {
        assert_eq!(
            translate("ga:dimension7"),
            Translation::Gone {
                old: "ga:dimension7".into()
            }
        );
    }

    #[test]
    fn no_old_name_is_listed_twice() {
        let names: std::collections::BTreeSet<_> = FIELDS.iter().map(|(old, ..)| old.to_ascii_lowercase()).collect();
        assert_eq!(names.len(), FIELDS.len());
    }
}
