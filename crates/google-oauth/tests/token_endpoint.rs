//! The token endpoint and everything odd that may answer in its place.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

use std::sync::{Arc, Mutex};
use std::time::Duration;

use gantry_domain::{Clock, GoogleBase};
use gantry_sandbox::{RunningSandbox, Sandbox, SandboxConfig, practice};
use google_oauth::{
    AuthorizationCode, AuthorizationRequest, ExchangeKind, ExchangeObserver, Grant, InProcessLock, NetworkFault,
    OAuthClient, OAuthError, Provider, SecretString, SessionTokenStore, TokenEndpoint, TokenExchange, TokenStore,
    UserCredential,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

#[derive(Default)]
struct Record(Mutex<Vec<TokenExchange>>);

impl ExchangeObserver for Record {
    fn record(&self, exchange: TokenExchange) {
        self.0.lock().unwrap().push(exchange);
    }
}

/// A clock that is off by a fixed span.
#[derive(Debug)]
struct OffBy(SignedDuration);

impl Clock for OffBy {
    fn now(&self) -> Timestamp {
        Timestamp::now() + self.0
    }
}

struct World {
    sandbox: RunningSandbox,
    endpoint: TokenEndpoint,
    record: Arc<Record>,
    http: reqwest::Client,
    store: Arc<SessionTokenStore>,
}

impl World {
    async fn new() -> Self {
        Self::off_by(SignedDuration::ZERO).await
    }

    async fn off_by(skew: SignedDuration) -> Self {
        let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
        let client = OAuthClient::parse(practice::installed_client_json().to_string().as_bytes()).unwrap();
        let base = GoogleBase::loopback(sandbox.base()).unwrap();
        let record = Arc::new(Record::default());
        let world = Self {
            endpoint: TokenEndpoint::new(Provider::google(), base, client)
                .unwrap()
                .with_clock(Arc::new(OffBy(skew)))
                .with_observer(Arc::clone(&record) as _),
            record,
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            sandbox,
            store: Arc::default(),
        };
        let allow = json!({ "mode": "allow", "account": practice::OWNER, "scopes": null });
        world.control("consent", &allow).await;
        world
    }

    async fn control(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}/_control/{path}", self.sandbox.base());
        self.http
            .post(url)
            .json(body)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    async fn answers(&self, mut order: Value) {
        order["match"] = json!({ "host": "oauth2.googleapis.com" });
        self.control("faults", &order).await;
    }

    /// A code that the browser has brought back.
    async fn code(&self) -> AuthorizationCode {
        let request = AuthorizationRequest {
            scopes: vec!["openid".to_owned(), "email".to_owned()],
            login_hint: None,
            time_limit: Duration::from_secs(30),
        };
        let pending = request.begin(&self.endpoint).unwrap();
        let url = pending.url.clone();
        let http = self.http.clone();
        let browser = tokio::spawn(async move { http.get(url).send().await.unwrap() });
        let code = pending.wait(&CancellationToken::new(), || {}).await.unwrap();
        browser.await.unwrap();
        code
    }

    /// What an exchange makes of this answer.
    async fn exchange(&self, order: Value) -> Result<Grant, OAuthError> {
        let code = self.code().await;
        self.answers(order).await;
        self.endpoint.exchange(code).await
    }

    async fn exchange_body(&self, changes: Value) -> Result<Grant, OAuthError> {
        let claims = json!({ "iss": "https://accounts.google.com", "aud": practice::INSTALLED_CLIENT_ID, "sub": "7",
                             "email": "a@b.c", "exp": Timestamp::now().as_second() + 3600 });
        let mut body = json!({ "access_token": "ya29.canary", "expires_in": 3599, "token_type": "Bearer",
                               "refresh_token": "1//canarycanary", "scope": "openid email", "id_token": jwt(&claims) });
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                body.as_object_mut().unwrap().remove(name);
            } else {
                body[name] = value.clone();
            }
        }
        self.exchange(json!({ "status": 200, "body": body })).await
    }

    fn user(&self) -> UserCredential {
        let lock = Arc::new(InProcessLock::default());
        UserCredential::new("key", self.endpoint.clone(), Arc::clone(&self.store) as _, lock)
    }

    fn recorded(&self) -> Vec<TokenExchange> {
        std::mem::take(&mut self.record.0.lock().unwrap())
    }
}

