//! Rows into a typed table of a SQLite file, replaced by key.
//!
//! The table has a primary key over the key columns and no rowid, so a row is found and kept in one b-tree. A row that
//! is there already, to the letter, is left alone: loading the same report again reads the table and writes nothing.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gantry_domain::{Row, RowBatch};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OptionalExtension, Statement};

use crate::table::{Column, ColumnKind, Destination, DestinationError, TableSpec, Written};

/// Rows between two commits: a crash loses at most these, and loading again repairs it. As many as Google gives in one
/// answer, since each further commit writes pages that the next rows change again.
const ROWS_PER_TRANSACTION: u64 = 250_000;
/// How long to wait for another program that has the file locked.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// SQLite's page cache, in KiB: enough for the table's edge, small enough for the memory aim.
const CACHE_KIB: i64 = 32 * 1024;

/// A table of a SQLite file, open for upserts.
#[derive(Debug)]
pub struct SqliteFile {
    path: PathBuf,
    connection: Connection,
    sql: Sql,
    columns: Vec<Column>,
    /// Whether the last row was in the table already: decides whether the next row is looked up or inserted first.
    expect_known: bool,
    rows_in_transaction: u64,
    /// What the open transaction holds.
    pending: Written,
    committed: Written,
    /// Row numbers of the batch at hand, in key order; kept to save the allocation.
    order: Vec<usize>,
}

#[derive(Debug)]
struct Sql {
    insert: String,
    select: String,
    update: String,
}

impl SqliteFile {
    /// Opens (or creates) the file and the table. Fails with [`DestinationError::TableDiffers`], and changes nothing,
    /// where the table exists with other columns.
    pub fn open(path: impl Into<PathBuf>, table: &TableSpec) -> Result<Self, DestinationError> {
        let path = path.into();
        table.check()?;
        if !table.columns.iter().any(|column| column.key) {
            return Err(DestinationError::NoKey);
        }
        if table.name.to_ascii_lowercase().starts_with("sqlite_") {
            return Err(DestinationError::BadName(table.name.clone()));
        }
        let connection = Connection::open(&path).map_err(|error| failed(&path, error))?;
        prepare(&connection, &path, table)?;
        Ok(Self {
            path,
            connection,
            sql: Sql::of(table),
            columns: table.columns.clone(),
            expect_known: false,
            rows_in_transaction: 0,
            pending: Written::default(),
            committed: Written::default(),
            order: Vec::new(),
        })
    }

    fn commit(&mut self) -> Result<(), rusqlite::Error> {
        if self.rows_in_transaction > 0 {
            self.connection.execute_batch("COMMIT")?;
            self.rows_in_transaction = 0;
            self.committed += std::mem::take(&mut self.pending);
        }
        Ok(())
    }

    fn upsert(&mut self, batch: &RowBatch) -> Result<Written, rusqlite::Error> {
        let mut written = Written::default();
        if batch.is_empty() {
            return Ok(written);
        }
        if self.rows_in_transaction == 0 {
            self.connection.execute_batch("BEGIN IMMEDIATE")?;
        }
        // In key order neighbours land on the same page of the b-tree; of two rows with one key the later one wins.
        let keys: Vec<usize> = positions(&self.columns, |column| column.key);
        let values: Vec<usize> = positions(&self.columns, |column| !column.key);
        self.order.clear();
        self.order.extend(0..batch.len());
        let key_of = |row: Row<'_>, other: Row<'_>| {
            keys.iter()
                .map(|key| row.cell(*key).cmp(other.cell(*key)))
                .find(|order| order.is_ne())
        };
        self.order
            .sort_by(|one, other| match (batch.row(*one), batch.row(*other)) {
                (Some(one), Some(other)) => key_of(one, other).unwrap_or(std::cmp::Ordering::Equal),
                _ => std::cmp::Ordering::Equal,
            });
        let mut table = Table {
            insert: self.connection.prepare_cached(&self.sql.insert)?,
            select: self.connection.prepare_cached(&self.sql.select)?,
            update: self.connection.prepare_cached(&self.sql.update)?,
            columns: &self.columns,
            keys: &keys,
            values: &values,
        };
        for row in self.order.iter().filter_map(|index| batch.row(*index)) {
            let known = if self.expect_known {
                match table.same(row)? {
                    Some(true) => Outcome::Unchanged,
                    Some(false) => table.replace(row)?,
                    None => table.add(row)?.unwrap_or(Outcome::Unchanged),
                }
            } else {
                match table.add(row)? {
                    Some(inserted) => inserted,
                    None => match table.same(row)? {
                        Some(false) => table.replace(row)?,
                        _ => Outcome::Unchanged,
                    },
                }
            };
            self.expect_known = !matches!(known, Outcome::Inserted);
            match known {
                Outcome::Inserted => written.inserted += 1,
                Outcome::Updated => written.updated += 1,
                Outcome::Unchanged => written.unchanged += 1,
            }
        }
        drop(table);
        self.rows_in_transaction += written.rows();
        self.pending += written;
        if self.rows_in_transaction >= ROWS_PER_TRANSACTION {
            self.commit()?;
        }
        Ok(written)
    }
}

