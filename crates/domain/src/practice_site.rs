//! Websites to practise with: hosts that can never be real are dialled below a loopback base, as Google's addresses are.
//!
//! RFC 2606 section 2 and RFC 6761 keep `.example`, `.test` and `.invalid` out of the Internet's names for ever. Every other
//! site is fetched for real, in every profile.

use url::Url;

use crate::GoogleBase;

/// The reserved top-level domains.
const RESERVED: [&str; 3] = ["example", "test", "invalid"];

/// Whether `host` is under a reserved top-level domain.
pub fn is_practice_host(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    host.rsplit_once('.').is_some_and(|(name, top)| {
        !name.is_empty() && RESERVED.iter().any(|reserved| top.eq_ignore_ascii_case(reserved))
    })
}

impl GoogleBase {
    /// The address at which a website is dialled: `BASE/HOST/PATH` for a practice site under a loopback base, else its own.
    pub fn dial_site(&self, site: &Url) -> Url {
        if site.host_str().is_some_and(is_practice_host) {
            self.dial(site)
        } else {
            site.clone()
        }
    }

    /// The practice site behind `BASE/HOST/PATH`, as `https://HOST/PATH`; `None` for every other address.
    pub fn practice_site_at(&self, dialled: &Url) -> Option<Url> {
        let base = Url::parse(self.loopback_base()?).ok()?;
        let same = dialled.scheme() == base.scheme() && dialled.host() == base.host() && dialled.port() == base.port();
        if !same || !dialled.username().is_empty() || dialled.password().is_some() {
            return None;
        }
        let (host, path) = dialled.path().trim_start_matches('/').split_once('/')?;
        let mut site = Url::parse(&format!("https://{host}/")).ok()?;
        if site.host_str() != Some(host) || !is_practice_host(host) {
            return None;
        }
        site.set_path(path);
        site.set_query(dialled.query());
        site.set_fragment(dialled.fragment());
        Some(site)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn only_names_that_cannot_be_real_are_practice_hosts() {
        for host in [
            "hafen.example",
            "www.hafen.example",
            "a.test",
            "b.INVALID",
            "hafen.example.",
        ] {
            assert!(is_practice_host(host), "{host}");
        }
        for host in [
            "example.com",
            "example",
            ".example",
            "hafen.de",
            "hafen.example.com",
            "test.org",
            "",
        ] {
            assert!(!is_practice_host(host), "{host}");
        }
    }

    #[test]
    fn a_practice_site_is_dialled_below_the_base_and_found_again() {
        let base = GoogleBase::loopback("http://127.0.0.1:8080").unwrap();
        let site = url("https://www.hafen.example/about?x=1");
        let dialled = base.dial_site(&site);
        assert_eq!(dialled.as_str(), "http://127.0.0.1:8080/www.hafen.example/about?x=1");
        assert_eq!(base.practice_site_at(&dialled), Some(site.clone()));
        assert_eq!(GoogleBase::google().dial_site(&site), site);
        let real = url("https://hafen.de/");
        assert_eq!(base.dial_site(&real), real);
    }

    #[test]
    fn what_is_not_a_practice_site_of_this_base_is_none() {
        let base = GoogleBase::loopback("http://127.0.0.1:8080").unwrap();
        for other in [
            "http://127.0.0.1:8081/hafen.example/",
            "https://127.0.0.1:8080/hafen.example/",
            "http://user@127.0.0.1:8080/hafen.example/",
            "http://127.0.0.1:8080/hafen.de/",
            "http://127.0.0.1:8080/accounts.google.com/",
            "http://127.0.0.1:8080/_control/log",
            "http://127.0.0.1:8080/evil.de%2Fhafen.example/",
            "http://127.0.0.1:8080/evil.de:80@hafen.example/",
            "http://127.0.0.1:8080/hafen.example",
        ] {
            assert_eq!(base.practice_site_at(&url(other)), None, "{other}");
        }
    }
}
