//! Secrets under one service name of the operating system's keychain.

use std::sync::Arc;

use async_trait::async_trait;
use google_oauth::{Persistence, SecretBytes, TokenStore, TokenStoreError};
use keyring::{Entry, Error};
use keyring_core::CredentialStore;

use crate::calls::Calls;

/// The keychain of this user, under one service name. [`crate::KeychainOpener`] opens it.
#[derive(Clone)]
pub struct Keychain {
    service: Arc<str>,
    calls: Arc<Calls>,
}

impl std::fmt::Debug for Keychain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keychain")
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}

/// keyring's entry, on a connection that we can make again.
pub(crate) fn entry(store: &CredentialStore, service: &str, key: &str) -> keyring::Result<Entry> {
    Ok(Entry {
        inner: store.build(service, key, None)?,
    })
}

impl Keychain {
    pub(crate) fn new(service: String, calls: Calls) -> Self {
        Self {
            service: service.into(),
            calls: Arc::new(calls),
        }
    }

    pub(crate) fn calls(&self) -> &Calls {
        &self.calls
    }

    pub(crate) fn service(&self) -> &Arc<str> {
        &self.service
    }

    async fn with<T: Send + 'static>(
        &self,
        key: &str,
        act: impl Fn(&Entry) -> keyring::Result<T> + Send + 'static,
    ) -> Result<T, TokenStoreError> {
        let (service, key) = (Arc::clone(&self.service), key.to_owned());
        self.calls.make(move |store| act(&entry(store, &service, &key)?)).await
    }
}

#[async_trait]
impl TokenStore for Keychain {
    async fn get(&self, key: &str) -> Result<Option<SecretBytes>, TokenStoreError> {
        self.with(key, |entry| match entry.get_secret() {
            Ok(secret) => Ok(Some(SecretBytes::new(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })
        .await
    }

    async fn set(&self, key: &str, secret: &SecretBytes) -> Result<(), TokenStoreError> {
        let secret = secret.clone();
        self.with(key, move |entry| match entry.set_secret(secret.expose()) {
            // Nobody can tell which of them is meant, and what is stored now replaces them all.
            Err(Error::Ambiguous(several)) => {
                remove(&several)?;
                entry.set_secret(secret.expose())
            }
            other => other,
        })
        .await
    }

    async fn delete(&self, key: &str) -> Result<(), TokenStoreError> {
        self.with(key, |entry| match entry.delete_credential() {
            Err(Error::NoEntry) => Ok(()),
            Err(Error::Ambiguous(several)) => remove(&several),
            other => other,
        })
        .await
    }

    fn persistence(&self) -> Persistence {
        Persistence::Keychain
    }
}

fn remove(entries: &[keyring_core::Entry]) -> keyring::Result<()> {
    for entry in entries {
        match entry.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
