//! What Gantry does, for any host: connections, provisioning, the estate, containers, reports, exports.
//!
//! A host makes one `Engine` a profile, injects the keychain, the browser, the clock and itself, and asks through the
//! command table (`commands`). Long work runs as jobs that tell events. The engine never prints and knows no window.

pub mod activity;
pub mod app;
pub mod batches;
pub mod browser;
pub mod clients;
pub mod commands;
pub mod connections;
mod container_reading;
pub mod containers;
pub mod dto;
pub mod error;
pub mod estate;
pub mod exports;
mod file_lock;
mod google_errors;
pub mod host;
mod jobs;
pub mod keychain;
mod links;
pub mod overview;
pub mod panics;
pub mod profile;
pub mod provisioning;
pub mod quota;
pub mod reports;
pub mod settings;
pub mod sites;
pub mod templates;
mod typescript;
mod whole_file;

use std::sync::Arc;

use gantry_domain::{Clock, ClockSkew};
use gantry_store::Store;
use google_oauth::{Browser, OAuthClient, SessionTokenStore};
use tokio::sync::broadcast;
use tokio::task::JoinSet;

pub use error::{Error, ErrorCode, ErrorView, Result};
pub use google_apis::{Pause, SystemPause};
pub use host::Host;
pub use jobs::{Job, Jobs};
pub use keychain::Keychain;
pub use profile::Profile;

use connections::{OtherAccounts, Sessions};
use dto::events::EngineEvent;
use links::Links;

/// What a host injects.
pub struct EngineConfig {
    pub profile: Profile,
    /// Where secrets are kept, and when it is asked.
    pub keychain: Keychain,
    pub browser: Arc<dyn Browser>,
    pub clock: Arc<dyn Clock>,
    /// How time is waited out: for quota, before another try, until what Google made is seen.
    pub pause: Arc<dyn Pause>,
    pub host: Arc<dyn Host>,
    /// An OAuth client that comes with the host: a build's own, or the sandbox's.
    pub shipped_oauth_client: Option<OAuthClient>,
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
    pause: Arc<dyn Pause>,
    /// What Google's answers tell of this computer's clock.
    clock_skew: ClockSkew,
    host: Arc<dyn Host>,
    shipped_oauth_client: Option<OAuthClient>,
    jobs: Arc<Jobs>,
    links: Links,
    /// Websites that were looked at, and the way to them.
    sites: sites::Sites,
    /// Tells hosts of new requests in Activity.
    activity: Arc<activity::Announcer>,
    /// Access tokens and HTTP clients, one set a connection.
    sessions: Sessions,
    /// Accounts that answered for another, waiting for the person's word.
    other_accounts: OtherAccounts,
    /// Addresses whose answer is no longer needed and that the browser may still be sent to, for some seconds.
    answer_pages: tokio::sync::Mutex<JoinSet<()>>,
    /// Where the browser comes back to after the Terms of Service.
    terms_desk: Arc<provisioning::TermsDesk>,
    /// What set-ups know of Tag Manager's accounts together.
    tag_manager_desk: Arc<provisioning::TagManagerDesk>,
    /// The batches that this process works on.
    batches: batches::Running,
}

impl Engine {
    /// Opens the profile's database and makes the engine. Nothing is sent to Google, and nobody waits for the keychain.
    pub async fn open(config: EngineConfig) -> Result<Arc<Self>> {
        let store = Store::open(config.profile.database_path()).await?;
        let jobs = Jobs::new(Arc::clone(&config.clock));
        let links = Links::new(config.profile.base().clone());
        let engine = Arc::new(Self {
            profile: config.profile,
            store,
            keychain: config.keychain,
            session: Arc::default(),
            browser: config.browser,
            clock: config.clock,
            pause: config.pause,
            clock_skew: ClockSkew::default(),
            host: config.host,
            shipped_oauth_client: config.shipped_oauth_client,
            activity: activity::Announcer::new(Arc::clone(&jobs)),
            jobs,
            links,
            sites: sites::Sites::default(),
            sessions: Sessions::default(),
            other_accounts: OtherAccounts::default(),
            answer_pages: tokio::sync::Mutex::default(),
            terms_desk: Arc::default(),
            tag_manager_desk: Arc::default(),
            batches: batches::Running::default(),
        });
        engine.keychain.belongs_to(&engine);
        Ok(engine)
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

    pub(crate) fn pause(&self) -> &Arc<dyn Pause> {
        &self.pause
    }

    /// Issues a link to a page of Google's, for a host to open by its id.
    pub fn link(&self, page: url::Url) -> Result<dto::LinkView> {
        self.links.issue(page)
    }

    /// Issues a link to the site of the set-up at hand, an address that the person entered.
    pub fn link_to_site(&self, site: url::Url) -> Result<dto::LinkView> {
        self.links.issue_site(site)
    }

    /// Events from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<EngineEvent> {
        self.jobs.subscribe()
    }
}
