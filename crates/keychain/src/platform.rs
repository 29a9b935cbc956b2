//! The keychain of the operating system that this is compiled for.

use std::sync::Arc;

use keyring_core::CredentialStore;

/// A kind of keychain. [`ThisComputer`] is the real one; tests bring the failures of platforms that they do not run on.
pub trait Platform: Send + Sync {
    /// What a person calls it.
    fn name(&self) -> &'static str;

    /// Connects to it, anew with every call: `keyring`'s own entries connect once a process, and never again after a
    /// failure (docs/decisions/0010). May block, and ask the person.
    fn connect(&self) -> keyring::Result<Arc<CredentialStore>>;
}

/// Keychain Services, Credential Manager or Secret Service.
#[derive(Clone, Copy, Debug, Default)]
pub struct ThisComputer;

#[cfg(target_os = "macos")]
impl Platform for ThisComputer {
    fn name(&self) -> &'static str {
        "the macOS Keychain"
    }

    fn connect(&self) -> keyring::Result<Arc<CredentialStore>> {
        Ok(apple_native_keyring_store::keychain::Store::new()?)
    }
}

#[cfg(windows)]
impl Platform for ThisComputer {
    fn name(&self) -> &'static str {
        "Windows Credential Manager"
    }

    fn connect(&self) -> keyring::Result<Arc<CredentialStore>> {
        Ok(windows_native_keyring_store::Store::new()?)
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
impl Platform for ThisComputer {
    fn name(&self) -> &'static str {
        "the Secret Service"
    }

    fn connect(&self) -> keyring::Result<Arc<CredentialStore>> {
        Ok(zbus_secret_service_keyring_store::Store::new()?)
    }
}
