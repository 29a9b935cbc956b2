//! The database file and the one thread of this process that talks to it.
//!
//! Callers are async; SQLite is not. Each call travels to the thread as a closure and its answer comes back through a
//! oneshot channel, so no runtime thread ever blocks on the disk. Between processes SQLite's own locks decide (WAL,
//! a busy time-out of ten seconds).

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use crate::migrations;

/// How long a statement waits for another process before it fails.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

type Call = Box<dyn FnOnce(&mut Connection) + Send>;

/// A handle on the database. Cheap to clone; the file is closed when the last clone is dropped.
#[derive(Clone, Debug)]
pub struct Store {
    calls: mpsc::Sender<Call>,
}

/// Why the store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database {path} was written by a newer Gantry (schema {found}; this one knows {known})")]
    NewerSchema { path: PathBuf, found: i64, known: i64 },
    #[error("the database {path} could not be opened: {source}")]
    Unavailable { path: PathBuf, source: std::io::Error },
    #[error("the database could not be brought up to date: {0}")]
    Migration(#[from] rusqlite_migration::Error),
    #[error("the database refused: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("a document in the database could not be read or written: {0}")]
    Document(#[source] serde_json::Error),
    #[error("the database thread has ended")]
    Closed,
}

impl StoreError {
    /// Whether the disk is full or the file cannot be written: the person can do something about that.
    pub fn is_disk_trouble(&self) -> bool {
        use rusqlite::ErrorCode::{CannotOpen, DiskFull, ReadOnly, SystemIoFailure};
        match self {
            Self::Unavailable { .. } => true,
            Self::Sqlite(error) => {
                matches!(
                    error.sqlite_error_code(),
                    Some(DiskFull | ReadOnly | SystemIoFailure | CannotOpen)
                )
            }
            _ => false,
        }
    }
}

impl Store {
    /// Opens (or creates, readable by this user alone) the database at `path` and brings its schema up to date.
    ///
    /// Fails with [`StoreError::NewerSchema`], and changes nothing, where a newer Gantry has written the file.
    pub async fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let path = path.into();
        Self::start(move || open_file(&path)).await
    }

    /// A database in memory, gone with its last handle.
    pub async fn in_memory() -> Result<Self, StoreError> {
        Self::start(|| {
            let mut connection = Connection::open_in_memory()?;
            prepare(&mut connection)?;
            migrations::apply(&mut connection, Path::new(":memory:"))?;
            Ok(connection)
        })
        .await
    }

    async fn start(open: impl FnOnce() -> Result<Connection, StoreError> + Send + 'static) -> Result<Self, StoreError> {
        let (calls, inbox) = mpsc::channel::<Call>();
        let (opened, outcome) = oneshot::channel();
        std::thread::Builder::new()
            .name("gantry-store".to_owned())
            .spawn(move || match open() {
                Ok(mut connection) => {
                    if opened.send(Ok(())).is_ok() {
                        for call in inbox {
                            call(&mut connection);
                        }
                    }
                }
                Err(error) => drop(opened.send(Err(error))),
            })
            .map_err(|source| StoreError::Unavailable {
                path: PathBuf::new(),
                source,
            })?;
        outcome.await.map_err(|_| StoreError::Closed)??;
        Ok(Self { calls })
    }

    /// Runs `work` on the database thread.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let call: Call = Box::new(move |connection| drop(answer.send(work(connection))));
        self.calls.send(call).map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// As [`Store::call`], and what is committed is on the disk when it returns, even if the power fails next.
    pub(crate) async fn call_durably<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.call(move |connection| {
            connection.pragma_update(None, "synchronous", "FULL")?;
            let outcome = work(connection);
            connection.pragma_update(None, "synchronous", "NORMAL")?;
            outcome
        })
        .await
    }

    /// Runs `work` on the database thread without waiting for its end; a failure is logged.
    pub(crate) fn post(&self, work: impl FnOnce(&mut Connection) -> Result<(), StoreError> + Send + 'static) {
        let call: Call = Box::new(move |connection| {
            if let Err(error) = work(connection) {
                tracing::warn!(%error, "a background write to the database failed");
            }
        });
        if self.calls.send(call).is_err() {
            tracing::warn!("a background write came after the database was closed");
        }
    }

    /// Returns once everything posted before has been written.
    pub async fn flush(&self) -> Result<(), StoreError> {
        self.call(|_| Ok(())).await
    }

    /// Bytes that the database takes on the disk, without the write-ahead log.
    pub async fn size_in_bytes(&self) -> Result<u64, StoreError> {
        self.call(|connection| {
            let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
            let page: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
            Ok(u64::try_from(pages * page).unwrap_or(0))
        })
        .await
    }
}

fn open_file(path: &Path) -> Result<Connection, StoreError> {
    let unavailable = |source| StoreError::Unavailable {
        path: path.to_owned(),
        source,
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(unavailable)?;
    }
    private_file(path).map_err(unavailable)?;
    // Two processes that start at once must not migrate at once. The lock goes with the file handle.
    let lock = private_file(&path.with_extension("opening")).map_err(unavailable)?;
    lock.lock().map_err(unavailable)?;
    let mut connection = Connection::open(path)?;
    prepare(&mut connection)?;
    migrations::apply(&mut connection, path)?;
    Ok(connection)
}

fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn prepare(connection: &mut Connection) -> Result<(), StoreError> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // A transaction that reads first and writes later could fail where another process wrote in between.
    connection.set_transaction_behavior(TransactionBehavior::Immediate);
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.pragma_update(None, "trusted_schema", "OFF")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_database_of_a_newer_gantry_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gantry.sqlite");
        drop(Store::open(&path).await.unwrap());
        let newer = Connection::open(&path).unwrap();
        newer.pragma_update(None, "user_version", 9_999).unwrap();
        drop(newer);
        match Store::open(&path).await {
            Err(StoreError::NewerSchema {
                found: 9_999, known, ..
            }) => assert!(known > 0),
            other => panic!("{other:?}"),
        }
        let untouched: i64 = Connection::open(&path)
            .unwrap()
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap();
        assert_eq!(untouched, 9_999);
    }

    #[tokio::test]
    async fn many_processes_may_open_a_new_database_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep").join("gantry.sqlite");
        let opening: Vec<_> = (0..8).map(|_| tokio::spawn(Store::open(path.clone()))).collect();
        for one in opening {
            one.await.unwrap().unwrap();
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0);
        }
    }
}
