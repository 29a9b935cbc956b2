//! OAuth 2.0 for installed apps, with Google as the provider.
//!
//! The rooms are named after what the RFCs call them: an [`AuthorizationRequest`] (RFC 6749 section 4.1.1 with PKCE,
//! RFC 7636) waits for its redirect on a [`LoopbackListener`] (RFC 8252 section 7.3), a [`TokenEndpoint`] turns the code
//! into a [`Grant`], and a [`Credential`] keeps an access token fresh by its [`Renewal`]: for people, from the refresh token
//! in a [`TokenStore`].

mod access_token;
mod answer_page;
mod answer_texts;
mod authorization;
mod credential;
mod error;
mod exchange;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod hand_over;
mod http_client;
mod id_token;
mod listener;
mod loopback_address;
mod oauth_client;
mod provider;
mod refresh_token;
mod renewal;
mod request_head;
mod secret;
mod service_account;
mod token_endpoint;
mod token_store;
mod token_store_opener;
mod traits;
mod user_credential;

pub use access_token::AccessToken;
pub use answer_page::AnswerPage;
pub use authorization::{AuthorizationCode, AuthorizationRequest, PendingAuthorization};
pub use credential::Credential;
pub use error::OAuthError;
pub use exchange::{ExchangeKind, ExchangeObserver, TokenExchange};
pub use gantry_domain::NetworkFault;
pub use id_token::Identity;
pub use listener::{LoopbackListener, RedirectDesk, Settlement, WaitError};
pub use loopback_address::{ListenError, loopback_redirects};
pub use oauth_client::{OAuthClient, OAuthClientError, OAuthClientKind};
pub use provider::Provider;
pub use refresh_token::RefreshTokenRenewal;
pub use renewal::Renewal;
pub use request_head::RedirectQuery;
pub use secret::{SecretBytes, SecretString};
pub use service_account::{
    AssertionOrder, KeyFileError, KeyFileFormat, KeySource, PrivateKeyProblem, RsaPrivateKey, ServiceAccountKey,
    ServiceAccountKeyError, ServiceAccountRenewal, read_key_file, read_private_key_file,
};
pub use token_endpoint::{Grant, TokenEndpoint};
pub use token_store::{Persistence, SessionTokenStore, TokenStore, TokenStoreError};
pub use token_store_opener::{NoTokenStore, OpenedTokenStore, StoreProblem, TokenStoreOpener};
pub use traits::{Browser, BrowserError, InProcessLock, RefreshGuard, RefreshLock, RefreshLockError};
pub use user_credential::UserCredential;
