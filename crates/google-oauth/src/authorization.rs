//! The authorization request (RFC 6749 section 4.1.1) of an installed app: system browser, loopback redirect, PKCE S256.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use oauth2::{CsrfToken, PkceCodeChallenge, RedirectUrl, Scope};
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::answer_page::AnswerPage;
use crate::error::OAuthError;
use crate::listener::{LoopbackListener, Settlement, WaitError};
use crate::loopback_address::loopback_redirects;
use crate::oauth_client::OAuthClientKind;
use crate::request_head::RedirectQuery;
use crate::secret::SecretString;
use crate::token_endpoint::TokenEndpoint;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
    /// Full scope names. Installed apps have no incremental authorization: ask for the union.
    pub scopes: Vec<String>,
    /// Whose account the page should offer first: the e-mail, on a re-connect.
    pub login_hint: Option<String>,
    /// How long the wait may last.
    pub time_limit: Duration,
}

/// A request whose page may be open: bound, and waiting.
pub struct PendingAuthorization {
    /// The page to open, as it is dialled.
    pub url: Url,
    /// The redirect URI of the request, to the letter.
    pub redirect_uri: String,
    /// When the wait ends.
    pub expires_at: Timestamp,
    deadline: Instant,
    listener: LoopbackListener,
    state: SecretString,
    verifier: SecretString,
    scopes: Vec<String>,
    issuer: &'static str,
}

/// A code that came back, with everything its exchange needs. It works once.
#[derive(Debug)]
pub struct AuthorizationCode {
    pub(crate) code: SecretString,
    pub(crate) verifier: SecretString,
    pub(crate) redirect_uri: String,
    pub(crate) requested_scopes: Vec<String>,
}

impl AuthorizationRequest {
    /// Binds the redirect address and builds the request from it. An OAuth client of kind `web` gets one of its registered
    /// loopback redirect URIs, to the letter; those meant for the Terms of Service come last.
    pub fn begin(self, endpoint: &TokenEndpoint) -> Result<PendingAuthorization, OAuthError> {
        let client = endpoint.client();
        let listener = match client.kind {
            OAuthClientKind::Installed => LoopbackListener::bind_any("/")?,
            OAuthClientKind::Web => {
                let mut uris = loopback_redirects(&client.redirect_uris);
                uris.sort_by_key(|uri| uri.contains("terms"));
                LoopbackListener::bind_first(&uris)?
            }
        };
        let redirect_uri = listener.redirect_uri().to_owned();
        let redirect =
            RedirectUrl::new(redirect_uri.clone()).map_err(|error| OAuthError::RedirectMismatch(error.to_string()))?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let protocol = endpoint.protocol().clone().set_redirect_uri(redirect);
        let mut request = protocol
            .authorize_url(|| CsrfToken::new_random_len(32))
            .add_scopes(self.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(challenge)
            .add_extra_param("access_type", "offline")
            .add_extra_param("prompt", "consent");
        if let Some(hint) = &self.login_hint {
            request = request.add_extra_param("login_hint", hint);
        }
        let (url, state) = request.url();
        let limit = SignedDuration::try_from(self.time_limit).unwrap_or(SignedDuration::MAX);
        Ok(PendingAuthorization {
            url: endpoint.base().dial(&url),
            redirect_uri,
            expires_at: Timestamp::now().checked_add(limit).unwrap_or(Timestamp::MAX),
            deadline: Instant::now() + self.time_limit,
            listener,
            state: SecretString::new(state.secret()),
            verifier: SecretString::new(verifier.secret()),
            scopes: self.scopes,
            issuer: endpoint.provider().issuer,
        })
    }
}

impl PendingAuthorization {
    /// Waits for the person to finish in the browser. The redirect address closes when this returns or is dropped.
    /// `stray` is told of each answer that came to this address and belongs to another sign-in, or to none.
    pub async fn wait(
        self,
        cancel: &CancellationToken,
        stray: impl Fn() + Send + Sync + 'static,
    ) -> Result<AuthorizationCode, OAuthError> {
        let expected = AnswerCheck::of(self.state.expose(), self.issuer);
        let settle = move |query: &RedirectQuery| {
            let settlement = expected.settle(query);
            if matches!(settlement, Settlement::Stray(_)) {
                stray();
            }
            settlement
        };
        let answer = self.listener.wait(self.deadline, cancel, settle).await;
        match answer {
            Ok(Answer::Code(code)) => Ok(AuthorizationCode {
                code,
                verifier: self.verifier,
                redirect_uri: self.redirect_uri,
                requested_scopes: self.scopes,
            }),
            Ok(Answer::Issuer(issuer)) => Err(OAuthError::IssuerMismatch(issuer)),
            Ok(Answer::Error { error, .. }) if error == "access_denied" => Err(OAuthError::Denied),
            Ok(Answer::Error { error, description })
                if ["admin_policy_enforced", "org_internal", "access_not_configured"].contains(&error.as_str()) =>
            {
                Err(OAuthError::PolicyRefused { error, description })
            }
            Ok(Answer::Error { error, description }) => Err(OAuthError::AuthorizationRefused { error, description }),
            Err(WaitError::Cancelled) => Err(OAuthError::Cancelled),
            Err(WaitError::TimedOut { strays: 0 }) => Err(OAuthError::TimedOut),
            Err(WaitError::TimedOut { .. }) => Err(OAuthError::StateMismatch),
        }
    }
}

enum Answer {
    Code(SecretString),
    Error { error: String, description: String },
    Issuer(String),
}

pub(crate) struct AnswerCheck {
    /// Compared as digests, so that the time a comparison takes tells nothing about the state.
    state: [u8; 32],
    issuer: &'static str,
}

impl AnswerCheck {
    pub(crate) fn of(state: &str, issuer: &'static str) -> Self {
        Self {
            state: Sha256::digest(state).into(),
            issuer,
        }
    }

    #[cfg(feature = "fuzzing")]
    pub(crate) fn settles(&self, query: &RedirectQuery) -> bool {
        matches!(self.settle(query), Settlement::Settled(..))
    }

    /// RFC 6749 section 4.1.2 and RFC 9207: only the right state settles; then the issuer is looked at, then code or error.
    fn settle(&self, query: &RedirectQuery) -> Settlement<Answer> {
        let stray = || Settlement::Stray(AnswerPage::OtherSignIn);
        let state: Option<[u8; 32]> = query.get("state").map(|state| Sha256::digest(state).into());
        if state != Some(self.state) {
            return stray();
        }
        if let Some(issuer) = query.get("iss").filter(|issuer| *issuer != self.issuer) {
            return Settlement::Settled(Answer::Issuer(shown(issuer)), AnswerPage::NotGoogle);
        }
        match (query.get("code").filter(|code| !code.is_empty()), query.get("error")) {
            (Some(code), None) => Settlement::Settled(Answer::Code(SecretString::new(code)), AnswerPage::Arrived),
            (None, Some(error)) => {
                let page = if error == "access_denied" {
                    AnswerPage::Declined
                } else {
                    AnswerPage::Failed
                };
                let answer = Answer::Error {
                    error: shown(error),
                    description: shown(query.get("error_description").unwrap_or_default()),
                };
                Settlement::Settled(answer, page)
            }
            _ => stray(),
        }
    }
}

/// A sender's words as an error may carry them: short, and without characters that act on a terminal or a log.
fn shown(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_control())
        .take(300)
        .collect()
}
