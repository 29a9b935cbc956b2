//! The start-up self-test, over stores that fail as a platform would. What only another platform can do is injected as
//! that platform's store.

use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use gantry_keychain::{KeychainOpener, Platform};
use google_oauth::{SecretBytes, StoreProblem, TokenStoreError, TokenStoreOpener};
use keyring::{Error, Result};
use keyring_core::api::{CredentialApi, CredentialStoreApi};
use keyring_core::{Credential, CredentialStore, Entry};

/// A platform whose store does what the test says.
#[derive(Clone)]
struct Injected(Arc<Behaviour>);

#[derive(Default)]
struct Behaviour {
    locked: AtomicBool,
    forgets: AtomicBool,
    /// Windows takes 2560 bytes.
    limit: AtomicU32,
    /// Two credentials have the same name.
    ambiguous: AtomicBool,
    kept: Mutex<HashMap<(String, String), Vec<u8>>>,
}

impl Platform for Injected {
    fn name(&self) -> &'static str {
        "the injected keychain"
    }

    fn connect(&self) -> Result<Arc<CredentialStore>> {
        Ok(Arc::new(self.clone()))
    }
}

impl CredentialStoreApi for Injected {
    fn vendor(&self) -> String {
        "injected".to_owned()
    }

    fn id(&self) -> String {
        "injected".to_owned()
    }

    fn build(&self, service: &str, user: &str, _: Option<&HashMap<&str, &str>>) -> Result<Entry> {
        let named = Named(self.clone(), (service.to_owned(), user.to_owned()));
        Ok(Entry::new_with_credential(Arc::new(named)))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct Named(Injected, (String, String));

impl Named {
    fn behaviour(&self) -> Result<&Behaviour> {
        let behaviour = &*self.0.0;
        if behaviour.locked.load(Ordering::SeqCst) {
            return Err(Error::NoStorageAccess("the prompt was dismissed".into()));
        }
        if behaviour.ambiguous.load(Ordering::SeqCst) {
            return Err(Error::Ambiguous(vec![
                Entry::new_with_credential(Arc::new(Twin(self.0.clone()))),
                Entry::new_with_credential(Arc::new(Twin(self.0.clone()))),
            ]));
        }
        Ok(behaviour)
    }
}

impl CredentialApi for Named {
    fn set_secret(&self, secret: &[u8]) -> Result<()> {
        let behaviour = self.behaviour()?;
        let limit = behaviour.limit.load(Ordering::SeqCst);
        if limit > 0 && secret.len() > limit as usize {
            return Err(Error::TooLong("secret".to_owned(), limit));
        }
        if !behaviour.forgets.load(Ordering::SeqCst) {
            behaviour
                .kept
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(self.1.clone(), secret.to_owned());
        }
        Ok(())
    }

    fn get_secret(&self) -> Result<Vec<u8>> {
        let kept = self.behaviour()?.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&self.1).cloned().ok_or(Error::NoEntry)
    }

    fn delete_credential(&self) -> Result<()> {
        let removed = self
            .behaviour()?
            .kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.1);
        removed.map(|_| ()).ok_or(Error::NoEntry)
    }

    fn get_credential(&self) -> Result<Option<Arc<Credential>>> {
        Ok(None)
    }

