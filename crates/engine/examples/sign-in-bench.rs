//! What signing in costs when the world is unkind: `sign-in-bench RESULTS-FOLDER`, run by `cargo xtask bench sign-in`.
//!
//! The listener: from a browser's redirect to the settled answer, alone and among a thousand idle sockets. The refresh: two
//! hundred tasks in five processes whose access token has ended, from the start of all to the last answer, and how many
//! requests that cost, counted by the sandbox.

#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot be measured says so and stops"
)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use gantry_domain::GoogleBase;
use gantry_engine::connections::FileLock;
use gantry_sandbox::{Sandbox, SandboxConfig, practice};
use google_oauth::{
    AnswerPage, LoopbackListener, OAuthClient, Persistence, Provider, RedirectQuery, SecretBytes, Settlement,
    TokenEndpoint, TokenStore, TokenStoreError, UserCredential,
};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

const ROUNDS: usize = 7;
const IDLE_SOCKETS: usize = 1000;
const PROCESSES: usize = 5;
const TASKS: usize = 40;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["process", base, folder] => runtime.block_on(process(base, Path::new(folder))),
        [results] => runtime.block_on(bench(Path::new(results))),
        _ => {
            eprintln!("usage: sign-in-bench RESULTS-FOLDER");
            std::process::exit(2);
        }
    }
}

async fn bench(results: &Path) {
    let alone = median(&rounds(|| settled(0)).await);
    let crowded = median(&rounds(|| settled(IDLE_SOCKETS)).await);
    let refreshes = rounds(refresh).await;
    let times: Vec<Duration> = refreshes.iter().map(|(time, _)| *time).collect();
    let most = refreshes
        .iter()
        .map(|(_, requests)| *requests)
        .max()
        .unwrap_or_default();
    let outcome = json!({
        "benchmark": "signing in",
        "rounds": ROUNDS,
        "at": jiff::Timestamp::now().to_string(),
        "settle_alone_ms": milliseconds(alone),
        "settle_among_idle_ms": milliseconds(crowded),
        "refresh_last_answer_ms": milliseconds(median(&times)),
        "refresh_requests_at_most": most,
    });
    let file = results.join("sign-in.json");
    let before: Value = std::fs::read(&file)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    println!("\nsigning in, median of {ROUNDS} rounds");
    println!("{:56}{:>10}{:>10}", "", "now", "last run");
    for (what, key) in [
        ("the redirect settles, ms", "settle_alone_ms"),
        (
            "the redirect settles among 1,000 idle sockets, ms",
            "settle_among_idle_ms",
        ),
        (
            "200 tasks in 5 processes at expiry: last answer, ms",
            "refresh_last_answer_ms",
        ),
        (
            "200 tasks in 5 processes at expiry: refresh requests",
            "refresh_requests_at_most",
        ),
    ] {
        let shown = |value: &Value| {
            if value.is_null() {
                "-".to_owned()
            } else {
                value.to_string()
            }
        };
        println!("{what:56}{:>10}{:>10}", shown(&outcome[key]), shown(&before[key]));
    }
    println!(
        "aim: exactly one refresh request, {}",
        if most == 1 { "met" } else { "MISSED" }
    );
    std::fs::create_dir_all(results).expect("the results' folder");
    std::fs::write(&file, format!("{outcome:#}\n")).expect("the results are written");
    println!("written to {}", file.display());
}

async fn rounds<T, F: Future<Output = T>>(mut measure: impl FnMut() -> F) -> Vec<T> {
    let mut measured = Vec::new();
    for _ in 0..ROUNDS {
        measured.push(measure().await);
    }
    measured
}

fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted[sorted.len() / 2]
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 100_000.0).round() / 100.0
}

/// From the redirect's first byte to the answer in the hands of who waits.
async fn settled(idle: usize) -> Duration {
    let listener = LoopbackListener::bind_any("/").expect("a port");
    let uri = url::Url::parse(listener.redirect_uri()).expect("a URL");
    let host = uri[url::Position::BeforeHost..url::Position::AfterPort].to_owned();
    let deadline = tokio::time::Instant::now() + Duration::from_mins(1);
    let settle = |query: &RedirectQuery| match query.get("code") {
        Some(_) => Settlement::Settled(Instant::now(), AnswerPage::Arrived),
        None => Settlement::Stray(AnswerPage::OtherSignIn),
    };
    let waiting = tokio::spawn(async move { listener.wait(deadline, &CancellationToken::new(), settle).await });
    let mut held = Vec::new();
    for _ in 0..idle {
        held.push(TcpStream::connect(&host).await.expect("a socket"));
    }
    let begun = Instant::now();
    let mut browser = TcpStream::connect(&host).await.expect("a socket");
    let head = format!("GET /?code=x HTTP/1.1\r\nHost: {host}\r\n\r\n");
    browser.write_all(head.as_bytes()).await.expect("the redirect is sent");
    waiting.await.expect("the wait").expect("the answer");
    begun.elapsed()
}

