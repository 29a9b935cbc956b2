//! Service accounts: identities that need no person. A key signs an assertion (RFC 7523), the token endpoint trades it for
//! an access token.
//!
//! A [`ServiceAccountKey`] comes from a JSON or a P12 file, is checked before anything is kept, and rests in a
//! [`TokenStore`](crate::TokenStore) or stays in its file ([`KeySource`]). A [`ServiceAccountRenewal`] brings the access
//! tokens for a [`Credential`](crate::Credential).

mod assertion;
mod error;
mod key;
mod key_file;
mod key_source;
mod pkcs12;
mod private_key;
mod renewal;
mod stored_form;

pub use assertion::AssertionOrder;
pub use error::{KeyFileError, PrivateKeyProblem, ServiceAccountKeyError};
pub use key::ServiceAccountKey;
pub use key_file::{KeyFileFormat, read_key_file, read_private_key_file};
pub use key_source::KeySource;
pub use private_key::RsaPrivateKey;
pub use renewal::ServiceAccountRenewal;
