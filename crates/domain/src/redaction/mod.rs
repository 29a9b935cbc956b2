//! The one redactor: what is written down of a request or an answer passes through here, so that no secret is kept.
//!
//! Fields with a secret's name lose their value, and texts lose whatever looks like one of Google's tokens, wherever it
//! stands. What holds no secret comes back byte for byte, and a document that was cut short loses its secrets all the
//! same: a name stands before its value.

mod json_text;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::LazyLock;

use percent_encoding::percent_decode_str;
use regex::{Captures, Regex};
use url::form_urlencoded;

pub use json_text::json;

/// What stands in a secret's place.
pub const REDACTED: &str = "[redacted]";
/// The same in an address, where brackets would have to be encoded.
const REDACTED_IN_URL: &str = "redacted";

/// Names of fields, parameters and form values whose value is a secret (RFC 6749, 7009, 7523, 7636, 8693; Google's
/// own), in lower case and without the `_` and `-` that spellings differ in.
const SECRET_NAMES: &[&str] = &[
    "accesstoken",
    "apikey",
    "apisecret",
    "assertion",
    "authorization",
    "authorizationcode",
    "clientassertion",
    "clientsecret",
    "code",
    "codeverifier",
    "idtoken",
    "key",
    "nonce",
    "oauthtoken",
    "passphrase",
    "password",
    "privatekey",
    "refreshtoken",
    "secret",
    "secretvalue",
    "state",
    "subjecttoken",
    "token",
];

/// In a JSON document these names are Google's own words for other things (a parameter's `key`, an error's `code`).
const PLAIN_IN_JSON: &[&str] = &["code", "key", "state"];

/// A header whose name contains one of these carries a secret.
const SECRET_IN_HEADERS: &[&str] = &["apikey", "authorization", "cookie", "password", "secret", "token"];

/// Words that may stand before the secret in `Authorization`.
const SCHEMES: &[&str] = &["basic", "bearer", "digest", "negotiate"];

/// What secrets look like: Google's access token, refresh token, authorization code, client secret and API key, a JWT,
/// a private key, and whatever follows `Bearer` and is long enough to be no word.
static SECRET_SHAPES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?sx)
          ya29\.[\w.\-/+=]+
        | 1//[\w.\-]{8,}
        | 4/0?A[\w\-]{8,}
        | GOCSPX-[\w\-]+
        | AIza[\w\-]{16,}
        | eyJ[\w\-]{8,}(?:\.[\w\-]*)+
        | (?:[Bb]earer|BEARER|[Bb]asic|BASIC)\ +[\w.~+/=\-]{16,}
        | -----BEGIN\ [A-Z\ ]*PRIVATE\ KEY-----.*?(?:-----END\ [A-Z\ ]*PRIVATE\ KEY-----|$)",
    )
    .ok()
});

/// `refresh_token=...`, `"client_secret": "..."`, `password: ...` in the middle of any text.
static NAMED_SECRETS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?x)
        (?P<name> (?i: \b (?: (?:access|refresh|id|oauth|subject)[_\-]?token | client[_\-]?(?:secret|assertion)
            | code[_\-]?verifier | private[_\-]?key | api[_\-]?(?:key|secret) | authorization[_\-]?code
            | assertion | password | passphrase ) )
            (?: \\*["'] )? \s* [=:] \s* )
        (?: " (?: [^"\\] | \\. )* "? | \\" [^"]* "? | ' [^']* '? | [^\s"'\\&,;{}\[\]()<>]+ )"#,
    )
    .ok()
});

/// Addresses in the middle of any text.
static ADDRESSES: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"[A-Za-z][A-Za-z0-9+.\-]*://[^\s"'<>\\]+"#).ok());

/// Who stands before the host of an address.
static USERS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"://[^/\s]+@").ok());

/// How many documents and addresses within each other are looked into. An answer can nest them without end.
const DEEPEST: u8 = 6;

/// How long the longest beginning of a secret is that [`text`] does not recognise yet.
const UNRECOGNISED: usize = 64;

/// Whether `name` is a secret's, in a form, an address or (but for a few of Google's own words) a JSON document.
fn is_secret_name(name: &str) -> bool {
    SECRET_NAMES.contains(&plain_spelling(name).as_str())
}

fn is_secret_in_json(name: &str) -> bool {
    let name = plain_spelling(name);
    SECRET_NAMES.contains(&name.as_str()) && !PLAIN_IN_JSON.contains(&name.as_str())
}

