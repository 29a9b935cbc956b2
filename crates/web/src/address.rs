//! Which addresses are a website's: what a person typed, and where a site redirects to.

use url::{Host, Url};

/// Why an address is none that is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("it is no web address")]
    NotAnAddress,
    #[error("it is neither https nor http")]
    NotWeb,
    #[error("it carries a user name or a password")]
    Credentials,
    /// An IP address, `localhost`, a name without a dot, or a name of this network.
    #[error("it leads to this computer or its network, not to a public website")]
    NotPublic,
}

/// What a person entered as their website's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedAddress {
    pub url: Url,
    /// The person wrote no `http://` or `https://`: https is assumed, and http may be tried.
    pub scheme_assumed: bool,
}

impl TypedAddress {
    /// Reads `harbour-bakery.example`, `www.hafen.de/start`, `http://hafen.de`.
    pub fn read(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        let scheme_assumed = !text.contains("://");
        // "mailto:x", "javascript:x": a scheme without slashes. "hafen.de:8443" has a port.
        if scheme_assumed
            && let Some((before, after)) = text.split_once(':')
            && !before.contains(['.', '/'])
            && !after.starts_with(|letter: char| letter.is_ascii_digit())
        {
            return Err(AddressError::NotWeb);
        }
        let whole = if scheme_assumed {
            format!("https://{}", text.trim_start_matches('/'))
        } else {
            text.to_owned()
        };
        let mut url = Url::parse(&whole).map_err(|_| AddressError::NotAnAddress)?;
        url.set_fragment(None);
        check(&url)?;
        Ok(Self { url, scheme_assumed })
    }

    /// The same over http; `None` where the person asked for https.
    pub fn over_http(&self) -> Option<Url> {
        let mut http = self.url.clone();
        let assumed = self.scheme_assumed && http.scheme() == "https" && http.set_scheme("http").is_ok();
        assumed.then_some(http)
    }
}

/// Whether this is a public website's address, as far as the text tells. What its name resolves to is judged when it is dialled.
pub(crate) fn check(url: &Url) -> Result<(), AddressError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(AddressError::NotWeb);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AddressError::Credentials);
    }
    match url.host() {
        Some(Host::Domain(name)) if is_public_name(name) => Ok(()),
        Some(Host::Domain("")) => Err(AddressError::NotAnAddress),
        Some(_) => Err(AddressError::NotPublic),
        None => Err(AddressError::NotAnAddress),
    }
}

/// Names that resolve only within a network: RFC 6761 (`localhost`), RFC 6762 (`local`), RFC 8375 (`home.arpa`), and `internal`,
/// which ICANN keeps for private use.
const LOCAL: [&str; 5] = ["localhost", "local", "home.arpa", "internal", "localdomain"];

fn is_public_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    let within = |zone: &str| name == zone || name.strip_suffix(zone).is_some_and(|rest| rest.ends_with('.'));
    name.contains('.') && !LOCAL.iter().any(|zone| within(zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_becomes_an_address() {
        for (typed, read, assumed) in [
            ("harbour-bakery.example", "https://harbour-bakery.example/", true),
            (" www.hafen.de/start?x=1#top ", "https://www.hafen.de/start?x=1", true),
            ("//hafen.de", "https://hafen.de/", true),
            ("http://hafen.de", "http://hafen.de/", false),
            ("HTTPS://Hafen.DE", "https://hafen.de/", false),
            ("b\u{e4}ckerei.de", "https://xn--bckerei-5wa.de/", true),
            ("hafen.de:8443", "https://hafen.de:8443/", true),
        ] {
            let address = TypedAddress::read(typed).unwrap();
            assert_eq!(
                (address.url.as_str(), address.scheme_assumed),
                (read, assumed),
                "{typed}"
            );
        }
        let typed = TypedAddress::read("hafen.de").unwrap();
        assert_eq!(typed.over_http().unwrap().as_str(), "http://hafen.de/");
        assert_eq!(TypedAddress::read("https://hafen.de").unwrap().over_http(), None);
    }

    #[test]
    fn what_is_no_public_website_is_refused() {
        for (typed, error) in [
            ("", AddressError::NotAnAddress),
            ("my bakery", AddressError::NotAnAddress),
            ("javascript:alert(1)", AddressError::NotWeb),
            ("mailto:a@b.example", AddressError::NotWeb),
            ("file:///etc/passwd", AddressError::NotWeb),
            ("ftp://hafen.de", AddressError::NotWeb),
            ("https://user:word@hafen.de", AddressError::Credentials),
            ("maria@hafen.de", AddressError::Credentials),
            ("127.0.0.1", AddressError::NotPublic),
            ("http://2130706433/", AddressError::NotPublic),
            ("http://0x7f.1/", AddressError::NotPublic),
            ("192.168.1.1/admin", AddressError::NotPublic),
            ("http://[::1]/", AddressError::NotPublic),
            ("localhost:8080", AddressError::NotPublic),
            ("http://router/", AddressError::NotPublic),
            ("http://nas.local/", AddressError::NotPublic),
            ("http://app.localhost./", AddressError::NotPublic),
            ("metadata.google.internal", AddressError::NotPublic),
        ] {
            assert_eq!(TypedAddress::read(typed), Err(error), "{typed}");
        }
        assert!(TypedAddress::read("mylocal.de").is_ok(), "a name that only ends alike");
    }
}
