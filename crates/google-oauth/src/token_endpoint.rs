//! The token endpoint (RFC 6749 section 3.2): code for tokens, refresh token for access token, and revocation (RFC 7009).

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use gantry_domain::{Clock, ClockSkew, GoogleBase, SystemClock};
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    AuthType, AuthUrl, Client, ClientId, ClientSecret, EndpointNotSet, EndpointSet, ExtraTokenFields, HttpRequest,
    HttpResponse, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, RevocationUrl,
    StandardRevocableToken, StandardTokenResponse, TokenResponse as _, TokenUrl,
};
use serde::{Deserialize, Serialize};

use crate::access_token::AccessToken;
use crate::authorization::AuthorizationCode;
use crate::error::OAuthError;
use crate::exchange::{Attempt, ExchangeObserver};
use crate::http_client::HttpClient;
use crate::id_token::Identity;
use crate::oauth_client::OAuthClient;
use crate::provider::Provider;
use crate::secret::SecretString;

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct FurtherFields {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    /// Google sends it where the person granted access for a limited time. Seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token_expires_in: Option<u64>,
}
impl ExtraTokenFields for FurtherFields {}

type SendFuture = Pin<Box<dyn Future<Output = Result<HttpResponse, OAuthError>> + Send>>;
type TokenAnswer = StandardTokenResponse<FurtherFields, BasicTokenType>;
/// The `oauth2` crate's client over Google's endpoints.
pub(crate) type ProtocolClient = Client<
    BasicErrorResponse,
    TokenAnswer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
    EndpointSet,
>;

const ATTEMPTS: u32 = 3;

/// What a sign-in brought.
#[derive(Clone, Debug)]
pub struct Grant {
    pub access_token: AccessToken,
    /// Absent where Google had given one before and was not asked for consent again.
    pub refresh_token: Option<SecretString>,
    /// How long the refresh token lives, where the person granted access for a limited time.
    pub refresh_token_lifetime: Option<Duration>,
    /// The scopes that were granted, which may be fewer than were asked for.
    pub scopes: BTreeSet<String>,
    pub identity: Identity,
}

/// What a refresh brought.
pub(crate) struct Refreshed {
    pub access_token: AccessToken,
    /// A new refresh token, where the provider rotates them.
    pub refresh_token: Option<SecretString>,
}

/// The endpoints of a provider for one OAuth client, dialled through a base.
#[derive(Clone)]
pub struct TokenEndpoint {
    provider: Provider,
    client: OAuthClient,
    base: GoogleBase,
    http: HttpClient,
    protocol: ProtocolClient,
    clock: Arc<dyn Clock>,
}

impl TokenEndpoint {
    pub fn new(provider: Provider, base: GoogleBase, client: OAuthClient) -> Result<Self, OAuthError> {
        let wrong = |error: url::ParseError| OAuthError::UnexpectedAnswer(error.to_string());
        let mut protocol = Client::new(ClientId::new(client.client_id.clone()))
            .set_auth_uri(AuthUrl::new(provider.authorization_endpoint.to_owned()).map_err(wrong)?)
            .set_token_uri(TokenUrl::new(provider.token_endpoint.to_owned()).map_err(wrong)?)
            .set_revocation_url(RevocationUrl::new(provider.revocation_endpoint.to_owned()).map_err(wrong)?)
            // What Google documents: the client's id and secret as fields of the body.
            .set_auth_type(AuthType::RequestBody);
        if let Some(secret) = &client.client_secret {
            protocol = protocol.set_client_secret(ClientSecret::new(secret.expose().to_owned()));
        }
        Ok(Self {
            provider,
            http: HttpClient::new(base.clone())?,
            client,
            base,
            protocol,
            clock: Arc::new(SystemClock),
        })
    }

    /// The same with another clock than the computer's.
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.http.set_clock(Arc::clone(&clock));
        Self { clock, ..self }
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

    /// How far this computer's clock is off, by the answers so far.
    pub fn clock_skew(&self) -> &ClockSkew {
        self.http.skew()
    }

    pub fn client(&self) -> &OAuthClient {
        &self.client
    }

    pub fn provider(&self) -> &Provider {
        &self.provider
    }

    pub(crate) fn base(&self) -> &GoogleBase {
        &self.base
    }

    pub(crate) fn protocol(&self) -> &ProtocolClient {
        &self.protocol
    }