fn plain_spelling(name: &str) -> String {
    name.chars()
        .filter(|letter| !matches!(letter, '_' | '-'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Any text, without what looks like a secret.
pub fn text(text: &str) -> String {
    text_at(text, DEEPEST)
}

/// `deeper`: how far documents and addresses within this text are still looked into.
fn text_at(text: &str, deeper: u8) -> String {
    let Some(addresses) = &*ADDRESSES else {
        return REDACTED.to_owned();
    };
    flat(&addresses.replace_all(text, |found: &Captures<'_>| url_at(&found[0], deeper)))
}

/// A text as a whole, whatever it is made of.
fn flat(text: &str) -> String {
    let (Some(shapes), Some(named)) = (&*SECRET_SHAPES, &*NAMED_SECRETS) else {
        // The expressions are constants that a test compiles.
        return REDACTED.to_owned();
    };
    let without_shapes = shapes.replace_all(text, REDACTED);
    named
        .replace_all(&without_shapes, format!("${{name}}{REDACTED}"))
        .into_owned()
}

/// A value that may be a document of its own. What is nested deeper than anybody nests is left out whole.
fn value_at(plain: &str, deeper: u8) -> String {
    let document = plain.trim_start().starts_with(['{', '[']);
    match deeper.checked_sub(1) {
        None if document || plain.contains("://") => REDACTED.to_owned(),
        None => flat(plain),
        Some(deeper) if document => json_text::json_at(plain, deeper),
        Some(deeper) => text_at(plain, deeper),
    }
}

/// A header's value. `Authorization` keeps its scheme.
pub fn header(name: &str, value: &str) -> String {
    let name = plain_spelling(name);
    if name == "authorization" {
        let scheme = value.split(' ').next().unwrap_or_default();
        return if SCHEMES.contains(&scheme.to_ascii_lowercase().as_str()) {
            format!("{scheme} {REDACTED}")
        } else {
            REDACTED.to_owned()
        };
    }
    if is_secret_name(&name) || SECRET_IN_HEADERS.iter().any(|secret| name.contains(secret)) {
        return REDACTED.to_owned();
    }
    // RFC 9110 section 10.2.2: relative ones are addresses too.
    if ["location", "contentlocation", "referer"].contains(&name.as_str()) {
        return url(value);
    }
    value_at(value, DEEPEST)
}

/// An address, whole or relative: secret parameters and whoever stands before the host lose their value.
pub fn url(address: &str) -> String {
    url_at(address, DEEPEST)
}

fn url_at(address: &str, deeper: u8) -> String {
    let (before, fragment) = split_off(address, '#');
    let (path, query) = split_off(before, '?');
    let mut shown = self::path(path);
    for (mark, part) in [('?', query), ('#', fragment)] {
        if let Some(part) = part {
            shown.push(mark);
            shown.push_str(&pairs(part, REDACTED_IN_URL, deeper));
        }
    }
    shown
}

fn split_off(text: &str, mark: char) -> (&str, Option<&str>) {
    match text.split_once(mark) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// An address up to its query; a path may hold another address.
fn path(path: &str) -> String {
    let Some(users) = &*USERS else {
        return REDACTED_IN_URL.to_owned();
    };
    let shown = flat(&users.replace_all(path, format!("://{REDACTED_IN_URL}@"))).replace(REDACTED, REDACTED_IN_URL);
    let segments = shown.split('/').map(|segment| {
        let plain = percent_decode_str(segment).decode_utf8_lossy();
        if plain != segment && flat(&plain) != plain {
            REDACTED_IN_URL
        } else {
            segment
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

/// A form body (`application/x-www-form-urlencoded`).
pub fn form(body: &str) -> String {
    pairs(body, REDACTED, DEEPEST)
}

fn pairs(encoded: &str, redacted: &str, deeper: u8) -> String {
    let shown = encoded.split('&').map(|pair| {
        let (name, value) = split_off(pair, '=');
        let plain_name = decoded(name);
        let name_is_plain = flat(&plain_name) == plain_name;
        let Some(value) = value else {
            return Cow::Borrowed(if name_is_plain { pair } else { redacted });
        };
        let name = if name_is_plain { name } else { redacted };
        if is_secret_name(&plain_name) {
            return Cow::Owned(format!("{name}={redacted}"));
        }
        let plain = decoded(value);
        let shown = value_at(&plain, deeper);
        if shown == plain && name_is_plain {
            return Cow::Borrowed(pair);
        }
        let shown: String = form_urlencoded::byte_serialize(shown.replace(REDACTED, redacted).as_bytes()).collect();
        Cow::Owned(format!("{name}={shown}"))
    });
    shown.collect::<Vec<_>>().join("&")
}

/// A name or a value of a form, in plain.
fn decoded(encoded: &str) -> String {
    let spaced = encoded.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

/// The same, without the last word: where a text was cut short, that word may be the beginning of a secret that is too
/// short to be recognised.
pub fn without_last_word(redacted: &str) -> &str {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_-./+=%~\\: ".contains(letter);
    let word = redacted.trim_end_matches(is_part).len();
    let mut end = word.max(redacted.len().saturating_sub(UNRECOGNISED));
    while !redacted.is_char_boundary(end) {
        end -= 1;
    }
    &redacted[..end]
}
