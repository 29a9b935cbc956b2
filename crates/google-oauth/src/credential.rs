//! A connection's credential: gives out an access token, and renews it once however many ask, in however many processes.
//!
//! The access token lives in memory. One process at a time renews, under a lock: it reads the note of the last holder, and
//! where that brings no token that can be used, it notes that a renewal is in flight, renews, and leaves the new token,
//! sealed, for the next.

use std::sync::Arc;

use gantry_domain::{Clock, SystemClock};
use tokio::sync::Mutex;

use crate::access_token::AccessToken;
use crate::error::OAuthError;
use crate::hand_over::{HandOver, Seal};
use crate::renewal::Renewal;
use crate::secret::SecretString;
use crate::traits::{RefreshGuard, RefreshLock};

/// One connection's access token, and how to get the next. Clones share it.
#[derive(Clone)]
pub struct Credential {
    /// Names the connection to the lock, and is the context of the note's seal.
    key: Arc<str>,
    renewal: Arc<dyn Renewal>,
    lock: Arc<dyn RefreshLock>,
    clock: Arc<dyn Clock>,
    /// Held while renewing, so that all who wait in this process share one renewal.
    memory: Arc<Mutex<Memory>>,
}

#[derive(Default)]
struct Memory {
    access: Option<AccessToken>,
    /// Google answered 401 to it: not to be taken from a note again.
    rejected: Option<SecretString>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ask {
    /// Any token that can be used.
    Fresh,
    /// Proof that a renewal works.
    Renewed,
}

impl Credential {
    pub fn new(key: impl Into<Arc<str>>, renewal: Arc<dyn Renewal>, lock: Arc<dyn RefreshLock>) -> Self {
        Self {
            key: key.into(),
            renewal,
            lock,
            clock: Arc::new(SystemClock),
            memory: Arc::default(),
        }
    }

    /// The same with another clock than the computer's, by which access tokens end.
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// An access token that is fresh. Renews where it is not.
    pub async fn access_token(&self) -> Result<SecretString, OAuthError> {
        if let Some(fresh) = self.fresh(&*self.memory.lock().await) {
            return Ok(fresh);
        }
        self.in_peace(Ask::Fresh).await
    }

    /// Google answered 401 to `rejected`: the next call renews, unless somebody already has.
    pub async fn invalidate(&self, rejected: &SecretString) {
        let mut memory = self.memory.lock().await;
        if memory.access.as_ref().is_some_and(|token| token.secret() == rejected) {
            memory.access = None;
        }
        memory.rejected = Some(rejected.clone());
    }

    /// Proves that a renewal still works: renews, whatever is in memory or was left by others.
    pub async fn check(&self) -> Result<(), OAuthError> {
        self.in_peace(Ask::Renewed).await.map(|_| ())
    }

    /// Whether this process alone has a secret that the keychain did not take: it is lost when Gantry ends, and stored
    /// with the next renewal if the keychain takes it then.
    pub fn unsaved(&self) -> bool {
        self.renewal.unsaved()
    }

    /// Changes what is stored for this connection while nobody renews. Afterwards the access token, here and for other
    /// processes, is the one that `change` returns, or none.
    pub async fn replace<F>(&self, change: F) -> Result<(), OAuthError>
    where
        F: Future<Output = Result<Option<AccessToken>, OAuthError>> + Send,
    {
        let mut memory = self.memory.lock().await;
        let mut guard = self.lock.acquire(&self.key).await?;
        let token = change.await?;
        let seal = self.seal().await.ok().flatten();
        leave(
            guard.as_mut(),
            seal.zip(token.as_ref()).and_then(|(seal, token)| seal.token(token)),
        );
        *memory = Memory {
            access: token,
            rejected: None,
        };
        Ok(())
    }

    /// In a task of its own: a caller that gives up must not end a renewal between Google's answer and the keychain.
    async fn in_peace(&self, ask: Ask) -> Result<SecretString, OAuthError> {
        let credential = self.clone();
        tokio::spawn(async move { credential.once_for_all(ask).await })
            .await
            .unwrap_or(Err(OAuthError::Interrupted))
    }

    async fn once_for_all(&self, ask: Ask) -> Result<SecretString, OAuthError> {
        let mut memory = self.memory.lock().await;
        if ask == Ask::Fresh
            && let Some(fresh) = self.fresh(&memory)
        {
            return Ok(fresh);
        }
        let token = self.locked(&memory, ask).await?;
        let secret = token.secret().clone();
        *memory = Memory {
            access: Some(token),
            rejected: None,
        };
        Ok(secret)
    }

    fn fresh(&self, memory: &Memory) -> Option<SecretString> {
        let token = memory.access.as_ref()?;
        token.is_fresh(self.clock.now()).then(|| token.secret().clone())
    }

    /// Under the lock of all processes.
    async fn locked(&self, memory: &Memory, ask: Ask) -> Result<AccessToken, OAuthError> {
        let mut guard = self.lock.acquire(&self.key).await?;
        let seal = self.seal().await?;
        let note = match &seal {
            Some(seal) => seal.open(&guard.note(), self.clock.now()),
            None => HandOver::Nothing,
        };
        let interrupted = match note {
            HandOver::Token(token) if ask == Ask::Fresh && memory.rejected.as_ref() != Some(token.secret()) => {
                return Ok(token);
            }
            HandOver::Token(_) | HandOver::Nothing => false,
            HandOver::InFlight => true,
        };
        let rotates = self.renewal.may_rotate();
        leave(
            guard.as_mut(),
            seal.filter(|_| rotates).and_then(|seal| seal.in_flight()),
        );
        match self.renewal.renew().await {
            Ok(token) => {
                // Under the secret that is stored now: it may have been rotated.
                let seal = self.seal().await.ok().flatten();
                leave(guard.as_mut(), seal.and_then(|seal| seal.token(&token)));
                Ok(token)
            }
            // What Gantry lost, nobody revoked. The note stays: the next attempt has the same cause.
            Err(OAuthError::SignInExpired(said)) if interrupted && rotates => Err(OAuthError::RenewalLost(said)),
            Err(error) => {
                // Where no answer came, the renewal may have been carried out: the note says so, truly.
                if !interrupted && !error.outcome_unknown() {
                    leave(guard.as_mut(), None);
                }
                Err(error)
            }
        }
    }

    async fn seal(&self) -> Result<Option<Seal>, OAuthError> {
        let secret = self.renewal.sealing_secret().await?;
        Ok(secret.and_then(|secret| Seal::new(&self.key, &secret)))
    }
}

fn leave(guard: &mut dyn RefreshGuard, note: Option<Vec<u8>>) {
    guard.leave(&note.unwrap_or_default());
}
