//! Where a connection's key is: in a store, or in a file that stays where it is and is read again for each use.

use std::path::PathBuf;
use std::sync::Arc;

use super::error::KeyFileError;
use super::key::ServiceAccountKey;
use super::key_file::read_private_key_file;
use crate::error::OAuthError;
use crate::token_store::TokenStore;

/// Where to find the key of a service account.
#[derive(Clone)]
pub enum KeySource {
    /// In a store, under a name.
    Stored { store: Arc<dyn TokenStore>, name: String },
    /// In its own file. `email` is whose key it must be; a P12 file does not say.
    File { path: PathBuf, email: String },
}

impl KeySource {
    /// The key as it is now. [`OAuthError::NotSignedIn`] where the store holds none.
    pub async fn key(&self) -> Result<ServiceAccountKey, OAuthError> {
        match self {
            Self::Stored { store, name } => {
                let stored = store.get(name).await?.ok_or(OAuthError::NotSignedIn)?;
                Ok(ServiceAccountKey::from_stored(&stored)?)
            }
            Self::File { path, email } => {
                let (path, email) = (path.clone(), email.clone());
                tokio::task::spawn_blocking(move || from_file(path, email))
                    .await
                    .unwrap_or(Err(OAuthError::Interrupted))
            }
        }
    }
}

fn from_file(path: PathBuf, email: String) -> Result<ServiceAccountKey, OAuthError> {
    let file = read_private_key_file(&path)?;
    match ServiceAccountKey::parse_any(&file, Some(&email), None) {
        Ok(key) if key.email == email => Ok(key),
        Ok(key) => Err(KeyFileError::OtherAccount {
            path,
            expected: email,
            found: key.email,
        }
        .into()),
        Err(error) => Err(KeyFileError::Unusable { path, error }.into()),
    }
}
