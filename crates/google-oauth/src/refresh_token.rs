//! A person's refresh token (RFC 6749 section 6): renewed from, rotated, never lost silently.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use crate::access_token::AccessToken;
use crate::error::OAuthError;
use crate::renewal::Renewal;
use crate::secret::{SecretBytes, SecretString};
use crate::token_endpoint::{Refreshed, TokenEndpoint};
use crate::token_store::{TokenStore, TokenStoreError};

/// Renews from the refresh token that a store holds under `key`.
pub struct RefreshTokenRenewal {
    key: String,
    endpoint: TokenEndpoint,
    store: Arc<dyn TokenStore>,
    /// A rotated token that the store did not take. It is used, and its storing tried again.
    unsaved: Mutex<Option<Unsaved>>,
}

/// What was in a store that was emptied.
pub(crate) enum Forgotten {
    Nothing,
    Token(SecretString),
    /// Something was there, and nobody can tell what.
    Unreadable(String),
}

#[derive(Clone)]
struct Unsaved {
    token: SecretString,
    /// What the store held then: something else there is newer.
    instead_of: SecretString,
}

impl RefreshTokenRenewal {
    pub fn new(key: impl Into<String>, endpoint: TokenEndpoint, store: Arc<dyn TokenStore>) -> Self {
        Self {
            key: key.into(),
            endpoint,
            store,
            unsaved: Mutex::default(),
        }
    }

    /// After a sign-in: stores its refresh token, where it brought one.
    pub(crate) async fn accept(&self, refresh_token: Option<&SecretString>) -> Result<(), OAuthError> {
        match refresh_token {
            Some(token) => self.store.set(&self.key, &token.to_bytes()).await?,
            None if self.stored().await?.is_none() => return Err(OAuthError::NoRefreshToken),
            None => return Ok(()),
        }
        self.set_unsaved(None);
        Ok(())
    }

    /// Empties the store, and says what to revoke.
    pub(crate) async fn forget(&self) -> Result<Forgotten, OAuthError> {
        let stored = match self.stored().await {
            Ok(stored) => stored.map_or(Forgotten::Nothing, Forgotten::Token),
            // An entry that cannot be read must not be there for ever.
            Err(OAuthError::Store(TokenStoreError::Unreadable(why))) => Forgotten::Unreadable(why),
            Err(error) => return Err(error),
        };
        self.store.delete(&self.key).await?;
        let unsaved = self.last_unsaved();
        self.set_unsaved(None);
        Ok(unsaved.map_or(stored, |unsaved| Forgotten::Token(unsaved.token)))
    }

    pub(crate) async fn revoke(&self, refresh_token: &SecretString) -> Result<(), OAuthError> {
        self.endpoint.revoke(refresh_token).await
    }

    async fn stored(&self) -> Result<Option<SecretString>, OAuthError> {
        Ok(self.store.get(&self.key).await?.and_then(|bytes| bytes.to_text()))
    }

    /// The refresh token to use: the store's, or the rotated one that it did not take and that nobody has replaced since.
    async fn current(&self) -> Result<SecretString, OAuthError> {
        let Some(unsaved) = self.last_unsaved() else {
            return self.stored().await?.ok_or(OAuthError::NotSignedIn);
        };
        match self.stored().await {
            Ok(Some(stored)) if stored == unsaved.instead_of => {}
            Ok(other) => {
                self.set_unsaved(None);
                return other.ok_or(OAuthError::NotSignedIn);
            }
            Err(error) => {
                tracing::debug!(%error, "the keychain cannot be read; using the refresh token in memory");
                return Ok(unsaved.token);
            }
        }
        self.keep(&unsaved.instead_of, &unsaved.token).await;
        Ok(unsaved.token)
    }

    /// Stores a rotated refresh token, or holds it in memory and says so: it must not be lost between answer and store.
    async fn keep(&self, instead_of: &SecretString, rotated: &SecretString) {
        match self.store.set(&self.key, &rotated.to_bytes()).await {
            Ok(()) => self.set_unsaved(None),
            Err(error) => {
                tracing::warn!(
                    %error,
                    "the keychain did not take the renewed sign-in: it is lost when Gantry ends, unless a later attempt succeeds"
                );
                self.set_unsaved(Some(Unsaved {
                    token: rotated.clone(),
                    instead_of: instead_of.clone(),
                }));
            }
        }
    }

    fn last_unsaved(&self) -> Option<Unsaved> {
        self.unsaved.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_unsaved(&self, unsaved: Option<Unsaved>) {
        *self.unsaved.lock().unwrap_or_else(PoisonError::into_inner) = unsaved;
    }
}

#[async_trait]
impl Renewal for RefreshTokenRenewal {
    async fn renew(&self) -> Result<AccessToken, OAuthError> {
        let mut used = self.current().await?;
        let refreshed = match self.endpoint.refresh(&used).await {
            // Somebody may have signed in again since we read the store: that token is the better one.
            Err(error) if error.needs_sign_in() => match self.stored().await? {
                Some(newer) if newer != used && self.last_unsaved().is_none() => {
                    used = newer;
                    self.endpoint.refresh(&used).await?
                }
                _ => return Err(error),
            },
            other => other?,
        };
        let Refreshed {
            access_token,
            refresh_token,
        } = refreshed;
        if let Some(rotated) = refresh_token.filter(|rotated| *rotated != used) {
            // What the store holds, as far as we know: a token that it did not take is not there.
            let stored = self.last_unsaved().map_or(used, |unsaved| unsaved.instead_of);
            self.keep(&stored, &rotated).await;
        }
        Ok(access_token)
    }

    async fn sealing_secret(&self) -> Result<Option<SecretBytes>, OAuthError> {
        match self.store.get(&self.key).await {
            Ok(stored) => Ok(stored),
            // Work goes on with what is in memory; others find no note.
            Err(_) if self.unsaved() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn may_rotate(&self) -> bool {
        true
    }

    fn unsaved(&self) -> bool {
        self.last_unsaved().is_some()
    }
}