    /// Trades the code for tokens (RFC 6749 section 4.1.3, with the verifier of RFC 7636). Codes work once: it is not retried.
    pub async fn exchange(&self, code: AuthorizationCode) -> Result<Grant, OAuthError> {
        let redirect =
            RedirectUrl::new(code.redirect_uri).map_err(|error| OAuthError::RedirectMismatch(error.to_string()))?;
        let answer = self
            .protocol
            .exchange_code(oauth2::AuthorizationCode::new(code.code.expose().to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(code.verifier.expose().to_owned()))
            .set_redirect_uri(std::borrow::Cow::Owned(redirect))
            .request_async(&self.sender(1))
            .await
            .map_err(|error| match unwrap(error) {
                OAuthError::SignInExpired(description) => OAuthError::CodeRefused(description),
                other => other,
            })?;
        let access_token = self.access_token_of(&answer);
        let identity = match &answer.extra_fields().id_token {
            // By Google's clock, where this computer's is known to be wrong: the answer has just come from there.
            Some(token) => {
                let now = self.clock_skew().corrected(self.clock.now());
                Identity::from_id_token(token, &self.provider, &self.client.client_id, now)?
            }
            None => self.userinfo(&access_token).await?,
        };
        // RFC 6749 section 5.1: no scope in the answer means that all that was asked for was granted.
        let scopes = match answer.scopes() {
            Some(scopes) => normalised(scopes.iter().map(|scope| scope.as_str())),
            None => normalised(code.requested_scopes.iter().map(String::as_str)),
        };
        let refresh_token = answer.refresh_token().map(|token| SecretString::new(token.secret()));
        Ok(Grant {
            access_token,
            refresh_token,
            refresh_token_lifetime: answer.extra_fields().refresh_token_expires_in.map(Duration::from_secs),
            scopes,
            identity,
        })
    }

    /// A new access token (RFC 6749 section 6). Safe to repeat: a few attempts with growing pauses.
    pub(crate) async fn refresh(&self, refresh_token: &SecretString) -> Result<Refreshed, OAuthError> {
        let token = RefreshToken::new(refresh_token.expose().to_owned());
        let mut pause = Duration::from_millis(400);
        let mut attempt = 1;
        loop {
            let sender = self.sender(attempt);
            let answer = self
                .protocol
                .exchange_refresh_token(&token)
                .request_async(&sender)
                .await
                .map_err(unwrap);
            match answer {
                Ok(answer) => {
                    return Ok(Refreshed {
                        access_token: self.access_token_of(&answer),
                        refresh_token: answer.refresh_token().map(|token| SecretString::new(token.secret())),
                    });
                }
                Err(OAuthError::Unavailable { .. }) if attempt < ATTEMPTS => {
                    tokio::time::sleep(pause).await;
                    pause *= 3;
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Gives a token back (RFC 7009). Google revokes all grants of the project to this person with it. A token that is
    /// already dead counts as revoked.
    pub async fn revoke(&self, refresh_token: &SecretString) -> Result<(), OAuthError> {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("token", refresh_token.expose())
            .finish();
        let request = http::Request::post(self.provider.revocation_endpoint)
            .header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body.into_bytes())
            .map_err(|error| OAuthError::UnexpectedAnswer(error.to_string()))?;
        match self.http.send(request).await {
            Err(OAuthError::Refused { error, .. }) if error == "invalid_token" => Ok(()),
            Ok(_) | Err(OAuthError::SignInExpired(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn access_token_of(&self, answer: &TokenAnswer) -> AccessToken {
        let secret = SecretString::new(answer.access_token().secret());
        AccessToken::new(secret, answer.expires_in(), self.clock.now())
    }

    /// Our client as the protocol crate wants it: a function from a request to a future that owns all it needs.
    fn sender(&self, attempt: u32) -> impl Fn(HttpRequest) -> SendFuture + Send + Sync + use<> {
        let http = self.http.clone();
        move |mut request: HttpRequest| {
            let http = http.clone();
            request.extensions_mut().insert(Attempt(attempt));
            Box::pin(async move { http.send(request).await })
        }
    }

    async fn userinfo(&self, access_token: &AccessToken) -> Result<Identity, OAuthError> {
        let request = http::Request::get(self.provider.userinfo_endpoint)
            .header(
                http::header::AUTHORIZATION,
                format!("Bearer {}", access_token.secret().expose()),
            )
            .body(Vec::new())
            .map_err(|error| OAuthError::UnexpectedAnswer(error.to_string()))?;
        Identity::from_userinfo(self.http.send(request).await?.body())
    }
}

/// Reads an answer as the protocol does, for the fuzz targets.
#[cfg(feature = "fuzzing")]
pub(crate) fn read(answer: &[u8]) {
    if let Ok(answer) = serde_json::from_slice::<TokenAnswer>(answer) {
        let _ = normalised(answer.scopes().into_iter().flatten().map(|scope| scope.as_str()));
        let token = SecretString::new(answer.access_token().secret());
        let _ = AccessToken::new(token, answer.expires_in(), SystemClock.now());
    }
}

/// Google spells the scope `email` in two ways.
fn normalised<'a>(scopes: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    scopes
        .flat_map(str::split_whitespace)
        .map(|scope| match scope {
            "https://www.googleapis.com/auth/userinfo.email" => "email".to_owned(),
            "https://www.googleapis.com/auth/userinfo.profile" => "profile".to_owned(),
            other => other.to_owned(),
        })
        .collect()
}

fn unwrap(error: RequestTokenError<OAuthError, BasicErrorResponse>) -> OAuthError {
    match error {
        RequestTokenError::Request(error) => error,
        // The parser's message names a field and never its value.
        RequestTokenError::Parse(error, _) => {
            OAuthError::UnexpectedAnswer(format!("the field {} is missing or wrong", error.path()))
        }
        RequestTokenError::ServerResponse(error) => OAuthError::UnexpectedAnswer(error.to_string()),
        RequestTokenError::Other(text) => OAuthError::UnexpectedAnswer(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_normalised() {
        let scopes = normalised(["openid https://www.googleapis.com/auth/userinfo.email", "x"].into_iter());
        assert_eq!(scopes.into_iter().collect::<Vec<_>>(), ["email", "openid", "x"]);
    }
}
