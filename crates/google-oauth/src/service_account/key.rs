//! A service account's key, and the JSON file in which the Google Cloud console hands it out.

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::error::ServiceAccountKeyError as KeyError;
use super::private_key::RsaPrivateKey;

/// Longer than any real file.
pub(super) const LARGEST: usize = 64 * 1024;
/// An e-mail address is no longer (RFC 5321, section 4.5.3.1.3).
const LONGEST_EMAIL: usize = 254;
/// Longer than any id of Google's: a key's has 40 characters, a project's 30.
const LONGEST_ID: usize = 128;
/// How much of a foreign address is repeated.
const SHOWN: usize = 200;

/// Google's token endpoint, and the two older spellings in key files that were made years ago. The file only proves by it
/// that it is what it seems: assertions are always made for and sent to the provider's own endpoint.
const TOKEN_URIS: [&str; 3] = [
    "https://oauth2.googleapis.com/token",
    "https://accounts.google.com/o/oauth2/token",
    "https://www.googleapis.com/oauth2/v4/token",
];
const UNIVERSE: &str = "googleapis.com";

/// A service account's key, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceAccountKey {
    pub email: String,
    /// Google's id of the key; a P12 file holds none.
    pub key_id: Option<String>,
    pub project_id: Option<String>,
    /// Google's number of the service account ("Unique ID"): what domain-wide delegation is granted to.
    pub client_id: Option<String>,
    pub(super) private_key: RsaPrivateKey,
}

impl ServiceAccountKey {
    /// Reads a JSON key as the Google Cloud console downloads it (a leading byte order mark is tolerated). Pure: nothing is
    /// read, sent or stored.
    pub fn parse(file: &[u8]) -> Result<Self, KeyError> {
        if file.len() > LARGEST {
            return Err(KeyError::TooLarge(file.len() as u64));
        }
        let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
        if file.trim_ascii_start().starts_with(b"-----BEGIN") {
            return Err(KeyError::BareKey);
        }
        // serde_json's message may hold the offending value: the place alone is told.
        let parsed: Value = serde_json::from_slice(file)
            .map_err(|error| KeyError::NotJson(format!("line {}, column {}", error.line(), error.column())))?;
        let Value::Object(mut fields) = parsed else {
            return Err(KeyError::NotJson("it is no object".to_owned()));
        };
        let private_key = fields.remove("private_key").map(|value| match value {
            Value::String(text) => Ok(Zeroizing::new(text)),
            _ => Err(not_text("private_key")),
        });
        check_type(&fields)?;
        check_google("universe_domain", optional(&fields, "universe_domain")?, &[UNIVERSE])?;
        check_google("token_uri", Some(required(&fields, "token_uri")?), &TOKEN_URIS)?;
        let email = required(&fields, "client_email")?;
        if !is_email(email) {
            return Err(KeyError::Wrong {
                field: "client_email",
                problem: "is not a service account's e-mail",
            });
        }
        let key_id = id("private_key_id", Some(required(&fields, "private_key_id")?))?;
        let private_key = private_key.transpose()?.ok_or(KeyError::Missing("private_key"))?;
        if private_key.trim().is_empty() {
            return Err(KeyError::Missing("private_key"));
        }
        Ok(Self {
            email: email.to_owned(),
            key_id,
            project_id: id("project_id", optional(&fields, "project_id")?)?,
            client_id: id("client_id", optional(&fields, "client_id")?)?,
            private_key: RsaPrivateKey::from_pem(&private_key)?,
        })
    }

    /// The key that a person named the owner of.
    pub(super) fn of(email: &str, private_key: RsaPrivateKey) -> Result<Self, KeyError> {
        let email = email.trim();
        if email.is_empty() {
            return Err(KeyError::EmailNeeded);
        }
        if !is_email(email) {
            return Err(KeyError::NotAServiceAccount(shown(email)));
        }
        Ok(Self {
            email: email.to_owned(),
            key_id: None,
            project_id: None,
            client_id: None,
            private_key,
        })
    }
}

fn check_type(fields: &Map<String, Value>) -> Result<(), KeyError> {
    if fields.contains_key("installed") || fields.contains_key("web") {
        return Err(KeyError::OAuthClient);
    }
    match required(fields, "type")? {
        "service_account" => Ok(()),
        other => Err(KeyError::OtherType(shown(other))),
    }
}

fn check_google(field: &'static str, value: Option<&str>, known: &[&str]) -> Result<(), KeyError> {
    match value {
        Some(value) if !known.contains(&value) => Err(KeyError::Foreign {
            field,
            value: shown(value),
        }),
        _ => Ok(()),
    }
}

fn optional<'a>(fields: &'a Map<String, Value>, name: &'static str) -> Result<Option<&'a str>, KeyError> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
        Some(_) => Err(not_text(name)),
    }
}

fn required<'a>(fields: &'a Map<String, Value>, name: &'static str) -> Result<&'a str, KeyError> {
    optional(fields, name)?.ok_or(KeyError::Missing(name))
}

fn not_text(field: &'static str) -> KeyError {
    KeyError::Wrong {
        field,
        problem: "is no text",
    }
}

/// An id as Google makes them: short, of visible ASCII characters.
fn id(field: &'static str, value: Option<&str>) -> Result<Option<String>, KeyError> {
    match value {
        Some(value) if value.len() > LONGEST_ID || !value.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Err(KeyError::Wrong {
                field,
                problem: "is not an id of Google's",
            })
        }
        value => Ok(value.map(str::to_owned)),
    }
}

fn is_email(text: &str) -> bool {
    let plain = text.len() <= LONGEST_EMAIL && text.bytes().all(|byte| byte.is_ascii_graphic());
    plain
        && text.split_once('@').is_some_and(|(name, domain)| {
            !name.is_empty()
                && !domain.contains('@')
                && (domain == "gserviceaccount.com" || domain.ends_with(".gserviceaccount.com"))
        })
}

/// A value of the file, short enough to be told, without what would move a terminal's cursor.
fn shown(value: &str) -> String {
    value.chars().filter(|one| !one.is_control()).take(SHOWN).collect()
}
