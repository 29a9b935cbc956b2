//! What an access token is renewed from: a person's refresh token, or a service account's key.

use async_trait::async_trait;

use crate::access_token::AccessToken;
use crate::error::OAuthError;
use crate::secret::SecretBytes;

/// Brings new access tokens for one connection. A [`Credential`](crate::Credential) calls it under the connection's lock,
/// so that one renewal runs at a time among all processes.
#[async_trait]
pub trait Renewal: Send + Sync {
    /// A new access token. What else came with it, a rotated refresh token for instance, is stored before this returns.
    async fn renew(&self) -> Result<AccessToken, OAuthError>;

    /// The stored secret that an access token is renewed from; `None` where none is stored. Whoever can read it may read
    /// the access token that another process left as well.
    async fn sealing_secret(&self) -> Result<Option<SecretBytes>, OAuthError>;

    /// Whether a renewal may replace the secret that it renews from: then one that was interrupted may have lost it.
    fn may_rotate(&self) -> bool {
        false
    }

    /// Whether a renewal brought a secret that could not be stored, and that only this process has.
    fn unsaved(&self) -> bool {
        false
    }
}
