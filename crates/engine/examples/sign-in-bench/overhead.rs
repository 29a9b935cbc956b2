//! A whole sign-in, from the moment at which the browser is sent back to the moment at which the flow has its credentials:
//! Gantry's, which has then stored the connection; google-oauth's alone, which stores nothing; and `InstalledAppFlow` of
//! google-auth-oauthlib, which stores nothing either.
//!
//! Each flow runs in a process of its own, against one sandbox, with one scripted person. What the sandbox takes for the
//! token request is measured by asking it over a plain socket, and is taken off all.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use gantry_domain::permissions::scopes_to_request;
use gantry_domain::{GoogleBase, Permission, SystemClock};
use gantry_engine::dto::connections::ConnectRequest;
use gantry_engine::host::Headless;
use gantry_engine::{Engine, EngineConfig, Keychain, Profile, commands, connections};
use gantry_sandbox::{RunningSandbox, Sandbox, SandboxConfig, practice};
use google_oauth::{
    AuthorizationRequest, Browser, BrowserError, OAuthClient, OpenedTokenStore, Persistence, Provider, SecretBytes,
    SessionTokenStore, TokenEndpoint, TokenStore, TokenStoreError,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::http::{control, request};

/// Between Google's page and the browser's way back: both flows are waiting by then, as for any person.
const PAUSE: Duration = Duration::from_millis(50);

/// The times of each round, the first of which warms up and is not among them.
pub struct Overhead {
    pub gantry: Vec<Duration>,
    /// Gantry's without what stores the connection.
    pub grant: Vec<Duration>,
    pub oauthlib: Vec<Duration>,
    /// What the sandbox takes for a token request.
    pub server: Vec<Duration>,
}

pub async fn overhead(python: &Path, script: &Path, rounds: usize) -> Overhead {
    let sandbox = Sandbox::start(SandboxConfig::default()).await.expect("a sandbox");
    let address = sandbox.address;
    let allow = json!({ "mode": "allow", "account": practice::OWNER, "scopes": null });
    control(address, "POST", "consent", &allow).await;
    let this = std::env::current_exe().expect("this program");
    let mut gantry = Flow::start(Command::new(&this).args(["connect", sandbox.base()]));
    let mut grant = Flow::start(Command::new(&this).args(["grant", sandbox.base()]));
    let mut oauthlib = Flow::start(
        Command::new(python)
            .arg(script)
            .arg(sandbox.base())
            .args(scopes())
            .env("OAUTHLIB_INSECURE_TRANSPORT", "1")
            .env("PYTHONDONTWRITEBYTECODE", "1"),
    );
    let mut measured = Overhead {
        gantry: Vec::new(),
        grant: Vec::new(),
        oauthlib: Vec::new(),
        server: Vec::new(),
    };
    for round in 0..=rounds {
        let connected = gantry.sign_in(address).await;
        let granted = grant.sign_in(address).await;
        let theirs = oauthlib.sign_in(address).await;
        let server = token_request(&sandbox).await;
        if round > 0 {
            measured.gantry.push(connected);
            measured.grant.push(granted);
            measured.oauthlib.push(theirs);
            measured.server.push(server);
        }
    }
    for flow in [gantry, grant, oauthlib] {
        flow.end().await;
    }
    measured
}

fn permissions() -> BTreeSet<Permission> {
    [Permission::View].into()
}

/// The same for all, by the names that Google answers with: oauthlib takes another name for another scope.
fn scopes() -> Vec<String> {
    let named = scopes_to_request(&permissions()).into_iter();
    let full = |scope: String| match scope.as_str() {
        "email" => "https://www.googleapis.com/auth/userinfo.email".to_owned(),
        _ => scope,
    };
    named.map(full).collect()
}

/// A process that signs in at each line that it is given: it says which page to open, and when it had its credentials.
struct Flow {
    child: Child,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Flow {
    fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("a process");
        Self {
            stdin: child.stdin.take().expect("its input"),
            lines: BufReader::new(child.stdout.take().expect("its output")).lines(),
            child,
        }
    }

    async fn says(&mut self, word: &str) -> String {
        let line = self.lines.next_line().await.expect("a line").expect("it lives");
        let rest = line.strip_prefix(word).expect("what was agreed on");
        rest.trim().to_owned()
    }

    async fn sign_in(&mut self, address: SocketAddr) -> Duration {
        let before = token_requests(address).await;
        self.stdin.write_all(b"go\n").await.expect("it listens");
        let page = Url::parse(&self.says("open").await).expect("a URL");
        let back = agreed(address, &page).await;
        tokio::time::sleep(PAUSE).await;

        let host = back[url::Position::BeforeHost..url::Position::AfterPort].to_owned();
        let target = &back[url::Position::BeforePath..];
        let head = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let begun = since_epoch();
        let mut browser = TcpStream::connect(&host).await.expect("it listens");
        browser.write_all(head.as_bytes()).await.expect("the redirect is sent");
        let shown = tokio::spawn(async move {
            let mut page = Vec::new();
            browser.read_to_end(&mut page).await.map(|_| page)
        });
        let done: u64 = self.says("done").await.parse().expect("nanoseconds since 1970");

        let shown = shown.await.expect("the page").expect("the page");
        assert!(shown.windows(4).any(|part| part == b" 200"), "the browser was refused");
        assert_eq!(token_requests(address).await, before + 1, "one token request a sign-in");
        Duration::from_nanos(done)
            .checked_sub(begun)
            .expect("a clock that runs forward")
    }

    async fn end(mut self) {
        drop(self.stdin);
        let status = self.child.wait().await.expect("it ends");
        assert!(status.success(), "a flow ended with {status}");
    }
}

fn since_epoch() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock after 1970")
}

