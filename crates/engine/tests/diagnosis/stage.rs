//! An engine of agency users whose clock a test holds, and the sandbox that it talks to.

use std::sync::{Arc, Mutex};

use gantry_domain::{Clock, GoogleBase, Permission};
use gantry_engine::dto::connections::{AddOAuthClient, ConnectionCheck, ConnectionView, TroubleView};
use gantry_engine::dto::{ById, Nothing};
use gantry_engine::host::Headless;
use gantry_engine::{Engine, EngineConfig, Keychain, Profile, connections};
use gantry_sandbox::{RunningSandbox, Sandbox, SandboxConfig, Seed, practice};
use gantry_store::ConnectionRecord;
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

/// This computer's clock, set off against the real one.
#[derive(Debug, Default)]
pub struct TestClock(Mutex<SignedDuration>);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::now() + *self.0.lock().unwrap()
    }
}

type Failure = fn() -> TokenStoreError;

/// A keychain that may be told to fail.
#[derive(Clone, Default)]
pub struct TestKeychain {
    pub entries: Arc<SessionTokenStore>,
    pub broken: Arc<Mutex<Option<Failure>>>,
    /// What fails while it is broken; all where nothing is named.
    pub breaks_only: Arc<Mutex<Option<Access>>>,
}

/// What is asked of a keychain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Get,
    Set,
    Delete,
}

impl TestKeychain {
    fn ask(&self, access: Access) -> Result<(), TokenStoreError> {
        if self.breaks_only.lock().unwrap().is_some_and(|only| only != access) {
            return Ok(());
        }
        let broken = *self.broken.lock().unwrap();
        broken.map_or(Ok(()), |error| Err(error()))
    }
}

#[async_trait::async_trait]
impl TokenStore for TestKeychain {
    async fn get(&self, key: &str) -> Result<Option<SecretBytes>, TokenStoreError> {
        // The OAuth client's secret is another entry.
        if !key.starts_with("oauth-client:") {
            self.ask(Access::Get)?;
        }
        self.entries.get(key).await
    }
    async fn set(&self, key: &str, secret: &SecretBytes) -> Result<(), TokenStoreError> {
        self.ask(Access::Set)?;
        self.entries.set(key, secret).await
    }
    async fn delete(&self, key: &str) -> Result<(), TokenStoreError> {
        self.ask(Access::Delete)?;
        self.entries.delete(key).await
    }
    fn persistence(&self) -> Persistence {
        Persistence::Keychain
    }
}

pub struct Stage {
    pub engine: Arc<Engine>,
    pub sandbox: RunningSandbox,
    pub keychain: TestKeychain,
    clock: Arc<TestClock>,
    home: tempfile::TempDir,
}

pub fn view_scopes() -> Vec<String> {
    Permission::View.scopes()
}

impl Stage {
    /// The agency's world, with the practice OAuth client added and `users` connected with View, a moment ago.
    pub async fn open(users: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::start(SandboxConfig {
            seed: Seed::Agency,
            ..Default::default()
        })
        .await
        .unwrap();
        let keychain = TestKeychain::default();
        let clock = Arc::new(TestClock::default());
        let engine = Engine::open(EngineConfig {
            profile: Profile::new(Some(home.path()), GoogleBase::loopback(sandbox.base()).unwrap()).unwrap(),
            keychain: Keychain::at_start(OpenedTokenStore {
                name: "a test's".to_owned(),
                store: Arc::new(keychain.clone()),
            }),
            browser: Arc::new(NoBrowser),
            clock: Arc::clone(&clock) as _,
            pause: Arc::new(gantry_engine::SystemPause),
            host: Arc::new(Headless),
            shipped_oauth_client: None,
        })
        .await
        .unwrap();
        let stage = Self {
            engine,
            sandbox,
            keychain,
            clock,
            home,
        };
        stage.add_client().await;
        for user in users {
            stage.connect(user, &view_scopes()).await;
        }
        stage
    }

    pub async fn add_client(&self) {
        let file = self.home.path().join("client_secret.json");
        std::fs::write(&file, practice::installed_client_json().to_string()).unwrap();
        let request = AddOAuthClient {
            path: file.display().to_string(),
            name: Some("Ours".to_owned()),
            session_only: false,
        };
        connections::add_oauth_client(&self.engine, request).await.unwrap();
    }

    /// Connects `user`, whose connection has their e-mail as its id, with `scopes`.
    pub async fn connect(&self, user: &str, scopes: &[String]) {
        let issued = self
            .control("tokens/issue", json!({"email": user, "scopes": scopes}))
            .await;
        let token = issued["refresh_token"].as_str().unwrap().as_bytes().to_vec();
        self.keychain.entries.set(user, &SecretBytes::new(token)).await.unwrap();
        let now = self.clock.now();
        let connection = ConnectionRecord {
            permissions: vec![Permission::View],
            granted_scopes: scopes.to_vec(),
            signed_in_at: Some(now),
            last_used_at: Some(now),
            ..ConnectionRecord::new(user, user, user, practice::INSTALLED_CLIENT_ID, now)
        };
        let store = self.engine.store();
        store
            .record_sign_in(&connection.issuer, user, practice::INSTALLED_CLIENT_ID, now)
            .await
            .unwrap();
        store.put_connection(connection).await.unwrap();
    }

    /// Changes what is known of a connection.
    pub async fn change(&self, user: &str, change: impl FnOnce(&mut ConnectionRecord)) {
        let mut record = self.engine.store().connection(user).await.unwrap().unwrap();
        change(&mut record);
        self.engine.store().put_connection(record).await.unwrap();
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets time pass, here and at Google.
    pub fn later(&self, by: SignedDuration) {
        *self.clock.0.lock().unwrap() += by;
        self.sandbox
            .google()
            .set_clock_offset(self.clock.0.lock().unwrap().as_secs());
    }

    /// Sets this computer's clock wrong.
    pub fn set_clock_off(&self, by: SignedDuration) {
        *self.clock.0.lock().unwrap() += by;
    }

    /// Uses the connection: the cheapest call that there is.
    pub async fn use_it(&self, user: &str) -> gantry_engine::Result<()> {
        connections::accounts(&self.engine, Some(user)).await.map(|_| ())
    }

    pub async fn view(&self, user: &str) -> ConnectionView {
        let list = connections::list(&self.engine, Nothing {}).await.unwrap();
        list.into_iter().find(|view| view.email == user).unwrap()
    }

    /// Why the connection does not work.
    pub async fn trouble(&self, user: &str) -> TroubleView {
        self.view(user).await.trouble.expect("it is in trouble")
    }

    pub async fn check(&self, user: &str) -> ConnectionCheck {
        connections::check(&self.engine, ById { id: user.to_owned() })
            .await
            .unwrap()
    }

    pub async fn control(&self, path: &str, body: Value) -> Value {
        let body = body.to_string();
        let mut stream = tokio::net::TcpStream::connect(self.sandbox.address).await.unwrap();
        let head = format!(
            "POST /_control/{path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n",
            self.sandbox.address,
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap()
    }
}
