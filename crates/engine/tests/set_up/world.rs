//! One sandbox, one home, one keychain, and engines over them.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use gantry_domain::{Clock, GoogleBase, Permission, SystemClock};
use gantry_engine::dto::connections::{AddOAuthClient, ConnectRequest, ConnectionView};
use gantry_engine::dto::provisioning::{ProvisionRequest, ProvisionRunView};
use gantry_engine::host::Headless;
use gantry_engine::{Engine, EngineConfig, Keychain, Pause, Profile, Result, commands, connections, provisioning};
use gantry_sandbox::{RunningSandbox, Sandbox, SandboxConfig, practice};
use google_oauth::{
    NoTokenStore, OpenedTokenStore, Persistence, SecretBytes, SessionTokenStore, StoreProblem, TokenStore,
    TokenStoreError,
};
use serde_json::Value;
use tokio::sync::mpsc;
use url::Url;

use crate::user_agent::{self, AgentBrowser};

/// Stands in for the operating system's keychain: it outlives engines.
#[derive(Clone, Default)]
pub struct TestKeychain(pub Arc<SessionTokenStore>);

#[async_trait]
impl TokenStore for TestKeychain {
    async fn get(&self, key: &str) -> Result<Option<SecretBytes>, TokenStoreError> {
        self.0.get(key).await
    }
    async fn set(&self, key: &str, secret: &SecretBytes) -> Result<(), TokenStoreError> {
        self.0.set(key, secret).await
    }
    async fn delete(&self, key: &str) -> Result<(), TokenStoreError> {
        self.0.delete(key).await
    }
    fn persistence(&self) -> Persistence {
        Persistence::Keychain
    }
}

pub struct World {
    pub sandbox: RunningSandbox,
    pub keychain: TestKeychain,
    pub home: tempfile::TempDir,
    pub engine: Arc<Engine>,
    pub opened: mpsc::UnboundedReceiver<Url>,
}

impl World {
    /// A sandbox with an engine that knows the practice OAuth client of kind `installed`.
    pub async fn new() -> Self {
        Self::with_client(&practice::installed_client_json()).await
    }

    pub async fn with_client(client: &Value) -> Self {
        let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
        let home = tempfile::tempdir().unwrap();
        let keychain = TestKeychain::default();
        let (engine, opened) = engine(&sandbox, &home, Some(keychain.clone())).await;
        let world = Self {
            sandbox,
            keychain,
            home,
            engine,
            opened,
        };
        world.add_client(client, false).await;
        world
    }

    pub async fn add_client(&self, client: &Value, session_only: bool) {
        let file = self.home.path().join("client_secret.json");
        std::fs::write(&file, client.to_string()).unwrap();
        let request = AddOAuthClient {
            path: file.display().to_string(),
            name: None,
            session_only,
        };
        connections::add_oauth_client(&self.engine, request).await.unwrap();
    }

    /// Another process of the same profile: same home, same keychain.
    pub async fn restart(&mut self) {
        (self.engine, self.opened) = engine(&self.sandbox, &self.home, Some(self.keychain.clone())).await;
    }

    /// The same, by another clock.
    pub async fn use_clock(&mut self, clock: Arc<dyn Clock>) {
        self.use_time(clock, Arc::new(gantry_engine::SystemPause)).await;
    }

    /// The same, where time passes differently.
    pub async fn use_time(&mut self, clock: Arc<dyn Clock>, pause: Arc<dyn Pause>) {
        let (opener, opened) = mpsc::unbounded_channel();
        let config = EngineConfig {
            profile: Profile::new(
                Some(self.home.path()),
                GoogleBase::loopback(self.sandbox.base()).unwrap(),
            )
            .unwrap(),
            keychain: Keychain::at_start(OpenedTokenStore {
                name: "a test's".to_owned(),
                store: Arc::new(self.keychain.clone()),
            }),
            browser: Arc::new(AgentBrowser(opener)),
            clock,
            pause,
            host: Arc::new(Headless),
            shipped_oauth_client: None,
        };
        self.engine = Engine::open(config).await.unwrap();
        self.opened = opened;
    }

    /// Neither Google nor our ledger holds calls to Tag Manager back.
    pub async fn unhurried(&self) {
        self.control("quota", serde_json::json!({ "enabled": false })).await;
        let mut limits = gantry_engine::settings::get(&self.engine, gantry_engine::dto::Nothing {})
            .await
            .unwrap();
        limits.tag_manager_calls_per_window = 1_000_000;
        gantry_engine::settings::set(&self.engine, limits).await.unwrap();
    }

    pub async fn control(&self, path: &str, body: Value) -> Value {
        let url = Url::parse(&format!("{}/_control/{path}", self.sandbox.base())).unwrap();
        let method = if body.is_null() { "GET" } else { "POST" };
        let reply = user_agent::request(method, &url, "application/json", &body.to_string()).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        serde_json::from_str(&reply.body).unwrap()
    }

