//! Redacts JSON as the text that it is: word by word, without building the document. So a document keeps its spacing and
//! its numbers, one that was cut short loses its secrets too, and what is no JSON at all is redacted as text.

use super::{DEEPEST, REDACTED, is_secret_in_json, text_at, value_at};

/// A JSON document, whole or cut short; text that is none is redacted as text.
pub fn json(body: &str) -> String {
    json_at(body, DEEPEST)
}

pub(super) fn json_at(body: &str, deeper: u8) -> String {
    let mut reader = Reader {
        rest: body,
        out: String::with_capacity(body.len()),
        open: Vec::new(),
        deeper,
    };
    while reader.step() {}
    reader.out
}

/// An object or a list that is open.
#[derive(Default)]
struct Open {
    /// Its `key` or `name` names a secret: then its `value` is one (Tag Manager's parameters).
    names_a_secret: bool,
}

struct Reader<'a> {
    rest: &'a str,
    out: String,
    open: Vec<Open>,
    /// How far documents in strings are looked into.
    deeper: u8,
}

impl<'a> Reader<'a> {
    /// Takes the next word; `false` at the end.
    fn step(&mut self) -> bool {
        match self.rest.as_bytes().first() {
            None => return false,
            Some(b'"') => self.string(),
            Some(b'{' | b'[') => {
                self.open.push(Open::default());
                self.keep(1);
            }
            Some(b'}' | b']') => {
                self.open.pop();
                self.keep(1);
            }
            Some(_) => {
                let end = self.rest.find(['"', '{', '}', '[', ']']).unwrap_or(self.rest.len());
                let plain = self.take(end);
                self.out.push_str(&text_at(plain, self.deeper));
            }
        }
        true
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn keep(&mut self, length: usize) {
        let kept = self.take(length);
        self.out.push_str(kept);
    }

    /// A string: a field's name, where a colon follows, or a value.
    fn string(&mut self) {
        let raw = self.take(string_length(self.rest));
        let plain = unescaped(raw);
        let shown = value_at(&plain, self.deeper);
        if shown == plain {
            self.out.push_str(raw);
        } else {
            self.push_string(&shown);
        }
        let gap = self.rest.len() - self.rest.trim_start().len();
        if !self.rest[gap..].starts_with(':') {
            return;
        }
        self.keep(gap + 1);
        let gap = self.rest.len() - self.rest.trim_start().len();
        self.keep(gap);
        let of_secret = self.open.last().is_some_and(|open| open.names_a_secret);
        if is_secret_in_json(&plain) || (of_secret && plain.eq_ignore_ascii_case("value")) {
            self.secret_value();
        } else if ["key", "name"].contains(&plain.as_str()) && self.rest.starts_with('"') {
            let named = unescaped(&self.rest[..string_length(self.rest)]);
            if let Some(open) = self.open.last_mut() {
                open.names_a_secret |= is_secret_in_json(&named);
            }
        }
    }

    fn push_string(&mut self, plain: &str) {
        match serde_json::to_string(plain) {
            Ok(quoted) => self.out.push_str(&quoted),
            Err(_) => self.push_string(REDACTED),
        }
    }

    /// Leaves out a value of any kind; `null` stays.
    fn secret_value(&mut self) {
        let length = match self.rest.as_bytes().first() {
            None => return,
            Some(b'"') => string_length(self.rest),
            Some(b'{' | b'[') => nested_length(self.rest),
            Some(_) if self.rest.starts_with("null") => return,
            Some(_) => self.rest.find([',', '}', ']', '\n']).unwrap_or(self.rest.len()),
        };
        self.take(length);
        self.push_string(REDACTED);
    }
}

/// Bytes of the string that `text` begins with, quotation marks included; all of it where it does not end.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Bytes of the object or list that `text` begins with; all of it where it does not end.
fn nested_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at += string_length(&text[at..]);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// The string's content (RFC 8259 section 7), as far as it can be read: an escape that was cut is left out.
fn unescaped(raw: &str) -> String {
    let inner = raw.strip_prefix('"').unwrap_or(raw);
    let mut plain = String::with_capacity(inner.len());
    let mut letters = inner.chars();
    let mut high: Option<u32> = None;
    while let Some(letter) = letters.next() {
        let unit = match letter {
            '"' => break,
            '\\' => match letters.next() {
                None => break,
                Some('u') => {
                    let digits: String = letters.by_ref().take(4).collect();
                    match u32::from_str_radix(&digits, 16) {
                        Ok(unit) if digits.len() == 4 => unit,
                        _ => break,
                    }
                }
                Some('n') => u32::from('\n'),
                Some('t') => u32::from('\t'),
                Some('r') => u32::from('\r'),
                Some('b') => 8,
                Some('f') => 12,
                Some(other) => u32::from(other),
            },
            other => u32::from(other),
        };
        match (high.take(), unit) {
            (_, 0xD800..=0xDBFF) => high = Some(unit),
            (Some(high), 0xDC00..=0xDFFF) => {
                let joined = 0x1_0000 + ((high - 0xD800) << 10) + (unit - 0xDC00);
                plain.push(char::from_u32(joined).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            (_, unit) => plain.push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)),
        }
    }
    plain
}
