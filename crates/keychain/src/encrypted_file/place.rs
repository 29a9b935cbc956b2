//! Where the file is: read only where it is private, replaced whole, locked by one writer at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use google_oauth::{NoTokenStore, StoreProblem};

use super::broken;

/// Longer than any change takes.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(20);
/// Far above what any number of sign-ins takes.
const LARGEST: u64 = 16 * 1024 * 1024;

/// What has just been done of replacing the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Begun,
    HalfWritten,
    Written,
    Synced,
    Renamed,
}

/// One file.
pub(super) struct Place {
    path: PathBuf,
    /// Told each step; a test is killed there.
    #[cfg(test)]
    pub after: Option<fn(Step)>,
}

impl Place {
    pub fn new(path: PathBuf) -> Self {
        // Renaming over a link would replace the link.
        let path = std::fs::canonicalize(&path).unwrap_or(path);
        Self {
            path,
            #[cfg(test)]
            after: None,
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file's bytes; `None` where there is none. A file that others may read is refused.
    pub fn read(&self) -> Result<Option<Vec<u8>>, NoTokenStore> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(broken(self, "cannot be read", &error)),
        };
        let facts = file
            .metadata()
            .map_err(|error| broken(self, "cannot be read", &error))?;
        if !facts.is_file() || facts.len() > LARGEST {
            return Err(broken(self, "is no encrypted file", &"not a file, or far too large"));
        }
        self.is_private(&facts)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)
            .map_err(|error| broken(self, "cannot be read", &error))?;
        Ok(Some(bytes))
    }

    #[cfg(unix)]
    fn is_private(&self, facts: &std::fs::Metadata) -> Result<(), NoTokenStore> {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = facts.permissions().mode() & 0o777;
        // None of the six bits of the group and of others.
        if mode.trailing_zeros() >= 6 {
            return Ok(());
        }
        Err(NoTokenStore {
            problem: StoreProblem::Broken,
            reason: format!(
                "Other users of this computer may read {} (its mode is {mode:o}).",
                self.path.display()
            ),
            remedy: format!("Run: chmod 600 '{}'", self.path.display()),
            details: None,
        })
    }

    /// On Windows a file in a user's own folder is private by what the folder hands down.
    #[cfg(not(unix))]
    #[allow(clippy::unused_self, clippy::unnecessary_wraps)]
    fn is_private(&self, _: &std::fs::Metadata) -> Result<(), NoTokenStore> {
        Ok(())
    }

    /// Waits until no other process changes the file.
    pub fn lock(&self) -> Result<File, NoTokenStore> {
        let failed = |error: &dyn std::fmt::Display| broken(self, "cannot be locked", error);
        let file = private()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.beside("lock"))
            .map_err(|error| failed(&error))?;
        let started = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if started.elapsed() < LONGEST_WAIT => std::thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => return Err(failed(&"another Gantry does not let go of it")),
                Err(TryLockError::Error(error)) => return Err(failed(&error)),
            }
        }
    }

    /// Puts `bytes` in the file's place: whoever reads, and whenever the power fails, sees the old file or the new one.
    /// Only under the lock.
    pub fn replace(&self, bytes: &[u8]) -> Result<(), NoTokenStore> {
        let written = self.write_beside(bytes).and_then(|()| {
            std::fs::rename(self.beside("new"), &self.path)?;
            self.did(Step::Renamed);
            sync_folder(&self.path)
        });
        written.map_err(|error| NoTokenStore {
            remedy: format!(
                "The file was left as it is. Check that {} can be written and that the disk is not full.",
                self.path.parent().unwrap_or(Path::new(".")).display()
            ),
            ..broken(self, "could not be written", &error)
        })
    }

    fn write_beside(&self, bytes: &[u8]) -> std::io::Result<()> {
        let beside = self.beside("new");
        // What a killed writer left behind. Made anew, so that its mode is ours.
        match std::fs::remove_file(&beside) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = private().create_new(true).write(true).open(&beside)?;
        self.did(Step::Begun);
        let (first, rest) = bytes.split_at(bytes.len() / 2);
        file.write_all(first)?;
        self.did(Step::HalfWritten);
        file.write_all(rest)?;
        self.did(Step::Written);
        file.sync_all()?;
        self.did(Step::Synced);
        Ok(())
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(".");
        name.push(ending);
        PathBuf::from(name)
    }

    #[cfg(test)]
    fn did(&self, step: Step) {
        if let Some(after) = self.after {
            after(step);
        }
    }

    #[cfg(not(test))]
    #[allow(clippy::unused_self)]
    fn did(&self, _: Step) {}
}

/// Files that only this user may read.
#[cfg(unix)]
fn private() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

/// Windows gives a file the rights of its folder: in a person's own, nobody else's.
#[cfg(not(unix))]
fn private() -> OpenOptions {
    OpenOptions::new()
}

/// The new name is on the disk, too.
#[cfg(unix)]
fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)?.sync_all()
}

/// Windows has no such call.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)]
fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}
