//! Why a file is not a service account's key that can be used: each cause its own variant, with the field's name.

use std::path::PathBuf;

/// What is wrong with a key. No variant carries any part of the private key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServiceAccountKeyError {
    #[error("the file is {0} bytes long; a service account's key is under 64 KiB")]
    TooLarge(u64),
    /// The place of the mistake, never what stands there.
    #[error("the file is neither JSON nor P12: {0}")]
    NotJson(String),
    #[error("the file is a private key alone; the JSON file around it is missing")]
    BareKey,
    #[error("this is an OAuth client (client_secret_*.json), not the key of a service account")]
    OAuthClient,
    /// `authorized_user`, `external_account` and others that Google's tools write.
    #[error("the field type says {0:?}, not \"service_account\"")]
    OtherType(String),
    #[error("the field {0} is missing")]
    Missing(&'static str),
    #[error("the field {field} {problem}")]
    Wrong { field: &'static str, problem: &'static str },
    /// Nothing is ever sent there.
    #[error("the field {field} names {value}, which is not Google's")]
    Foreign { field: &'static str, value: String },
    #[error("the field private_key {0}")]
    PrivateKey(#[from] PrivateKeyProblem),
    #[error("the file is no P12 that can be read: {0}")]
    NotP12(String),
    /// A P12 file does not say whose key it holds.
    #[error("a P12 file holds no e-mail: it has to be named")]
    EmailNeeded,
    #[error("the e-mail {0} is not a service account's: they end in gserviceaccount.com")]
    NotAServiceAccount(String),
    /// Google's default password does not open it, and no other was given.
    #[error("the P12 file has a password of its own")]
    PasswordNeeded,
    #[error("the password does not open the P12 file")]
    WrongPassword,
}

/// What is wrong with the private key itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrivateKeyProblem {
    #[error("is no PEM text: it begins with -----BEGIN PRIVATE KEY----- and has line breaks (\\n)")]
    NotPem,
    #[error("is encrypted with a passphrase; Google's are not")]
    Encrypted,
    #[error("is a public key or a certificate, not a private key")]
    NotPrivate,
    #[error("is not an RSA key")]
    NotRsa,
    #[error("is an RSA key of less than 2048 bits, which Google does not take")]
    TooSmall,
    #[error("is an RSA key of more than 8192 bits")]
    TooLarge,
    #[error("is damaged")]
    Damaged,
}

/// Why a key that stays in its file cannot be used now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    #[error("the key file {path} could not be read: {reason}")]
    Unreadable { path: PathBuf, reason: String },
    /// The bits of its mode, as `chmod` writes them.
    #[error("the key file {path} can be read or changed by others on this computer (mode {mode:03o})")]
    Exposed { path: PathBuf, mode: u32 },
    #[error("the key file {path} is not usable: {error}")]
    Unusable {
        path: PathBuf,
        error: ServiceAccountKeyError,
    },
    #[error("the key file {path} now holds the key of {found}, not of {expected}")]
    OtherAccount {
        path: PathBuf,
        expected: String,
        found: String,
    },
}
