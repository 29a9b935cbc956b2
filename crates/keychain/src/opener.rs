//! Opens the keychain and proves that it keeps what it is given, as often as it is asked.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use google_oauth::{NoTokenStore, OpenedTokenStore, TokenStoreOpener};
use keyring::Error;
use keyring_core::{CredentialPersistence, CredentialStore};

use crate::calls::Calls;
use crate::keychain::{Keychain, entry};
use crate::platform::{Platform, ThisComputer};
use crate::refusals::{does_not_keep, only_pretends, problem};

/// Long enough to type a password into the keychain's own prompt.
const TIME_LIMIT: Duration = Duration::from_mins(1);
const PROBE: &str = "gantry-start-up-probe";

/// Opens the operating system's keychain under one service name.
pub struct KeychainOpener {
    keychain: Keychain,
}

/// What the self-test found.
enum Proof {
    Kept,
    NotKept,
    /// This kind of store forgets when the process ends.
    Pretends(String),
}

impl KeychainOpener {
    /// This computer's keychain.
    pub fn new(service: impl Into<String>) -> Self {
        Self::on(Arc::new(ThisComputer), service)
    }

    /// The keychain of another platform: for tests.
    pub fn on(platform: Arc<dyn Platform>, service: impl Into<String>) -> Self {
        Self {
            keychain: Keychain::new(service.into(), Calls::new(platform, TIME_LIMIT)),
        }
    }
}

#[async_trait]
impl TokenStoreOpener for KeychainOpener {
    /// A value written through one entry is read back through another and removed. A store that only pretends (a mock,
    /// a null store) fails here, not at the first token.
    async fn open(&self) -> Result<OpenedTokenStore, NoTokenStore> {
        let calls = self.keychain.calls();
        let name = calls.platform().name();
        let service = Arc::clone(self.keychain.service());
        // Two processes may start at once: each probes under a name of its own.
        let probe = format!("{PROBE}-{}", std::process::id());
        let value = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_nanos()
            .to_le_bytes();
        let proof = calls.make(move |store| prove(store, &service, &probe, &value)).await;
        match proof {
            Ok(Proof::Kept) => Ok(OpenedTokenStore {
                name: name.to_owned(),
                store: Arc::new(self.keychain.clone()),
            }),
            Ok(Proof::NotKept) => Err(does_not_keep(name)),
            Ok(Proof::Pretends(vendor)) => Err(only_pretends(&vendor)),
            Err(error) => Err(problem(name, &error)),
        }
    }
}

fn prove(store: &CredentialStore, service: &str, probe: &str, value: &[u8]) -> keyring::Result<Proof> {
    // keyring-core's own stores, for tests and as a sample, and any other that says so itself.
    let forgets = matches!(
        store.persistence(),
        CredentialPersistence::EntryOnly | CredentialPersistence::ProcessOnly
    );
    if forgets || store.vendor().ends_with("/keyring-core") {
        return Ok(Proof::Pretends(store.vendor()));
    }
    entry(store, service, probe)?.set_secret(value)?;
    let read = entry(store, service, probe)?.get_secret();
    let removed = entry(store, service, probe)?.delete_credential();
    match read {
        Ok(read) if read == value => removed.map(|()| Proof::Kept),
        Ok(_) | Err(Error::NoEntry) => Ok(Proof::NotKept),
        Err(error) => Err(error),
    }
}
