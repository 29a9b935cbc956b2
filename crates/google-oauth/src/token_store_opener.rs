//! Opening the place where secrets rest. It may ask the person, take its time, fail, and be asked again.

use std::sync::Arc;

use async_trait::async_trait;

use crate::token_store::TokenStore;

/// A store that has proved that it keeps what it is given.
#[derive(Clone)]
pub struct OpenedTokenStore {
    /// What a person calls it: "the Secret Service", "an encrypted file (/path)".
    pub name: String,
    pub store: Arc<dyn TokenStore>,
}

/// What keeps a store from being used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreProblem {
    /// This computer, or this session of it, has none.
    Absent,
    /// It is there, and closed: nobody typed its password, or the prompt was dismissed.
    Locked,
    /// It does not answer.
    Hung,
    /// It only pretends: what it is given is gone when the process ends.
    Mock,
    /// It answers with a failure, or does not keep what it is given.
    Broken,
}

/// No store to use, and what a person can do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct NoTokenStore {
    pub problem: StoreProblem,
    /// A plain sentence.
    pub reason: String,
    /// What to do, in plain sentences.
    pub remedy: String,
    /// The system's own words, for the log and the details. Never a secret.
    pub details: Option<String>,
}

/// Opens a store, as often as it is asked.
#[async_trait]
pub trait TokenStoreOpener: Send + Sync {
    /// Opens the store and proves that it keeps what it is given. This may take as long as a person takes to type a
    /// password: the caller has the patience, and may go on waiting after it has told that nothing answers.
    async fn open(&self) -> Result<OpenedTokenStore, NoTokenStore>;
}

/// A store that is open already.
#[async_trait]
impl TokenStoreOpener for OpenedTokenStore {
    async fn open(&self) -> Result<OpenedTokenStore, NoTokenStore> {
        Ok(self.clone())
    }
}

/// A store that is known to be of no use.
#[async_trait]
impl TokenStoreOpener for NoTokenStore {
    async fn open(&self) -> Result<OpenedTokenStore, NoTokenStore> {
        Err(self.clone())
    }
}
