//! Bytes of a page into text: byte order mark, then the answer's header, then the page's own word, as browsers decide
//! (<https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding>).

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// How far into a page browsers look for its own word.
const PRESCAN: usize = 1024;

/// The page's text. What cannot be read becomes replacement characters.
pub(crate) fn decode(bytes: &[u8], content_type: Option<&str>) -> String {
    let named = content_type.and_then(parameter).or_else(|| in_page(bytes));
    let encoding = named.unwrap_or_else(|| {
        if std::str::from_utf8(bytes).is_ok() || ends_within_a_letter(bytes) {
            UTF_8
        } else {
            WINDOWS_1252
        }
    });
    // A byte order mark goes before all of it.
    encoding.decode(bytes).0.into_owned()
}

/// A page that was cut off may end in the middle of a letter.
fn ends_within_a_letter(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

/// `charset=` of a Content-Type.
fn parameter(content_type: &str) -> Option<&'static Encoding> {
    label_after(content_type.as_bytes())
}

/// `<meta charset=...>` or `<meta http-equiv=... content="...charset=...">`.
fn in_page(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..PRESCAN).unwrap_or(bytes).to_ascii_lowercase();
    let mut rest = head.as_slice();
    while let Some(at) = find(rest, b"<meta") {
        let tag = rest.get(at..)?;
        let end = tag.iter().position(|byte| *byte == b'>').unwrap_or(tag.len());
        if let Some(encoding) = label_after(tag.get(..end)?) {
            // A page whose word could be read as ASCII is not in UTF-16, whatever it says.
            return Some(if encoding.is_ascii_compatible() {
                encoding
            } else {
                UTF_8
            });
        }
        rest = tag.get(end..)?;
    }
    None
}

fn label_after(text: &[u8]) -> Option<&'static Encoding> {
    let lower = text.to_ascii_lowercase();
    let at = find(&lower, b"charset")? + b"charset".len();
    let rest = lower
        .get(at..)?
        .trim_ascii_start()
        .strip_prefix(b"=")?
        .trim_ascii_start();
    let rest = rest
        .strip_prefix(b"\"")
        .or_else(|| rest.strip_prefix(b"'"))
        .unwrap_or(rest);
    let end = rest
        .iter()
        .position(|byte| b"\"'; \t/>".contains(byte))
        .unwrap_or(rest.len());
    Encoding::for_label(rest.get(..end)?)
}

fn find(text: &[u8], words: &[u8]) -> Option<usize> {
    text.windows(words.len()).position(|window| window == words)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_charset_is_honoured_wherever_it_is_told() {
        let umlaut = b"<title>B\xe4ckerei</title>";
        assert_eq!(
            decode(umlaut, Some("text/html; charset=ISO-8859-1")),
            "<title>B\u{e4}ckerei</title>"
        );
        let told = [b"<meta charset='latin1'>".as_slice(), umlaut].concat();
        assert!(decode(&told, Some("text/html")).contains("B\u{e4}ckerei"));
        let equiv = b"<META http-equiv=Content-Type content=\"text/html; charset=windows-1251\"><title>\xcf\xe5\xea\xe0\xf0\xed\xff";
        assert!(decode(equiv, None).contains("\u{41f}\u{435}\u{43a}\u{430}\u{440}\u{43d}\u{44f}"));
        assert!(decode(umlaut, None).contains("B\u{e4}ckerei"), "no word, and no UTF-8");
        assert!(decode("<title>B\u{e4}ckerei".as_bytes(), None).contains("B\u{e4}ckerei"));
        let marked = [b"\xef\xbb\xbf".as_slice(), "B\u{e4}".as_bytes()].concat();
        assert_eq!(decode(&marked, Some("text/html; charset=latin1")), "B\u{e4}");
        let sjis = b"<title>\x83p\x83\x93\x89\xae";
        assert_eq!(
            decode(sjis, Some("text/html;charset=\"Shift_JIS\"")),
            "<title>\u{30d1}\u{30f3}\u{5c4b}"
        );
        assert!(
            decode(b"B\xc3\xa4ckerei \xc3", None).starts_with("B\u{e4}ckerei"),
            "cut off within a letter"
        );
    }

    proptest! {
        #[test]
        fn any_bytes_become_text(bytes in proptest::collection::vec(any::<u8>(), 0..600), kind in "\\PC{0,40}") {
            let _ = decode(&bytes, Some(&kind));
            let _ = decode(&bytes, None);
        }
    }
}
