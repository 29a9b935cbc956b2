//! A CSV file as a table: headings, and rows that know their line in the file (RFC 4180, as Excel bends it).
//!
//! Comma, semicolon and tab are told apart by the headings, or by Excel's own `sep=;` line. Quoted fields may hold line
//! ends. Rows without any text are no rows.

use super::text::decoded;
use crate::error::{Error, Result};

/// A list of clients is far smaller; anything above is another file.
pub const LARGEST_FILE: usize = 10 * 1024 * 1024;
pub const MOST_ROWS: usize = 5_000;
const MOST_COLUMNS: usize = 200;
/// In the order in which a tie is settled.
const DELIMITERS: [char; 3] = [',', ';', '\t'];

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub delimiter: char,
    /// In the file's order; an empty one is called after its position, one that is there twice is numbered.
    pub headings: Vec<String>,
    pub rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it begins in the file, the first line being 1.
    pub line: u32,
    /// As many as there are headings, or fewer where the row is short.
    pub cells: Vec<String>,
}

/// Reads a file's bytes. Fails where it is too large, is no text, or has no row below its headings.
pub fn read(bytes: &[u8]) -> Result<Table> {
    if bytes.len() > LARGEST_FILE {
        return Err(Error::invalid(
            "The file is larger than 10 MB.",
            "Save only the sheet with the clients as CSV, or cut it into several files.",
        ));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(Error::invalid(
            "This is an Excel workbook, not a CSV file.",
            "In Excel choose \"Save as\" and \"CSV UTF-8\", then take that file.",
        ));
    }
    let text = decoded(bytes);
    if text.contains('\0') {
        return Err(Error::invalid(
            "The file is not text.",
            "Save the sheet as CSV, then take that file.",
        ));
    }
    let (named, body, first_line) = separator_line(&text);
    let delimiter = named.unwrap_or_else(|| sniffed(body));
    let mut records = Records::new(body, delimiter, first_line).filter(|row| !is_blank(row));
    let headings = records.next().ok_or_else(|| {
        Error::invalid(
            "The file is empty.",
            "Take a CSV file with a line of headings and a row for each client.",
        )
    })?;
    if headings.cells.len() > MOST_COLUMNS {
        return Err(Error::invalid(
            format!("The file has {} columns.", headings.cells.len()),
            format!("Keep the columns that a set-up needs, at most {MOST_COLUMNS}."),
        ));
    }
    let headings = named_columns(headings.cells);
    let mut rows = Vec::new();
    for mut row in records {
        if rows.len() == MOST_ROWS {
            return Err(Error::invalid(
                "The file has more than 5,000 rows.",
                "Cut it into several files.",
            ));
        }
        row.cells.truncate(headings.len());
        rows.push(row);
    }
    if rows.is_empty() {
        return Err(Error::invalid(
            "The file has headings and no rows.",
            "Add a row for each client.",
        ));
    }
    Ok(Table {
        delimiter,
        headings,
        rows,
    })
}

/// Excel's `sep=;` in the first line: what it names, the text after it, and the number of the next line.
fn separator_line(text: &str) -> (Option<char>, &str, u32) {
    let (first, rest) = match text.find(['\r', '\n']) {
        Some(end) => (&text[..end], &text[end..]),
        None => (text, ""),
    };
    let named = first
        .trim_matches('"')
        .strip_prefix("sep=")
        .map(|rest| rest.trim_end_matches('"'))
        .and_then(|rest| {
            let mut letters = rest.chars();
            letters.next().filter(|_| letters.next().is_none())
        });
    match named.filter(|delimiter| *delimiter != '"') {
        Some(delimiter) => {
            let rest = rest
                .strip_prefix("\r\n")
                .or_else(|| rest.strip_prefix(['\r', '\n']))
                .unwrap_or(rest);
            (Some(delimiter), rest, 2)
        }
        None => (None, text, 1),
    }
}

/// The delimiter that cuts the headings into most columns.
fn sniffed(text: &str) -> char {
    let columns = |delimiter: char| {
        let mut records = Records::new(text, delimiter, 1).filter(|row| !is_blank(row));
        records.next().map_or(0, |row| row.cells.len())
    };
    let mut best = (DELIMITERS[0], columns(DELIMITERS[0]));
    for delimiter in &DELIMITERS[1..] {
        let found = columns(*delimiter);
        if found > best.1 {
            best = (*delimiter, found);
        }
    }
    best.0
}

fn is_blank(row: &Row) -> bool {
    row.cells.iter().all(|cell| has_no_text(cell))
}

/// Delimiters alone say nothing, whichever of them the file is cut by.
fn has_no_text(cell: &str) -> bool {
    cell.chars()
        .all(|letter| letter.is_whitespace() || DELIMITERS.contains(&letter))
}

/// Headings that differ from each other, so that a column can be named.
fn named_columns(cells: Vec<String>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (index, cell) in cells.into_iter().enumerate() {
        let cell = cell.split_whitespace().collect::<Vec<_>>().join(" ");
        let base = if cell.is_empty() {
            format!("Column {}", index + 1)
        } else {
            cell
        };
        let mut name = base.clone();
        let mut count = 1;
        while names.contains(&name) {
            count += 1;
            name = format!("{base} ({count})");
        }
        names.push(name);
    }
    names
}

