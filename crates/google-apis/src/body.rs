//! An answer's bytes: gunzipped as they come, counted as they came, and never more than a cap; and its beginning, for Activity.

use std::io::Write;

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use gantry_domain::http_trace::LONGEST_BODY;

/// Turns the chunks of a body into plain bytes.
pub(crate) struct BodyDecoder {
    gzip: Option<MultiGzDecoder<Vec<u8>>>,
    /// Bytes as received.
    pub received: u64,
}

/// The body was not what its `Content-Encoding` said, or ended too early.
#[derive(Debug, thiserror::Error)]
#[error("the answer's compression is broken: {0}")]
pub(crate) struct BrokenBody(#[from] std::io::Error);

impl BodyDecoder {
    pub fn new(content_encoding: Option<&str>) -> Self {
        let gzip = content_encoding
            .is_some_and(|encoding| encoding.eq_ignore_ascii_case("gzip") || encoding.eq_ignore_ascii_case("x-gzip"))
            .then(|| MultiGzDecoder::new(Vec::new()));
        Self { gzip, received: 0 }
    }

    /// Appends the plain bytes of `chunk` to `out`.
    pub fn feed(&mut self, chunk: &Bytes, out: &mut Vec<u8>) -> Result<(), BrokenBody> {
        self.received += chunk.len() as u64;
        match &mut self.gzip {
            None => out.extend_from_slice(chunk),
            Some(gzip) => {
                gzip.write_all(chunk)?;
                out.append(gzip.get_mut());
            }
        }
        Ok(())
    }

    /// Checks that the compressed stream is complete and gives out what was left.
    pub fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), BrokenBody> {
        if let Some(mut gzip) = self.gzip.take() {
            gzip.try_finish()?;
            out.append(gzip.get_mut());
        }
        Ok(())
    }
}

/// The first bytes of an answer, in plain: no more of it is copied than Activity keeps.
#[derive(Clone, Default)]
pub(crate) struct Beginning {
    pub bytes: Vec<u8>,
    /// More came than is kept.
    pub cut: bool,
}

impl Beginning {
    /// Takes note of the next plain bytes.
    pub fn see(&mut self, bytes: &[u8]) {
        if self.cut {
            return;
        }
        let room = LONGEST_BODY - self.bytes.len();
        self.cut = bytes.len() > room;
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    fn gzipped(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn chunks_of_any_size_add_up() {
        let text = "rows ".repeat(5000).into_bytes();
        let packed = gzipped(&text);
        let mut decoder = BodyDecoder::new(Some("gzip"));
        let mut out = Vec::new();
        for chunk in packed.chunks(7) {
            decoder.feed(&Bytes::copy_from_slice(chunk), &mut out).unwrap();
        }
        decoder.finish(&mut out).unwrap();
        assert_eq!(out, text);
        assert_eq!(decoder.received, packed.len() as u64);
    }

    #[test]
    fn a_cut_stream_is_noticed() {
        let packed = gzipped(&"rows ".repeat(5000).into_bytes());
        let mut decoder = BodyDecoder::new(Some("gzip"));
        let mut out = Vec::new();
        let cut = decoder
            .feed(&Bytes::copy_from_slice(&packed[..packed.len() - 9]), &mut out)
            .and_then(|()| decoder.finish(&mut out));
        assert!(cut.is_err());
    }

    #[test]
    fn a_beginning_is_never_longer_than_what_is_kept() {
        let mut beginning = Beginning::default();
        beginning.see(&[1; LONGEST_BODY - 1]);
        assert!(!beginning.cut);
        beginning.see(&[2]);
        assert!(!beginning.cut && beginning.bytes.len() == LONGEST_BODY);
        beginning.see(&[3; 9]);
        assert!(beginning.cut && beginning.bytes.len() == LONGEST_BODY && !beginning.bytes.contains(&3));
    }
}
