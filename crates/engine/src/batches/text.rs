//! Bytes of a spreadsheet's CSV file as text: Excel writes UTF-8 with a mark, UTF-16, or the code page of Western Windows.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The file's text, without its byte order mark. Bytes that are no UTF are read as Windows-1252, which every byte fits.
pub(super) fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    let (encoding, rest) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (encoding, &bytes[mark..]),
        None => (without_mark(bytes), bytes),
    };
    encoding.decode_without_bom_handling(rest).0
}

/// UTF-16 shows itself by the zeros beside plain letters.
fn without_mark(bytes: &[u8]) -> &'static Encoding {
    let start = &bytes[..bytes.len().min(256)];
    let zeros = |first: usize| start.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let half = start.len() / 4;
    if start.len() >= 4 && zeros(1) > half {
        UTF_16LE
    } else if start.len() >= 4 && zeros(0) > half {
        UTF_16BE
    } else if std::str::from_utf8(bytes).is_ok() {
        UTF_8
    } else {
        WINDOWS_1252
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf_16(text: &str, bytes_of: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes_of).collect()
    }

    #[test]
    fn what_excel_writes_is_read() {
        let text = "Name;Website\r\nBäckerei;https://a.example";
        let little = utf_16(text, u16::to_le_bytes);
        let big = utf_16(text, u16::to_be_bytes);
        let windows = WINDOWS_1252.encode(text).0.into_owned();
        let files = [
            text.as_bytes().to_vec(),
            [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            [b"\xFF\xFE".as_slice(), &little].concat(),
            [b"\xFE\xFF".as_slice(), &big].concat(),
            little,
            big,
            windows,
        ];
        for file in files {
            assert_eq!(decoded(&file), text, "{file:?}");
        }
        assert_eq!(decoded(b""), "");
    }
}
