//! What is written down of one request and its answer: headers and bodies, redacted and cut to a length that can be kept.

use serde::{Deserialize, Serialize};

use crate::redaction;

/// Bytes of a body that are kept; the rest is counted, not kept.
pub const LONGEST_BODY: usize = 16 * 1024;

/// The headers and bodies of one exchange, without secrets. Made by the transports alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpTrace {
    pub request_headers: Vec<(String, String)>,
    pub request_body: Option<TracedBody>,
    pub response_headers: Vec<(String, String)>,
    pub response_body: Option<TracedBody>,
}

/// A body as far as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TracedBody {
    /// Redacted text; for bytes that are no text, a word about them.
    pub text: String,
    /// Whether more was sent than is kept.
    pub cut: bool,
}

impl TracedBody {
    /// Keeps the first [`LONGEST_BODY`] bytes of `body`, whose media type is `content_type`. `None` where it is empty.
    pub fn new(content_type: Option<&str>, body: &[u8]) -> Option<Self> {
        Self::beginning(content_type, body, false)
    }

    /// The same of a body whose end was not read (`cut`), or is not at hand.
    pub fn beginning(content_type: Option<&str>, body: &[u8], cut: bool) -> Option<Self> {
        if body.is_empty() {
            return None;
        }
        let cut = cut || body.len() > LONGEST_BODY;
        let kept = &body[..body.len().min(LONGEST_BODY)];
        let text = match std::str::from_utf8(kept) {
            Ok(text) => text,
            // The cut went through a character.
            Err(error) if cut && error.error_len().is_none() => {
                std::str::from_utf8(&kept[..error.valid_up_to()]).unwrap_or_default()
            }
            Err(_) => {
                return Some(Self {
                    text: format!("({} bytes that are not text)", body.len()),
                    cut: true,
                });
            }
        };
        let kind = content_type.unwrap_or_default();
        let redacted = if kind.contains("x-www-form-urlencoded") {
            redaction::form(text)
        } else if kind.contains("json") || text.trim_start().starts_with(['{', '[']) {
            redaction::json(text)
        } else {
            redaction::text(text)
        };
        let mut text = if cut {
            redaction::without_last_word(&redacted).to_owned()
        } else {
            redacted
        };
        // What stands in a secret's place may be longer than the secret.
        if text.len() > LONGEST_BODY {
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
        for shift in 0..4 {
            let long = format!(
                "{{\"refresh_token\":\"canary\",\"text\":\"{}{}\"}}",
                "x".repeat(shift),
                "ü漢".repeat(LONGEST_BODY / 4)
            );
            let body = TracedBody::new(Some("application/json"), long.as_bytes()).unwrap();
            assert!(body.cut && body.text.len() <= LONGEST_BODY && !body.text.contains("canary"));
            assert!(body.text.len() > LONGEST_BODY - 100);
        }
        assert_eq!(TracedBody::new(None, b""), None);
        assert!(TracedBody::new(None, b"\xff\xfe").unwrap().text.contains("2 bytes"));
    }

    #[test]
    fn a_short_body_is_kept_whole() {
        let body = TracedBody::new(Some("application/json"), br#"{"name":"accounts/1"}"#).unwrap();
        assert_eq!((body.text.as_str(), body.cut), (r#"{"name":"accounts/1"}"#, false));
    }
}
