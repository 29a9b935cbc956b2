//! A person's credential: what every credential does, and the two ends of its life, sign-in and disconnection.

use std::sync::Arc;

use gantry_domain::Clock;

use crate::access_token::AccessToken;
use crate::credential::Credential;
use crate::error::OAuthError;
use crate::refresh_token::{Forgotten, RefreshTokenRenewal};
use crate::secret::SecretString;
use crate::token_endpoint::TokenEndpoint;
use crate::token_store::TokenStore;
use crate::traits::RefreshLock;

/// A credential that is renewed from a person's refresh token.
pub struct UserCredential {
    credential: Credential,
    renewal: Arc<RefreshTokenRenewal>,
}

impl UserCredential {
    /// `key` names the connection: to the store, to the lock and in the seal of what is handed over.
    pub fn new(key: &str, endpoint: TokenEndpoint, store: Arc<dyn TokenStore>, lock: Arc<dyn RefreshLock>) -> Self {
        let renewal = Arc::new(RefreshTokenRenewal::new(key, endpoint, store));
        Self {
            credential: Credential::new(key, Arc::clone(&renewal) as _, lock),
            renewal,
        }
    }

    /// The same with another clock than the computer's, by which access tokens end.
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self {
            credential: self.credential.with_clock(clock),
            ..self
        }
    }

    /// What gives out access tokens.
    pub fn credential(&self) -> &Credential {
        &self.credential
    }

    /// After a sign-in: its access token is used, and its refresh token stored where it brought one.
    pub async fn accept(
        &self,
        access_token: AccessToken,
        refresh_token: Option<&SecretString>,
    ) -> Result<(), OAuthError> {
        let accept = async {
            self.renewal.accept(refresh_token).await?;
            Ok(Some(access_token))
        };
        self.credential.replace(accept).await
    }

    /// Forgets this connection here, and gives the token back to Google. The store is emptied even where Google cannot be
    /// reached, or where what it held cannot be read ([`OAuthError::NotRevoked`]); on [`OAuthError::Store`] and
    /// [`OAuthError::Lock`] nothing was done.
    pub async fn disconnect(&self) -> Result<(), OAuthError> {
        let mut forgotten = Forgotten::Nothing;
        let forget = async {
            forgotten = self.renewal.forget().await?;
            Ok(None)
        };
        self.credential.replace(forget).await?;
        match forgotten {
            Forgotten::Token(token) => self.renewal.revoke(&token).await,
            Forgotten::Unreadable(why) => Err(OAuthError::NotRevoked(why)),
            Forgotten::Nothing => Ok(()),
        }
    }
}