/// The records of a text, one after the other. A quote inside an unquoted field is a letter; text after a closing quote
/// belongs to the field, as Excel reads it.
struct Records<'a> {
    letters: std::iter::Peekable<std::str::Chars<'a>>,
    delimiter: char,
    line: u32,
}

impl<'a> Records<'a> {
    fn new(text: &'a str, delimiter: char, line: u32) -> Self {
        Self {
            letters: text.chars().peekable(),
            delimiter,
            line,
        }
    }

    /// The line ends: `\r\n` counts once.
    fn line_end(&mut self, letter: char) {
        if letter == '\r' {
            self.letters.next_if_eq(&'\n');
        }
        self.line = self.line.saturating_add(1);
    }
}

impl Iterator for Records<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        self.letters.peek()?;
        let (line, mut cells, mut cell) = (self.line, Vec::new(), String::new());
        let (mut quoted, mut fresh) = (false, true);
        while let Some(letter) = self.letters.next() {
            match letter {
                '"' if quoted => {
                    if self.letters.next_if_eq(&'"').is_some() {
                        cell.push('"');
                    } else {
                        quoted = false;
                    }
                }
                '\r' | '\n' if quoted => {
                    self.line_end(letter);
                    cell.push('\n');
                }
                '"' if fresh => {
                    quoted = true;
                    fresh = false;
                }
                _ if quoted => cell.push(letter),
                '\r' | '\n' => {
                    self.line_end(letter);
                    break;
                }
                _ if letter == self.delimiter => {
                    cells.push(std::mem::take(&mut cell));
                    fresh = true;
                }
                _ => {
                    cell.push(letter);
                    fresh = false;
                }
            }
        }
        cells.push(cell);
        Some(Row { line, cells })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cells(table: &Table) -> Vec<(u32, Vec<&str>)> {
        let rows = table.rows.iter();
        rows.map(|row| (row.line, row.cells.iter().map(String::as_str).collect()))
            .collect()
    }

    #[test]
    fn excels_semicolons_tabs_and_separator_line_are_read() {
        for (text, delimiter) in [
            ("Name,Website\na,b\n", ','),
            ("Name;Website\r\na;b", ';'),
            ("Name\tWebsite\na\tb", '\t'),
            ("sep=;\r\nName;Web,site\r\na;b\r\n", ';'),
            ("\"sep=|\"\nName|Website\na|b", '|'),
            ("\"Name, as known\";Website\na;b", ';'),
        ] {
            let table = read(text.as_bytes()).unwrap();
            assert_eq!((table.delimiter, table.headings.len()), (delimiter, 2), "{text}");
            assert_eq!(table.rows[0].cells, ["a", "b"], "{text}");
        }
    }

    #[test]
    fn rows_know_their_line_across_quoted_line_ends_and_blank_rows() {
        let text = "Name,Website\n\n,,\n\"Bakery \"\"Am\r\nHafen\"\"\",a.example,more\r\n\r\nShort\n";
        let table = read(text.as_bytes()).unwrap();
        assert_eq!(
            cells(&table),
            [(4, vec!["Bakery \"Am\nHafen\"", "a.example"]), (7, vec!["Short"])]
        );
        let table = read(b"sep=,\nName,Website\na,b").unwrap();
        assert_eq!(cells(&table)[0].0, 3);
    }

    #[test]
    fn headings_can_always_be_named() {
        let table = read(b"Name,,Name,  Web \n site\n1,2,3,4").unwrap();
        assert_eq!(table.headings, ["Name", "Column 2", "Name (2)", "Web"]);
    }

    #[test]
    fn what_is_no_list_of_clients_is_refused_in_words() {
        let wrong = |bytes: &[u8]| read(bytes).unwrap_err().message;
        assert!(wrong(b"").contains("empty"));
        assert!(wrong(b"\n ;\n").contains("empty"));
        assert!(wrong(b"Name,Website\n").contains("no rows"));
        assert!(wrong(b"PK\x03\x04...").contains("Excel workbook"));
        assert!(wrong(b"a,b\n\0\0\0").contains("not text"));
        assert!(wrong(&vec![b'a'; LARGEST_FILE + 1]).contains("10 MB"));
        let many = "a\n".repeat(MOST_ROWS + 2);
        assert!(wrong(many.as_bytes()).contains("5,000"));
        assert!(wrong(",".repeat(300).replacen(',', "a,", 1).as_bytes()).contains("columns"));
    }

    proptest! {
        /// What is written by the book is read as it was.
        #[test]
        fn fields_of_any_text_come_back(
            rows in prop::collection::vec(prop::collection::vec("[a-z\",;\n\t ä]{0,6}", 3), 1..6),
            delimiter in prop::sample::select(vec![',', ';', '\t']),
        ) {
            let line = |cells: &[String]| {
                let quoted: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
                quoted.join(&delimiter.to_string())
            };
            let text = format!("a{delimiter}b{delimiter}c\n{}", rows.iter().map(|row| line(row)).collect::<Vec<_>>().join("\r\n"));
            let kept: Vec<Vec<String>> = rows.into_iter().filter(|row| row.iter().any(|cell| !has_no_text(cell))).collect();
            match read(text.as_bytes()) {
                Ok(table) => {
                    prop_assert_eq!(table.rows.into_iter().map(|row| row.cells).collect::<Vec<_>>(), kept);
                }
                Err(_) => prop_assert!(kept.is_empty()),
            }
        }

        #[test]
        fn no_bytes_make_it_fall(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes);
        }
    }
}
