//! Rows into files: a keyed, typed SQLite table, or CSV. The only room, besides the store, that speaks SQL.
//!
//! A destination takes [`gantry_domain::RowBatch`]es of text cells and turns them into its columns' types. It is
//! synchronous: callers run it on a blocking thread.

mod address;
mod csv_file;
mod sqlite_file;
mod table;

pub use address::{Address, AddressError};
pub use csv_file::CsvFile;
pub use sqlite_file::SqliteFile;
pub use table::{Column, ColumnKind, Destination, DestinationError, TableSpec, Written};
