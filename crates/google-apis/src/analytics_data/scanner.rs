//! Finds the rows in a report while it arrives: takes bytes in any pieces, gives rows in batches, keeps the rest of
//! the report (headers, totals, metadata), and never holds more than a piece and one row.

use gantry_domain::RowBatch;
use serde_json::{Map, Value};

use super::row::{Parsed, parse_row};
use super::types::ReportResponse;

/// The report is not what the API documents. `0` is the middle of a sentence.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unexpected(String);

impl From<serde_json::Error> for Unexpected {
    fn from(error: serde_json::Error) -> Self {
        Self(error.to_string())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Start,
    /// In the outer object, before a key or its end.
    Outer,
    /// In `rows`, before a row or its end.
    Rows,
    End,
}

/// What a call of [`Scanner::advance`] came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Feed more bytes.
    NeedMore,
    /// The batch is full.
    Full,
    /// The report is complete.
    Done,
}

/// An incremental reader of one `ReportResponse`.
pub(super) struct Scanner {
    buffer: Vec<u8>,
    at: usize,
    place: Place,
    /// Everything but the rows.
    rest: Map<String, Value>,
    columns: Option<usize>,
}

impl Scanner {
    pub fn new() -> Self {
        Self {
            buffer: Vec::new(),
            at: 0,
            place: Place::Start,
            rest: Map::new(),
            columns: None,
        }
    }

    /// Where the next bytes go.
    pub fn input(&mut self) -> &mut Vec<u8> {
        if self.at > 0 {
            self.buffer.drain(..self.at);
            self.at = 0;
        }
        &mut self.buffer
    }

    /// Cells per row, known from the first row on.
    pub fn columns(&self) -> Option<usize> {
        self.columns
    }

    /// Whether the headers and all else that comes before the rows is known.
    pub fn at_rows(&self) -> bool {
        matches!(self.place, Place::Rows | Place::End)
    }

    pub fn is_done(&self) -> bool {
        self.place == Place::End
    }

    /// The report without its rows, as far as it was read.
    pub fn report(&self) -> Result<ReportResponse, Unexpected> {
        Ok(serde_json::from_value(Value::Object(self.rest.clone()))?)
    }

    /// Reads on, appending rows to `batch`, until it holds `rows` rows or the bytes are used up.
    pub fn advance(&mut self, batch: &mut RowBatch, rows: usize) -> Result<Progress, Unexpected> {
        loop {
            self.skip(b" \t\r\n,");
            let Some(&next) = self.buffer.get(self.at) else {
                return Ok(if self.place == Place::End {
                    Progress::Done
                } else {
                    Progress::NeedMore
                });
            };
            match (self.place, next) {
                (Place::Start, b'{') | (Place::Rows, b']') => {
                    self.at += 1;
                    self.place = Place::Outer;
                }
                (Place::Outer, b'}') => {
                    self.at += 1;
                    self.place = Place::End;
                }
                (Place::Outer, b'"') => {
                    if !self.member()? {
                        return Ok(Progress::NeedMore);
                    }
                }
                (Place::Rows, b'{') => {
                    if batch.len() >= rows {
                        return Ok(Progress::Full);
                    }
                    if !self.row(batch)? {
                        return Ok(Progress::NeedMore);
                    }
                }
                (_, byte) => {
                    return Err(Unexpected(format!(
                        "a report has {:?} in a place where nothing like it belongs",
                        char::from(byte)
                    )));
                }
            }
        }
    }

    fn skip(&mut self, bytes: &[u8]) {
        let rest = &self.buffer[self.at..];
        self.at += rest.iter().position(|byte| !bytes.contains(byte)).unwrap_or(rest.len());
    }

    /// Reads `"key": value`, or `"rows": [`; `false` when it is not complete yet.
    fn member(&mut self) -> Result<bool, Unexpected> {
        let rest = &self.buffer[self.at..];
        let Some((key, used)) = complete::<String>(rest)? else {
            return Ok(false);
        };
        let colon = rest[used..].iter().position(|byte| !byte.is_ascii_whitespace());
        let Some(colon) = colon.map(|gap| used + gap) else {
            return Ok(false);
        };
        if rest[colon] != b':' {
            return Err(Unexpected(format!("the key {key:?} has no value")));
        }
        let Some(gap) = rest[colon + 1..].iter().position(|byte| !byte.is_ascii_whitespace()) else {
            return Ok(false);
        };
        let value = colon + 1 + gap;
        if key == "rows" && rest[value] == b'[' {
            self.at += value + 1;
            self.place = Place::Rows;
            return Ok(true);
        }
        let Some((parsed, used)) = complete::<Value>(&rest[value..])? else {
            return Ok(false);
        };
        self.at += value + used;
        self.rest.insert(key, parsed);
        Ok(true)
    }

