//! A connection's credential: gives out an access token, and refreshes it once however many ask.

use std::sync::Arc;

use tokio::sync::Mutex;

use crate::error::OAuthError;
use crate::secret::SecretString;
use crate::token_endpoint::{AccessToken, TokenEndpoint};
use crate::token_store::TokenStore;
use crate::traits::RefreshLock;

/// One connection's tokens: the refresh token in a store under `key`, the access token in memory.
pub struct Credential {
    key: String,
    endpoint: TokenEndpoint,
    store: Arc<dyn TokenStore>,
    lock: Arc<dyn RefreshLock>,
    /// Held while refreshing, so that all who wait share one refresh.
    access: Mutex<Option<AccessToken>>,
}

impl Credential {
    pub fn new(key: String, endpoint: TokenEndpoint, store: Arc<dyn TokenStore>, lock: Arc<dyn RefreshLock>) -> Self {
        Self {
            key,
            endpoint,
            store,
            lock,
            access: Mutex::new(None),
        }
    }

    /// An access token that is fresh. Refreshes where it is not: one request at a time in this process, and one process at a time.
    pub async fn access_token(&self) -> Result<SecretString, OAuthError> {
        let mut access = self.access.lock().await;
        if let Some(token) = access.as_ref().filter(|token| token.is_fresh()) {
            return Ok(token.secret().clone());
        }
        let _guard = self.lock.acquire(&self.key).await?;
        let used = self.stored().await?.ok_or(OAuthError::NotSignedIn)?;
        let refreshed = match self.endpoint.refresh(&used).await {
            // Another process may have signed in again since we read the store: its token is the better one.
            Err(error) if error.needs_sign_in() => match self.stored().await? {
                Some(newer) if newer != used => self.endpoint.refresh(&newer).await?,
                _ => return Err(error),
            },
            other => other?,
        };
        if let Some(rotated) = &refreshed.refresh_token {
            self.store.set(&self.key, &rotated.to_bytes()).await?;
        }
        let secret = refreshed.access_token.secret().clone();
        *access = Some(refreshed.access_token);
        Ok(secret)
    }

    /// Google answered 401 to `rejected`: the next call refreshes, unless somebody already has.
    pub async fn invalidate(&self, rejected: &SecretString) {
        let mut access = self.access.lock().await;
        if access.as_ref().is_some_and(|token| token.secret() == rejected) {
            *access = None;
        }
    }

    /// Proves that the refresh token still works: refreshes, whatever is in memory.
    pub async fn check(&self) -> Result<(), OAuthError> {
        *self.access.lock().await = None;
        self.access_token().await.map(|_| ())
    }

    /// After a sign-in: its access token is used, and its refresh token stored where it brought one.
    pub async fn accept(
        &self,
        access_token: AccessToken,
        refresh_token: Option<&SecretString>,
    ) -> Result<(), OAuthError> {
        let mut access = self.access.lock().await;
        match refresh_token {
            Some(token) => self.store.set(&self.key, &token.to_bytes()).await?,
            None if self.stored().await?.is_none() => return Err(OAuthError::NoRefreshToken),
            None => {}
        }
        *access = Some(access_token);
        Ok(())
    }

    /// Forgets this connection here, and gives the token back to Google. The store is emptied even where Google cannot be reached.
    pub async fn disconnect(&self) -> Result<(), OAuthError> {
        *self.access.lock().await = None;
        let token = self.stored().await?;
        self.store.delete(&self.key).await?;
        match token {
            Some(token) => self.endpoint.revoke(&token).await,
            None => Ok(()),
        }
    }

    async fn stored(&self) -> Result<Option<SecretString>, OAuthError> {
        Ok(self.store.get(&self.key).await?.and_then(|bytes| bytes.to_text()))
    }
}
