//! Reads the head of one HTTP/1.x request, strictly: the listener answers browsers, and everybody else who can reach it.

/// The head of a request, as far as a redirect needs it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RequestHead {
    pub method: String,
    /// The request target in origin form, without its query.
    pub path: String,
    pub query: Option<String>,
    /// The one `Host` header.
    pub host: Option<String>,
    /// The first `Accept-Language` header.
    pub accept_language: Option<String>,
}

/// Why bytes are not a request head.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MalformedHead;

/// Finds the end of the head: the offset after the blank line.
pub(crate) fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .map(|at| at + 4)
}

impl RequestHead {
    pub(crate) fn parse(head: &[u8]) -> Result<Self, MalformedHead> {
        let text = std::str::from_utf8(head).map_err(|_| MalformedHead)?;
        let mut lines = text.split("\r\n");
        let mut words = lines.next().ok_or(MalformedHead)?.split(' ');
        let (Some(method), Some(target), Some(version), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(MalformedHead);
        };
        let plain = !target.is_empty() && target.bytes().all(|byte| byte.is_ascii_graphic());
        if !matches!(version, "HTTP/1.1" | "HTTP/1.0")
            || !method.bytes().all(|byte| byte.is_ascii_uppercase())
            || !plain
        {
            return Err(MalformedHead);
        }
        let (mut host, mut accept_language) = (None, None);
        for line in lines.take_while(|line| !line.is_empty()) {
            let (name, value) = line.split_once(':').ok_or(MalformedHead)?;
            if name.eq_ignore_ascii_case("host") && host.replace(value.trim().to_ascii_lowercase()).is_some() {
                return Err(MalformedHead);
            }
            if name.eq_ignore_ascii_case("accept-language") && accept_language.is_none() {
                accept_language = Some(value.trim().to_owned());
            }
        }
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (target, None),
        };
        Ok(Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query,
            host,
            accept_language,
        })
    }
}

/// The parameters of a redirect (RFC 6749 section 4.1.2): each at most once, percent-decoded, valid UTF-8, of sane length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RedirectQuery(Vec<(String, String)>);

const LONGEST_VALUE: usize = 4096;

impl RedirectQuery {
    /// `None` where a parameter is repeated, too long, or not UTF-8 (RFC 6749 section 3.1).
    pub fn parse(query: &str) -> Option<Self> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for part in query.split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let (name, value) = (decode(name)?, decode(value)?);
            if value.len() > LONGEST_VALUE || pairs.iter().any(|(known, _)| *known == name) {
                return None;
            }
            pairs.push((name, value));
        }
        Some(Self(pairs))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits = rest.get(..2).and_then(|digits| std::str::from_utf8(digits).ok())?;
                bytes.push(
                    u8::from_str_radix(digits, 16)
                        .ok()
                        .filter(|_| digits.bytes().all(|d| d.is_ascii_hexdigit()))?,
                );
                rest = &rest[2..];
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_browsers_request_is_read() {
        let head = RequestHead::parse(b"GET /?code=4%2Fa&state=s HTTP/1.1\r\nHost: 127.0.0.1:1\r\nAccept: */*\r\n\r\n")
            .unwrap();
        assert_eq!(
            (head.method.as_str(), head.path.as_str(), head.host.as_deref()),
            ("GET", "/", Some("127.0.0.1:1"))
        );
        let query = RedirectQuery::parse(head.query.as_deref().unwrap()).unwrap();
        assert_eq!(
            (query.get("code"), query.get("state"), query.get("x")),
            (Some("4/a"), Some("s"), None)
        );
    }

    #[test]
    fn two_hosts_bad_verbs_and_bad_targets_are_malformed() {
        for bad in [
            &b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"[..],
            b"get / HTTP/1.1\r\n\r\n",
            b"GET /\xff HTTP/1.1\r\n\r\n",
            b"GET / x HTTP/1.1\r\n\r\n",
            b"GET / HTTP/2\r\n\r\n",
            b"\x16\x03\x01",
        ] {
            assert_eq!(RequestHead::parse(bad), Err(MalformedHead));
        }
    }

    #[test]
    fn duplicates_bad_utf8_and_oversize_are_refused() {
        assert_eq!(RedirectQuery::parse("code=a&code=b"), None);
        assert_eq!(RedirectQuery::parse("code=%ff"), None);
        assert_eq!(RedirectQuery::parse("code=%+1"), None);
        assert_eq!(
            RedirectQuery::parse(&format!("code={}", "a".repeat(LONGEST_VALUE + 1))),
            None
        );
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), query in ".{0,80}") {
            let _ = RequestHead::parse(&bytes);
            let _ = RedirectQuery::parse(&query);
        }

        #[test]
        fn any_value_survives_encoding(value in "[^\u{0}]{0,40}") {
            let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            let query = RedirectQuery::parse(&format!("v={encoded}")).unwrap();
            prop_assert_eq!(query.get("v"), Some(value.as_str()));
        }
    }
}
