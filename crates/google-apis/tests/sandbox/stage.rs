//! One sandbox and one connection to it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use gantry_domain::{ClockSkew, GoogleBase, SystemClock};
use gantry_sandbox::{RunningSandbox, Sandbox, SandboxConfig, Seed, practice};
use google_apis::{
    AccessToken, AccessTokenSource, ActivityRecorder, HttpClient, NoQuotaLedger, Pause, QuotaLedger, RecordedCall,
    RetryPolicy, TokenUnavailable, Transport, TransportConfig,
};
use serde_json::{Value, json};

pub const SCOPES: [&str; 9] = [
    "https://www.googleapis.com/auth/analytics.readonly",
    "https://www.googleapis.com/auth/analytics.edit",
    "https://www.googleapis.com/auth/analytics.manage.users.readonly",
    "https://www.googleapis.com/auth/tagmanager.readonly",
    "https://www.googleapis.com/auth/tagmanager.edit.containers",
    "https://www.googleapis.com/auth/tagmanager.edit.containerversions",
    "https://www.googleapis.com/auth/tagmanager.publish",
    "https://www.googleapis.com/auth/tagmanager.delete.containers",
    "https://www.googleapis.com/auth/analytics.provision",
];

pub struct Stage {
    pub sandbox: RunningSandbox,
    pub recorded: Arc<Recorded>,
    pub waits: Arc<Waits>,
    pub tokens: Arc<Tokens>,
    http: reqwest::Client,
}

/// What the transport told Activity.
#[derive(Default)]
pub struct Recorded(Mutex<Vec<RecordedCall>>);

impl Recorded {
    pub fn take(&self) -> Vec<RecordedCall> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl ActivityRecorder for Recorded {
    fn record(&self, call: RecordedCall) {
        self.0.lock().unwrap().push(call);
    }
}

/// Waits no time and notes how long it should have been.
#[derive(Default)]
pub struct Waits(Mutex<Vec<Duration>>);

impl Waits {
    pub fn take(&self) -> Vec<Duration> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

#[async_trait]
impl Pause for Waits {
    async fn sleep(&self, duration: Duration) {
        self.0.lock().unwrap().push(duration);
    }

    fn jitter(&self) -> f64 {
        0.0
    }
}

/// Gives out tokens one after the other, the next one once the one before was invalidated.
pub struct Tokens {
    tokens: Vec<AccessToken>,
    at: AtomicUsize,
}

#[async_trait]
impl AccessTokenSource for Tokens {
    async fn access_token(&self) -> Result<AccessToken, TokenUnavailable> {
        Ok(self.tokens[self.at.load(Ordering::SeqCst).min(self.tokens.len() - 1)].clone())
    }

    async fn invalidate(&self, token: &AccessToken) {
        assert_eq!(token, &self.tokens[self.at.load(Ordering::SeqCst)]);
        self.at.fetch_add(1, Ordering::SeqCst);
    }
}

impl Stage {
    pub async fn open() -> Self {
        Self::with(&SCOPES, &[]).await
    }

    /// A connection with `scopes` that first offers `stale` tokens.
    pub async fn with(scopes: &[&str], stale: &[&str]) -> Self {
        let config = SandboxConfig {
            seed: Seed::Agency,
            ..Default::default()
        };
        let sandbox = Sandbox::start(config).await.unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let order = json!({"email": practice::AGENCY_ADMIN, "scopes": scopes});
        let issued = post(&http, &sandbox, "/tokens/issue", &order).await;
        let mut tokens: Vec<AccessToken> = stale.iter().map(|token| AccessToken::new(*token)).collect();
        tokens.push(AccessToken::new(issued["access_token"].as_str().unwrap()));
        Self {
            sandbox,
            recorded: Arc::default(),
            waits: Arc::default(),
            tokens: Arc::new(Tokens {
                tokens,
                at: AtomicUsize::new(0),
            }),
            http,
        }
    }

    pub fn transport(&self) -> Transport {
        self.transport_with(Arc::new(NoQuotaLedger))
    }

    pub fn transport_with(&self, quota: Arc<dyn QuotaLedger>) -> Transport {
        self.transport_of(Arc::clone(&self.tokens) as Arc<dyn AccessTokenSource>, quota)
    }

    pub fn transport_of(&self, tokens: Arc<dyn AccessTokenSource>, quota: Arc<dyn QuotaLedger>) -> Transport {
        let base = GoogleBase::loopback(self.sandbox.base()).unwrap();
        Transport::new(TransportConfig {
            http: HttpClient::new(&base).unwrap(),
            base,
            tokens,
            quota,
            activity: Arc::clone(&self.recorded) as Arc<dyn ActivityRecorder>,
            clock: Arc::new(SystemClock),
            pause: Arc::clone(&self.waits) as Arc<dyn Pause>,
            retry: RetryPolicy::default(),
            quota_project: None,
            clock_skew: ClockSkew::default(),
        })
    }

    pub async fn control(&self, path: &str, body: &Value) -> Value {
        post(&self.http, &self.sandbox, path, body).await
    }

    /// The requests that reached the APIs so far, oldest first.
    pub async fn log(&self) -> Vec<Value> {
        let url = format!("{}/_control/log", self.sandbox.base());
        let log: Value = self.http.get(url).send().await.unwrap().json().await.unwrap();
        log["requests"].as_array().unwrap().clone()
    }
}

async fn post(http: &reqwest::Client, sandbox: &RunningSandbox, path: &str, body: &Value) -> Value {
    let answer = http
        .post(format!("{}/_control{path}", sandbox.base()))
        .json(body)
        .send()
        .await
        .unwrap();
    let status = answer.status();
    let body: Value = answer.json().await.unwrap();
    assert!(status.is_success(), "{path}: {body}");
    body
}
