//! What is written down of one request and its answer: headers and bodies, redacted and cut to a length that can be kept.

use crate::redaction;

/// Bytes of a body that are kept; the rest is counted, not kept.
pub const LONGEST_BODY: usize = 16 * 1024;

/// The headers and bodies of one exchange, without secrets. Made by the transports alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpTrace {
    pub request_headers: Vec<(String, String)>,
    pub request_body: Option<TracedBody>,
    pub response_headers: Vec<(String, String)>,
    pub response_body: Option<TracedBody>,
}

/// A body as far as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TracedBody {
    /// Redacted text; for bytes that are no text, a word about them.
    pub text: String,
    /// Whether more was sent than is kept.
    pub cut: bool,
}

impl TracedBody {
    /// Keeps the first [`LONGEST_BODY`] bytes of `body`, whose media type is `content_type`. `None` where it is empty.
    pub fn new(content_type: Option<&str>, body: &[u8]) -> Option<Self> {
        if body.is_empty() {
            return None;
        }
        let kind = content_type.unwrap_or_default();
        let redact = |text: &str| {
            if kind.contains("x-www-form-urlencoded") {
                redaction::form(text)
            } else if kind.contains("json") || text.trim_start().starts_with(['{', '[']) {
                redaction::json(text)
            } else {
                redaction::text(text)
            }
        };
        let Ok(whole) = std::str::from_utf8(body) else {
            return Some(Self {
                text: format!("({} bytes that are not text)", body.len()),
                cut: true,
            });
        };
        // Redacted before it is cut, so that a cut cannot take a secret's name away from its value.
        let mut text = redact(whole);
        let cut = text.len() > LONGEST_BODY;
        if cut {
            let end = (0..=LONGEST_BODY).rev().find(|end| text.is_char_boundary(*end));
            text.truncate(end.unwrap_or(0));
        }
        Some(Self { text, cut })
    }
}

/// Header pairs as they are kept.
pub fn headers<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<(String, String)> {
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), redaction::header(name, value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_body_is_cut_at_a_character_and_holds_no_secret() {
        let long = format!(
            "{{\"refresh_token\":\"canary\",\"text\":\"{}\"}}",
            "ü".repeat(LONGEST_BODY)
        );
        let body = TracedBody::new(Some("application/json"), long.as_bytes()).unwrap();
        assert!(body.cut && body.text.len() <= LONGEST_BODY && !body.text.contains("canary"));
        assert_eq!(TracedBody::new(None, b""), None);
        assert!(TracedBody::new(None, b"\xff\xfe").unwrap().text.contains("2 bytes"));
    }
}
