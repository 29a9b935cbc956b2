//! OAuth clients: the practice ones and those that a test registers, and which redirect URIs each may use.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde_json::Value;
use url::{Host, Url};

use crate::{google::Google, practice};

/// Google's two kinds that Gantry can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClientKind {
    Installed,
    Web,
}

/// A client as the token endpoint knows it.
#[derive(Clone, Debug)]
pub(crate) struct OAuthClient {
    pub id: String,
    pub secret: String,
    pub project: String,
    pub kind: ClientKind,
    pub redirect_uris: Vec<String>,
}

impl OAuthClient {
    /// From the JSON of a `client_secret_*.json` file.
    pub fn from_json(file: &Value) -> Option<Self> {
        let (kind, body) = match (file.get("installed"), file.get("web")) {
            (Some(body), None) => (ClientKind::Installed, body),
            (None, Some(body)) => (ClientKind::Web, body),
            _ => return None,
        };
        let text = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_owned);
        let uris = body
            .get("redirect_uris")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        Some(Self {
            id: text("client_id")?,
            secret: text("client_secret")?,
            project: text("project_id").unwrap_or_else(|| "unnamed-project".to_owned()),
            kind,
            redirect_uris: uris.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        })
    }

    /// Installed: any port and path on loopback, http only (RFC 8252 section 7.3). Web: what is registered, to the letter.
    pub fn allows_redirect(&self, redirect_uri: &str) -> bool {
        match self.kind {
            ClientKind::Web => self.redirect_uris.iter().any(|registered| registered == redirect_uri),
            ClientKind::Installed => is_loopback(redirect_uri),
        }
    }
}

fn is_loopback(redirect_uri: &str) -> bool {
    let Ok(url) = Url::parse(redirect_uri) else {
        return false;
    };
    let loopback = match url.host() {
        Some(Host::Ipv4(address)) => address == Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(address)) => address == Ipv6Addr::LOCALHOST,
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    loopback && url.scheme() == "http" && url.fragment().is_none() && url.username().is_empty()
}

/// The client of that id, practice or registered by control.
pub(crate) fn find(google: &Google, id: &str) -> Option<OAuthClient> {
    match id {
        practice::INSTALLED_CLIENT_ID => OAuthClient::from_json(&practice::installed_client_json()),
        practice::WEB_CLIENT_ID => OAuthClient::from_json(&practice::web_client_json()),
        other => google
            .settings()
            .oauth_clients
            .get(other)
            .and_then(OAuthClient::from_json),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installed_client_may_use_any_loopback_port_and_nothing_else() {
        let client = OAuthClient::from_json(&practice::installed_client_json()).unwrap();
        for good in [
            "http://127.0.0.1:1/x",
            "http://127.0.0.1",
            "http://[::1]:9000/",
            "http://localhost:8080/callback?a=b",
        ] {
            assert!(client.allows_redirect(good), "{good}");
        }
        for bad in [
            "https://127.0.0.1:1/",
            "http://127.0.0.2/",
            "http://127.0.0.1.example/",
            "http://127.0.0.1/#fragment",
            "http://user@127.0.0.1/",
            "urn:ietf:wg:oauth:2.0:oob",
            "",
        ] {
            assert!(!client.allows_redirect(bad), "{bad}");
        }
    }

    #[test]
    fn a_web_client_may_use_what_is_registered_to_the_letter() {
        let client = OAuthClient::from_json(&practice::web_client_json()).unwrap();
        assert!(client.allows_redirect(practice::WEB_TERMS_REDIRECT));
        assert!(!client.allows_redirect("http://127.0.0.1:27495/terms/"));
        assert!(!client.allows_redirect("http://localhost:27495/terms"));
    }
}
