//! Reading a key file: no more of it than a key can be, and, where it stays where it is, only if nobody else can read it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use zeroize::Zeroizing;

use super::error::{KeyFileError, ServiceAccountKeyError};
use super::key::{LARGEST, ServiceAccountKey};
use crate::secret::SecretString;

/// What a key file is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFileFormat {
    Json,
    P12,
}

impl KeyFileFormat {
    /// By the first bytes: a P12 file is a DER sequence, longer than the 127 bytes that a short length can say.
    pub fn of(file: &[u8]) -> Self {
        match file {
            [0x30, length, ..] if *length >= 0x80 => Self::P12,
            _ => Self::Json,
        }
    }
}

impl ServiceAccountKey {
    /// Reads a key of either format; a P12 file holds no e-mail, so that one has to be named, and may have a password.
    pub fn parse_any(
        file: &[u8],
        email: Option<&str>,
        password: Option<&SecretString>,
    ) -> Result<Self, ServiceAccountKeyError> {
        match KeyFileFormat::of(file) {
            KeyFileFormat::Json => Self::parse(file),
            KeyFileFormat::P12 => Self::parse_p12(file, email.unwrap_or_default(), password),
        }
    }
}

/// Reads the file at `path`, which is no longer than a key. Blocks for as long as the disk takes.
pub fn read_key_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    read(path, |_| Ok(()))
}

/// The same for a key that stays in its file: refused where its group or everybody may read or change it. A key in a file
/// is as good as a password.
pub fn read_private_key_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    read(path, |file| is_private(path, file))
}

fn read(
    path: &Path,
    check: impl FnOnce(&File) -> Result<(), KeyFileError>,
) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    let unreadable = |error: std::io::Error| KeyFileError::Unreadable {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    // One handle for the check and for the reading: what was checked is what is read.
    let file = File::open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if !about.is_file() {
        return Err(KeyFileError::Unreadable {
            path: path.to_owned(),
            reason: "it is no file".to_owned(),
        });
    }
    check(&file)?;
    let too_large = |length| KeyFileError::Unusable {
        path: path.to_owned(),
        error: ServiceAccountKeyError::TooLarge(length),
    };
    if about.len() > LARGEST as u64 {
        return Err(too_large(about.len()));
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(LARGEST + 1));
    file.take(LARGEST as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() > LARGEST {
        return Err(too_large(bytes.len() as u64));
    }
    Ok(bytes)
}

#[cfg(unix)]
fn is_private(path: &Path, file: &File) -> Result<(), KeyFileError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = file
        .metadata()
        .map_err(|error| KeyFileError::Unreadable {
            path: path.to_owned(),
            reason: error.to_string(),
        })?
        .permissions()
        .mode();
    if mode & 0o077 != 0 {
        return Err(KeyFileError::Exposed {
            path: path.to_owned(),
            mode: mode & 0o777,
        });
    }
    Ok(())
}

/// On Windows a file's readers are an access control list that it inherits from its folder, and a person's own folders
/// are closed to others: there is no mode to check, and nothing to tell somebody to type.
#[cfg(not(unix))]
fn is_private(_: &Path, _: &File) -> Result<(), KeyFileError> {
    Ok(())
}
