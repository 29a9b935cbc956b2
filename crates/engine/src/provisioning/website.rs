//! What makes two addresses one website, for everything that asks it.

use google_apis::analytics_admin::DataStream;
use url::Url;

/// The host of a site's address, without its port; a missing scheme is no matter.
pub(crate) fn host(website: &str) -> Option<String> {
    Some(parsed(website)?.host_str()?.to_owned())
}

/// The same for all addresses of one website, and for no other's: the scheme, `www.` and what follows the host do not tell
/// them apart, a port does.
pub(crate) fn site_key(website: &str) -> Option<String> {
    let url = parsed(website)?;
    let host = url.host_str().filter(|host| !host.is_empty())?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

/// Whether two addresses are those of one website.
pub(crate) fn same_site(one: &str, other: &str) -> bool {
    site_key(one).is_some_and(|key| Some(key) == site_key(other))
}

/// The website's stream among those of a property, which may have one for each of several sites.
pub(crate) fn stream_of_site(streams: impl IntoIterator<Item = DataStream>, website: &str) -> Option<DataStream> {
    streams.into_iter().find(|stream| {
        let data = stream.web_stream_data.as_ref();
        data.is_some_and(|data| same_site(&data.default_uri, website))
    })
}

/// Lower case and in ASCII, as browsers have it.
fn parsed(website: &str) -> Option<Url> {
    let website = website.trim();
    if website.contains("://") {
        Url::parse(website).ok()
    } else {
        Url::parse(&format!("https://{website}")).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_website_is_the_same_with_and_without_its_decoration() {
        assert!(same_site("https://www.hafen.example", "http://hafen.example/"));
        assert!(same_site("https://Hafen.example/shop?x", "https://hafen.example"));
        assert!(same_site("hafen.example", "https://hafen.example:443"));
        assert!(same_site(
            "https://b\u{fc}cher.example",
            "https://xn--bcher-kva.example"
        ));
        assert!(!same_site("https://shop.hafen.example", "https://hafen.example"));
        assert!(!same_site("https://hafen.example:8443", "https://hafen.example"));
        assert!(!same_site("", ""), "where only apps are measured there is no site");
        assert_eq!(
            host("https://Hafen.example:8443/shop").as_deref(),
            Some("hafen.example")
        );
    }
}
