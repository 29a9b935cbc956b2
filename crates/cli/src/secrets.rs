//! Where this command keeps secrets: the operating system's keychain, or the encrypted file that the person named.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use gantry_engine::{Error, Keychain, Profile, Result};
use gantry_keychain::{EncryptedFileOpener, KeychainOpener, PassphraseSource};
use google_oauth::{NoTokenStore, SecretString, StoreProblem};

use crate::secret_input;

/// A person who sees the keychain's prompt types a password in this time.
const PERSON: Duration = Duration::from_mins(1);
/// Where nobody is at a terminal: a script learns soon that the keychain does not answer.
const SCRIPT: Duration = Duration::from_secs(15);
/// A passphrase is typed on the terminal, twice where it is new.
const TYPING: Duration = Duration::from_mins(10);

#[derive(Debug, clap::Args)]
pub struct Place {
    /// Keep secrets in this encrypted file instead of the keychain: for servers. It is made where there is none.
    #[arg(long, global = true, value_name = "FILE", env = "GANTRY_SECRETS_FILE")]
    secrets_file: Option<PathBuf>,
    /// Read that file's passphrase from this open file descriptor, to the end of its first line; 0 is standard input.
    /// A terminal is asked where absent.
    #[arg(long, global = true, value_name = "N")]
    passphrase_fd: Option<u32>,
}

impl Place {
    /// The keychain for this profile. It is asked when a secret is needed.
    pub fn keychain(self, profile: &Profile) -> Result<Keychain> {
        let service = profile.keychain_service();
        match self.secrets_file.filter(|file| !file.as_os_str().is_empty()) {
            Some(file) => {
                let file = std::path::absolute(&file).unwrap_or(file);
                let passphrases = Arc::new(Passphrase { fd: self.passphrase_fd });
                let opener = EncryptedFileOpener::new(file, service, passphrases);
                Ok(Keychain::when_needed(Arc::new(opener), TYPING))
            }
            None if self.passphrase_fd.is_some() => Err(Error::invalid(
                "A passphrase was given, and no file that it opens.",
                "Name the encrypted file with --secrets-file FILE.",
            )),
            None => {
                let patience = if std::io::stderr().is_terminal() {
                    PERSON
                } else {
                    SCRIPT
                };
                Ok(Keychain::when_needed(Arc::new(KeychainOpener::new(service)), patience))
            }
        }
    }
}

/// Asks for the passphrase: never on the command line or in the environment, which other programs may read.
struct Passphrase {
    fd: Option<u32>,
}

impl PassphraseSource for Passphrase {
    fn passphrase(&self, file: &Path, new: bool) -> Result<SecretString, NoTokenStore> {
        match self.fd {
            Some(fd) => secret_input::from_descriptor(fd).map_err(|error| unreadable(fd, &error)),
            None if std::io::stdin().is_terminal() => asked(file, new),
            None => Err(missing(
                format!(
                    "{} needs its passphrase, and there is no terminal to ask on.",
                    file.display()
                ),
                "Give it through a file descriptor, for instance: gantry --passphrase-fd 3 ... 3</path/to/passphrase",
                None,
            )),
        }
    }
}

fn asked(file: &Path, new: bool) -> Result<SecretString, NoTokenStore> {
    let ask = |prompt: String| {
        rpassword::prompt_password(prompt)
            .map(SecretString::new)
            .map_err(|error| {
                let reason = "The passphrase could not be asked for.".to_owned();
                missing(reason, "Run Gantry on a terminal.", Some(error.to_string()))
            })
    };
    let passphrase = ask(if new {
        format!("New passphrase for {}: ", file.display())
    } else {
        format!("Passphrase for {}: ", file.display())
    })?;
    if passphrase.expose().is_empty() {
        return Err(missing(
            "No passphrase was typed.".to_owned(),
            "Run the command again.",
            None,
        ));
    }
    if new && ask("The same again: ".to_owned())? != passphrase {
        let reason = "The two passphrases are not the same, so no file was made.".to_owned();
        return Err(missing(reason, "Run the command again.", None));
    }
    Ok(passphrase)
}

fn unreadable(fd: u32, details: &std::io::Error) -> NoTokenStore {
    missing(
        format!("No passphrase could be read from file descriptor {fd}."),
        "Open it for reading, for instance: gantry --passphrase-fd 3 ... 3</path/to/passphrase",
        Some(details.to_string()),
    )
}

fn missing(reason: String, remedy: &str, details: Option<String>) -> NoTokenStore {
    NoTokenStore {
        problem: StoreProblem::Locked,
        reason,
        remedy: remedy.to_owned(),
        details,
    }
}
