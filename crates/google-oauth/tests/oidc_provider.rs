//! A second authorization server, which is not ours: npm's `oidc-provider`, strict about PKCE, redirects, `iss` (RFC 9207),
//! single-use codes, and refresh tokens that rotate. `cargo xtask test` installs it and names the Node to run it with in
//! GANTRY_NODE; a plain `cargo test` says loudly that it was not judged.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use gantry_domain::GoogleBase;
use google_oauth::{
    AuthorizationCode, AuthorizationRequest, Grant, InProcessLock, OAuthClient, OAuthClientKind, OAuthError, Provider,
    SecretString, SessionTokenStore, TokenEndpoint, TokenStore, UserCredential,
};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio_util::sync::CancellationToken;
use url::Url;

/// The provider, as long as this lives.
struct Judge {
    addresses: Value,
    /// Ends when its stdin closes.
    _process: Child,
    /// Kept open: a notice of the provider's on a closed one would end it.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Judge {
    /// `None`, and a loud note, where nobody said which Node to use.
    async fn start() -> Option<Self> {
        let Some(node) = std::env::var_os("GANTRY_NODE").filter(|node| !node.is_empty()) else {
            eprintln!(
                "NOT JUDGED: GANTRY_NODE is not set, so oidc-provider was not asked. `cargo xtask test` sets it."
            );
            return None;
        };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/judges/node");
        assert!(
            folder.join("node_modules/oidc-provider").is_dir(),
            "oidc-provider is not installed: npm --prefix tests/judges/node ci"
        );
        let mut process = Command::new(node)
            .arg(folder.join("provider.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("Node starts");
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let first = lines.next_line().await.unwrap().expect("the provider starts");
        Some(Self {
            addresses: serde_json::from_str(&first).unwrap(),
            _process: process,
            _output: lines,
        })
    }

    fn provider(&self) -> Provider {
        // A provider's addresses are constants; a test's live as long as the test's process.
        let address = |name: &str| -> &'static str { self.addresses[name].as_str().unwrap().to_owned().leak() };
        Provider {
            issuer: address("issuer"),
            issuer_alias: None,
            authorization_endpoint: address("authorization_endpoint"),
            token_endpoint: address("token_endpoint"),
            revocation_endpoint: address("revocation_endpoint"),
            userinfo_endpoint: address("userinfo_endpoint"),
        }
    }

    fn endpoint(&self) -> TokenEndpoint {
        endpoint(self.provider())
    }
}

fn endpoint(provider: Provider) -> TokenEndpoint {
    let client = OAuthClient {
        kind: OAuthClientKind::Installed,
        client_id: "gantry".to_owned(),
        client_secret: Some(SecretString::new("not-a-secret-of-an-installed-app")),
        project_id: None,
        redirect_uris: Vec::new(),
    };
    TokenEndpoint::new(provider, GoogleBase::google(), client).unwrap()
}

/// A browser: follows redirects and keeps cookies. Stops before it would go to `until`.
async fn browse(from: &Url, until: &str) -> Url {
    let http = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let mut cookies = BTreeMap::new();
    let mut url = from.clone();
    for _ in 0..10 {
        let sent: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let page = http
            .get(url.clone())
            .header("cookie", sent.join("; "))
            .send()
            .await
            .unwrap();
        for cookie in page.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            cookies.insert(name.to_owned(), value.to_owned());
        }
        let Some(next) = page.headers().get("location") else {
            panic!("{url} is a page: {}", page.text().await.unwrap());
        };
        url = url.join(next.to_str().unwrap()).unwrap();
        if url.as_str().starts_with(until) {
            return url;
        }
    }
    panic!("{from} leads nowhere");
}

/// Signs in; the redirect as the provider sent it comes along.
async fn sign_in(endpoint: &TokenEndpoint) -> (Result<AuthorizationCode, OAuthError>, Url) {
    let request = AuthorizationRequest {
        scopes: ["openid", "email", "offline_access"].map(str::to_owned).into(),
        login_hint: None,
        time_limit: Duration::from_secs(30),
    };
    let pending = request.begin(endpoint).unwrap();
    let redirect = browse(&pending.url, &pending.redirect_uri).await;
    let waiting = tokio::spawn(async move { pending.wait(&CancellationToken::new(), || {}).await });
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    assert_eq!(http.get(redirect.clone()).send().await.unwrap().status(), 200);
    (waiting.await.unwrap(), redirect)
}

async fn grant(endpoint: &TokenEndpoint) -> Grant {
    let code = sign_in(endpoint).await.0.unwrap();
    endpoint.exchange(code).await.unwrap()
}

fn parameter(url: &Url, name: &str) -> String {
    url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned()
}

#[tokio::test]
async fn a_stranger_among_providers_grants_a_sign_in_and_refuses_its_code_the_second_time() {
    let Some(judge) = Judge::start().await else { return };
    let endpoint = judge.endpoint();
    let (code, redirect) = sign_in(&endpoint).await;
    assert_eq!(parameter(&redirect, "iss"), judge.addresses["issuer"].as_str().unwrap());
    let granted = endpoint.exchange(code.unwrap()).await.unwrap();
    assert_eq!(
        (granted.identity.sub.as_str(), granted.identity.email.as_str()),
        ("ana", "ana@judge.example")
    );
    assert!(granted.refresh_token.is_some() && granted.scopes.contains("offline_access"));

    // The same code once more, with a verifier that is not its own either.
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &parameter(&redirect, "code")),
        ("redirect_uri", &format!("{}/", redirect.origin().ascii_serialization())),
        ("client_id", "gantry"),
        ("client_secret", "not-a-secret-of-an-installed-app"),
        ("code_verifier", &"x".repeat(43)),
    ];
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let again = http
        .post(endpoint.provider().token_endpoint)
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), 400);
    assert_eq!(again.json::<Value>().await.unwrap()["error"], "invalid_grant");
}

