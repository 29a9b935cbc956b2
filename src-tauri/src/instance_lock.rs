//! One window a profile, held by the operating system: a lock on a file that ends with the process, however it ends.
//!
//! The single-instance plugin brings the first window forward, where it can find it: on Linux over D-Bus, which may be
//! denied or absent. This lock needs no bus.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use gantry_engine::Profile;

/// Held for as long as this lives.
#[derive(Debug)]
pub struct InstanceLock {
    _file: File,
}

/// Why there is no lock.
#[derive(Debug)]
pub enum NotLocked {
    /// Another window of the profile is open.
    Taken { data_directory: PathBuf },
    /// The file system has no locks, or refuses.
    Unsupported(io::Error),
}

impl InstanceLock {
    /// Takes the profile's lock, without waiting.
    pub fn take(profile: &Profile) -> Result<Self, NotLocked> {
        match lock(&profile.locks_directory()) {
            Ok(file) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(NotLocked::Taken {
                data_directory: profile.data_directory(),
            }),
            Err(TryLockError::Error(error)) => Err(NotLocked::Unsupported(error)),
        }
    }
}

fn lock(directory: &Path) -> Result<File, TryLockError> {
    let file = fs::create_dir_all(directory)
        .and_then(|()| {
            File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(directory.join("window.lock"))
        })
        .map_err(TryLockError::Error)?;
    file.try_lock()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    use gantry_domain::GoogleBase;

    fn profile(home: &tempfile::TempDir, port: u16) -> Profile {
        let base = GoogleBase::loopback(&format!("http://127.0.0.1:{port}")).unwrap();
        Profile::new(Some(home.path()), base).unwrap()
    }

    #[test]
    fn u4_a_profile_is_locked_once_until_its_holder_ends() {
        let home = tempfile::tempdir().unwrap();
        let first = InstanceLock::take(&profile(&home, 1)).unwrap();
        assert!(matches!(
            InstanceLock::take(&profile(&home, 1)),
            Err(NotLocked::Taken { .. })
        ));
        InstanceLock::take(&profile(&home, 2)).expect("another profile is another lock");
        drop(first);
        InstanceLock::take(&profile(&home, 1)).expect("the holder has ended");
    }

    #[test]
    fn u4_a_place_without_locks_is_told_from_a_taken_one() {
        let home = tempfile::tempdir().unwrap();
        let profile = profile(&home, 1);
        fs::create_dir_all(profile.data_directory()).unwrap();
        fs::write(profile.locks_directory(), "a file where the folder should be").unwrap();
        assert!(matches!(InstanceLock::take(&profile), Err(NotLocked::Unsupported(_))));
    }
}
