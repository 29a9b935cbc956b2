//! What a host brings along: a browser to open pages in, and a lock that spans its processes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use url::Url;

/// Opens a page for the person.
pub trait Browser: Send + Sync {
    /// Returns at once. `Ok` says that an opener ran, not that a page is on screen: offer the link to copy as well.
    fn open(&self, url: &Url) -> Result<(), BrowserError>;
}

/// No browser could be started. The link must be opened by hand.
#[derive(Debug, thiserror::Error)]
#[error("no browser could be opened: {0}")]
pub struct BrowserError(pub String);

/// A lock by name, held across all processes of a profile while a refresh token is used.
#[async_trait]
pub trait RefreshLock: Send + Sync {
    /// Waits for the lock of `key`. A holder that was killed releases it.
    async fn acquire(&self, key: &str) -> Result<Box<dyn RefreshGuard>, RefreshLockError>;
}

/// Holding it is holding the lock; dropping it releases the lock. A short note goes with the lock from holder to holder.
pub trait RefreshGuard: Send {
    /// What the last holder left; empty where nobody left anything, or where it cannot be read.
    fn note(&mut self) -> Vec<u8>;
    /// Leaves `note` for the next holder in place of what was there. One that cannot be left is lost: nothing may depend on it.
    fn leave(&mut self, note: &[u8]);
}

/// The lock could not be had.
#[derive(Debug, thiserror::Error)]
#[error("the lock on this connection's token could not be taken: {0}")]
pub struct RefreshLockError(pub String);

/// A lock within this process alone: for hosts that are the only process of their profile, and for tests.
#[derive(Default)]
pub struct InProcessLock(Mutex<HashMap<String, Arc<tokio::sync::Mutex<Vec<u8>>>>>);

impl RefreshGuard for tokio::sync::OwnedMutexGuard<Vec<u8>> {
    fn note(&mut self) -> Vec<u8> {
        (**self).clone()
    }

    fn leave(&mut self, note: &[u8]) {
        **self = note.to_vec();
    }
}

#[async_trait]
impl RefreshLock for InProcessLock {
    async fn acquire(&self, key: &str) -> Result<Box<dyn RefreshGuard>, RefreshLockError> {
        let lock = {
            let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(locks.entry(key.to_owned()).or_default())
        };
        Ok(Box::new(lock.lock_owned().await))
    }
}
