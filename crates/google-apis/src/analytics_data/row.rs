//! One row of a report from JSON straight into a batch: no string, no map, no vector per row.

use std::fmt;

use gantry_domain::RowBatch;
use memchr::memchr2;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// What became of the bytes at the start of a slice.
#[derive(Debug, PartialEq)]
pub(super) enum Parsed {
    /// A row took this many bytes and was appended, with this many cells.
    Row { bytes: usize, cells: usize },
    /// The slice ends within the row; nothing was appended.
    Incomplete,
}

/// Appends the row at the start of `json` to `batch`, dimensions first. On an error nothing is appended.
pub(super) fn parse_row(json: &[u8], batch: &mut RowBatch) -> Result<Parsed, serde_json::Error> {
    if let Some(parsed) = parse_compact(json, batch) {
        return Ok(parsed);
    }
    let whole = batch.len();
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let parsed = RowSeed { batch }.deserialize(&mut deserializer);
    match parsed {
        Ok(cells) => {
            let bytes = deserializer.into_iter::<IgnoredAny>().byte_offset();
            Ok(Parsed::Row { bytes, cells })
        }
        Err(error) => {
            batch.truncate(whole);
            if error.is_eof() {
                Ok(Parsed::Incomplete)
            } else {
                Err(error)
            }
        }
    }
}

/// The row as Google writes it with `prettyPrint=false`, without escapes: found by comparing and searching bytes.
/// `None` where it looks different or is cut; nothing is appended then.
fn parse_compact(json: &[u8], batch: &mut RowBatch) -> Option<Parsed> {
    let mut rest = json.strip_prefix(b"{")?;
    let whole = batch.len();
    let mut cells = 0;
    let row = (|| {
        if let Some(values) = rest.strip_prefix(br#""dimensionValues":["#) {
            rest = compact_values(values, batch, &mut cells)?.strip_prefix(b",")?;
        }
        rest = compact_values(rest.strip_prefix(br#""metricValues":["#)?, batch, &mut cells)?;
        let rest = rest.strip_prefix(b"}")?;
        Some(Parsed::Row {
            bytes: json.len() - rest.len(),
            cells,
        })
    })();
    if row.is_none() {
        batch.truncate(whole);
    }
    row
}

fn compact_values<'a>(mut rest: &'a [u8], batch: &mut RowBatch, cells: &mut usize) -> Option<&'a [u8]> {
    loop {
        rest = rest.strip_prefix(br#"{"value":""#)?;
        let end = memchr2(b'"', b'\\', rest)?;
        let (cell, after) = rest.split_at(end);
        // A backslash here leaves the whole row to serde; so do control characters and broken UTF-8.
        rest = after.strip_prefix(br#""}"#)?;
        if cell.iter().any(|byte| *byte < 0x20) {
            return None;
        }
        batch.push_cell(std::str::from_utf8(cell).ok()?);
        *cells += 1;
        match rest.split_first()? {
            (b',', after) => rest = after,
            (b']', after) => return Some(after),
            _ => return None,
        }
    }
}

/// Reads a row object in any key order and answers how many cells it had.
struct RowSeed<'b> {
    batch: &'b mut RowBatch,
}

impl<'de> DeserializeSeed<'de> for RowSeed<'_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RowSeed<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a report row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<usize, A::Error> {
        let mut cells = 0;
        // Metrics that come before the dimensions wait here.
        let mut early: Option<RowBatch> = None;
        let mut dimensions_seen = false;
        while let Some(key) = map.next_key::<Key>()? {
            match key {
                Key::Dimensions => {
                    dimensions_seen = true;
                    cells += map.next_value_seed(CellsSeed { batch: self.batch })?;
                }
                Key::Metrics if dimensions_seen => cells += map.next_value_seed(CellsSeed { batch: self.batch })?,
                Key::Metrics => {
                    let mut waiting = RowBatch::new(1);
                    map.next_value_seed(CellsSeed { batch: &mut waiting })?;
                    early = Some(waiting);
                }
                Key::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        for row in early.iter().flat_map(RowBatch::rows) {
            self.batch.push_cell(row.cell(0));
            cells += 1;
        }
        Ok(cells)
    }
}

#[derive(serde::Deserialize)]
enum Key {
    #[serde(rename = "dimensionValues")]
    Dimensions,
    #[serde(rename = "metricValues")]
    Metrics,
    #[serde(other)]
    Other,
}

/// Reads `[{"value":"..."}, ...]`.
struct CellsSeed<'b> {
    batch: &'b mut RowBatch,
}

