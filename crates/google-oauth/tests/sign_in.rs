//! A whole sign-in over real sockets: the request, Google's page in the sandbox, the redirect, the exchange.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

use std::time::Duration;

use gantry_domain::GoogleBase;
use gantry_sandbox::{RunningSandbox, Sandbox, SandboxConfig, practice};
use google_oauth::{
    AuthorizationCode, AuthorizationRequest, OAuthClient, OAuthError, PendingAuthorization, Provider, TokenEndpoint,
};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

struct World {
    sandbox: RunningSandbox,
    endpoint: TokenEndpoint,
    http: reqwest::Client,
}

impl World {
    /// A Google that allows whatever is asked, at once, as the owner.
    async fn new() -> Self {
        let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
        let client = OAuthClient::parse(practice::installed_client_json().to_string().as_bytes()).unwrap();
        let base = GoogleBase::loopback(sandbox.base()).unwrap();
        let world = Self {
            endpoint: TokenEndpoint::new(Provider::google(), base, client).unwrap(),
            // A browser that shows where it is sent and does not go there by itself.
            http: reqwest::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
            sandbox,
        };
        let allow = json!({ "mode": "allow", "account": practice::OWNER, "scopes": null });
        world.control("consent", &allow).await;
        world
    }

    async fn control(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}/_control/{path}", self.sandbox.base());
        let request = if body.is_null() {
            self.http.get(url)
        } else {
            self.http.post(url).json(body)
        };
        request.send().await.unwrap().json().await.unwrap()
    }

    async fn exchanges(&self) -> usize {
        let log = self.control("log", &Value::Null).await;
        let requests = log["requests"].as_array().unwrap();
        requests.iter().filter(|one| one["path"] == "/token").count()
    }

    fn begin(&self) -> PendingAuthorization {
        let request = AuthorizationRequest {
            scopes: vec!["openid".to_owned(), "email".to_owned()],
            login_hint: None,
            time_limit: Duration::from_secs(30),
        };
        request.begin(&self.endpoint).unwrap()
    }

    /// What Google's page sends the browser back to.
    async fn redirect_of(&self, pending: &PendingAuthorization) -> Url {
        let page = self.http.get(pending.url.clone()).send().await.unwrap();
        Url::parse(page.headers()["location"].to_str().unwrap()).unwrap()
    }

    async fn visit(&self, url: &Url) -> (u16, String) {
        let page = self.http.get(url.clone()).send().await.unwrap();
        (page.status().as_u16(), page.text().await.unwrap())
    }
}

type Outcome = JoinHandle<Result<AuthorizationCode, OAuthError>>;

fn wait(pending: PendingAuthorization) -> Outcome {
    tokio::spawn(async move { pending.wait(&CancellationToken::new(), || {}).await })
}

/// The same redirect with one parameter changed, or taken away.
fn with(redirect: &Url, name: &str, value: Option<&str>) -> Url {
    let mut url = redirect.clone();
    let kept: Vec<(String, String)> = redirect
        .query_pairs()
        .filter(|(key, _)| key != name)
        .map(|(key, value)| (key.into_owned(), value.into_owned()))
        .collect();
    url.query_pairs_mut().clear().extend_pairs(kept);
    if let Some(value) = value {
        url.query_pairs_mut().append_pair(name, value);
    }
    url
}

fn state_of(pending: &PendingAuthorization) -> String {
    let state = pending.url.query_pairs().find(|(name, _)| name == "state");
    state.unwrap().1.into_owned()
}

#[tokio::test]
async fn the_request_is_what_the_rfcs_ask_for_and_two_have_nothing_secret_in_common() {
    let world = World::new().await;
    let (one, two) = (world.begin(), world.begin());
    let field = |pending: &PendingAuthorization, name: &str| {
        let found = pending.url.query_pairs().find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned())
    };
    for (name, value) in [
        ("response_type", "code"),
        ("code_challenge_method", "S256"),
        ("access_type", "offline"),
        ("prompt", "consent"),
        ("redirect_uri", one.redirect_uri.as_str()),
    ] {
        assert_eq!(field(&one, name).as_deref(), Some(value), "{name}");
    }
    assert!(one.redirect_uri.starts_with("http://127.0.0.1:"));
    // 256 bits in base64url.
    assert!(field(&one, "state").unwrap().len() >= 43);
    assert_eq!(field(&one, "code_challenge").unwrap().len(), 43);
    for name in ["state", "code_challenge", "redirect_uri"] {
        assert_ne!(field(&one, name), field(&two, name), "{name}");
    }
}

#[tokio::test]
async fn a_sign_in_brings_tokens_and_the_page_leads_back_to_gantry() {
    let world = World::new().await;
    let pending = world.begin();
    let redirect = world.redirect_of(&pending).await;
    let outcome = wait(pending);
    let (status, page) = world.visit(&redirect).await;
    assert!(status == 200 && page.contains("Go back to Gantry"));
    let grant = world.endpoint.exchange(outcome.await.unwrap().unwrap()).await.unwrap();
    assert_eq!(grant.identity.email, practice::OWNER);
    assert!(grant.refresh_token.is_some());
}

