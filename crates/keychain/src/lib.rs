//! Tokens in the operating system's keychain: Keychain Services, Credential Manager, Secret Service.
//!
//! The service name comes from the caller and carries the profile, so that a credential of one profile cannot be found in
//! another. Every call runs on a thread of its own with a time-out: a keychain may ask the person for a password, or hang.

use std::time::Duration;

use async_trait::async_trait;
use google_oauth::{Persistence, SecretBytes, TokenStore, TokenStoreError};
use keyring::{Entry, Error};
use tokio::sync::oneshot;

/// Long enough to type a password into the keychain's own prompt.
const TIME_LIMIT: Duration = Duration::from_mins(1);
const PROBE: &str = "gantry-start-up-probe";

/// The keychain of this user, under one service name.
#[derive(Clone, Debug)]
pub struct Keychain {
    service: String,
}

/// There is no keychain to use; "this session only" is what is left.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no keychain is available: {reason}")]
pub struct KeychainUnavailable {
    /// A plain sentence part, without secrets.
    pub reason: String,
}

impl Keychain {
    /// Opens the keychain and proves that it keeps what it is given: a value written through one entry is read back
    /// through another and removed. A store that only pretends (a mock, a null store) fails here, not at the first token.
    pub async fn open(service: impl Into<String>) -> Result<Self, KeychainUnavailable> {
        let service = service.into();
        let name = service.clone();
        // Two processes may start at once: each probes under a name of its own.
        let entry_name = format!("{PROBE}-{}", std::process::id());
        let probe = run(move || {
            if let Err(error) = Entry::store_status() {
                return Err(named(error));
            }
            let value = std::process::id().to_le_bytes();
            let entry = |user: &str| Entry::new(&name, user).map_err(|error| named(&error));
            entry(&entry_name)?.set_secret(&value).map_err(|error| named(&error))?;
            let read = entry(&entry_name)?.get_secret().map_err(|error| named(&error));
            let removed = entry(&entry_name)?.delete_credential().map_err(|error| named(&error));
            if read? != value {
                return Err(TokenStoreError::Unavailable(
                    "it does not keep what it is given".to_owned(),
                ));
            }
            removed
        });
        match probe.await {
            Ok(()) => Ok(Self { service }),
            Err(error) => Err(KeychainUnavailable {
                reason: error.to_string(),
            }),
        }
    }

    async fn with<T: Send + 'static>(
        &self,
        key: &str,
        act: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, TokenStoreError> {
        let (service, key) = (self.service.clone(), key.to_owned());
        run(move || {
            let entry = Entry::new(&service, &key).map_err(|error| named(&error))?;
            act(&entry).map_err(|error| named(&error))
        })
        .await
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
        self.with(key, move |entry| entry.set_secret(secret.expose())).await
    }

    async fn delete(&self, key: &str) -> Result<(), TokenStoreError> {
        self.with(key, |entry| match entry.delete_credential() {
            Err(Error::NoEntry) => Ok(()),
            other => other,
        })
        .await
    }

    fn persistence(&self) -> Persistence {
        Persistence::Keychain
    }
}

/// Runs `call` on a plain thread: unlike the runtime's own blocking threads, one that hangs does not hold up the exit.
async fn run<T: Send + 'static>(
    call: impl FnOnce() -> Result<T, TokenStoreError> + Send + 'static,
) -> Result<T, TokenStoreError> {
    let (answer, answered) = oneshot::channel();
    std::thread::Builder::new()
        .name("keychain".to_owned())
        .spawn(move || {
            let _ = answer.send(call());
        })
        .map_err(|error| TokenStoreError::Unavailable(error.to_string()))?;
    match tokio::time::timeout(TIME_LIMIT, answered).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(TokenStoreError::Unavailable("the call to it broke off".to_owned())),
        Err(_) => Err(TokenStoreError::TimedOut(TIME_LIMIT.as_secs())),
    }
}

/// keyring's error without the bytes that some of its variants carry.
fn named(error: &Error) -> TokenStoreError {
    match error {
        Error::NoStorageAccess(cause) => TokenStoreError::Locked(cause.to_string()),
        Error::TooLong(_, limit) => TokenStoreError::TooLong(*limit),
        Error::BadEncoding(_) => TokenStoreError::Unreadable("it is not text".to_owned()),
        Error::BadDataFormat(_, cause) => TokenStoreError::Unreadable(cause.to_string()),
        Error::Ambiguous(entries) => TokenStoreError::Unreadable(format!("{} entries have this name", entries.len())),
        Error::PlatformFailure(cause) => TokenStoreError::Unavailable(cause.to_string()),
        Error::NoDefaultStore => TokenStoreError::Unavailable("this system has none that is running".to_owned()),
        other => TokenStoreError::Unavailable(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_call_that_hangs_times_out_and_a_panicking_one_is_named() {
        let broke = run(|| -> Result<(), TokenStoreError> { std::panic::resume_unwind(Box::new(())) }).await;
        assert!(matches!(broke, Err(TokenStoreError::Unavailable(_))));
        tokio::time::pause();
        let hung = run(|| -> Result<(), TokenStoreError> {
            std::thread::park();
            Ok(())
        })
        .await;
        assert_eq!(hung, Err(TokenStoreError::TimedOut(60)));
    }

    #[test]
    fn errors_carry_no_secret_bytes() {
        let error = named(&Error::BadEncoding(b"canary".to_vec()));
        assert!(!format!("{error:?} {error}").contains("canary"));
        assert!(matches!(
            named(&Error::NoStorageAccess("prompt".into())),
            TokenStoreError::Locked(_)
        ));
        assert_eq!(
            named(&Error::TooLong("secret".to_owned(), 2560)),
            TokenStoreError::TooLong(2560)
        );
    }
}
