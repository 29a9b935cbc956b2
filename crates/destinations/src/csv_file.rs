//! Rows into a CSV file (RFC 4180, UTF-8, a header line). The file appears under its name only when it is whole.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use csv::{Terminator, Writer, WriterBuilder};
use gantry_domain::RowBatch;

use crate::table::{Destination, DestinationError, TableSpec, Written};

/// A CSV file being written. Dropped before [`Destination::finish`], it leaves what was there before as it was.
#[derive(Debug)]
pub struct CsvFile {
    path: PathBuf,
    partial: PathBuf,
    /// `None` once finished.
    writer: Option<Writer<BufWriter<File>>>,
    columns: usize,
}

impl CsvFile {
    /// Begins a new file that will replace `path`. Cells are written as they come; nothing is added to cells that a
    /// spreadsheet would take for a formula, since the file is data first.
    pub fn create(path: impl Into<PathBuf>, table: &TableSpec) -> Result<Self, DestinationError> {
        table.check()?;
        let path = path.into();
        let mut partial = path.clone().into_os_string();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let file = File::create(&partial).map_err(|source| DestinationError::File {
            path: path.clone(),
            source,
        })?;
        let writer = WriterBuilder::new()
            .terminator(Terminator::CRLF)
            .from_writer(BufWriter::with_capacity(1 << 16, file));
        let mut made = Self {
            path,
            partial,
            writer: Some(writer),
            columns: table.columns.len(),
        };
        let header: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        made.record(header)?;
        Ok(made)
    }

    fn record<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) -> Result<(), DestinationError> {
        let path = &self.path;
        match &mut self.writer {
            Some(writer) => writer.write_record(cells).map_err(|error| failed(path, error)),
            None => Ok(()),
        }
    }
}

fn failed(path: &Path, error: csv::Error) -> DestinationError {
    let source = match error.into_kind() {
        csv::ErrorKind::Io(source) => source,
        other => std::io::Error::other(format!("{other:?}")),
    };
    DestinationError::File {
        path: path.to_owned(),
        source,
    }
}

impl Destination for CsvFile {
    fn write(&mut self, batch: &RowBatch) -> Result<Written, DestinationError> {
        if batch.columns() != self.columns {
            return Err(DestinationError::Width {
                found: batch.columns(),
                wanted: self.columns,
            });
        }
        let mut written = Written::default();
        for row in batch.rows() {
            self.record(row.cells())?;
            written.inserted += 1;
        }
        Ok(written)
    }

    fn keep(&mut self) -> Result<(), DestinationError> {
        Ok(())
    }

    fn kept(&self) -> Written {
        Written::default()
    }

    fn finish(mut self: Box<Self>) -> Result<(), DestinationError> {
        let Some(writer) = self.writer.take() else {
            return Ok(());
        };
        let put_in_place = || -> std::io::Result<()> {
            let mut file = writer
                .into_inner()
                .map_err(|error| std::io::Error::other(error.to_string()))?;
            file.flush()?;
            file.get_ref().sync_all()?;
            drop(file);
            std::fs::rename(&self.partial, &self.path)
        };
        put_in_place().map_err(|source| DestinationError::File {
            path: self.path.clone(),
            source,
        })
    }
}

impl Drop for CsvFile {
    fn drop(&mut self) {
        if self.writer.take().is_some() {
            let _ = std::fs::remove_file(&self.partial);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{Column, ColumnKind};
    use proptest::prelude::*;

    fn table(names: &[&str]) -> TableSpec {
        let column = |name: &&str| Column {
            name: (*name).to_owned(),
            kind: ColumnKind::Text,
            key: false,
        };
        TableSpec {
            name: "report".to_owned(),
            columns: names.iter().map(column).collect(),
        }
    }

    proptest! {
        #[test]
        fn any_cell_survives(rows in prop::collection::vec(prop::collection::vec("[a-z\",;=\r\n\t é🚀]{0,8}", 3), 0..12)) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("out.csv");
            let mut file = Box::new(CsvFile::create(&path, &table(&["a", "b,\"", "c\nd"])).unwrap());
            let mut batch = RowBatch::new(3);
            for row in &rows {
                batch.push_row(row.iter().map(String::as_str));
            }
            file.write(&batch).unwrap();
            file.finish().unwrap();
            let mut reader = csv::Reader::from_path(&path).unwrap();
            prop_assert_eq!(reader.headers().unwrap(), &csv::StringRecord::from(vec!["a", "b,\"", "c\nd"]));
            let back: Vec<Vec<String>> =
                reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
            prop_assert_eq!(back, rows);
        }
    }

    #[test]
    fn a_file_that_was_not_finished_leaves_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        std::fs::write(&path, "yesterday").unwrap();
        let mut file = CsvFile::create(&path, &table(&["a"])).unwrap();
        let mut batch = RowBatch::new(1);
        batch.push_row(["x"]);
        file.write(&batch).unwrap();
        drop(file);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "yesterday");
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing is left behind"
        );
    }
}
