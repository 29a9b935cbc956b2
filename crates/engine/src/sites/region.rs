//! The country and the currency that a site suggests: a guess for a form that a person looks over.
//!
//! A country's top-level domain goes first, then the region of the page's language, then the region where the language is
//! most likely spoken (CLDR, likely subtags: <https://www.unicode.org/reports/tr35/#Likely_Subtags>).

/// Top-level domains of countries that the whole world uses as if they were general.
const GENERAL: [&str; 22] = [
    "ac", "ag", "ai", "am", "cc", "cd", "co", "dj", "fm", "gg", "io", "la", "ly", "me", "nu", "sc", "sh", "so", "st",
    "to", "tv", "ws",
];

/// CLDR region of the site on `host` whose page has this language.
pub(super) fn of_site(host: &str, language: Option<&str>) -> Option<&'static str> {
    of_domain(host).or_else(|| language.and_then(of_language))
}

fn of_domain(host: &str) -> Option<&'static str> {
    let top = host.trim_end_matches('.').rsplit('.').next()?.to_ascii_lowercase();
    match top.as_str() {
        "uk" => return known("GB"),
        "\u{440}\u{444}" | "xn--p1ai" | "su" => return known("RU"),
        "cat" => return known("ES"),
        "berlin" | "hamburg" | "koeln" | "bayern" | "saarland" | "nrw" => return known("DE"),
        "wien" | "tirol" => return known("AT"),
        "swiss" | "zuerich" => return known("CH"),
        "paris" | "bzh" | "alsace" => return known("FR"),
        "london" | "scot" | "wales" | "cymru" => return known("GB"),
        "amsterdam" | "frl" => return known("NL"),
        "brussels" | "vlaanderen" | "gent" => return known("BE"),
        "nyc" | "boston" | "miami" | "vegas" => return known("US"),
        "tokyo" | "osaka" | "nagoya" | "kyoto" => return known("JP"),
        "sydney" | "melbourne" => return known("AU"),
        top if GENERAL.contains(&top) => return None,
        _ => {}
    }
    known(&top.to_ascii_uppercase())
}

fn of_language(language: &str) -> Option<&'static str> {
    let mut parts = language.split(['-', '_']);
    let first = parts.next()?.to_ascii_lowercase();
    let region = parts.find(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_alphabetic()));
    if let Some(region) = region.and_then(|region| known(&region.to_ascii_uppercase())) {
        return Some(region);
    }
    let likely = LIKELY.iter().find(|(language, _)| *language == first);
    likely.map(|(_, region)| *region)
}

fn known(region: &str) -> Option<&'static str> {
    let found = CURRENCIES.binary_search_by_key(&region, |(region, _)| region).ok()?;
    CURRENCIES.get(found).map(|(region, _)| *region)
}

/// ISO 4217 code of the money that is used in the region.
pub(super) fn currency(region: &str) -> Option<&'static str> {
    let found = CURRENCIES.binary_search_by_key(&region, |(region, _)| region).ok()?;
    CURRENCIES.get(found).map(|(_, currency)| *currency)
}

/// Where a language without a region is most likely spoken (CLDR 47).
#[rustfmt::skip]
const LIKELY: [(&str, &str); 78] = [
    ("af", "ZA"), ("am", "ET"), ("ar", "EG"), ("az", "AZ"), ("be", "BY"), ("bg", "BG"), ("bn", "BD"), ("br", "FR"), ("bs", "BA"),
    ("ca", "ES"), ("cs", "CZ"), ("cy", "GB"), ("da", "DK"), ("de", "DE"), ("el", "GR"), ("en", "US"), ("es", "ES"), ("et", "EE"),
    ("eu", "ES"), ("fa", "IR"), ("fi", "FI"), ("fil", "PH"), ("fo", "FO"), ("fr", "FR"), ("fy", "NL"), ("ga", "IE"), ("gd", "GB"),
    ("gl", "ES"), ("gu", "IN"), ("he", "IL"), ("hi", "IN"), ("hr", "HR"), ("hu", "HU"), ("hy", "AM"), ("id", "ID"), ("is", "IS"),
    ("it", "IT"), ("ja", "JP"), ("ka", "GE"), ("kk", "KZ"), ("km", "KH"), ("kn", "IN"), ("ko", "KR"), ("ky", "KG"), ("lb", "LU"),
    ("lo", "LA"), ("lt", "LT"), ("lv", "LV"), ("mk", "MK"), ("ml", "IN"), ("mn", "MN"), ("mr", "IN"), ("ms", "MY"), ("mt", "MT"),
    ("my", "MM"), ("nb", "NO"), ("ne", "NP"), ("nl", "NL"), ("nn", "NO"), ("no", "NO"), ("pa", "IN"), ("pl", "PL"), ("pt", "BR"),
    ("ro", "RO"), ("ru", "RU"), ("si", "LK"), ("sk", "SK"), ("sl", "SI"), ("sq", "AL"), ("sr", "RS"), ("sv", "SE"), ("sw", "TZ"),
    ("ta", "IN"), ("te", "IN"), ("th", "TH"), ("tr", "TR"), ("uk", "UA"), ("vi", "VN"),
];

