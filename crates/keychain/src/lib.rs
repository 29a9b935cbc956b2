//! Where tokens rest: the operating system's keychain (Keychain Services, Credential Manager, Secret Service), or, where
//! the person chooses it, a file that a passphrase opens.
//!
//! The service name comes from the caller and carries the profile, so that a credential of one profile cannot be found in
//! another. A keychain may ask the person for a password, or hang: its calls run on a thread of their own, with a time
//! limit. A keychain that is not to be had is a value that says why, and may be asked again.

mod calls;
mod encrypted_file;
mod keychain;
mod opener;
mod platform;
mod refusals;

pub use encrypted_file::{EncryptedFile, EncryptedFileOpener, PassphraseSource};
pub use keychain::Keychain;
pub use opener::KeychainOpener;
pub use platform::{Platform, ThisComputer};
