//! The older form of a key, PKCS#12 (RFC 7292): a private key under a password, without its owner's e-mail.

use p12_keystore::error::Error as P12Error;
use p12_keystore::{Pkcs12Archive, PrivateKeyBag};

use super::error::ServiceAccountKeyError as KeyError;
use super::key::{LARGEST, ServiceAccountKey};
use super::private_key::RsaPrivateKey;
use crate::secret::SecretString;

/// Google's have 2.5 KB; the longest RSA key with a chain of certificates fits as well. Each encrypted part of a file may ask
/// for up to a million rounds of its key's derivation (what the crate allows), and has to be small to be one of many: this
/// bounds how long a file made to be slow can take.
const LARGEST_P12: usize = 16 * 1024;

/// What Google protects every P12 file with, and prints beside the download.
const DEFAULT_PASSWORD: &str = "notasecret";

impl ServiceAccountKey {
    /// Reads a P12 key of the service account `email`. Google's default password is tried first, then `password`. Pure:
    /// nothing is read, sent or stored.
    pub fn parse_p12(file: &[u8], email: &str, password: Option<&SecretString>) -> Result<Self, KeyError> {
        Self::of(email, private_key(file, password)?)
    }

    /// Whether a P12 file opens with Google's default password. An error where it is no P12 file of a key at all.
    pub fn p12_opens_by_default(file: &[u8]) -> Result<bool, KeyError> {
        match private_key(file, None) {
            Ok(_) => Ok(true),
            Err(KeyError::PasswordNeeded) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn private_key(file: &[u8], password: Option<&SecretString>) -> Result<RsaPrivateKey, KeyError> {
    if file.len() > LARGEST {
        return Err(KeyError::TooLarge(file.len() as u64));
    }
    if file.len() > LARGEST_P12 {
        return Err(KeyError::NotP12(format!(
            "it is {} bytes long, and one with a key alone is under 16 KiB",
            file.len()
        )));
    }
    let unreadable = |error: P12Error| KeyError::NotP12(error.to_string());
    let archive = match Pkcs12Archive::from_pkcs12(file, DEFAULT_PASSWORD) {
        Err(error) if is_about_password(&error) => {
            let password = password.ok_or(KeyError::PasswordNeeded)?;
            match Pkcs12Archive::from_pkcs12(file, password.expose()) {
                Err(error) if is_about_password(&error) => return Err(KeyError::WrongPassword),
                other => other.map_err(unreadable)?,
            }
        }
        other => other.map_err(unreadable)?,
    };
    match archive.keys.as_slice() {
        [PrivateKeyBag { key, .. }] => Ok(RsaPrivateKey::from_pkcs8(key.as_der())?),
        [] => Err(KeyError::NotP12("it holds no private key".to_owned())),
        _ => Err(KeyError::NotP12("it holds several private keys".to_owned())),
    }
}

/// The checksum does not fit, or, in a file without one, what was decrypted is nonsense.
fn is_about_password(error: &P12Error) -> bool {
    matches!(
        error,
        P12Error::MacError(_) | P12Error::UnpadError | P12Error::Pkcs5Error(_)
    )
}
