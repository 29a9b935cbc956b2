//! An engine with connected agency users, and the sandbox that it talks to.

use std::sync::Arc;

use gantry_domain::{GoogleBase, Permission, SystemClock};
use gantry_engine::dto::Nothing;
use gantry_engine::dto::containers::{SyncRequest, SyncResult};
use gantry_engine::host::Headless;
use gantry_engine::{Engine, EngineConfig, Keychain, Profile, commands, estate, settings};
use gantry_sandbox::{RunningSandbox, Sandbox, SandboxConfig, Seed, practice};
use gantry_store::ConnectionRecord;
use google_oauth::{Browser, BrowserError, OAuthClient, OpenedTokenStore, SecretBytes, SessionTokenStore, TokenStore};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

struct NoBrowser;

impl Browser for NoBrowser {
    fn open(&self, _: &url::Url) -> Result<(), BrowserError> {
        Err(BrowserError("none in this test".to_owned()))
    }
}

pub struct Stage {
    pub engine: Arc<Engine>,
    pub sandbox: RunningSandbox,
    /// One a user, for tests that look for them where they must not be.
    pub refresh_tokens: Vec<String>,
    _home: tempfile::TempDir,
}

impl Stage {
    /// The agency's world, with `users` connected and a quota that does not slow the test down.
    pub async fn open(users: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::start(SandboxConfig {
            seed: Seed::Agency,
            ..Default::default()
        })
        .await
        .unwrap();
        let secrets = SessionTokenStore::new();
        let scopes = Permission::View.scopes();
        let mut refresh_tokens = Vec::new();
        for user in users {
            let issued = control(
                &sandbox,
                "POST",
                "tokens/issue",
                &json!({"email": user, "scopes": scopes}),
            )
            .await;
            let token = issued["refresh_token"].as_str().unwrap();
            secrets
                .set(user, &SecretBytes::new(token.as_bytes().to_vec()))
                .await
                .unwrap();
            refresh_tokens.push(token.to_owned());
        }
        let engine = Engine::open(EngineConfig {
            profile: Profile::new(Some(home.path()), GoogleBase::loopback(sandbox.base()).unwrap()).unwrap(),
            keychain: Keychain::at_start(OpenedTokenStore {
                name: "memory".to_owned(),
                store: Arc::new(secrets),
            }),
            browser: Arc::new(NoBrowser),
            clock: Arc::new(SystemClock),
            pause: Arc::new(gantry_engine::SystemPause),
            host: Arc::new(Headless),
            shipped_oauth_client: Some(
                OAuthClient::parse(practice::installed_client_json().to_string().as_bytes()).unwrap(),
            ),
        })
        .await
        .unwrap();
        for user in users {
            let connection = ConnectionRecord {
                permissions: vec![Permission::View],
                granted_scopes: scopes.clone(),
                ..ConnectionRecord::new(user, user, user, practice::INSTALLED_CLIENT_ID, jiff::Timestamp::now())
            };
            engine.store().put_connection(connection).await.unwrap();
        }
        let mut generous = settings::get(&engine, Nothing {}).await.unwrap();
        generous.tag_manager_calls_per_window = 5000;
        settings::set(&engine, generous).await.unwrap();
        Self {
            engine,
            sandbox,
            refresh_tokens,
            _home: home,
        }
    }

    pub async fn sync(&self) -> gantry_engine::Result<SyncResult> {
        commands::run_job(&self.engine, "estate.sync", |engine, job| async move {
            estate::sync(&engine, SyncRequest::default(), &job).await
        })
        .await
    }

    pub async fn control(&self, path: &str, body: Value) -> Value {
        control(&self.sandbox, "POST", path, &body).await
    }

    /// Everything that the sandbox was asked so far.
    pub async fn log(&self) -> Vec<Value> {
        let log = control(&self.sandbox, "GET", "log", &Value::Null).await;
        log["requests"].as_array().unwrap().clone()
    }

    pub async fn forget_log(&self) {
        control(&self.sandbox, "DELETE", "log", &Value::Null).await;
    }

    /// Paths that were asked of `host` so far.
    pub async fn asked(&self, host: &str) -> Vec<String> {
        let log = self.log().await;
        let of_host = log.iter().filter(|request| request["host"] == host);
        of_host
            .map(|request| request["path"].as_str().unwrap().to_owned())
            .collect()
    }
}

async fn control(sandbox: &RunningSandbox, method: &str, path: &str, body: &Value) -> Value {
    let mut stream = tokio::net::TcpStream::connect(sandbox.address).await.unwrap();
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let head = format!(
        "{method} /_control/{path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        sandbox.address,
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}