fn jwt(claims: &Value) -> String {
    use base64::Engine as _;
    let claims = base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(claims.to_string());
    format!("e30.{claims}.sig")
}

#[tokio::test]
async fn t1_an_exchange_that_meets_an_outage_is_not_repeated_and_asks_to_start_again() {
    let world = World::new().await;
    let down = world.exchange(json!({ "status": 503 })).await.unwrap_err();
    assert!(matches!(down, OAuthError::Unavailable { status: 503 }) && down.is_temporary());
    let lost = world.exchange(json!({ "drop": "after" })).await.unwrap_err();
    assert!(
        matches!(
            &lost,
            OAuthError::Unreachable {
                kind: NetworkFault::BrokenOff,
                ..
            }
        ) && lost.outcome_unknown(),
        "{lost:?}"
    );
    assert_eq!(world.recorded().len(), 2, "a code works once");
}

#[tokio::test]
async fn t1_a_code_is_refused_the_second_time() {
    let world = World::new().await;
    let code = world.code().await;
    world.answers(json!({ "drop": "after" })).await;
    world.endpoint.exchange(code).await.unwrap_err();
    let code = world.code().await;
    world
        .answers(json!({ "status": 400, "body": { "error": "invalid_grant", "error_description": "Bad Request" } }))
        .await;
    assert!(matches!(
        world.endpoint.exchange(code).await,
        Err(OAuthError::CodeRefused(_))
    ));
}

#[tokio::test]
async fn t2_an_absent_refresh_token_keeps_the_old_one_and_none_at_all_is_named() {
    let world = World::new().await;
    let grant = world.exchange_body(json!({ "refresh_token": null })).await.unwrap();
    assert!(grant.refresh_token.is_none());
    let user = world.user();
    let none = user.accept(grant.access_token.clone(), None).await.unwrap_err();
    assert!(matches!(none, OAuthError::NoRefreshToken) && none.needs_sign_in());
    let old = SecretString::new("1//old");
    world.store.set("key", &old.to_bytes()).await.unwrap();
    user.accept(grant.access_token, None).await.unwrap();
    assert_eq!(world.store.get("key").await.unwrap(), Some(old.to_bytes()));
    assert_eq!(user.credential().access_token().await.unwrap().expose(), "ya29.canary");
}

#[tokio::test]
async fn t3_absent_odd_and_negative_lifetimes_are_understood() {
    let world = World::new().await;
    for (sent, fresh) in [
        (Value::Null, true),
        (json!("3599"), true),
        (json!(3599.5), true),
        (json!("soon"), true),
        (json!(0), false),
        (json!(-5), false),
        (json!("-5"), false),
    ] {
        let grant = world.exchange_body(json!({ "expires_in": sent })).await.unwrap();
        assert_eq!(grant.access_token.is_fresh(Timestamp::now()), fresh, "{sent}");
        assert_eq!(grant.refresh_token_lifetime, None);
    }
    let timed = world
        .exchange_body(json!({ "refresh_token_expires_in": 604_799 }))
        .await
        .unwrap();
    assert_eq!(timed.refresh_token_lifetime, Some(Duration::from_secs(604_799)));
}

#[tokio::test]
async fn t4_html_truncated_json_a_redirect_and_an_endless_answer_are_named() {
    let world = World::new().await;
    let portal = |error: OAuthError| {
        matches!(
            error,
            OAuthError::Unreachable {
                kind: NetworkFault::CaptivePortal,
                ..
            }
        )
    };
    let html = json!({ "status": 200, "html": "<html>Welcome to the hotel</html>" });
    assert!(portal(world.exchange(html).await.unwrap_err()));
    let login = json!({ "status": 511, "html": "<html>Log in</html>" });
    assert!(portal(world.exchange(login).await.unwrap_err()));
    world.recorded();
    let elsewhere = json!({ "status": 302, "body": {}, "headers": { "location": "https://evil.example/token" } });
    assert!(portal(world.exchange(elsewhere).await.unwrap_err()));
    assert_eq!(world.recorded().len(), 1, "not followed");
    let cut = world.exchange(json!({ "truncate_bytes": 20 })).await.unwrap_err();
    assert!(cut.is_temporary() && !cut.needs_sign_in(), "{cut:?}");
    for body in [
        json!("{\"access_token\":\"ya29.can"),
        json!([]),
        json!({ "token_type": "Bearer" }),
    ] {
        let odd = world
            .exchange(json!({ "status": 200, "body": body }))
            .await
            .unwrap_err();
        assert!(matches!(odd, OAuthError::UnexpectedAnswer(_)), "{body}: {odd:?}");
    }
    let long = "x".repeat(1_100_000);
    let endless = world
        .exchange(json!({ "status": 200, "body": { "access_token": long } }))
        .await;
    assert!(matches!(endless, Err(OAuthError::UnexpectedAnswer(_))));
    let front_end = world
        .exchange(json!({ "status": 502, "html": "<html>502</html>" }))
        .await;
    assert!(matches!(front_end, Err(OAuthError::Unavailable { status: 502 })));
}