    /// How many requests of this method and path (a part of it) the sandbox has seen.
    pub async fn requests(&self, method: &str, path: &str) -> usize {
        let log = self.control("log", Value::Null).await;
        let seen = log["requests"].as_array().unwrap().iter();
        seen.filter(|one| one["method"] == method && one["path"].as_str().unwrap().contains(path))
            .count()
    }

    /// Runs the sign-in as a job while `play` plays the browser.
    pub async fn connect<F: Future<Output = ()>>(
        &mut self,
        request: ConnectRequest,
        play: impl FnOnce(Url) -> F,
    ) -> Result<ConnectionView> {
        let engine = Arc::clone(&self.engine);
        let job = commands::run_job(&engine, "connections.connect", |engine, job| async move {
            Box::pin(connections::connect(&engine, request, &job)).await
        });
        let agent = async {
            if let Some(url) = self.opened.recv().await {
                play(url).await;
            }
        };
        alongside(Box::pin(job), agent).await
    }

    /// Signs `account` in with everything allowed that a set-up needs.
    pub async fn sign_in(&mut self, account: &'static str) -> ConnectionView {
        let request = allow([Permission::View, Permission::Configure]);
        self.connect(request, |url| async move {
            assert_eq!(user_agent::consent(&url, account, "allow", |_| true).await.status, 200);
        })
        .await
        .unwrap()
    }

    /// Runs the set-up as a job while `play` plays the browser.
    pub async fn provision<F: Future<Output = ()>>(&mut self, play: impl FnOnce(Url) -> F) -> Result<ProvisionRunView> {
        let engine = Arc::clone(&self.engine);
        let job = commands::run_job(&engine, "provisioning.start", |engine, job| async move {
            Box::pin(provisioning::start(&engine, form(), &job)).await
        });
        let agent = async {
            if let Some(url) = self.opened.recv().await {
                play(url).await;
            }
        };
        alongside(Box::pin(job), agent).await
    }
}

/// Runs `job` to its end; `agent` plays meanwhile, and may be left waiting for a page that never opens.
async fn alongside<T>(job: impl Future<Output = T>, agent: impl Future<Output = ()>) -> T {
    let mut job = std::pin::pin!(job);
    tokio::select! {
        done = &mut job => done,
        () = agent => job.await,
    }
}

pub fn allow<const N: usize>(permissions: [Permission; N]) -> ConnectRequest {
    ConnectRequest {
        allow: permissions.into(),
        oauth_client_id: None,
        reconnect: None,
        session_only: false,
    }
}

pub fn form() -> ProvisionRequest {
    ProvisionRequest {
        connection: None,
        account_name: "Bäckerei am Hafen".to_owned(),
        property_name: "Website".to_owned(),
        website: "https://www.hafen.example".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        currency: "EUR".to_owned(),
        country: "DE".to_owned(),
        ..ProvisionRequest::default()
    }
}

pub async fn engine(
    sandbox: &RunningSandbox,
    home: &tempfile::TempDir,
    keychain: Option<TestKeychain>,
) -> (Arc<Engine>, mpsc::UnboundedReceiver<Url>) {
    let keychain = match keychain {
        Some(keychain) => Keychain::at_start(OpenedTokenStore {
            name: "a test's".to_owned(),
            store: Arc::new(keychain),
        }),
        None => Keychain::at_start(NoTokenStore {
            problem: StoreProblem::Absent,
            reason: "This test has no keychain.".to_owned(),
            remedy: "Start one, or use this session only.".to_owned(),
            details: None,
        }),
    };
    engine_with(sandbox, home, keychain).await
}

/// The engine of this home, with any keychain.
pub async fn engine_with(
    sandbox: &RunningSandbox,
    home: &tempfile::TempDir,
    keychain: Keychain,
) -> (Arc<Engine>, mpsc::UnboundedReceiver<Url>) {
    let (opener, opened) = mpsc::unbounded_channel();
    (engine_at(sandbox.base(), home.path(), keychain, opener).await, opened)
}

/// As `engine_with`, for a process whose sandbox and home are another's.
pub async fn engine_at(base: &str, home: &Path, keychain: Keychain, opener: mpsc::UnboundedSender<Url>) -> Arc<Engine> {
    Engine::open(EngineConfig {
        profile: Profile::new(Some(home), GoogleBase::loopback(base).unwrap()).unwrap(),
        keychain,
        browser: Arc::new(AgentBrowser(opener)),
        clock: Arc::new(SystemClock),
        pause: Arc::new(gantry_engine::SystemPause),
        host: Arc::new(Headless),
        shipped_oauth_client: None,
    })
    .await
    .unwrap()
}