#[tokio::test]
async fn a6_denial_is_named_and_the_page_says_so() {
    let world = World::new().await;
    world.control("consent", &json!({ "mode": "deny" })).await;
    let pending = world.begin();
    let redirect = world.redirect_of(&pending).await;
    let outcome = wait(pending);
    assert!(world.visit(&redirect).await.1.contains("You declined"));
    assert!(matches!(outcome.await.unwrap(), Err(OAuthError::Denied)));
}

#[tokio::test]
async fn a9_two_sign_ins_at_once_both_finish_whichever_address_an_answer_comes_to() {
    let world = World::new().await;
    let (one, two) = (world.begin(), world.begin());
    let (to_one, to_two) = (world.redirect_of(&one).await, world.redirect_of(&two).await);
    let (one, two) = (wait(one), wait(two));
    // Each other's answer, first: ignored.
    let crossed = with(&to_one, "state", Some(&query(&to_two, "state")));
    assert_eq!(world.visit(&crossed).await.0, 400);
    assert_eq!(world.visit(&to_two).await.0, 200);
    assert_eq!(world.visit(&to_one).await.0, 200);
    for outcome in [one, two] {
        world.endpoint.exchange(outcome.await.unwrap().unwrap()).await.unwrap();
    }
    assert_eq!(world.exchanges().await, 2);
}

fn query(url: &Url, name: &str) -> String {
    url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned()
}

#[tokio::test]
async fn a10_a_sign_in_that_is_dropped_leaves_no_listener() {
    let world = World::new().await;
    let pending = world.begin();
    let address = pending
        .redirect_uri
        .trim_start_matches("http://")
        .trim_end_matches('/')
        .to_owned();
    let outcome = wait(pending);
    assert_eq!(
        world
            .visit(&Url::parse(&format!("http://{address}/favicon.ico")).unwrap())
            .await
            .0,
        404
    );
    outcome.abort();
    assert!(outcome.await.unwrap_err().is_cancelled());
    tokio::net::TcpListener::bind(&address).await.unwrap();
}

#[tokio::test]
async fn c9_an_absent_issuer_is_accepted_and_a_wrong_one_ends_the_sign_in_without_an_exchange() {
    let world = World::new().await;
    let pending = world.begin();
    let redirect = with(&world.redirect_of(&pending).await, "iss", None);
    let outcome = wait(pending);
    assert_eq!(world.visit(&redirect).await.0, 200);
    outcome.await.unwrap().unwrap();

    for wrong in [
        "https://evil.example",
        "https://accounts.google.com/",
        "accounts.google.com",
        "",
    ] {
        let pending = world.begin();
        let redirect = with(&world.redirect_of(&pending).await, "iss", Some(wrong));
        let outcome = wait(pending);
        assert!(world.visit(&redirect).await.1.contains("did not come from Google"));
        assert!(matches!(outcome.await.unwrap(), Err(OAuthError::IssuerMismatch(said)) if said == wrong));
    }
    assert_eq!(world.exchanges().await, 0);
}

#[tokio::test]
async fn c10_a_script_in_the_description_is_inert() {
    let world = World::new().await;
    let pending = world.begin();
    let state = state_of(&pending);
    let mut redirect = Url::parse(&pending.redirect_uri).unwrap();
    redirect
        .query_pairs_mut()
        .append_pair("state", &state)
        .append_pair("error", "<script>alert(1)</script>")
        .append_pair(
            "error_description",
            "<img src=x onerror=alert(2)>\u{1b}[2J\r\nSet-Cookie: a=b",
        );
    let outcome = wait(pending);
    let (status, page) = world.visit(&redirect).await;
    assert!(
        status == 200 && !page.contains("script") && !page.contains("onerror"),
        "{page}"
    );
    let Err(OAuthError::AuthorizationRefused { description, .. }) = outcome.await.unwrap() else {
        panic!("the error is named");
    };
    assert!(!description.contains(char::is_control), "{description:?}");
}

#[tokio::test]
async fn c11_a_callback_that_comes_twice_is_exchanged_once() {
    let world = World::new().await;
    let pending = world.begin();
    let redirect = world.redirect_of(&pending).await;
    let outcome = wait(pending);
    assert_eq!(world.visit(&redirect).await.0, 200);
    let code = outcome.await.unwrap().unwrap();
    // A reload finds nobody.
    assert!(world.http.get(redirect).send().await.is_err());
    world.endpoint.exchange(code).await.unwrap();
    assert_eq!(world.exchanges().await, 1);
}

#[tokio::test]
async fn a3_time_that_runs_out_is_told_apart_from_an_answer_that_was_not_ours() {
    let world = World::new().await;
    let begin = async |stray: bool| {
        let request = AuthorizationRequest {
            scopes: vec!["openid".to_owned()],
            login_hint: None,
            time_limit: Duration::from_millis(200),
        };
        let pending = request.begin(&world.endpoint).unwrap();
        let url = Url::parse(&format!("{}?state=old&code=x", pending.redirect_uri)).unwrap();
        let outcome = wait(pending);
        if stray {
            assert_eq!(world.visit(&url).await.0, 400);
        }
        outcome.await.unwrap().unwrap_err()
    };
    assert!(matches!(begin(false).await, OAuthError::TimedOut));
    assert!(matches!(begin(true).await, OAuthError::StateMismatch));
}