    fn get_specifiers(&self) -> Option<(String, String)> {
        Some(self.1.clone())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// One of two credentials of the same name: it can be removed, and then the name means one thing again.
struct Twin(Injected);

impl CredentialApi for Twin {
    fn set_secret(&self, _: &[u8]) -> Result<()> {
        Ok(())
    }

    fn get_secret(&self) -> Result<Vec<u8>> {
        Ok(Vec::new())
    }

    fn delete_credential(&self) -> Result<()> {
        self.0.0.ambiguous.store(false, Ordering::SeqCst);
        Ok(())
    }

    fn get_credential(&self) -> Result<Option<Arc<Credential>>> {
        Ok(None)
    }

    fn get_specifiers(&self) -> Option<(String, String)> {
        None
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl std::fmt::Debug for Injected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Injected")
    }
}

fn injected() -> (Arc<Behaviour>, KeychainOpener) {
    let behaviour = Arc::new(Behaviour::default());
    let opener = KeychainOpener::on(Arc::new(Injected(Arc::clone(&behaviour))), "app.gantry.test");
    (behaviour, opener)
}

#[tokio::test]
async fn k1_a_locked_keychain_is_named_and_opens_in_the_same_process_once_it_is_unlocked() {
    let (behaviour, opener) = injected();
    behaviour.locked.store(true, Ordering::SeqCst);
    let locked = opener.open().await.err().unwrap();
    assert_eq!(locked.problem, StoreProblem::Locked);
    assert!(locked.remedy.contains("try again"), "{locked:?}");

    behaviour.locked.store(false, Ordering::SeqCst);
    let opened = opener.open().await.unwrap();
    assert_eq!(opened.name, "the injected keychain");
    assert!(
        behaviour.kept.lock().unwrap_or_else(PoisonError::into_inner).is_empty(),
        "the self-test leaves nothing"
    );
}

/// A platform whose keychain cannot be connected to until it is started: `keyring`'s own entries would never ask again.
struct NotRunning(AtomicBool, Injected);

impl Platform for NotRunning {
    fn name(&self) -> &'static str {
        "the injected keychain"
    }

    fn connect(&self) -> Result<Arc<CredentialStore>> {
        if self.0.load(Ordering::SeqCst) {
            return self.1.connect();
        }
        Err(Error::PlatformFailure("nothing listens".into()))
    }
}

#[tokio::test]
async fn k2_an_absent_keychain_is_named_and_opens_in_the_same_process_once_it_is_started() {
    let platform = Arc::new(NotRunning(AtomicBool::new(false), Injected(Arc::default())));
    let opener = KeychainOpener::on(Arc::clone(&platform) as Arc<dyn Platform>, "app.gantry.test");
    let absent = opener.open().await.err().unwrap();
    assert_eq!(absent.problem, StoreProblem::Absent);
    assert!(absent.remedy.contains("this session only"), "{absent:?}");
    platform.0.store(true, Ordering::SeqCst);
    assert!(opener.open().await.is_ok());
}

/// Injected: Windows' limit for a credential, `CRED_MAX_CREDENTIAL_BLOB_SIZE`.
#[tokio::test]
async fn k4_the_longest_secret_that_windows_takes_fits_and_a_longer_one_is_named() {
    let (behaviour, opener) = injected();
    behaviour.limit.store(2560, Ordering::SeqCst);
    let store = opener.open().await.unwrap().store;
    store.set("a", &SecretBytes::new(vec![0xff; 2560])).await.unwrap();
    assert_eq!(store.get("a").await.unwrap().unwrap().expose().len(), 2560);
    let refused = store.set("a", &SecretBytes::new(vec![0xff; 2561])).await;
    assert_eq!(refused, Err(TokenStoreError::TooLong(2560)));
    assert_eq!(
        store.get("a").await.unwrap().unwrap().expose().len(),
        2560,
        "the old one stays"
    );
}

#[tokio::test]
async fn k6_an_ambiguous_entry_cannot_be_read_and_the_next_sign_in_replaces_it() {
    let (behaviour, opener) = injected();
    let store = opener.open().await.unwrap().store;
    behaviour.ambiguous.store(true, Ordering::SeqCst);
    let read = store.get("a").await;
    assert!(matches!(read, Err(TokenStoreError::Unreadable(_))), "{read:?}");
    store.set("a", &SecretBytes::new(b"new".to_vec())).await.unwrap();
    assert_eq!(store.get("a").await.unwrap().unwrap().expose(), b"new");
    behaviour.ambiguous.store(true, Ordering::SeqCst);
    store.delete("a").await.unwrap();
}

/// keyring-core's own stores, for tests and as a sample.
struct Pretends(bool);

impl Platform for Pretends {
    fn name(&self) -> &'static str {
        "a keychain"
    }

    fn connect(&self) -> Result<Arc<CredentialStore>> {
        if self.0 {
            return Ok(keyring_core::mock::Store::new()?);
        }
        Ok(keyring_core::sample::Store::new()?)
    }
}

#[tokio::test]
async fn k7_a_mock_keychain_and_one_that_forgets_are_refused_at_the_start() {
    for mock in [true, false] {
        let opener = KeychainOpener::on(Arc::new(Pretends(mock)), "app.gantry.test");
        let refused = opener.open().await.err().unwrap();
        assert_eq!(refused.problem, StoreProblem::Mock, "{refused:?}");
    }
    let (behaviour, opener) = injected();
    behaviour.forgets.store(true, Ordering::SeqCst);
    let refused = opener.open().await.err().unwrap();
    assert_eq!(refused.problem, StoreProblem::Broken);
    assert!(refused.reason.contains("does not keep"), "{refused:?}");
}