#[tokio::test]
async fn t5_scopes_are_normalised_whatever_their_order_or_spelling() {
    let world = World::new().await;
    let reordered = json!({ "scope": "https://www.googleapis.com/auth/userinfo.email  openid" });
    let grant = world.exchange_body(reordered).await.unwrap();
    assert_eq!(Vec::from_iter(grant.scopes), ["email", "openid"]);
    let silent = world.exchange_body(json!({ "scope": null })).await.unwrap();
    assert_eq!(
        Vec::from_iter(silent.scopes),
        ["email", "openid"],
        "all that was asked for"
    );
    let fewer = world.exchange_body(json!({ "scope": "openid" })).await.unwrap();
    assert_eq!(Vec::from_iter(fewer.scopes), ["openid"]);
}

#[tokio::test]
async fn r10_a_clock_that_is_a_day_off_is_measured_and_the_sign_in_works() {
    for hours in [26, -26] {
        let world = World::off_by(SignedDuration::from_hours(hours)).await;
        let code = world.code().await;
        let grant = world.endpoint.exchange(code).await.unwrap();
        let measured = world.endpoint.clock_skew().latest().expect("measured");
        assert!((measured - SignedDuration::from_hours(hours)).abs() < SignedDuration::from_mins(1));
        assert_eq!(
            gantry_domain::clock_skew::skew_in_words(measured),
            if hours > 0 { "26 hours fast" } else { "26 hours slow" }
        );
        // The token lives for its hour by this clock, whatever it shows.
        let now = OffBy(SignedDuration::from_hours(hours)).now();
        assert!(grant.access_token.is_fresh(now + SignedDuration::from_mins(58)));
        assert!(!grant.access_token.is_fresh(now + SignedDuration::from_mins(61)));
    }
    let right = World::new().await;
    right.endpoint.exchange(right.code().await).await.unwrap();
    assert_eq!(right.endpoint.clock_skew().latest(), None);
}

#[tokio::test]
async fn the_observer_sees_each_exchange_without_its_secrets() {
    let world = World::new().await;
    let grant = world.endpoint.exchange(world.code().await).await.unwrap();
    let user = world.user();
    user.accept(grant.access_token, grant.refresh_token.as_ref())
        .await
        .unwrap();
    world.answers(json!({ "status": 503 })).await;
    user.credential().check().await.unwrap();
    user.disconnect().await.unwrap();
    let recorded = world.recorded();
    let told: Vec<_> = recorded
        .iter()
        .map(|one| (one.kind, one.status, one.attempt, one.error.is_some()))
        .collect();
    assert_eq!(
        told,
        [
            (ExchangeKind::SignInCode, Some(200), 1, false),
            (ExchangeKind::Refresh, Some(503), 1, true),
            (ExchangeKind::Refresh, Some(200), 2, false),
            (ExchangeKind::Revocation, Some(200), 1, false),
        ]
    );
    assert_eq!(recorded[0].url, "https://oauth2.googleapis.com/token");
    let all = format!("{recorded:?}");
    let secret = grant.refresh_token.unwrap();
    for canary in [
        secret.expose(),
        practice::installed_client_json()["installed"]["client_secret"]
            .as_str()
            .unwrap(),
    ] {
        assert!(!all.contains(canary));
    }
    assert!(all.contains("grant_type=authorization_code") && all.contains("[redacted]"));
}