/// Regions of CLDR with their money, by region. From CLDR's supplemental currency data; what is in force in 2026.
#[rustfmt::skip]
const CURRENCIES: [(&str, &str); 244] = [
    ("AD", "EUR"), ("AE", "AED"), ("AF", "AFN"), ("AG", "XCD"), ("AI", "XCD"), ("AL", "ALL"), ("AM", "AMD"), ("AO", "AOA"),
    ("AR", "ARS"), ("AS", "USD"), ("AT", "EUR"), ("AU", "AUD"), ("AW", "AWG"), ("AX", "EUR"), ("AZ", "AZN"), ("BA", "BAM"),
    ("BB", "BBD"), ("BD", "BDT"), ("BE", "EUR"), ("BF", "XOF"), ("BG", "EUR"), ("BH", "BHD"), ("BI", "BIF"), ("BJ", "XOF"),
    ("BL", "EUR"), ("BM", "BMD"), ("BN", "BND"), ("BO", "BOB"), ("BQ", "USD"), ("BR", "BRL"), ("BS", "BSD"), ("BT", "BTN"),
    ("BW", "BWP"), ("BY", "BYN"), ("BZ", "BZD"), ("CA", "CAD"), ("CC", "AUD"), ("CD", "CDF"), ("CF", "XAF"), ("CG", "XAF"),
    ("CH", "CHF"), ("CI", "XOF"), ("CK", "NZD"), ("CL", "CLP"), ("CM", "XAF"), ("CN", "CNY"), ("CO", "COP"), ("CR", "CRC"),
    ("CU", "CUP"), ("CV", "CVE"), ("CW", "XCG"), ("CX", "AUD"), ("CY", "EUR"), ("CZ", "CZK"), ("DE", "EUR"), ("DJ", "DJF"),
    ("DK", "DKK"), ("DM", "XCD"), ("DO", "DOP"), ("DZ", "DZD"), ("EC", "USD"), ("EE", "EUR"), ("EG", "EGP"), ("EH", "MAD"),
    ("ER", "ERN"), ("ES", "EUR"), ("ET", "ETB"), ("FI", "EUR"), ("FJ", "FJD"), ("FK", "FKP"), ("FM", "USD"), ("FO", "DKK"),
    ("FR", "EUR"), ("GA", "XAF"), ("GB", "GBP"), ("GD", "XCD"), ("GE", "GEL"), ("GF", "EUR"), ("GG", "GBP"), ("GH", "GHS"),
    ("GI", "GIP"), ("GL", "DKK"), ("GM", "GMD"), ("GN", "GNF"), ("GP", "EUR"), ("GQ", "XAF"), ("GR", "EUR"), ("GT", "GTQ"),
    ("GU", "USD"), ("GW", "XOF"), ("GY", "GYD"), ("HK", "HKD"), ("HN", "HNL"), ("HR", "EUR"), ("HT", "HTG"), ("HU", "HUF"),
    ("ID", "IDR"), ("IE", "EUR"), ("IL", "ILS"), ("IM", "GBP"), ("IN", "INR"), ("IO", "USD"), ("IQ", "IQD"), ("IR", "IRR"),
    ("IS", "ISK"), ("IT", "EUR"), ("JE", "GBP"), ("JM", "JMD"), ("JO", "JOD"), ("JP", "JPY"), ("KE", "KES"), ("KG", "KGS"),
    ("KH", "KHR"), ("KI", "AUD"), ("KM", "KMF"), ("KN", "XCD"), ("KP", "KPW"), ("KR", "KRW"), ("KW", "KWD"), ("KY", "KYD"),
    ("KZ", "KZT"), ("LA", "LAK"), ("LB", "LBP"), ("LC", "XCD"), ("LI", "CHF"), ("LK", "LKR"), ("LR", "LRD"), ("LS", "LSL"),
    ("LT", "EUR"), ("LU", "EUR"), ("LV", "EUR"), ("LY", "LYD"), ("MA", "MAD"), ("MC", "EUR"), ("MD", "MDL"), ("ME", "EUR"),
    ("MF", "EUR"), ("MG", "MGA"), ("MH", "USD"), ("MK", "MKD"), ("ML", "XOF"), ("MM", "MMK"), ("MN", "MNT"), ("MO", "MOP"),
    ("MP", "USD"), ("MQ", "EUR"), ("MR", "MRU"), ("MS", "XCD"), ("MT", "EUR"), ("MU", "MUR"), ("MV", "MVR"), ("MW", "MWK"),
    ("MX", "MXN"), ("MY", "MYR"), ("MZ", "MZN"), ("NA", "NAD"), ("NC", "XPF"), ("NE", "XOF"), ("NF", "AUD"), ("NG", "NGN"),
    ("NI", "NIO"), ("NL", "EUR"), ("NO", "NOK"), ("NP", "NPR"), ("NR", "AUD"), ("NU", "NZD"), ("NZ", "NZD"), ("OM", "OMR"),
    ("PA", "PAB"), ("PE", "PEN"), ("PF", "XPF"), ("PG", "PGK"), ("PH", "PHP"), ("PK", "PKR"), ("PL", "PLN"), ("PM", "EUR"),
    ("PN", "NZD"), ("PR", "USD"), ("PS", "ILS"), ("PT", "EUR"), ("PW", "USD"), ("PY", "PYG"), ("QA", "QAR"), ("RE", "EUR"),
    ("RO", "RON"), ("RS", "RSD"), ("RU", "RUB"), ("RW", "RWF"), ("SA", "SAR"), ("SB", "SBD"), ("SC", "SCR"), ("SD", "SDG"),
    ("SE", "SEK"), ("SG", "SGD"), ("SH", "SHP"), ("SI", "EUR"), ("SJ", "NOK"), ("SK", "EUR"), ("SL", "SLE"), ("SM", "EUR"),
    ("SN", "XOF"), ("SO", "SOS"), ("SR", "SRD"), ("SS", "SSP"), ("ST", "STN"), ("SV", "USD"), ("SX", "XCG"), ("SY", "SYP"),
    ("SZ", "SZL"), ("TC", "USD"), ("TD", "XAF"), ("TG", "XOF"), ("TH", "THB"), ("TJ", "TJS"), ("TK", "NZD"), ("TL", "USD"),
    ("TM", "TMT"), ("TN", "TND"), ("TO", "TOP"), ("TR", "TRY"), ("TT", "TTD"), ("TV", "AUD"), ("TW", "TWD"), ("TZ", "TZS"),
    ("UA", "UAH"), ("UG", "UGX"), ("US", "USD"), ("UY", "UYU"), ("UZ", "UZS"), ("VA", "EUR"), ("VC", "XCD"), ("VE", "VES"),
    ("VG", "USD"), ("VI", "USD"), ("VN", "VND"), ("VU", "VUV"), ("WF", "XPF"), ("WS", "WST"), ("XK", "EUR"), ("YE", "YER"),
    ("YT", "EUR"), ("ZA", "ZAR"), ("ZM", "ZMW"), ("ZW", "USD"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_countrys_domain_goes_before_the_language() {
        for (host, language, country, money) in [
            ("www.hafen.de", Some("en"), Some("DE"), Some("EUR")),
            ("elmstead.co.uk", None, Some("GB"), Some("GBP")),
            ("cafe.ch", Some("fr"), Some("CH"), Some("CHF")),
            ("hafen.example", Some("de-AT"), Some("AT"), Some("EUR")),
            ("hafen.com", Some("de"), Some("DE"), Some("EUR")),
            ("hafen.com", Some("zh-Hant-TW"), Some("TW"), Some("TWD")),
            ("app.io", Some("en_GB"), Some("GB"), Some("GBP")),
            ("app.io", Some("ja"), Some("JP"), Some("JPY")),
            ("hafen.eu", Some("xx-419"), None, None),
            ("hafen.com", None, None, None),
            ("", Some(""), None, None),
        ] {
            let guessed = of_site(host, language);
            assert_eq!(
                (guessed, guessed.and_then(currency)),
                (country, money),
                "{host} {language:?}"
            );
        }
    }

    #[test]
    fn the_tables_are_in_order_and_fit_together() {
        assert!(CURRENCIES.is_sorted() && LIKELY.is_sorted());
        assert!(LIKELY.iter().all(|(_, region)| known(region).is_some()));
    }
}