impl Destination for SqliteFile {
    fn write(&mut self, batch: &RowBatch) -> Result<Written, DestinationError> {
        if batch.columns() != self.columns.len() {
            return Err(DestinationError::Width {
                found: batch.columns(),
                wanted: self.columns.len(),
            });
        }
        self.upsert(batch).map_err(|error| failed(&self.path, error))
    }

    fn keep(&mut self) -> Result<(), DestinationError> {
        self.commit().map_err(|error| failed(&self.path, error))
    }

    fn kept(&self) -> Written {
        self.committed
    }

    fn finish(mut self: Box<Self>) -> Result<(), DestinationError> {
        self.commit().map_err(|error| failed(&self.path, error))?;
        let Self { path, connection, .. } = *self;
        connection.close().map_err(|(_, error)| failed(&path, error))
    }
}

enum Outcome {
    Inserted,
    Updated,
    Unchanged,
}

/// The table's three statements, for one batch.
struct Table<'a> {
    insert: rusqlite::CachedStatement<'a>,
    select: rusqlite::CachedStatement<'a>,
    update: rusqlite::CachedStatement<'a>,
    columns: &'a [Column],
    keys: &'a [usize],
    values: &'a [usize],
}

impl Table<'_> {
    /// Adds the row; `None` where its key is there already.
    fn add(&mut self, row: Row<'_>) -> rusqlite::Result<Option<Outcome>> {
        for (index, column) in self.columns.iter().enumerate() {
            bind(&mut self.insert, index + 1, row.cell(index), column)?;
        }
        Ok((self.insert.raw_execute()? > 0).then_some(Outcome::Inserted))
    }

    /// Whether the row that has this key has these values too; `None` where there is none.
    fn same(&mut self, row: Row<'_>) -> rusqlite::Result<Option<bool>> {
        for (parameter, key) in self.keys.iter().enumerate() {
            bind(&mut self.select, parameter + 1, row.cell(*key), &self.columns[*key])?;
        }
        let mut found = self.select.raw_query();
        let Some(there) = found.next()? else { return Ok(None) };
        for (position, value) in self.values.iter().enumerate() {
            if !Cell::of(row.cell(*value), self.columns[*value].kind).is(there.get_ref(position)?) {
                return Ok(Some(false));
            }
        }
        Ok(Some(true))
    }

    /// Gives the row that has this key these values.
    fn replace(&mut self, row: Row<'_>) -> rusqlite::Result<Outcome> {
        for (parameter, column) in self.values.iter().chain(self.keys).enumerate() {
            bind(
                &mut self.update,
                parameter + 1,
                row.cell(*column),
                &self.columns[*column],
            )?;
        }
        self.update.raw_execute()?;
        Ok(Outcome::Updated)
    }
}

/// A cell in its column's type. What is no number stays text; SQLite can hold it, and nothing is lost.
enum Cell<'a> {
    Null,
    Text(&'a str),
    Integer(i64),
    Real(f64),
}

impl<'a> Cell<'a> {
    fn of(text: &'a str, kind: ColumnKind) -> Self {
        let real = || {
            text.parse()
                .ok()
                .filter(|value: &f64| value.is_finite())
                .map(Self::Real)
        };
        match kind {
            ColumnKind::Text => Self::Text(text),
            _ if text.is_empty() => Self::Null,
            ColumnKind::Integer => text
                .parse()
                .ok()
                .map(Self::Integer)
                .or_else(real)
                .unwrap_or(Self::Text(text)),
            ColumnKind::Real => real().unwrap_or(Self::Text(text)),
        }
    }

    fn is(&self, there: ValueRef<'_>) -> bool {
        match (self, there) {
            (Self::Null, ValueRef::Null) => true,
            (Self::Text(text), ValueRef::Text(there)) => text.as_bytes() == there,
            (Self::Integer(value), ValueRef::Integer(there)) => *value == there,
            (Self::Real(value), ValueRef::Real(there)) => value.to_bits() == there.to_bits(),
            // An INTEGER column keeps 12.0 as 12.
            (Self::Real(value), ValueRef::Integer(there)) => (there as f64).to_bits() == value.to_bits(),
            _ => false,
        }
    }
}

fn bind(statement: &mut Statement<'_>, parameter: usize, text: &str, column: &Column) -> rusqlite::Result<()> {
    match Cell::of(text, column.kind) {
        // A key is never NULL: NULLs are all different.
        Cell::Null if column.key => statement.raw_bind_parameter(parameter, ""),
        Cell::Null => statement.raw_bind_parameter(parameter, rusqlite::types::Null),
        Cell::Text(text) => statement.raw_bind_parameter(parameter, text),
        Cell::Integer(value) => statement.raw_bind_parameter(parameter, value),
        Cell::Real(value) => statement.raw_bind_parameter(parameter, value),
    }
}

fn positions(columns: &[Column], wanted: impl Fn(&Column) -> bool) -> Vec<usize> {
    (0..columns.len())
        .filter(|index| columns.get(*index).is_some_and(&wanted))
        .collect()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn type_of(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text => "TEXT",
        ColumnKind::Integer => "INTEGER",
        ColumnKind::Real => "REAL",
    }
}

