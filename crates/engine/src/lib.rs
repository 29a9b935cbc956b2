//! What Gantry does, for any host: connections, provisioning, the estate, containers, reports, exports.
//!
//! A host makes one `Engine` a profile, injects the keychain, the browser, the clock and itself, and asks through the
//! command table (`commands`). Long work runs as jobs that tell events. The engine never prints and knows no window.

pub mod activity;
pub mod app;
pub mod browser;
pub mod commands;
pub mod connections;
pub mod containers;
pub mod dto;
pub mod error;
pub mod estate;
pub mod exports;
mod google_errors;
pub mod host;
mod jobs;
mod links;
pub mod overview;
pub mod profile;
pub mod provisioning;
pub mod quota;
pub mod reports;
pub mod settings;
mod typescript;

use std::sync::Arc;

use gantry_domain::Clock;
use gantry_store::Store;
use google_oauth::{Browser, OAuthClient, SessionTokenStore, TokenStore};
use tokio::sync::broadcast;
use tokio::task::JoinSet;

pub use error::{Error, ErrorCode, ErrorView, Result};
pub use host::Host;
pub use jobs::{Job, Jobs};
pub use profile::Profile;

use connections::{OtherAccounts, Sessions};
use dto::app::{KeychainProblem, KeychainView};
use dto::events::EngineEvent;
use links::Links;

/// What a host injects.
pub struct EngineConfig {
    pub profile: Profile,
    /// The operating system's keychain, or why there is none.
    pub keychain: Keychain,
    pub browser: Arc<dyn Browser>,
    pub clock: Arc<dyn Clock>,
    pub host: Arc<dyn Host>,
    /// An OAuth client that comes with the host: a build's own, or the sandbox's.
    pub shipped_oauth_client: Option<OAuthClient>,
}

/// The keychain that a host found.
pub enum Keychain {
    Available { name: String, store: Arc<dyn TokenStore> },
    Unavailable { reason: String, remedy: String },
}

impl Keychain {
    /// The keychain that a host tried to open, or why it could not.
    pub fn found(opened: Result<impl TokenStore + 'static, impl std::fmt::Display>) -> Self {
        let (name, remedy) = if cfg!(target_os = "macos") {
            (
                "the macOS Keychain",
                "Unlock the login keychain and start Gantry again, or sign in for this session only in Gantry's window.",
            )
        } else if cfg!(windows) {
            (
                "Windows Credential Manager",
                "Check that the Credential Manager service runs, or sign in for this session only in Gantry's window.",
            )
        } else {
            (
                "the Secret Service",
                "Start and unlock a keyring such as GNOME Keyring or KWallet, or sign in for this session only in Gantry's window.",
            )
        };
        match opened {
            Ok(store) => Self::Available {
                name: name.to_owned(),
                store: Arc::new(store),
            },
            Err(reason) => Self::Unavailable {
                reason: reason.to_string(),
                remedy: remedy.to_owned(),
            },
        }
    }
}

/// Gantry, for one profile.
pub struct Engine {
    profile: Profile,
    store: Store,
    keychain: Keychain,
    /// Secrets that live as long as this engine: the person's choice where there is no keychain.
    session: Arc<SessionTokenStore>,
    browser: Arc<dyn Browser>,
    clock: Arc<dyn Clock>,
    host: Arc<dyn Host>,
    shipped_oauth_client: Option<OAuthClient>,
    jobs: Arc<Jobs>,
    links: Links,
    /// Access tokens and HTTP clients, one set a connection.
    sessions: Sessions,
    /// Accounts that answered for another, waiting for the person's word.
    other_accounts: OtherAccounts,
    /// Addresses whose answer is no longer needed and that the browser may still be sent to, for some seconds.
    answer_pages: tokio::sync::Mutex<JoinSet<()>>,
}

impl Engine {
    /// Opens the profile's database and makes the engine. Nothing is sent to Google.
    pub async fn open(config: EngineConfig) -> Result<Arc<Self>> {
        let store = Store::open(config.profile.database_path()).await?;
        let jobs = Jobs::new(Arc::clone(&config.clock));
        Ok(Arc::new(Self {
            profile: config.profile,
            store,
            keychain: config.keychain,
            session: Arc::default(),
            browser: config.browser,
            clock: config.clock,
            host: config.host,
            shipped_oauth_client: config.shipped_oauth_client,
            jobs,
            links: Links::default(),
            sessions: Sessions::default(),
            other_accounts: OtherAccounts::default(),
            answer_pages: tokio::sync::Mutex::default(),
        }))
    }

    /// Completes when no browser waits for a page of ours any more, seconds at most: a host that ends sooner leaves the
    /// person on a refused connection.
    pub async fn answer_pages_served(&self) {
        let mut pages = self.answer_pages.lock().await;
        while pages.join_next().await.is_some() {}
    }

    /// Goes on serving an answer page in the background.
    pub(crate) async fn serve_answer_page(&self, page: impl Future<Output = ()> + Send + 'static) {
        self.answer_pages.lock().await.spawn(page);
    }

    /// Frees the addresses for the next wait.
    pub(crate) async fn close_answer_pages(&self) {
        self.answer_pages.lock().await.shutdown().await;
    }

    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    pub fn jobs(&self) -> &Arc<Jobs> {
        &self.jobs
    }

    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Events from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<EngineEvent> {
        self.jobs.subscribe()
    }

    fn keychain_view(&self) -> KeychainView {
        match &self.keychain {
            Keychain::Available { name, .. } => KeychainView::Available { name: name.clone() },
            Keychain::Unavailable { reason, remedy } => KeychainView::Unavailable {
                problem: KeychainProblem::Absent,
                reason: reason.clone(),
                remedy: remedy.clone(),
            },
        }
    }
}