async fn token_requests(address: SocketAddr) -> usize {
    let log = control(address, "GET", "log", &Value::Null).await;
    let requests = log["requests"].as_array().expect("the sandbox's log");
    requests.iter().filter(|one| one["path"] == "/token").count()
}

/// Opens Google's page, which agrees at once; where it sends the browser.
async fn agreed(address: SocketAddr, page: &Url) -> Url {
    // google-auth-oauthlib names Google itself, Gantry the sandbox.
    let path = match page.scheme() {
        "https" => format!("/{}", &page[url::Position::BeforeHost..]),
        _ => page[url::Position::BeforePath..].to_owned(),
    };
    let (head, _) = request(address, "GET", &path, "text/plain", "").await;
    let location = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("location").then(|| value.trim())
    });
    Url::parse(location.expect("a redirect")).expect("a URL")
}

/// The time of a token request for a code, with no flow around it.
async fn token_request(sandbox: &RunningSandbox) -> Duration {
    let (client, verifier, redirect) = (practice::installed_client_json(), "v".repeat(64), "http://127.0.0.1:9/");
    let client = |field: &str| client["installed"][field].as_str().expect("a text").to_owned();
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
    let mut page = Url::parse("https://accounts.google.com/o/oauth2/v2/auth").expect("a URL");
    page.query_pairs_mut()
        .append_pair("client_id", &client("client_id"))
        .append_pair("redirect_uri", redirect)
        .append_pair("response_type", "code")
        .append_pair("scope", &scopes().join(" "))
        .append_pair("state", "state")
        .append_pair("access_type", "offline")
        .append_pair("prompt", "consent")
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256");
    let back = agreed(sandbox.address, &page).await;
    let code = back.query_pairs().find(|(name, _)| name == "code").expect("a code").1;
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "authorization_code")
        .append_pair("code", &code)
        .append_pair("code_verifier", &verifier)
        .append_pair("redirect_uri", redirect)
        .append_pair("client_id", &client("client_id"))
        .append_pair("client_secret", &client("client_secret"))
        .finish();
    let begun = Instant::now();
    let (path, kind) = ("/oauth2.googleapis.com/token", "application/x-www-form-urlencoded");
    let (head, body) = request(sandbox.address, "POST", path, kind, &form).await;
    let time = begun.elapsed();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}\n{body}");
    time
}

/// The process that is Gantry: a new profile for each sign-in.
pub async fn connect(base: &str) {
    let client = OAuthClient::parse(practice::installed_client_json().to_string().as_bytes()).expect("a client");
    while told().await {
        let home = tempfile::tempdir().expect("a folder");
        let base = GoogleBase::loopback(base).expect("a base");
        let engine = Engine::open(EngineConfig {
            profile: Profile::new(Some(home.path()), base).expect("a profile"),
            keychain: Keychain::at_start(OpenedTokenStore {
                name: "a benchmark's".to_owned(),
                store: Arc::new(Memory::default()),
            }),
            browser: Arc::new(Told),
            clock: Arc::new(SystemClock),
            pause: Arc::new(gantry_engine::SystemPause),
            host: Arc::new(Headless),
            shipped_oauth_client: Some(client.clone()),
        })
        .await
        .expect("an engine");
        let wish = ConnectRequest {
            allow: permissions(),
            oauth_client_id: None,
            reconnect: None,
            session_only: false,
        };
        commands::run_job(&engine, "connections.connect", |engine, job| async move {
            Box::pin(connections::connect(&engine, wish, &job)).await
        })
        .await
        .expect("a connection");
        println!("done {}", since_epoch().as_nanos());
    }
}

/// The process that signs in as Gantry does, and keeps nothing.
pub async fn grant(base: &str) {
    let client = OAuthClient::parse(practice::installed_client_json().to_string().as_bytes()).expect("a client");
    let base = GoogleBase::loopback(base).expect("a base");
    while told().await {
        let endpoint =
            TokenEndpoint::new(Provider::google(), base.clone(), client.clone()).expect("the token endpoint");
        let wish = AuthorizationRequest {
            scopes: scopes_to_request(&permissions()),
            login_hint: None,
            time_limit: Duration::from_mins(1),
        };
        let pending = wish.begin(&endpoint).expect("a port");
        println!("open {}", pending.url);
        let code = pending.wait(&CancellationToken::new(), || ()).await.expect("a code");
        let grant = endpoint.exchange(code).await.expect("a grant");
        println!("done {}", since_epoch().as_nanos());
        assert!(grant.refresh_token.is_some(), "google-auth-oauthlib's has one");
    }
}

/// Waits for a line of the input; whether one came before its end.
async fn told() -> bool {
    let read = tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new()));
    read.await.expect("the wait").expect("the input") > 0
}

/// A browser that tells the scripted person where to go.
struct Told;

impl Browser for Told {
    fn open(&self, url: &Url) -> Result<(), BrowserError> {
        println!("open {url}");
        Ok(())
    }
}

/// A keychain that costs nothing: what the system's own takes is not ours.
#[derive(Default)]
struct Memory(SessionTokenStore);

#[async_trait]
impl TokenStore for Memory {
    async fn get(&self, key: &str) -> Result<Option<SecretBytes>, TokenStoreError> {
        self.0.get(key).await
    }

    async fn set(&self, key: &str, secret: &SecretBytes) -> Result<(), TokenStoreError> {
        self.0.set(key, secret).await
    }

    async fn delete(&self, key: &str) -> Result<(), TokenStoreError> {
        self.0.delete(key).await
    }

    fn persistence(&self) -> Persistence {
        Persistence::Keychain
    }
}