/// The time to the last answer of all processes, and the refreshes that the sandbox counted.
async fn refresh() -> (Duration, usize) {
    let sandbox = Sandbox::start(SandboxConfig::default()).await.expect("a sandbox");
    let folder = tempfile::tempdir().expect("a folder");
    let order = json!({ "email": practice::OWNER, "scopes": ["openid", "email"] });
    let issued = control(&sandbox.address.to_string(), "POST", "tokens/issue", &order).await;
    let token = issued["refresh_token"].as_str().expect("a refresh token");
    std::fs::write(folder.path().join("keychain"), token).expect("the keychain");

    let (base, path) = (sandbox.base().to_owned(), folder.path().to_owned());
    let time = tokio::task::spawn_blocking(move || {
        let mut processes: Vec<Child> = (0..PROCESSES).map(|_| start(&base, &path)).collect();
        let mut outputs: Vec<_> = processes
            .iter_mut()
            .map(|one| BufReader::new(one.stdout.take().expect("its output")).lines())
            .collect();
        let mut all_say = |word: &str| {
            for output in &mut outputs {
                assert_eq!(output.next().and_then(Result::ok).as_deref(), Some(word));
            }
        };
        all_say("ready");
        let begun = Instant::now();
        for one in &mut processes {
            one.stdin
                .as_mut()
                .expect("its input")
                .write_all(b"go\n")
                .expect("it listens");
        }
        all_say("done");
        let time = begun.elapsed();
        for mut one in processes {
            one.wait().expect("it ends");
        }
        time
    });
    let time = time.await.expect("the processes ran");
    let log = control(&sandbox.address.to_string(), "GET", "log", &Value::Null).await;
    let requests = log["requests"].as_array().expect("the sandbox's log");
    (time, requests.iter().filter(|one| one["path"] == "/token").count())
}

fn start(base: &str, folder: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["process", base])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process")
}

async fn process(base: &str, folder: &Path) {
    let client = OAuthClient::parse(practice::installed_client_json().to_string().as_bytes()).expect("a client");
    let base = GoogleBase::loopback(base).expect("a base");
    let endpoint = TokenEndpoint::new(Provider::google(), base, client).expect("an endpoint");
    let store = Arc::new(FileStore(folder.join("keychain")));
    let lock = Arc::new(FileLock::new(folder.join("locks")));
    let credential = UserCredential::new("one", endpoint, store, lock).credential().clone();
    println!("ready");
    tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new()))
        .await
        .expect("the wait")
        .expect("a line");
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let credential = credential.clone();
            tokio::spawn(async move { credential.access_token().await })
        })
        .collect();
    for task in tasks {
        task.await.expect("the task").expect("an access token");
    }
    println!("done");
}

/// A keychain that all processes see, and that nobody writes to.
struct FileStore(PathBuf);

#[async_trait]
impl TokenStore for FileStore {
    async fn get(&self, _key: &str) -> Result<Option<SecretBytes>, TokenStoreError> {
        Ok(std::fs::read(&self.0).ok().map(SecretBytes::new))
    }

    async fn set(&self, _key: &str, _secret: &SecretBytes) -> Result<(), TokenStoreError> {
        Err(TokenStoreError::Unavailable("read only".to_owned()))
    }

    async fn delete(&self, _key: &str) -> Result<(), TokenStoreError> {
        Err(TokenStoreError::Unavailable("read only".to_owned()))
    }

    fn persistence(&self) -> Persistence {
        Persistence::Keychain
    }
}

async fn control(address: &str, method: &str, path: &str, body: &Value) -> Value {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let mut stream = TcpStream::connect(address).await.expect("the sandbox");
    let ask = format!(
        "{method} /_control/{path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(ask.as_bytes()).await.expect("asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("answered");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    serde_json::from_str(body).expect("JSON")
}