    fn row(&mut self, batch: &mut RowBatch) -> Result<bool, Unexpected> {
        // The first row tells the width; a batch made before it knew none.
        if batch.columns() == 0 {
            let mut probe = RowBatch::new(usize::MAX);
            let Parsed::Row { cells, .. } = parse_row(&self.buffer[self.at..], &mut probe)? else {
                return Ok(false);
            };
            if cells == 0 {
                return Err(Unexpected("a report row has no values".into()));
            }
            *batch = RowBatch::with_capacity(cells, 0, 0);
            self.columns = Some(cells);
        }
        match parse_row(&self.buffer[self.at..], batch)? {
            Parsed::Incomplete => Ok(false),
            Parsed::Row { bytes, cells } if cells == batch.columns() => {
                self.at += bytes;
                Ok(true)
            }
            Parsed::Row { cells, .. } => Err(Unexpected(format!(
                "a report row has {cells} values where {} were expected",
                batch.columns()
            ))),
        }
    }
}

/// Parses the value at the start of `json`; `None` when it may go on beyond it.
fn complete<T: serde::de::DeserializeOwned>(json: &[u8]) -> Result<Option<(T, usize)>, Unexpected> {
    let mut values = serde_json::Deserializer::from_slice(json).into_iter::<T>();
    match values.next() {
        None => Ok(None),
        Some(Err(error)) if error.is_eof() => Ok(None),
        Some(Err(error)) => Err(error.into()),
        Some(Ok(value)) => {
            let used = values.byte_offset();
            // A number at the very end may have further digits to come.
            let closed = matches!(json.get(used.wrapping_sub(1)), Some(b'"' | b'}' | b']'));
            Ok((closed || used < json.len()).then_some((value, used)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Feeds `json` in pieces of `piece` bytes and reads batches of `rows` rows.
    fn read(json: &str, piece: usize, rows: usize) -> Result<(Vec<Vec<String>>, ReportResponse), String> {
        let mut scanner = Scanner::new();
        let mut out = Vec::new();
        let mut pieces = json.as_bytes().chunks(piece);
        let mut batch = RowBatch::new(0);
        loop {
            match scanner.advance(&mut batch, rows).map_err(|error| error.to_string())? {
                Progress::NeedMore => match pieces.next() {
                    Some(piece) => scanner.input().extend_from_slice(piece),
                    None => return Err("cut".into()),
                },
                progress => {
                    assert!(batch.len() <= rows);
                    out.extend(
                        batch
                            .rows()
                            .map(|row| row.cells().map(str::to_owned).collect::<Vec<_>>()),
                    );
                    batch.clear();
                    if progress == Progress::Done {
                        return Ok((out, scanner.report().unwrap()));
                    }
                }
            }
        }
    }

    fn report(rows: &[(String, u32)]) -> String {
        serde_json::json!({
            "dimensionHeaders": [{"name": "city"}],
            "metricHeaders": [{"name": "users", "type": "TYPE_INTEGER"}],
            "rows": rows.iter().map(|(city, users)| serde_json::json!({
                "dimensionValues": [{"value": city}], "metricValues": [{"value": users.to_string()}]
            })).collect::<Vec<_>>(),
            "rowCount": 123_456,
            "metadata": {"currencyCode": "EUR", "timeZone": "Europe/Vienna"},
            "kind": "analyticsData#runReport"
        })
        .to_string()
    }

    proptest! {
        #[test]
        fn rows_and_rest_come_out_however_the_bytes_come_in(
            rows in prop::collection::vec((".{0,20}", any::<u32>()), 0..30), piece in 1usize..200, size in 1usize..8,
        ) {
            let json = report(&rows);
            let (read, rest) = read(&json, piece, size).unwrap();
            let expected: Vec<Vec<String>> = rows.iter().map(|(city, users)| vec![city.clone(), users.to_string()]).collect();
            prop_assert_eq!(read, expected);
            prop_assert_eq!(rest.row_count, 123_456);
            prop_assert_eq!(&rest.metadata.time_zone, "Europe/Vienna");
            prop_assert_eq!(&rest.metric_headers[0].kind, "TYPE_INTEGER");
        }
    }

    #[test]
    fn a_cut_report_is_never_taken_for_a_whole_one() {
        let json = report(&[("Wien".into(), 1), ("Graz".into(), 2)]);
        for cut in 0..json.len() {
            assert_eq!(read(&json[..cut], 16, 10), Err("cut".into()), "cut at {cut}");
        }
    }

    #[test]
    fn rows_of_different_widths_are_refused() {
        let json = r#"{"rows":[{"metricValues":[{"value":"1"}]},{"metricValues":[{"value":"1"},{"value":"2"}]}]}"#;
        assert!(read(json, 64, 10).unwrap_err().contains("2 values where 1"));
    }

    #[test]
    fn an_empty_report_is_complete() {
        let (rows, rest) = read(
            r#"{"metadata":{"emptyReason":"none"},"kind":"analyticsData#runReport"}"#,
            5,
            10,
        )
        .unwrap();
        assert!(rows.is_empty());
        assert_eq!(rest.kind, "analyticsData#runReport");
    }
}
