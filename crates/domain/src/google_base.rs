//! Where Google's addresses are dialled: at Google, or below a loopback base (the sandbox).
//!
//! Only the address dialled changes. `aud`, `iss`, `token_uri` and URLs inside bodies stay Google's.

use std::net::IpAddr;

use url::{Host, Url};

/// The environment variable that moves every Google address below a loopback base.
pub const BASE_URL_VARIABLE: &str = "GANTRY_GOOGLE_BASE_URL";

/// Maps `https://HOST/PATH` of Google's to the address that is dialled.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GoogleBase(Option<Url>);

/// Why a base URL was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum GoogleBaseError {
    #[error("{0} is not a URL")]
    NotAUrl(String),
    #[error(
        "{0} does not lead to this computer: only http://127.0.0.1:PORT, http://[::1]:PORT and http://localhost:PORT are accepted"
    )]
    NotLoopback(Url),
    #[error("{0} has a path, a query, a fragment or a user name: only http://HOST:PORT is accepted")]
    NotBare(Url),
}

impl GoogleBase {
    /// Google itself: addresses are dialled as they are.
    pub const fn google() -> Self {
        Self(None)
    }

    /// A loopback base, `http://127.0.0.1:PORT`: `https://HOST/PATH` is dialled as `BASE/HOST/PATH`.
    pub fn loopback(base: &str) -> Result<Self, GoogleBaseError> {
        let url = Url::parse(base.trim()).map_err(|_| GoogleBaseError::NotAUrl(base.to_owned()))?;
        let local = match url.host() {
            Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
            Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };
        if !local || url.scheme() != "http" {
            return Err(GoogleBaseError::NotLoopback(url));
        }
        let bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if !bare {
            return Err(GoogleBaseError::NotBare(url));
        }
        Ok(Self(Some(url)))
    }

    /// The base that `BASE_URL_VARIABLE` names, or Google where it is unset or empty.
    pub fn from_variable(value: Option<&str>) -> Result<Self, GoogleBaseError> {
        match value.map(str::trim) {
            None | Some("") => Ok(Self::google()),
            Some(base) => Self::loopback(base),
        }
    }

    pub fn is_google(&self) -> bool {
        self.0.is_none()
    }

    /// The loopback base, without a trailing slash; `None` for Google itself.
    pub fn loopback_base(&self) -> Option<&str> {
        self.0.as_ref().map(|url| url.as_str().trim_end_matches('/'))
    }

    /// The address to dial for `https`, an `https://HOST/PATH?QUERY#FRAGMENT` of Google's.
    pub fn dial(&self, https: &Url) -> Url {
        let (Some(base), Some(host)) = (&self.0, https.host_str()) else {
            return https.clone();
        };
        let mut dialled = base.clone();
        dialled.set_path(&format!("/{host}{}", https.path()));
        dialled.set_query(https.query());
        dialled.set_fragment(https.fragment());
        dialled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn google_is_dialled_as_it_is() {
        let url = Url::parse("https://oauth2.googleapis.com/token").unwrap();
        assert_eq!(GoogleBase::google().dial(&url), url);
    }

    #[test]
    fn a_loopback_base_carries_host_path_query_and_fragment() {
        let base = GoogleBase::loopback("http://127.0.0.1:8080").unwrap();
        let url = Url::parse("https://analytics.google.com/analytics/web/?provisioningSignup=false#/termsofservice/T1")
            .unwrap();
        assert_eq!(
            base.dial(&url).as_str(),
            "http://127.0.0.1:8080/analytics.google.com/analytics/web/?provisioningSignup=false#/termsofservice/T1"
        );
        let colon = Url::parse("https://analyticsdata.googleapis.com/v1beta/properties/1:runReport").unwrap();
        assert_eq!(
            base.dial(&colon).path(),
            "/analyticsdata.googleapis.com/v1beta/properties/1:runReport"
        );
    }

    #[test]
    fn only_bare_loopback_bases_are_accepted() {
        for bad in [
            "http://example.com",
            "https://127.0.0.1:1",
            "http://10.0.0.1:80",
            "http://127.0.0.1.example.com",
        ] {
            assert!(
                matches!(GoogleBase::loopback(bad), Err(GoogleBaseError::NotLoopback(_))),
                "{bad}"
            );
        }
        assert!(matches!(
            GoogleBase::loopback("http://127.0.0.1:1/x"),
            Err(GoogleBaseError::NotBare(_))
        ));
        assert!(matches!(
            GoogleBase::loopback("nonsense"),
            Err(GoogleBaseError::NotAUrl(_))
        ));
        assert!(GoogleBase::loopback("http://[::1]:9").is_ok());
        assert!(GoogleBase::from_variable(Some(" ")).unwrap().is_google());
    }
}