#[tokio::test]
async fn a_rotated_token_is_stored_and_used_and_the_reuse_of_an_old_one_ends_the_sign_in() {
    let Some(judge) = Judge::start().await else { return };
    let endpoint = judge.endpoint();
    let granted = grant(&endpoint).await;
    let first = granted.refresh_token.unwrap();
    let store = Arc::new(SessionTokenStore::new());
    let user = UserCredential::new(
        "key",
        endpoint,
        Arc::clone(&store) as _,
        Arc::new(InProcessLock::default()),
    );
    user.accept(granted.access_token, Some(&first)).await.unwrap();
    let mut seen = vec![first.clone()];
    for _ in 0..3 {
        user.credential().check().await.unwrap();
        let stored = store.get("key").await.unwrap().unwrap().to_text().unwrap();
        assert!(!seen.contains(&stored), "rotated, stored, and used the next time");
        seen.push(stored);
    }
    // Somebody uses a stolen old one: the provider ends the grant, and we say so.
    store.set("key", &first.to_bytes()).await.unwrap();
    let reused = user.credential().check().await.unwrap_err();
    assert!(reused.needs_sign_in(), "{reused:?}");
    store.set("key", &seen[3].to_bytes()).await.unwrap();
    let ended = user.credential().check().await.unwrap_err();
    assert!(matches!(ended, OAuthError::SignInExpired(_)), "{ended:?}");
}

#[tokio::test]
async fn c9_an_answer_of_another_issuer_is_refused_without_an_exchange() {
    let Some(judge) = Judge::start().await else { return };
    let expected = Provider {
        issuer: "https://accounts.example",
        ..judge.provider()
    };
    let (code, _) = sign_in(&endpoint(expected)).await;
    let issuer = judge.addresses["issuer"].as_str().unwrap();
    assert!(matches!(code, Err(OAuthError::IssuerMismatch(said)) if said == issuer));
}
