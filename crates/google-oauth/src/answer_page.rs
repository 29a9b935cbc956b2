//! The one page that the loopback listener shows: static, escaped, without scripts, never stored.

/// What the browser shows once the redirect has arrived.
#[derive(Clone, Debug)]
pub struct AnswerPage {
    heading: String,
    text: String,
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:12vh auto;max-width:34rem;padding:0 1.5rem;color:#1b1f24;background:#fff}\
h1{font-size:1.4rem;margin:0 0 .5rem}p{margin:0;color:#4a5159}\
@media(prefers-color-scheme:dark){body{background:#16181c;color:#eceef1}p{color:#aab1ba}}";

impl AnswerPage {
    /// Both texts are shown as text: markup in them is inert.
    pub fn new(heading: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            heading: heading.into(),
            text: text.into(),
        }
    }

    /// The whole HTTP answer with this status line, for example `200 OK`. The connection closes after it.
    pub(crate) fn response(&self, status: &str, head_only: bool) -> Vec<u8> {
        let body = format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{heading}</title>\
             <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head>\
             <body><main><h1>{heading}</h1><p>{text}</p></main></body></html>",
            heading = escape(&self.heading),
            text = escape(&self.text),
        );
        let mut response = format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\
             Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\n\
             Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n\r\n",
            body.len()
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
        let response = AnswerPage::new("<script>alert(1)</script>", "a & b").response("200 OK", false);
        let text = String::from_utf8(response).unwrap();
        assert!(!text.contains("<script"));
        assert!(
            text.contains("Cache-Control: no-store")
                && text.contains("default-src 'none'")
                && text.contains("no-referrer")
        );
    }
}
