//! Where refresh tokens and client secrets rest: the OS keychain, or memory for "this session only".

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use crate::secret::SecretBytes;
use crate::token_store_opener::NoTokenStore;

/// How long what is stored lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Persistence {
    /// In the operating system's keychain, across restarts.
    Keychain,
    /// In a file that a passphrase opens, across restarts: for servers.
    EncryptedFile,
    /// In this process's memory, until it ends.
    Session,
}

/// Keeps secrets under a key. Implementations never write them to disk in the clear.
#[async_trait]
pub trait TokenStore: Send + Sync {
    async fn get(&self, key: &str) -> Result<Option<SecretBytes>, TokenStoreError>;
    async fn set(&self, key: &str, secret: &SecretBytes) -> Result<(), TokenStoreError>;
    /// Deleting what is not there is a success.
    async fn delete(&self, key: &str) -> Result<(), TokenStoreError>;
    fn persistence(&self) -> Persistence;
}

/// Why the store did not answer.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TokenStoreError {
    #[error("the keychain is locked, or access to it was declined: {0}")]
    Locked(String),
    #[error("there is no keychain: {0}")]
    Absent(String),
    #[error("the keychain is not available: {0}")]
    Unavailable(String),
    #[error("the keychain did not answer within {0} s")]
    TimedOut(u64),
    #[error("the secret is too long for the keychain, which takes {0} bytes")]
    TooLong(u32),
    #[error("what the keychain holds under this name cannot be read: {0}")]
    Unreadable(String),
    /// The store says exactly what is wrong, and what helps.
    #[error(transparent)]
    Refused(NoTokenStore),
}

/// Memory only. What it holds ends with the process.
#[derive(Default)]
pub struct SessionTokenStore(Mutex<HashMap<String, SecretBytes>>);

impl SessionTokenStore {
    pub fn new() -> Self {
        Self::default()
    }

    fn with<T>(&self, act: impl FnOnce(&mut HashMap<String, SecretBytes>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl TokenStore for SessionTokenStore {
    async fn get(&self, key: &str) -> Result<Option<SecretBytes>, TokenStoreError> {
        Ok(self.with(|map| map.get(key).cloned()))
    }

    async fn set(&self, key: &str, secret: &SecretBytes) -> Result<(), TokenStoreError> {
        self.with(|map| map.insert(key.to_owned(), secret.clone()));
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), TokenStoreError> {
        self.with(|map| map.remove(key));
        Ok(())
    }

    fn persistence(&self) -> Persistence {
        Persistence::Session
    }
}
