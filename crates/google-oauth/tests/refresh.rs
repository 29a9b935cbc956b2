//! Refreshing over real sockets against the sandbox: once for all who ask, and each failure under its own name.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

use std::sync::Arc;

use gantry_domain::GoogleBase;
use gantry_sandbox::{RunningSandbox, Sandbox, SandboxConfig, practice};
use google_oauth::{
    Credential, InProcessLock, OAuthClient, OAuthError, Provider, SecretString, SessionTokenStore, TokenEndpoint,
    TokenStore,
};
use serde_json::{Value, json};

struct World {
    sandbox: RunningSandbox,
    store: Arc<SessionTokenStore>,
    lock: Arc<InProcessLock>,
}

impl World {
    /// A sandbox, and a store that holds a refresh token of the owner's under `key`.
    async fn new() -> Self {
        let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
        let world = Self {
            sandbox,
            store: Arc::default(),
            lock: Arc::default(),
        };
        world.issue().await;
        world
    }

    async fn issue(&self) {
        let order = json!({ "email": practice::OWNER, "scopes": ["openid", "email"] });
        let issued = self.control("tokens/issue", &order).await;
        let token = SecretString::new(issued["refresh_token"].as_str().unwrap());
        self.store.set("key", &token.to_bytes()).await.unwrap();
    }

    async fn control(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}/_control/{path}", self.sandbox.base());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = if body.is_null() {
            client.get(url)
        } else {
            client.post(url).json(body)
        };
        request.send().await.unwrap().json().await.unwrap()
    }

    async fn fault(&self, mut order: Value) {
        order["match"] = json!({ "host": "oauth2.googleapis.com" });
        assert_eq!(self.control("faults", &order).await, json!({}));
    }

    /// How often the token endpoint was asked.
    async fn refreshes(&self) -> usize {
        let log = self.control("log", &Value::Null).await;
        log["requests"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["path"] == "/token")
            .count()
    }

    fn credential(&self) -> Arc<Credential> {
        let client = OAuthClient::parse(practice::installed_client_json().to_string().as_bytes()).unwrap();
        let base = GoogleBase::loopback(self.sandbox.base()).unwrap();
        let endpoint = TokenEndpoint::new(Provider::google(), base, client).unwrap();
        let (store, lock) = (Arc::clone(&self.store), Arc::clone(&self.lock));
        Arc::new(Credential::new("key".to_owned(), endpoint, store, lock))
    }
}

#[tokio::test]
async fn twenty_tasks_at_expiry_send_one_request() {
    let world = World::new().await;
    let credential = world.credential();
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let credential = Arc::clone(&credential);
            tokio::spawn(async move { credential.access_token().await.unwrap() })
        })
        .collect();
    let first = credential.access_token().await.unwrap();
    for task in tasks {
        assert_eq!(task.await.unwrap(), first);
    }
    assert_eq!(world.refreshes().await, 1);

    // A 401 that two callers report about the same token costs one refresh, too.
    credential.invalidate(&first).await;
    let second = credential.access_token().await.unwrap();
    credential.invalidate(&first).await;
    assert_eq!(credential.access_token().await.unwrap(), second);
    assert_eq!(world.refreshes().await, 2);
}

#[tokio::test]
async fn a_fault_that_passes_is_retried_and_one_that_stays_is_named() {
    let world = World::new().await;
    world.fault(json!({ "status": 503 })).await;
    world.credential().access_token().await.unwrap();
    world.fault(json!({ "status": 503, "times": 3 })).await;
    let down = world.credential().access_token().await.unwrap_err();
    assert!(matches!(down, OAuthError::Unavailable { status: 503 }) && !down.needs_sign_in());
    world
        .fault(json!({ "status": 200, "html": "<html>Log in to the hotel</html>" }))
        .await;
    assert!(matches!(
        world.credential().access_token().await,
        Err(OAuthError::UnexpectedAnswer(_))
    ));
    world.fault(json!({ "truncate_bytes": 20 })).await;
    let cut = world.credential().access_token().await.unwrap_err();
    assert!(cut.is_temporary() && !cut.needs_sign_in(), "{cut:?}");
}

#[tokio::test]
async fn a_revoked_token_asks_for_a_sign_in_and_one_that_another_process_renewed_does_not() {
    let world = World::new().await;
    world
        .control("tokens/revoke", &json!({ "email": practice::OWNER }))
        .await;
    let dead = world.credential().access_token().await.unwrap_err();
    assert!(
        matches!(dead, OAuthError::SignInExpired(_)) && dead.needs_sign_in(),
        "{dead:?}"
    );
    world.issue().await;
    world.credential().access_token().await.unwrap();
    world.store.delete("key").await.unwrap();
    assert!(matches!(
        world.credential().access_token().await,
        Err(OAuthError::NotSignedIn)
    ));
}

#[tokio::test]
async fn offline_is_not_a_reason_to_sign_in_again() {
    let world = World::new().await;
    let credential = world.credential();
    world.sandbox.stop().await;
    let offline = credential.access_token().await.unwrap_err();
    assert!(matches!(offline, OAuthError::Unreachable(_)) && !offline.needs_sign_in());
}
