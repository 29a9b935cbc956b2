//! The domain that somebody registered, of an address or of a container's name: shop.acorn.co.uk and www.acorn.co.uk are
//! acorn.co.uk, while two shops of one hosting company stay two (the Public Suffix List knows which is which).

use std::net::IpAddr;

/// `acorn.co.uk` of `https://shop.acorn.co.uk/start`; `None` for addresses that nobody registered (IP addresses,
/// localhost) and for what is no host.
pub(super) fn registrable(text: &str) -> Option<String> {
    let text = text.trim();
    let host = match url::Url::parse(text) {
        Ok(url) if url.has_host() => url.host_str()?.to_owned(),
        // The parser writes international names as the address bar's punycode, so that both spellings are one.
        _ => url::Url::parse(&format!("https://{text}")).ok()?.host_str()?.to_owned(),
    };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if host.parse::<IpAddr>().is_ok() || host.starts_with('[') {
        return None;
    }
    let top = host.rsplit('.').next()?;
    let is_name = top.starts_with("xn--") || (top.len() >= 2 && top.bytes().all(|byte| byte.is_ascii_alphabetic()));
    if !host.contains('.') || !is_name {
        return None;
    }
    psl::domain_str(&host).map(str::to_owned)
}

/// The domains that a container's name speaks of: "shop.acorn.example (staging)".
pub(super) fn in_name(name: &str) -> Vec<String> {
    let words = name.split(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '.' | '-' | ':' | '/')));
    words
        .filter(|word| word.contains('.'))
        .filter_map(registrable)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_what_somebody_registered() {
        for (address, domain) in [
            ("https://www.acorn.co.uk/start?x=1", Some("acorn.co.uk")),
            ("shop.acorn.co.uk", Some("acorn.co.uk")),
            ("HTTP://GO.Alder-Finch.example:8080", Some("alder-finch.example")),
            ("https://bäckerei.example", Some("xn--bckerei-5wa.example")),
            ("https://xn--bckerei-5wa.example.", Some("xn--bckerei-5wa.example")),
            ("https://one.github.io", Some("one.github.io")),
            ("https://github.io", None),
            ("http://127.0.0.1:8000", None),
            ("http://[::1]/", None),
            ("http://localhost", None),
            ("co.uk", None),
            ("v2.0", None),
            ("", None),
            ("not a host", None),
        ] {
            assert_eq!(registrable(address).as_deref(), domain, "{address}");
        }
    }

    #[test]
    fn a_name_may_speak_of_domains() {
        assert_eq!(in_name("blog.acorn.example [2025]"), ["acorn.example"]);
        assert_eq!(in_name("acorn.example \u{2013} server"), ["acorn.example"]);
        assert!(in_name("Acorn iOS v2.0").is_empty());
    }
}
