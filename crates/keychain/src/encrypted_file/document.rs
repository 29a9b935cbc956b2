//! What is in the file: secrets by service and key, as JSON inside an age document that a passphrase opens.

use std::collections::BTreeMap;
use std::io::Read as _;

use age::secrecy::SecretString as AgePassphrase;
use age::{DecryptError, Decryptor, scrypt};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use google_oauth::{NoTokenStore, SecretBytes, SecretString, StoreProblem};
use serde::{Deserialize, Serialize};

use super::broken;
use super::place::Place;

/// A file that asks for more work than this (some minutes, gigabytes of memory) is not one of ours.
const MOST_WORK: u8 = 22;
const VERSION: u32 = 1;

/// Secrets by service and key.
#[derive(Clone, Default)]
pub(super) struct Document(BTreeMap<String, BTreeMap<String, SecretBytes>>);

/// The plain text's shape. It never leaves this module but sealed.
#[derive(Serialize, Deserialize)]
struct Plain {
    version: u32,
    /// Base64 of the secrets' bytes.
    services: BTreeMap<String, BTreeMap<String, String>>,
}

impl Document {
    pub fn get(&self, service: &str, key: &str) -> Option<SecretBytes> {
        self.0.get(service)?.get(key).cloned()
    }

    /// Says whether that is new.
    pub fn set(&mut self, service: &str, key: &str, secret: SecretBytes) -> bool {
        let secrets = self.0.entry(service.to_owned()).or_default();
        secrets.insert(key.to_owned(), secret.clone()) != Some(secret)
    }

    /// Says whether it was there.
    pub fn remove(&mut self, service: &str, key: &str) -> bool {
        self.0
            .get_mut(service)
            .is_some_and(|secrets| secrets.remove(key).is_some())
    }

    fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        let encoded = |secrets: &BTreeMap<String, SecretBytes>| {
            secrets
                .iter()
                .map(|(key, secret)| (key.clone(), STANDARD.encode(secret.expose())))
                .collect()
        };
        serde_json::to_vec(&Plain {
            version: VERSION,
            services: self
                .0
                .iter()
                .map(|(service, secrets)| (service.clone(), encoded(secrets)))
                .collect(),
        })
    }

    fn from_json(json: &[u8]) -> Result<Self, String> {
        // The parser's own words may quote a secret: its place must do.
        let plain: Plain = serde_json::from_slice(json).map_err(|error| {
            format!(
                "no document of Gantry's (line {} column {})",
                error.line(),
                error.column()
            )
        })?;
        if plain.version != VERSION {
            return Err(format!("its version is {}, this Gantry knows {VERSION}", plain.version));
        }
        let mut document = Self::default();
        for (service, secrets) in plain.services {
            for (key, secret) in secrets {
                let secret = STANDARD
                    .decode(secret)
                    .map_err(|_| "a secret is not Base64".to_owned())?;
                document.set(&service, &key, SecretBytes::new(secret));
            }
        }
        Ok(document)
    }
}

/// The passphrase, and what it costs to guess it.
pub(super) struct Sealed {
    passphrase: SecretString,
    work_factor: u8,
}

impl Sealed {
    pub fn new(passphrase: SecretString, work_factor: u8) -> Self {
        Self {
            passphrase,
            work_factor,
        }
    }

    fn for_age(&self) -> AgePassphrase {
        AgePassphrase::from(self.passphrase.expose().to_owned())
    }

    /// The document, encrypted under a new salt.
    pub fn seal(&self, place: &Place, document: &Document) -> Result<Vec<u8>, NoTokenStore> {
        let failed = |details: &dyn std::fmt::Display| broken(place, "could not be encrypted", details);
        let mut recipient = scrypt::Recipient::new(self.for_age());
        recipient.set_work_factor(self.work_factor);
        let plain = document.to_json().map_err(|error| failed(&error))?;
        age::encrypt(&recipient, &plain).map_err(|error| failed(&error))
    }

    pub fn open(&self, place: &Place, bytes: &[u8]) -> Result<Document, NoTokenStore> {
        let mut identity = scrypt::Identity::new(self.for_age());
        identity.set_max_work_factor(MOST_WORK.max(self.work_factor));
        let decryptor = Decryptor::new_buffered(bytes).map_err(|error| not_whole(place, &error))?;
        if !decryptor.is_scrypt() {
            return Err(broken(
                place,
                "is not opened by a passphrase",
                &"an age document of another kind",
            ));
        }
        let mut reader = decryptor
            .decrypt(std::iter::once(&identity as &dyn age::Identity))
            .map_err(|error| match error {
                DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed | DecryptError::NoMatchingKeys => {
                    wrong_passphrase(place)
                }
                other => not_whole(place, &other),
            })?;
        let mut plain = Vec::new();
        reader
            .read_to_end(&mut plain)
            .map_err(|error| not_whole(place, &error))?;
        Document::from_json(&plain).map_err(|details| broken(place, "holds something else", &details))
    }
}

fn not_whole(place: &Place, details: &dyn std::fmt::Display) -> NoTokenStore {
    broken(place, "is damaged, cut short, or no encrypted file", details)
}

fn wrong_passphrase(place: &Place) -> NoTokenStore {
    NoTokenStore {
        problem: StoreProblem::Locked,
        reason: format!("This passphrase does not open {}.", place.path().display()),
        remedy: "Give the passphrase that the file was made with. Without it, name another file and sign in again."
            .to_owned(),
        details: None,
    }
}