impl Sql {
    fn of(table: &TableSpec) -> Self {
        let name = quoted(&table.name);
        let list = |columns: &[&Column], separator: &str, form: &dyn Fn(&str, usize) -> String| {
            let parts: Vec<String> = columns
                .iter()
                .enumerate()
                .map(|(index, column)| form(&quoted(&column.name), index))
                .collect();
            parts.join(separator)
        };
        let all: Vec<&Column> = table.columns.iter().collect();
        let (keys, values): (Vec<&Column>, Vec<&Column>) = table.columns.iter().partition(|column| column.key);
        let plain = |column: &str, _: usize| column.to_owned();
        let insert = format!(
            "INSERT INTO {name} ({}) VALUES ({}) ON CONFLICT DO NOTHING",
            list(&all, ", ", &plain),
            list(&all, ", ", &|_, index| format!("?{}", index + 1))
        );
        let by_key = |first: usize| {
            list(&keys, " AND ", &|column, index| {
                format!("{column} = ?{}", index + first)
            })
        };
        let wanted = if values.is_empty() {
            "1".to_owned()
        } else {
            list(&values, ", ", &plain)
        };
        let select = format!("SELECT {wanted} FROM {name} WHERE {}", by_key(1));
        // Without values nothing can differ and the statement is never run.
        let changes = if values.is_empty() {
            let key = keys.first().map(|column| quoted(&column.name)).unwrap_or_default();
            format!("{key} = {key}")
        } else {
            list(&values, ", ", &|column, index| format!("{column} = ?{}", index + 1))
        };
        let update = format!("UPDATE {name} SET {changes} WHERE {}", by_key(values.len() + 1));
        Self { insert, select, update }
    }
}

fn prepare(connection: &Connection, path: &Path, table: &TableSpec) -> Result<(), DestinationError> {
    let run = || -> rusqlite::Result<Option<String>> {
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        let there: Option<String> = connection
            .query_row(
                "SELECT type FROM sqlite_schema WHERE name = ?1 COLLATE NOCASE",
                [&table.name],
                |row| row.get(0),
            )
            .optional()?;
        match there.as_deref() {
            None => connection.execute_batch(&create(table)).map(|()| None),
            Some("table") => {
                let found = columns_of(connection, &table.name)?;
                Ok((sorted(&found) != sorted(&table.columns)).then(|| described(&found)))
            }
            Some(other) => Ok(Some(format!("no columns: it is a {other}"))),
        }
    };
    match run() {
        Ok(None) => Ok(()),
        Ok(Some(found)) => Err(DestinationError::TableDiffers {
            path: path.to_owned(),
            table: table.name.clone(),
            found,
            wanted: described(&table.columns),
        }),
        Err(error) => Err(failed(path, error)),
    }
}

fn create(table: &TableSpec) -> String {
    let mut sql = format!("CREATE TABLE {} (", quoted(&table.name));
    for column in &table.columns {
        let not_null = if column.key { " NOT NULL" } else { "" };
        let _ = write!(sql, "{} {}{not_null}, ", quoted(&column.name), type_of(column.kind));
    }
    let keys: Vec<String> = table
        .columns
        .iter()
        .filter(|column| column.key)
        .map(|column| quoted(&column.name))
        .collect();
    let _ = write!(sql, "PRIMARY KEY ({})) WITHOUT ROWID", keys.join(", "));
    sql
}

fn columns_of(connection: &Connection, table: &str) -> rusqlite::Result<Vec<Column>> {
    let mut statement = connection.prepare("SELECT name, upper(type), pk > 0 FROM pragma_table_info(?1)")?;
    let columns = statement.query_map([table], |row| {
        let kind: String = row.get(1)?;
        let kind = match kind.as_str() {
            "INTEGER" | "INT" | "BIGINT" => ColumnKind::Integer,
            "REAL" | "DOUBLE" | "FLOAT" | "DOUBLE PRECISION" => ColumnKind::Real,
            _ => ColumnKind::Text,
        };
        Ok(Column {
            name: row.get(0)?,
            kind,
            key: row.get(2)?,
        })
    })?;
    columns.collect()
}

fn sorted(columns: &[Column]) -> Vec<(String, &'static str, bool)> {
    let mut facts: Vec<_> = columns
        .iter()
        .map(|column| (column.name.to_lowercase(), type_of(column.kind), column.key))
        .collect();
    facts.sort();
    facts
}

fn described(columns: &[Column]) -> String {
    let parts: Vec<String> = columns
        .iter()
        .map(|column| {
            format!(
                "{} {}{}",
                column.name,
                type_of(column.kind),
                if column.key { " key" } else { "" }
            )
        })
        .collect();
    parts.join(", ")
}

fn failed(path: &Path, source: rusqlite::Error) -> DestinationError {
    let path = path.to_owned();
    match source.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => DestinationError::NotADatabase { path },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => DestinationError::Locked { path },
        _ => DestinationError::Sqlite { path, source },
    }
}

#[cfg(test)]
mod tests;
