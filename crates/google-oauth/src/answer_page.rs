//! The one page that the loopback listener shows: static, escaped, without scripts, never stored, in the reader's language.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use crate::answer_texts::Language;

/// What the browser shows once something has arrived. Nothing that arrived is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerPage {
    /// Google's answer has come.
    Arrived,
    /// The person pressed Deny.
    Declined,
    /// Google answered with another error.
    Failed,
    /// The answer names another sender (RFC 9207).
    NotGoogle,
    /// The answer belongs to another sign-in, or to none.
    OtherSignIn,
    /// Not a redirect at all.
    NothingHere,
    /// The Terms of Service are accepted.
    TermsAccepted,
    /// The Terms of Service led to no account.
    NoAccount,
    /// The answer belongs to another set-up, or to none.
    OtherSetUp,
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:12vh auto;max-width:34rem;padding:0 1.5rem;color:#1b1f24;background:#fff}\
h1{font-size:1.4rem;margin:0 0 .5rem}p{margin:0;color:#4a5159}\
@media(prefers-color-scheme:dark){body{background:#16181c;color:#eceef1}p{color:#aab1ba}}";

/// The page's own style and nothing else (CSP Level 3 section 2.3.1): no `unsafe-inline`.
static STYLE_SOURCE: LazyLock<String> =
    LazyLock::new(|| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(STYLE))));

impl AnswerPage {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 9] = [
        Self::Arrived,
        Self::Declined,
        Self::Failed,
        Self::NotGoogle,
        Self::OtherSignIn,
        Self::NothingHere,
        Self::TermsAccepted,
        Self::NoAccount,
        Self::OtherSetUp,
    ];

    /// The whole HTTP answer with this status line, for example `200 OK`. The connection closes after it.
    pub(crate) fn response(self, status: &str, language: Language, head_only: bool) -> Vec<u8> {
        let (heading, text) = language.texts(self);
        let body = format!(
            "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\"><title>{heading}</title>\
             <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head>\
             <body><main><h1>{heading}</h1><p>{text}</p></main></body></html>",
            language = language.tag(),
            heading = escape(heading),
            text = escape(text),
        );
        let mut response = format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Language: {language}\r\n\
             Content-Length: {length}\r\nConnection: close\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n\
             X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\nCross-Origin-Opener-Policy: same-origin\r\n\
             Content-Security-Policy: default-src 'none'; style-src {style}; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'\r\n\r\n",
            language = language.tag(),
            length = body.len(),
            style = *STYLE_SOURCE,
        )
        .into_bytes();
        if !head_only {
            response.extend_from_slice(body.as_bytes());
        }
        response
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_inert_and_nothing_is_stored() {
        assert_eq!(escape("<b a='1'>\"&"), "&lt;b a=&#39;1&#39;&gt;&quot;&amp;");
        for page in AnswerPage::ALL {
            let text = String::from_utf8(page.response("200 OK", Language::French, false)).unwrap();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            assert!(head.contains("Cache-Control: no-store") && head.contains("Referrer-Policy: no-referrer"));
            assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())));
            assert!(body.contains("<html lang=\"fr\">") && !body.contains("<script"));
            let empty = page.response("200 OK", Language::French, true);
            assert_eq!(String::from_utf8(empty).unwrap(), format!("{head}\r\n\r\n"));
        }
    }

    #[test]
    fn the_policy_allows_the_pages_own_style_alone() {
        let page = String::from_utf8(AnswerPage::Arrived.response("200 OK", Language::English, false)).unwrap();
        let style = page.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
        let hash = BASE64_STANDARD.encode(Sha256::digest(style));
        assert!(page.contains(&format!("style-src 'sha256-{hash}'")) && !page.contains("unsafe-inline"));
    }
}
