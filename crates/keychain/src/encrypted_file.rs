//! Secrets in one file that a passphrase opens: for servers, whose users have no keychain. Only where the person chooses it.
//!
//! The file is an age document (<https://age-encryption.org/v1>) with a passphrase for its only recipient: `age --decrypt`
//! opens it, too. Readers see the old file or the new one, whole: it is replaced by renaming. Writers read, change and write
//! under an OS file lock beside it, which the system frees when its holder dies.

mod document;
mod place;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use google_oauth::{
    NoTokenStore, OpenedTokenStore, Persistence, SecretBytes, SecretString, StoreProblem, TokenStore, TokenStoreError,
    TokenStoreOpener,
};

use document::{Document, Sealed};
use place::Place;

/// Asks for the file's passphrase.
pub trait PassphraseSource: Send + Sync {
    /// Asks once. `new` says that the file is about to be made: a person is asked to type it twice. May block.
    fn passphrase(&self, file: &Path, new: bool) -> Result<SecretString, NoTokenStore>;
}

/// Opens the file that the person named, and makes it where there is none.
pub struct EncryptedFileOpener {
    place: Arc<Place>,
    service: String,
    passphrases: Arc<dyn PassphraseSource>,
    work_factor: u8,
}

impl EncryptedFileOpener {
    /// scrypt's N is 2 to the power of this: about a second and 256 MB, what age itself takes.
    const WORK_FACTOR: u8 = 18;

    /// `service` carries the profile: one file may serve several, and none finds the secrets of another.
    pub fn new(path: PathBuf, service: impl Into<String>, passphrases: Arc<dyn PassphraseSource>) -> Self {
        Self {
            place: Arc::new(Place::new(path)),
            service: service.into(),
            passphrases,
            work_factor: Self::WORK_FACTOR,
        }
    }

    /// Another cost of guessing the passphrase; for tests, which cannot wait a second each time.
    #[must_use]
    pub fn with_work_factor(mut self, work_factor: u8) -> Self {
        self.work_factor = work_factor;
        self
    }
}

#[async_trait]
impl TokenStoreOpener for EncryptedFileOpener {
    async fn open(&self) -> Result<OpenedTokenStore, NoTokenStore> {
        let (place, passphrases) = (Arc::clone(&self.place), Arc::clone(&self.passphrases));
        let (service, work_factor) = (self.service.clone(), self.work_factor);
        let opened = on_a_thread(move || open(place, service, &*passphrases, work_factor)).await;
        let file = match opened {
            Ok(opened) => opened?,
            Err(broke) => return Err(broken(&self.place, "could not be opened", &broke)),
        };
        Ok(OpenedTokenStore {
            name: format!("an encrypted file ({})", self.place.path().display()),
            store: Arc::new(file),
        })
    }
}

fn open(
    place: Arc<Place>,
    service: String,
    passphrases: &dyn PassphraseSource,
    work_factor: u8,
) -> Result<EncryptedFile, NoTokenStore> {
    let new = place.read()?.is_none();
    let passphrase = passphrases.passphrase(place.path(), new)?;
    let file = EncryptedFile(Arc::new(Inner {
        place,
        service,
        sealed: Sealed::new(passphrase, work_factor),
        known: Mutex::default(),
    }));
    if new {
        // Proves that the file can be kept here. Another process may have made it meanwhile: then it is read.
        file.0.change(|_| true)?;
    }
    file.0.read()?;
    Ok(file)
}

/// The secrets of one profile in the file.
#[derive(Clone)]
pub struct EncryptedFile(Arc<Inner>);

struct Inner {
    place: Arc<Place>,
    service: String,
    sealed: Sealed,
    /// The file's bytes when last seen, and what is in them: opening it costs a second, seeing that it is the same
    /// nothing.
    known: Mutex<Option<(Vec<u8>, Document)>>,
}

impl std::fmt::Debug for EncryptedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("EncryptedFile").field(&self.0.place.path()).finish()
    }
}

impl Inner {
    /// What is in the file now; nothing where there is none.
    fn read(&self) -> Result<Document, NoTokenStore> {
        let Some(bytes) = self.place.read()? else {
            return Ok(Document::default());
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((seen, document)) = known.as_ref()
            && *seen == bytes
        {
            return Ok(document.clone());
        }
        let document = self.sealed.open(&self.place, &bytes)?;
        *known = Some((bytes, document.clone()));
        Ok(document)
    }

    /// Reads, changes and writes while no other process does. `act` says whether there is something to write.
    fn change(&self, act: impl FnOnce(&mut Document) -> bool) -> Result<(), NoTokenStore> {
        let _lock = self.place.lock()?;
        let mut document = self.read()?;
        if !act(&mut document) {
            return Ok(());
        }
        let bytes = self.sealed.seal(&self.place, &document)?;
        self.place.replace(&bytes)?;
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((bytes, document));
        Ok(())
    }
}

impl EncryptedFile {
    async fn with<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Inner) -> Result<T, NoTokenStore> + Send + 'static,
    ) -> Result<T, TokenStoreError> {
        let inner = Arc::clone(&self.0);
        on_a_thread(move || act(&inner))
            .await
            .map_err(TokenStoreError::Unavailable)?
            .map_err(TokenStoreError::Refused)
    }
}

#[async_trait]
impl TokenStore for EncryptedFile {
    async fn get(&self, key: &str) -> Result<Option<SecretBytes>, TokenStoreError> {
        let key = key.to_owned();
        self.with(move |file| Ok(file.read()?.get(&file.service, &key))).await
    }

    async fn set(&self, key: &str, secret: &SecretBytes) -> Result<(), TokenStoreError> {
        let (key, secret) = (key.to_owned(), secret.clone());
        self.with(move |file| file.change(|document| document.set(&file.service, &key, secret)))
            .await
    }

    async fn delete(&self, key: &str) -> Result<(), TokenStoreError> {
        let key = key.to_owned();
        self.with(move |file| file.change(|document| document.remove(&file.service, &key)))
            .await
    }

    fn persistence(&self) -> Persistence {
        Persistence::EncryptedFile
    }
}

/// On a plain thread, which does not hold up the exit: a prompt for a passphrase waits for a person.
async fn on_a_thread<T: Send + 'static>(act: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
    let (answer, answered) = tokio::sync::oneshot::channel();
    std::thread::Builder::new()
        .name("encrypted-file".to_owned())
        .spawn(move || {
            let _ = answer.send(act());
        })
        .map_err(|error| error.to_string())?;
    answered.await.map_err(|_| "the work on it broke off".to_owned())
}

/// The file is of no use as it is.
fn broken(place: &Place, what: &str, details: &dyn std::fmt::Display) -> NoTokenStore {
    NoTokenStore {
        problem: StoreProblem::Broken,
        reason: format!("The encrypted file {} {what}.", place.path().display()),
        remedy: "It was left as it is. Restore it from a backup, or name another file to start anew.".to_owned(),
        details: Some(details.to_string()),
    }
}

#[cfg(test)]
mod tests;
