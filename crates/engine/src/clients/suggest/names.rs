//! When two names mean one business: the same words once those that name a kind of thing are left out. Conservative: one
//! word that differs is another business.

/// Words that say what something is, not whose. Sorted.
const KINDS: &[&str] = &[
    "account",
    "amp",
    "analytics",
    "android",
    "app",
    "apps",
    "blog",
    "campaign",
    "campaigns",
    "com",
    "container",
    "data",
    "dev",
    "development",
    "eu",
    "ga",
    "ga4",
    "global",
    "gtm",
    "home",
    "homepage",
    "http",
    "https",
    "international",
    "ios",
    "landing",
    "live",
    "main",
    "marketing",
    "mobile",
    "net",
    "new",
    "old",
    "online",
    "org",
    "page",
    "pages",
    "portal",
    "prod",
    "production",
    "property",
    "server",
    "shop",
    "shops",
    "site",
    "staging",
    "store",
    "stream",
    "test",
    "tests",
    "the",
    "uk",
    "us",
    "web",
    "webseite",
    "website",
    "worldwide",
    "www",
];

/// Words of companies' legal forms. Sorted.
const FORMS: &[&str] = &[
    "ab", "ag", "as", "bv", "co", "corp", "gmbh", "inc", "kg", "limited", "llc", "llp", "ltd", "nv", "oy", "plc", "sa",
    "sarl", "sas", "spa", "srl",
];

/// Letters of a name that are worth comparing.
const SHORTEST: usize = 4;

/// What is left of a name to compare: its words in lower case without kinds and legal forms; `None` where that is too
/// little to tell a business by.
pub(super) fn key(name: &str) -> Option<String> {
    let name = name.to_lowercase();
    let words: Vec<&str> = name
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .filter(|word| KINDS.binary_search(word).is_err() && FORMS.binary_search(word).is_err())
        .filter(|word| !word.chars().all(char::is_numeric))
        .collect();
    let letters: usize = words.iter().map(|word| word.chars().count()).sum();
    (letters >= SHORTEST).then(|| words.join(" "))
}

/// "Elmstead Bakery" of "Elmstead Bakery / Website" and of "Elmstead Bakery - GA4": the part that names the business.
pub(super) fn business(name: &str) -> &str {
    let name = name.trim();
    let end = [" / ", " - ", " | ", " \u{2013} ", " \u{2014} ", ": "]
        .iter()
        .filter_map(|separator| name.find(separator))
        .min();
    match end {
        Some(end) if key(&name[..end]).is_some() => name[..end].trim(),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted() {
        assert!(KINDS.is_sorted() && FORMS.is_sorted());
    }

    #[test]
    fn names_of_one_business_are_alike_and_others_are_not() {
        let alike = [
            "Juniper Legal / Website",
            "JUNIPER LEGAL Ltd. - iOS",
            "Juniper Legal (GA4, 2025)",
        ];
        for name in alike {
            assert_eq!(key(name).as_deref(), Some("juniper legal"), "{name}");
        }
        assert_ne!(key("Juniper Dental"), key("Juniper Legal"));
        for too_little in ["Website", "Main site", "GA4", "AB Shop", "2025", "", "…"] {
            assert_eq!(key(too_little), None, "{too_little}");
        }
        assert_eq!(
            key("株式会社さくら旅行 / Website").as_deref(),
            Some("株式会社さくら旅行")
        );
    }

    #[test]
    fn the_business_stands_before_the_kind() {
        assert_eq!(business("Elmstead Bakery / Landing pages"), "Elmstead Bakery");
        assert_eq!(business("GA4 - Elmstead Bakery"), "GA4 - Elmstead Bakery");
        assert_eq!(business("Elmstead Bakery"), "Elmstead Bakery");
    }
}
