//! The user's own OAuth client, as Google's console hands it out: `client_secret_*.json`, kinds `installed` and `web`.

use serde::Deserialize;

use crate::secret::SecretString;

/// What kind of application the console registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OAuthClientKind {
    /// A desktop app: any loopback port and path is accepted as redirect.
    Installed,
    /// A web application: only its registered redirect URIs are accepted, to the letter.
    Web,
}

/// An OAuth client, its secret included.
#[derive(Clone, Debug)]
pub struct OAuthClient {
    pub kind: OAuthClientKind,
    pub client_id: String,
    /// Google's token endpoint asks for it even from installed apps.
    pub client_secret: Option<SecretString>,
    pub project_id: Option<String>,
    /// As registered, to the letter.
    pub redirect_uris: Vec<String>,
}

/// Why a file is not an OAuth client that Gantry can use.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum OAuthClientError {
    #[error("the file is {0} bytes long; a client_secret_*.json is under 64 KiB")]
    TooLarge(usize),
    #[error("the file is not JSON: {0}")]
    NotJson(String),
    #[error("this is the key of a service account, not an OAuth client")]
    ServiceAccount,
    #[error("the file has neither an \"installed\" nor a \"web\" section, so it is not a client_secret_*.json")]
    UnknownKind,
    #[error("the field {0} is missing")]
    Missing(&'static str),
    #[error("the field {field} names {value}, which is not Google's")]
    Foreign { field: &'static str, value: String },
}

#[derive(Deserialize)]
struct File {
    installed: Option<Section>,
    web: Option<Section>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Section {
    client_id: Option<String>,
    client_secret: Option<String>,
    project_id: Option<String>,
    auth_uri: Option<String>,
    token_uri: Option<String>,
    #[serde(default)]
    redirect_uris: Vec<String>,
}

const LARGEST: usize = 64 * 1024;

impl OAuthClient {
    /// Reads a `client_secret_*.json` as the Google Cloud console downloads it (a leading byte order mark is tolerated).
    pub fn parse(file: &[u8]) -> Result<Self, OAuthClientError> {
        if file.len() > LARGEST {
            return Err(OAuthClientError::TooLarge(file.len()));
        }
        let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
        // serde_json's message holds the place, and may hold the offending value: give the place alone.
        let parsed: File = serde_json::from_slice(file)
            .map_err(|error| OAuthClientError::NotJson(format!("line {}, column {}", error.line(), error.column())))?;
        if parsed.kind.as_deref() == Some("service_account") {
            return Err(OAuthClientError::ServiceAccount);
        }
        let (kind, section) = match (parsed.installed, parsed.web) {
            (Some(section), _) => (OAuthClientKind::Installed, section),
            (None, Some(section)) => (OAuthClientKind::Web, section),
            (None, None) => return Err(OAuthClientError::UnknownKind),
        };
        check_host("auth_uri", section.auth_uri.as_deref())?;
        check_host("token_uri", section.token_uri.as_deref())?;
        let client_id = section
            .client_id
            .filter(|id| !id.trim().is_empty())
            .ok_or(OAuthClientError::Missing("client_id"))?;
        let secret = section.client_secret.filter(|secret| !secret.is_empty());
        if kind == OAuthClientKind::Web && secret.is_none() {
            return Err(OAuthClientError::Missing("client_secret"));
        }
        Ok(Self {
            kind,
            client_id: client_id.trim().to_owned(),
            client_secret: secret.map(SecretString::new),
            project_id: section.project_id,
            redirect_uris: section.redirect_uris,
        })
    }
}

/// We dial the provider's own addresses in any case; a file that names others is not what it seems to be.
fn check_host(field: &'static str, value: Option<&str>) -> Result<(), OAuthClientError> {
    let Some(value) = value else { return Ok(()) };
    let google = url::Url::parse(value).ok().is_some_and(|url| {
        url.scheme() == "https"
            && url.host_str().is_some_and(|host| {
                ["accounts.google.com", "oauth2.googleapis.com", "www.googleapis.com"].contains(&host)
            })
    });
    if google {
        Ok(())
    } else {
        Err(OAuthClientError::Foreign {
            field,
            value: value.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_are_read_and_the_secret_stays_hidden() {
        let installed = br#"{"installed":{"client_id":"a.apps.googleusercontent.com","project_id":"p","auth_uri":"https://accounts.google.com/o/oauth2/auth",
            "token_uri":"https://oauth2.googleapis.com/token","client_secret":"GOCSPX-canary","redirect_uris":["http://localhost"]}}"#;
        let client = OAuthClient::parse(installed).unwrap();
        assert_eq!(
            (client.kind, client.project_id.as_deref()),
            (OAuthClientKind::Installed, Some("p"))
        );
        assert!(!format!("{client:?}").contains("canary"));
        let web = b"\xef\xbb\xbf{\"web\":{\"client_id\":\"b\",\"client_secret\":\"s\",\"redirect_uris\":[\"http://127.0.0.1:27495/terms\"]}}";
        let client = OAuthClient::parse(web).unwrap();
        assert_eq!((client.kind, client.redirect_uris.len()), (OAuthClientKind::Web, 1));
    }

    #[test]
    fn other_files_are_refused_by_name() {
        let error = |file: &str| OAuthClient::parse(file.as_bytes()).unwrap_err();
        assert_eq!(
            error(r#"{"type":"service_account","private_key":"x"}"#),
            OAuthClientError::ServiceAccount
        );
        assert_eq!(error("{}"), OAuthClientError::UnknownKind);
        assert_eq!(error(r#"{"installed":{}}"#), OAuthClientError::Missing("client_id"));
        assert_eq!(
            error(r#"{"web":{"client_id":"b"}}"#),
            OAuthClientError::Missing("client_secret")
        );
        assert!(matches!(error("nonsense"), OAuthClientError::NotJson(_)));
        assert!(matches!(
            error(r#"{"installed":{"client_id":"a","token_uri":"https://evil.example/token"}}"#),
            OAuthClientError::Foreign { field: "token_uri", .. }
        ));
        assert!(matches!(
            OAuthClient::parse(&vec![b' '; LARGEST + 1]),
            Err(OAuthClientError::TooLarge(_))
        ));
    }
}
