//! Access tokens for a service account, from the sandbox, which really checks signature, audience and time.

use std::sync::Arc;

use gantry_domain::{Clock, GoogleBase, SystemClock};
use gantry_sandbox::{RunningSandbox, Sandbox, SandboxConfig, practice};
use google_oauth::{
    AssertionOrder, Credential, InProcessLock, KeySource, OAuthError, Provider, Renewal, ServiceAccountKey,
    ServiceAccountRenewal, SessionTokenStore, TokenStore,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::practice_key;

const READ: &str = "https://www.googleapis.com/auth/analytics.readonly";
const NAME: &str = "connection";
const TIMEFRAME: &str = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your \
                         iat and exp values in the JWT claim.";

/// This computer's clock, off by so much.
#[derive(Debug)]
struct Off(SignedDuration);

impl Clock for Off {
    fn now(&self) -> Timestamp {
        SystemClock.now() + self.0
    }
}

struct World {
    sandbox: RunningSandbox,
    store: Arc<SessionTokenStore>,
}

impl World {
    /// A sandbox, and a store that holds the practice key.
    async fn new() -> Self {
        let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
        let store = Arc::<SessionTokenStore>::default();
        store.set(NAME, &practice_key().to_stored().unwrap()).await.unwrap();
        Self { sandbox, store }
    }

    async fn control(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}/_control/{path}", self.sandbox.base());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = if body.is_null() {
            client.get(url)
        } else {
            client.post(url).json(body)
        };
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    async fn service_account(&self, mut order: Value) {
        order["email"] = json!(practice::SERVICE_ACCOUNT);
        self.control("service-accounts", &order).await;
    }

    /// How often the token endpoint was asked.
    async fn asked(&self) -> usize {
        let log = self.control("log", &Value::Null).await;
        let requests = log["requests"].as_array().unwrap();
        requests.iter().filter(|one| one["path"] == "/token").count()
    }

    fn renewal_at(&self, subject: Option<&str>, clock: Arc<dyn Clock>) -> ServiceAccountRenewal {
        let source = KeySource::Stored {
            store: Arc::clone(&self.store) as Arc<dyn TokenStore>,
            name: NAME.to_owned(),
        };
        let order = AssertionOrder {
            scopes: vec![READ.to_owned()],
            subject: subject.map(str::to_owned),
        };
        let base = GoogleBase::loopback(self.sandbox.base()).unwrap();
        ServiceAccountRenewal::new(source, order, Provider::google(), base, clock).unwrap()
    }

    fn renewal(&self, subject: Option<&str>) -> ServiceAccountRenewal {
        self.renewal_at(subject, Arc::new(SystemClock))
    }

    /// Whom a token speaks for, by the sandbox's log of a call made with it.
    async fn caller(&self, token: &str) -> String {
        let url = self
            .sandbox
            .dial("https://analyticsadmin.googleapis.com/v1beta/accountSummaries");
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = client.get(url).bearer_auth(token).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let log = self.control("log", &Value::Null).await;
        let last = log["requests"].as_array().unwrap().last().unwrap().clone();
        last["user"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn twenty_tasks_share_one_assertion_and_one_token() {
    let world = World::new().await;
    let credential = Credential::new(NAME, Arc::new(world.renewal(None)), Arc::new(InProcessLock::default()));
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let credential = credential.clone();
            tokio::spawn(async move { credential.access_token().await.unwrap() })
        })
        .collect();
    let first = credential.access_token().await.unwrap();
    for task in tasks {
        assert_eq!(task.await.unwrap(), first);
    }
    assert_eq!(world.asked().await, 1);
    assert_eq!(world.caller(first.expose()).await, practice::SERVICE_ACCOUNT);
}

#[tokio::test]
async fn a_p12_key_and_another_spelling_of_the_token_uri_bring_tokens_too() {
    let world = World::new().await;
    let p12 = include_bytes!("keys/google.p12");
    let p12 = ServiceAccountKey::parse_p12(p12, practice::SERVICE_ACCOUNT, None).unwrap();
    let old = [("token_uri", json!("https://accounts.google.com/o/oauth2/token"))];
    let old = ServiceAccountKey::parse(&super::key_file(&old)).unwrap();
    for key in [p12, old] {
        let token = world.renewal(None).renew_with(&key).await.unwrap();
        assert_eq!(world.caller(token.secret().expose()).await, practice::SERVICE_ACCOUNT);
    }
}

#[tokio::test]
async fn s4_a_clock_that_is_off_costs_one_more_assertion_signed_by_googles_clock() {
    let world = World::new().await;
    for hours in [26, -26] {
        let before = world.asked().await;
        let clock = Arc::new(Off(SignedDuration::from_hours(hours)));
        let token = world.renewal_at(None, Arc::clone(&clock) as _).renew().await.unwrap();
        assert_eq!(world.asked().await, before + 2, "refused once, signed again once");
        assert!(token.is_fresh(clock.now()), "by this computer's own clock");
    }
}

#[tokio::test]
async fn s4_a_time_that_stays_wrong_is_named_after_one_more_attempt() {
    let world = World::new().await;
    let refusal = json!({ "error": "invalid_grant", "error_description": TIMEFRAME });
    let fault = json!({ "match": { "path_contains": "/token" }, "times": 5, "status": 400, "body": refusal });
    world.control("faults", &fault).await;
    let clock = Arc::new(Off(SignedDuration::from_hours(26)));
    let named = world.renewal_at(None, clock).renew().await.unwrap_err();
    let OAuthError::ClockRefused { fast_by: Some(fast_by) } = named else {
        panic!("{named:?}");
    };
    assert_eq!(fast_by.round(jiff::Unit::Hour).unwrap().as_hours(), 26);
    assert_eq!(world.asked().await, 2);
}

#[tokio::test]
async fn s5_a_disabled_key_and_a_deleted_account_end_the_connection_and_come_back_when_they_do() {
    let world = World::new().await;
    for ended in ["key_disabled", "deleted"] {
        world.service_account(json!({ ended: true })).await;
        let refused = world.renewal(None).renew().await.unwrap_err();
        assert!(
            matches!(&refused, OAuthError::KeyRefused(_)) && refused.needs_sign_in(),
            "{refused:?}"
        );
        world.service_account(json!({ ended: false })).await;
        world.renewal(None).renew().await.unwrap();
    }
}

#[tokio::test]
async fn a_subject_needs_the_organisations_word_for_these_scopes() {
    let world = World::new().await;
    let owner = world.renewal(Some(practice::OWNER));
    let refused = owner.renew().await.unwrap_err();
    let OAuthError::DelegationRefused {
        subject,
        client_id,
        scopes,
        ..
    } = refused
    else {
        panic!("{refused:?}");
    };
    assert_eq!(
        (subject.as_str(), client_id.as_deref(), scopes.as_slice()),
        (
            practice::OWNER,
            Some("108000000000000000001"),
            [READ.to_owned()].as_slice()
        )
    );
    world.service_account(json!({ "delegated_scopes": [READ] })).await;
    let token = owner.renew().await.unwrap();
    assert_eq!(world.caller(token.secret().expose()).await, practice::OWNER);
    let nobody = world
        .renewal(Some("nobody@harbour-bakery.example"))
        .renew()
        .await
        .unwrap_err();
    assert!(
        matches!(&nobody, OAuthError::SubjectUnknown(user) if user.starts_with("nobody@")),
        "{nobody:?}"
    );
}

#[tokio::test]
async fn a_fault_that_passes_is_waited_for_and_offline_ends_nothing() {
    let world = World::new().await;
    let fault = json!({ "match": { "path_contains": "/token" }, "status": 503 });
    world.control("faults", &fault).await;
    world.renewal(None).renew().await.unwrap();
    let renewal = world.renewal(None);
    world.sandbox.stop().await;
    let offline = renewal.renew().await.unwrap_err();
    assert!(offline.is_temporary() && !offline.needs_sign_in(), "{offline:?}");
}

#[tokio::test]
async fn a_key_that_is_not_stored_is_named() {
    let world = World::new().await;
    world.store.delete(NAME).await.unwrap();
    assert!(matches!(
        world.renewal(None).renew().await,
        Err(OAuthError::NotSignedIn)
    ));
    world
        .store
        .set(NAME, &google_oauth::SecretBytes::new("garbage"))
        .await
        .unwrap();
    assert!(matches!(world.renewal(None).renew().await, Err(OAuthError::Store(_))));
}