impl<'de> DeserializeSeed<'de> for CellsSeed<'_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for CellsSeed<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of values")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<usize, A::Error> {
        let mut cells = 0;
        while seq
            .next_element_seed(CellSeed {
                batch: &mut *self.batch,
            })?
            .is_some()
        {
            cells += 1;
        }
        Ok(cells)
    }
}

/// Reads `{"value":"..."}`; `{}` is an empty text (proto3 leaves it out).
struct CellSeed<'b> {
    batch: &'b mut RowBatch,
}

impl<'de> DeserializeSeed<'de> for CellSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for CellSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        #[derive(serde::Deserialize)]
        enum ValueKey {
            #[serde(rename = "value")]
            Value,
            #[serde(other)]
            Other,
        }
        let mut pushed = false;
        while let Some(key) = map.next_key::<ValueKey>()? {
            match key {
                ValueKey::Value if !pushed => {
                    map.next_value_seed(TextSeed {
                        batch: &mut *self.batch,
                    })?;
                    pushed = true;
                }
                ValueKey::Value | ValueKey::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if !pushed {
            self.batch.push_cell("");
        }
        Ok(())
    }
}

struct TextSeed<'b> {
    batch: &'b mut RowBatch,
}

impl<'de> DeserializeSeed<'de> for TextSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for TextSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.batch.push_cell(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cells(json: &str, columns: usize) -> Vec<String> {
        let mut batch = RowBatch::new(columns);
        let parsed = parse_row(json.as_bytes(), &mut batch).unwrap();
        assert_eq!(
            parsed,
            Parsed::Row {
                bytes: json.len(),
                cells: columns
            }
        );
        batch.rows().next().unwrap().cells().map(str::to_owned).collect()
    }

    #[test]
    fn compact_spaced_and_reordered_rows_read_the_same() {
        let compact = r#"{"dimensionValues":[{"value":"20261101"},{"value":"Wien"}],"metricValues":[{"value":"5"}]}"#;
        let spaced =
            r#"{ "dimensionValues": [ {"value": "20261101"}, {"value": "Wien"} ], "metricValues": [{"value":"5"}] }"#;
        let turned = r#"{"metricValues":[{"value":"5"}],"new":{"a":[1]},"dimensionValues":[{"value":"20261101"},{"value":"Wien","oneMore":1}]}"#;
        for json in [compact, spaced, turned] {
            assert_eq!(cells(json, 3), ["20261101", "Wien", "5"]);
        }
    }

    #[test]
    fn an_omitted_value_is_empty_and_a_report_may_have_no_dimensions() {
        assert_eq!(
            cells(
                r#"{"dimensionValues":[{},{"value":""}],"metricValues":[{"value":"1"}]}"#,
                3
            ),
            ["", "", "1"]
        );
        assert_eq!(cells(r#"{"metricValues":[{"value":"1"}]}"#, 1), ["1"]);
    }

    proptest! {
        /// Whatever Google may put into a value, and wherever the network cuts it.
        #[test]
        fn any_text_survives_and_any_cut_is_incomplete(texts in prop::collection::vec(any::<String>(), 2), cut in 0.0..1.0f64) {
            let json = serde_json::json!({
                "dimensionValues": [{"value": texts[0]}], "metricValues": [{"value": texts[1]}],
            }).to_string();
            prop_assert_eq!(cells(&json, 2), texts);
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let cut = (json.len() as f64 * cut) as usize;
            let mut batch = RowBatch::new(2);
            prop_assert_eq!(parse_row(&json.as_bytes()[..cut], &mut batch).unwrap(), Parsed::Incomplete);
            prop_assert_eq!((batch.len(), batch.open_cells()), (0, 0));
        }
    }
}
