//! A sandbox, one connection's refresh token in a store, and as many processes over it as a test wants.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use gantry_domain::{Clock, GoogleBase, SystemClock};
use gantry_sandbox::{RunningSandbox, Sandbox, SandboxConfig, practice};
use google_oauth::{
    Credential, InProcessLock, OAuthClient, Persistence, Provider, SecretBytes, SecretString, SessionTokenStore,
    TokenEndpoint, TokenStore, TokenStoreError, UserCredential,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

pub struct World {
    pub sandbox: RunningSandbox,
    pub store: Arc<TestStore>,
    pub lock: Arc<InProcessLock>,
    pub clock: Arc<dyn Clock>,
}

impl World {
    /// A sandbox, and a store that holds a refresh token of the owner's under `key`.
    pub async fn new() -> Self {
        Self::at(Arc::new(SystemClock)).await
    }

    /// The same, for a computer whose clock is `clock`.
    pub async fn at(clock: Arc<dyn Clock>) -> Self {
        let world = Self {
            sandbox: Sandbox::start(SandboxConfig::default()).await.unwrap(),
            store: Arc::default(),
            lock: Arc::default(),
            clock,
        };
        let token = world.issued().await;
        world.store.set("key", &token.to_bytes()).await.unwrap();
        world
    }

    /// A new refresh token of the owner's, stored nowhere yet.
    pub async fn issued(&self) -> SecretString {
        let order = json!({ "email": practice::OWNER, "scopes": ["openid", "email"] });
        let issued = self.control("tokens/issue", &order).await;
        SecretString::new(issued["refresh_token"].as_str().unwrap())
    }

    pub async fn revoke(&self) {
        self.control("tokens/revoke", &json!({ "email": practice::OWNER }))
            .await;
    }

    pub async fn control(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}/_control/{path}", self.sandbox.base());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = if body.is_null() {
            client.get(url)
        } else {
            client.post(url).json(body)
        };
        request.send().await.unwrap().json().await.unwrap()
    }

    pub async fn fault(&self, mut order: Value) {
        order["match"] = json!({ "host": "oauth2.googleapis.com" });
        assert_eq!(self.control("faults", &order).await, json!({}));
    }

    /// The next refresh brings a new refresh token, as providers that rotate do.
    pub async fn rotates_to(&self, token: &SecretString) {
        let body = json!({ "access_token": "ya29.rotated", "expires_in": 3599, "token_type": "Bearer",
                           "refresh_token": token.expose() });
        self.fault(json!({ "status": 200, "body": body })).await;
    }

    /// The next refresh is refused as one of a dead token is.
    pub async fn refuses(&self) {
        let body = json!({ "error": "invalid_grant", "error_description": "Token has been expired or revoked." });
        self.fault(json!({ "status": 400, "body": body })).await;
    }

    /// How often the token endpoint was asked.
    pub async fn refreshes(&self) -> usize {
        let log = self.control("log", &Value::Null).await;
        log["requests"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["path"] == "/token")
            .count()
    }

    pub fn endpoint(&self) -> TokenEndpoint {
        let client = OAuthClient::parse(practice::installed_client_json().to_string().as_bytes()).unwrap();
        let base = GoogleBase::loopback(self.sandbox.base()).unwrap();
        TokenEndpoint::new(Provider::google(), base, client)
            .unwrap()
            .with_clock(Arc::clone(&self.clock))
    }

    /// As another process would have it: nothing is shared but the store and the lock.
    pub fn user_credential(&self) -> UserCredential {
        let (store, lock) = (Arc::clone(&self.store), Arc::clone(&self.lock));
        UserCredential::new("key", self.endpoint(), store, lock).with_clock(Arc::clone(&self.clock))
    }

    pub fn credential(&self) -> Credential {
        self.user_credential().credential().clone()
    }

    pub async fn stored(&self) -> Option<SecretString> {
        self.store.get("key").await.unwrap().and_then(|bytes| bytes.to_text())
    }
}

/// A keychain that can be made to refuse, and to show what was there before somebody else wrote.
#[derive(Default)]
pub struct TestStore {
    rests: SessionTokenStore,
    refuses_writes: Mutex<bool>,
    shown_first: Mutex<Option<SecretBytes>>,
}

impl TestStore {
    pub fn refuse_writes(&self, refuse: bool) {
        *self.refuses_writes.lock().unwrap() = refuse;
    }

    /// Until it catches up, reads come too early for the last write.
    pub fn show_first(&self, stale: &SecretString) {
        *self.shown_first.lock().unwrap() = Some(stale.to_bytes());
    }

    /// From now on reads see what was written last.
    pub fn catch_up(&self) {
        *self.shown_first.lock().unwrap() = None;
    }
}

#[async_trait]
impl TokenStore for TestStore {
    async fn get(&self, key: &str) -> Result<Option<SecretBytes>, TokenStoreError> {
        if let Some(stale) = self.shown_first.lock().unwrap().clone() {
            return Ok(Some(stale));
        }
        self.rests.get(key).await
    }

    async fn set(&self, key: &str, secret: &SecretBytes) -> Result<(), TokenStoreError> {
        if *self.refuses_writes.lock().unwrap() {
            return Err(TokenStoreError::Locked("the prompt was dismissed".to_owned()));
        }
        self.rests.set(key, secret).await
    }

    async fn delete(&self, key: &str) -> Result<(), TokenStoreError> {
        self.rests.delete(key).await
    }

    fn persistence(&self) -> Persistence {
        Persistence::Keychain
    }
}

/// This computer's clock, in the test's hand.
#[derive(Clone, Debug)]
pub struct HandClock(Arc<Mutex<Timestamp>>);

impl HandClock {
    /// Off by `ahead` from the right time, and standing still.
    pub fn off_by(ahead: SignedDuration) -> Self {
        Self(Arc::new(Mutex::new(Timestamp::now() + ahead)))
    }

    pub fn advance(&self, by: SignedDuration) {
        let mut now = self.0.lock().unwrap();
        *now += by;
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}
