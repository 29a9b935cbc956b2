//! An engine, its keychain, and the sandbox that it talks to.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use gantry_domain::{Clock, GoogleBase, Permission, SystemClock};
use gantry_engine::connections;
use gantry_engine::dto::Nothing;
use gantry_engine::dto::connections::{AddServiceAccount, ConnectionView, Offer};
use gantry_engine::dto::reports::ReportRequest;
use gantry_engine::host::Headless;
use gantry_engine::{Engine, EngineConfig, Keychain, Profile, Result, reports};
use gantry_sandbox::{RunningSandbox, Sandbox, SandboxConfig, practice};
use google_oauth::{
    Browser, BrowserError, OpenedTokenStore, Persistence, SecretBytes, SessionTokenStore, TokenStore, TokenStoreError,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

struct NoBrowser;

impl Browser for NoBrowser {
    fn open(&self, _: &url::Url) -> Result<(), BrowserError> {
        Err(BrowserError("none in this test".to_owned()))
    }
}

/// A keychain that outlives engines, and counts how often it is asked for anything.
#[derive(Clone, Default)]
pub struct CountingKeychain {
    pub store: Arc<SessionTokenStore>,
    asked: Arc<AtomicUsize>,
}

impl CountingKeychain {
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl TokenStore for CountingKeychain {
    async fn get(&self, key: &str) -> Result<Option<SecretBytes>, TokenStoreError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.store.get(key).await
    }
    async fn set(&self, key: &str, secret: &SecretBytes) -> Result<(), TokenStoreError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.store.set(key, secret).await
    }
    async fn delete(&self, key: &str) -> Result<(), TokenStoreError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.store.delete(key).await
    }
    fn persistence(&self) -> Persistence {
        Persistence::Keychain
    }
}

/// This computer's clock, off by so much.
#[derive(Debug)]
pub struct Off(pub SignedDuration);

impl Clock for Off {
    fn now(&self) -> Timestamp {
        SystemClock.now() + self.0
    }
}

pub struct World {
    pub sandbox: RunningSandbox,
    pub home: tempfile::TempDir,
    pub keychain: CountingKeychain,
    pub engine: Arc<Engine>,
}

impl World {
    pub async fn new() -> Self {
        Self::with_clock(Arc::new(SystemClock)).await
    }

    pub async fn with_clock(clock: Arc<dyn Clock>) -> Self {
        let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
        let home = tempfile::tempdir().unwrap();
        let keychain = CountingKeychain::default();
        let engine = engine(sandbox.base(), home.path(), Arc::new(keychain.clone()), clock).await;
        Self {
            sandbox,
            home,
            keychain,
            engine,
        }
    }

    /// Another process of the same profile.
    pub async fn another(&self) -> Arc<Engine> {
        engine(
            self.sandbox.base(),
            self.home.path(),
            Arc::new(self.keychain.clone()),
            Arc::new(SystemClock),
        )
        .await
    }

    /// A file beside the profile that only its owner may read.
    pub fn file(&self, name: &str, contents: &[u8]) -> PathBuf {
        let path = self.home.path().join(name);
        std::fs::write(&path, contents).unwrap();
        mode(&path, 0o600);
        path
    }

    pub fn key_file(&self) -> PathBuf {
        self.file("exporter.json", practice::service_account_json().to_string().as_bytes())
    }

    pub async fn control(&self, path: &str, body: Value) -> Value {
        let address = self.sandbox.address;
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let (method, body) = match body {
            Value::Null => ("GET", String::new()),
            body => ("POST", body.to_string()),
        };
        let request = format!(
            "{method} /_control/{path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap()
    }

    pub async fn service_account(&self, mut order: Value) {
        order["email"] = json!(practice::SERVICE_ACCOUNT);
        self.control("service-accounts", order).await;
    }

    /// How many requests to this path the sandbox has seen.
    pub async fn requests(&self, path: &str) -> usize {
        let log = self.control("log", Value::Null).await;
        let requests = log["requests"].as_array().unwrap();
        requests.iter().filter(|one| one["path"] == path).count()
    }

    pub async fn connections(&self) -> Vec<ConnectionView> {
        connections::list(&self.engine, Nothing {}).await.unwrap()
    }

    pub fn property(&self) -> String {
        let world = self.sandbox.google().world();
        world.analytics.properties.keys().next().unwrap().to_string()
    }

    pub async fn report(&self, engine: &Arc<Engine>) -> Result<u32> {
        let request = ReportRequest {
            property: self.property(),
            dimensions: vec!["country".to_owned()],
            metrics: vec!["sessions".to_owned()],
            from: "7daysAgo".to_owned(),
            to: "yesterday".to_owned(),
            totals: false,
            limit: None,
            offset: None,
            order_by: Vec::new(),
            connection: None,
        };
        reports::run(engine, request).await.map(|table| table.row_count)
    }
}

pub async fn engine(base: &str, home: &Path, store: Arc<dyn TokenStore>, clock: Arc<dyn Clock>) -> Arc<Engine> {
    Engine::open(EngineConfig {
        profile: Profile::new(Some(home), GoogleBase::loopback(base).unwrap()).unwrap(),
        keychain: Keychain::at_start(OpenedTokenStore {
            name: "a test's".to_owned(),
            store,
        }),
        browser: Arc::new(NoBrowser),
        clock,
        pause: Arc::new(gantry_engine::SystemPause),
        host: Arc::new(Headless),
        shipped_oauth_client: None,
    })
    .await
    .unwrap()
}

#[cfg(unix)]
pub fn mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
pub fn mode(_: &Path, _: u32) {}

pub fn request(path: &Path) -> AddServiceAccount {
    AddServiceAccount {
        path: path.display().to_string(),
        email: None,
        name: None,
        allow: [Permission::View].into(),
        subject: None,
        by_reference: false,
        session_only: false,
    }
}

pub fn by_reference(path: &Path) -> AddServiceAccount {
    AddServiceAccount {
        by_reference: true,
        ..request(path)
    }
}

pub fn copied(offers: &[Offer]) -> Vec<&str> {
    let texts = offers.iter().filter_map(|offer| match offer {
        Offer::CopyText { text, .. } => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}
