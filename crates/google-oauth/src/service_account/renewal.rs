//! Access tokens for a service account: an assertion to the token endpoint (RFC 7523 section 2.1), signed again once where
//! Google says that the time in it is wrong.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use gantry_domain::{Clock, ClockSkew, GoogleBase};
use jiff::Timestamp;
use serde::Deserialize;

use super::assertion::AssertionOrder;
use super::error::{KeyFileError, ServiceAccountKeyError};
use super::key::ServiceAccountKey;
use super::key_source::KeySource;
use crate::access_token::AccessToken;
use crate::error::OAuthError;
use crate::exchange::ExchangeObserver;
use crate::http_client::{Answer, HttpClient, normalised, refusal};
use crate::provider::Provider;
use crate::renewal::Renewal;
use crate::secret::{SecretBytes, SecretString};

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// A new assertion may be sent at any time: a passing fault is waited for, with growing pauses.
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(400);

/// Renews from a service account's key. Nothing is rotated: a key works until somebody ends it at Google.
pub struct ServiceAccountRenewal {
    source: KeySource,
    order: AssertionOrder,
    provider: Provider,
    http: HttpClient,
    clock: Arc<dyn Clock>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    expires_in: Option<u64>,
}

/// How one attempt failed.
enum Refusal {
    /// "Token must be ... in a reasonable timeframe": what Google's clock shows, where its answer said so.
    Time(Option<Timestamp>),
    Other(OAuthError),
}

impl From<OAuthError> for Refusal {
    fn from(error: OAuthError) -> Self {
        Self::Other(error)
    }
}

impl ServiceAccountRenewal {
    pub fn new(
        source: KeySource,
        order: AssertionOrder,
        provider: Provider,
        base: GoogleBase,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, OAuthError> {
        let mut http = HttpClient::new(base)?;
        http.set_clock(Arc::clone(&clock));
        Ok(Self {
            source,
            order,
            provider,
            http,
            clock,
        })
    }

    /// The same, telling `observer` of each exchange.
    pub fn with_observer(mut self, observer: Arc<dyn ExchangeObserver>) -> Self {
        self.http.set_observer(observer);
        self
    }

    /// The same, with a measurement of the clock that others share.
    pub fn with_clock_skew(mut self, skew: ClockSkew) -> Self {
        self.http.set_skew(skew);
        self
    }

    /// Trades one assertion of `key` for an access token.
    pub async fn renew_with(&self, key: &ServiceAccountKey) -> Result<AccessToken, OAuthError> {
        let now = self.clock.now();
        let refusal = match self.trade(key, now).await {
            Err(Refusal::Time(googles)) => googles,
            Err(Refusal::Other(error)) => return Err(error),
            Ok(token) => return Ok(token),
        };
        // Once more, by Google's clock. It is not asked a third time: then it is not the clock alone.
        let Some(googles) = refusal else {
            return Err(OAuthError::ClockRefused { fast_by: None });
        };
        tracing::debug!("Google finds the time in the assertion wrong; signing again by its own clock");
        self.trade(key, googles).await.map_err(|refusal| match refusal {
            Refusal::Time(_) => OAuthError::ClockRefused {
                fast_by: Some(now.duration_since(googles)),
            },
            Refusal::Other(error) => error,
        })
    }

    async fn trade(&self, key: &ServiceAccountKey, signed_at: Timestamp) -> Result<AccessToken, Refusal> {
        let assertion = key
            .assertion(&self.order, self.provider.token_endpoint, signed_at)
            .map_err(|error| Refusal::Other(self.unusable(error)))?;
        let mut pause = PAUSE;
        for attempt in 1.. {
            match self.send(key, &assertion).await {
                Err(Refusal::Other(OAuthError::Unavailable { .. })) if attempt < ATTEMPTS => {
                    tokio::time::sleep(pause).await;
                    pause *= 3;
                }
                outcome => return outcome,
            }
        }
        Err(OAuthError::Interrupted.into())
    }

    async fn send(&self, key: &ServiceAccountKey, assertion: &SecretString) -> Result<AccessToken, Refusal> {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", GRANT_TYPE)
            .append_pair("assertion", assertion.expose())
            .finish();
        let request = http::Request::post(self.provider.token_endpoint)
            .header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body.into_bytes())
            .map_err(|error| OAuthError::UnexpectedAnswer(error.to_string()))?;
        let answer = self.http.fetch(request).await?;
        if answer.status != http::StatusCode::OK {
            return Err(self.refused(key, &answer));
        }
        let token: TokenAnswer = normalised(&answer.body)
            .and_then(|body| serde_json::from_slice(&body).ok())
            .ok_or_else(|| OAuthError::UnexpectedAnswer("HTTP 200 without an access token".to_owned()))?;
        Ok(AccessToken::new(
            SecretString::new(token.access_token),
            token.expires_in.map(Duration::from_secs),
            self.clock.now(),
        ))
    }

    /// What Google's refusal means here: the same words mean something else for a person's refresh token.
    fn refused(&self, key: &ServiceAccountKey, answer: &Answer) -> Refusal {
        let named = refusal(answer.status.as_u16(), &answer.body);
        let description = answer.field("error_description").unwrap_or_default();
        let said = description.to_ascii_lowercase();
        match (&named, &self.order.subject) {
            (OAuthError::SignInExpired(_), _) if said.contains("timeframe") || said.contains("iat and exp") => {
                Refusal::Time(answer.date)
            }
            (OAuthError::SignInExpired(_), Some(subject)) if said.contains("email or user id") => {
                OAuthError::SubjectUnknown(subject.clone()).into()
            }
            (OAuthError::ClientRefused(_), Some(subject)) => OAuthError::DelegationRefused {
                subject: subject.clone(),
                client_id: key.client_id.clone(),
                scopes: self.order.scopes.clone(),
                description,
            }
            .into(),
            (
                OAuthError::SignInExpired(_)
                | OAuthError::AccountDeleted(_)
                | OAuthError::ClientRefused(_)
                | OAuthError::ClientDeleted(_)
                | OAuthError::ClientDisabled(_),
                _,
            ) => OAuthError::KeyRefused(description).into(),
            _ => named.into(),
        }
    }

    fn unusable(&self, error: ServiceAccountKeyError) -> OAuthError {
        match &self.source {
            KeySource::File { path, .. } => KeyFileError::Unusable {
                path: path.clone(),
                error,
            }
            .into(),
            KeySource::Stored { .. } => OAuthError::KeyRefused(error.to_string()),
        }
    }
}

#[async_trait]
impl Renewal for ServiceAccountRenewal {
    async fn renew(&self) -> Result<AccessToken, OAuthError> {
        let key = self.source.key().await?;
        self.renew_with(&key).await
    }

    async fn sealing_secret(&self) -> Result<Option<SecretBytes>, OAuthError> {
        // Too long for every keychain is no reason not to use a key that is in a file: others find no note then.
        match self.source.key().await {
            Ok(key) => Ok(key.to_stored().ok()),
            Err(OAuthError::NotSignedIn) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
