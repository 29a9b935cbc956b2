//! What every destination needs to know about a table, and what it says about what it wrote.

use std::path::PathBuf;

use gantry_domain::RowBatch;

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColumnKind {
    Text,
    Integer,
    Real,
}

/// A column of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub kind: ColumnKind,
    /// Part of the primary key: rows with the same key replace each other.
    pub key: bool,
}

/// A table: its name and its columns, in the order of the cells in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSpec {
    pub name: String,
    pub columns: Vec<Column>,
}

/// What became of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Rows whose key was new.
    pub inserted: u64,
    /// Rows whose key was there with other values.
    pub updated: u64,
    /// Rows that were there already, to the letter; they were not touched.
    pub unchanged: u64,
}

impl Written {
    /// All rows that were handed over.
    pub fn rows(self) -> u64 {
        self.inserted + self.updated + self.unchanged
    }
}

impl std::ops::AddAssign for Written {
    fn add_assign(&mut self, other: Self) {
        self.inserted += other.inserted;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
    }
}

/// Why a destination did not take the rows.
#[derive(Debug, thiserror::Error)]
pub enum DestinationError {
    #[error("a table needs a name and at least one column")]
    NoColumns,
    #[error("{0:?} cannot name a table or a column")]
    BadName(String),
    #[error("two columns are called {0:?}")]
    RepeatedColumn(String),
    #[error("a table that is filled again and again needs at least one key column")]
    NoKey,
    #[error("the table {table:?} in {path} has other columns: it has {found}; this export needs {wanted}")]
    TableDiffers {
        path: PathBuf,
        table: String,
        found: String,
        wanted: String,
    },
    #[error("{path} is not a SQLite database")]
    NotADatabase { path: PathBuf },
    #[error("{path} is locked by another program")]
    Locked { path: PathBuf },
    #[error("{path} could not be written: {source}")]
    Sqlite { path: PathBuf, source: rusqlite::Error },
    #[error("{path} could not be written: {source}")]
    File { path: PathBuf, source: std::io::Error },
    #[error("a row has {found} cells; the table has {wanted} columns")]
    Width { found: usize, wanted: usize },
}

/// Somewhere rows go.
pub trait Destination: Send {
    /// Writes the batch's whole rows. Rows may reach the disk only with [`Destination::finish`].
    fn write(&mut self, batch: &RowBatch) -> Result<Written, DestinationError>;

    /// Makes the rows so far durable where a part of a report is of use: a table keeps them, a CSV file does not.
    fn keep(&mut self) -> Result<(), DestinationError>;

    /// The rows that stay if the destination is dropped now.
    fn kept(&self) -> Written;

    /// Makes everything written so far durable and closes the destination.
    fn finish(self: Box<Self>) -> Result<(), DestinationError>;
}

impl TableSpec {
    /// Refuses specs that no destination can take.
    pub(crate) fn check(&self) -> Result<(), DestinationError> {
        if self.columns.is_empty() {
            return Err(DestinationError::NoColumns);
        }
        for name in std::iter::once(&self.name).chain(self.columns.iter().map(|column| &column.name)) {
            if name.trim().is_empty() || name.contains('\0') {
                return Err(DestinationError::BadName(name.clone()));
            }
        }
        let mut seen = std::collections::BTreeSet::new();
        match self
            .columns
            .iter()
            .find(|column| !seen.insert(column.name.to_lowercase()))
        {
            Some(column) => Err(DestinationError::RepeatedColumn(column.name.clone())),
            None => Ok(()),
        }
    }
}
