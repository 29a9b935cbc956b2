//! The one redactor: what is written down of a request or an answer passes through here, so that no secret is kept.
//!
//! Fields with a secret's name lose their value, and texts lose whatever looks like one of Google's tokens, wherever it
//! stands. What is left is for people to read: a redacted JSON document is still JSON.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;
use url::Url;

/// What stands in a secret's place.
pub const REDACTED: &str = "[redacted]";

/// Names of fields, parameters and form values whose value is a secret (RFC 6749, 7009, 7523, 7636; Google's own).
const SECRET_NAMES: &[&str] = &[
    "access_token",
    "assertion",
    "authorizationcode",
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "id_token",
    "key",
    "nonce",
    "oauth_token",
    "passphrase",
    "password",
    "private_key",
    "refresh_token",
    "secretvalue",
    "state",
    "token",
];

/// In a JSON document these names are Google's own words for other things (a parameter's `key`, an error's `code`).
const PLAIN_IN_JSON: &[&str] = &["key", "code", "state"];

/// Headers that carry a secret.
const SECRET_HEADERS: &[&str] = &["cookie", "proxy-authorization", "set-cookie", "x-goog-api-key"];

/// What Google's secrets look like: access token, refresh token, authorization code, client secret, JWT, private key.
static SECRET_SHAPES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?s)ya29\.[\w.\-]+|1//[\w.\-]{8,}|4/0?A[\w\-]{8,}|GOCSPX-[\w\-]+|eyJ[\w\-]{8,}\.[\w\-]+\.?[\w\-]*|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)",
    )
    .ok()
});

fn is_secret_name(name: &str) -> bool {
    SECRET_NAMES.contains(&name.to_ascii_lowercase().as_str())
}

/// Any text, without what looks like a secret.
pub fn text(text: &str) -> String {
    match &*SECRET_SHAPES {
        Some(shapes) => shapes.replace_all(text, REDACTED).into_owned(),
        // The expression is a constant that a test compiles.
        None => REDACTED.to_owned(),
    }
}

/// A header's value. `Authorization` keeps its scheme.
pub fn header(name: &str, value: &str) -> String {
    let name = name.to_ascii_lowercase();
    if name == "authorization" {
        let scheme = value.split(' ').next().unwrap_or_default();
        return format!("{scheme} {REDACTED}");
    }
    if SECRET_HEADERS.contains(&name.as_str()) {
        return REDACTED.to_owned();
    }
    if name == "location" {
        return url(value);
    }
    text(value)
}

/// An address: secret parameters and credentials lose their value.
pub fn url(address: &str) -> String {
    let Ok(mut url) = Url::parse(address) else {
        return text(address);
    };
    if url.password().is_some() {
        let _ = url.set_password(Some("redacted"));
    }
    if url.query().is_some() {
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        if pairs.iter().any(|(name, _)| is_secret_name(name)) {
            url.query_pairs_mut()
                .clear()
                .extend_pairs(pairs.iter().map(|(name, value)| {
                    let shown = if is_secret_name(name) { "redacted" } else { value };
                    (name, shown)
                }));
        }
    }
    text(url.as_str())
}

/// A form body (`application/x-www-form-urlencoded`).
pub fn form(body: &str) -> String {
    let pairs: Vec<String> = body
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, _)) if is_secret_name(name) => format!("{name}={REDACTED}"),
            _ => text(pair),
        })
        .collect();
    pairs.join("&")
}

/// A JSON document; text that is none is redacted as text.
pub fn json(body: &str) -> String {
    match serde_json::from_str::<Value>(body) {
        Ok(mut document) => {
            redact(&mut document);
            document.to_string()
        }
        // Cut short or broken: names cannot be told from values, shapes can.
        Err(_) => broken_json(body),
    }
}

fn redact(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                let lower = name.to_ascii_lowercase();
                if is_secret_name(&lower) && !PLAIN_IN_JSON.contains(&lower.as_str()) && !field.is_null() {
                    *field = Value::String(REDACTED.to_owned());
                } else {
                    redact(field);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact),
        Value::String(string) => *string = text(string),
        _ => {}
    }
}

/// `"refresh_token":"…` with or without its closing quotation mark.
static SECRET_FIELDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let names: Vec<&str> = SECRET_NAMES
        .iter()
        .copied()
        .filter(|name| !PLAIN_IN_JSON.contains(name))
        .collect();
    Regex::new(&format!(r#"(?i)("(?:{})"\s*:\s*")[^"]*"#, names.join("|"))).ok()
});

fn broken_json(body: &str) -> String {
    match &*SECRET_FIELDS {
        Some(fields) => text(&fields.replace_all(body, format!("${{1}}{REDACTED}"))),
        None => REDACTED.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expressions_compile() {
        assert!(SECRET_SHAPES.is_some() && SECRET_FIELDS.is_some());
    }

    #[test]
    fn secrets_go_and_the_rest_stays() {
        assert_eq!(header("Authorization", "Bearer ya29.canary"), "Bearer [redacted]");
        assert_eq!(header("Set-Cookie", "canary"), REDACTED);
        assert_eq!(header("Content-Type", "application/json"), "application/json");
        assert_eq!(
            url("https://h.example/p?fields=a&access_token=canary"),
            "https://h.example/p?fields=a&access_token=redacted"
        );
        assert_eq!(
            form("grant_type=refresh_token&refresh_token=1%2F%2Fcanary&client_secret=canary"),
            "grant_type=refresh_token&refresh_token=[redacted]&client_secret=[redacted]"
        );
        let kept = json(r#"{"error":{"code":403},"parameter":[{"key":"html","value":"x"}],"refresh_token":"canary"}"#);
        assert_eq!(
            kept,
            r#"{"error":{"code":403},"parameter":[{"key":"html","value":"x"}],"refresh_token":"[redacted]"}"#
        );
        assert!(!json(r#"{"access_token":"canary"#).contains("canary"), "cut short");
        assert_eq!(
            text("got ya29.canary-1 and 1//0canarycanary"),
            "got [redacted] and [redacted]"
        );
    }
}
