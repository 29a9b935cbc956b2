//! One connection in several processes: real ones, which share nothing but the lock's directory and a keychain.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use gantry_domain::GoogleBase;
use gantry_engine::connections::FileLock;
use gantry_sandbox::{RunningSandbox, Sandbox, SandboxConfig, practice};
use google_oauth::{
    OAuthClient, OAuthError, Persistence, Provider, SecretBytes, TokenEndpoint, TokenStore, TokenStoreError,
    UserCredential,
};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// Tells a child what to do; the parent's tests run without it.
const ORDER: &str = "GANTRY_TEST_PROCESS";

/// A keychain in a file, which all processes see. Where told to, it hangs, so that a process can be killed there.
struct FileStore {
    path: PathBuf,
    hangs_on: Option<String>,
}

impl FileStore {
    async fn hang(&self, on: &str) {
        if self.hangs_on.as_deref() == Some(on) {
            println!("child: {on}");
            std::future::pending::<()>().await;
        }
    }
}

#[async_trait]
impl TokenStore for FileStore {
    async fn get(&self, _key: &str) -> Result<Option<SecretBytes>, TokenStoreError> {
        self.hang("reading").await;
        Ok(std::fs::read(&self.path).ok().map(SecretBytes::new))
    }

    async fn set(&self, _key: &str, secret: &SecretBytes) -> Result<(), TokenStoreError> {
        self.hang("writing").await;
        std::fs::write(&self.path, secret.expose()).map_err(|error| TokenStoreError::Unavailable(error.to_string()))
    }

    async fn delete(&self, _key: &str) -> Result<(), TokenStoreError> {
        std::fs::remove_file(&self.path).map_err(|error| TokenStoreError::Unavailable(error.to_string()))
    }

    fn persistence(&self) -> Persistence {
        Persistence::Keychain
    }
}

/// The other side of the tests below: says that it is ready, waits for a line, asks for access tokens, says what it got.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "the other tests start it, in processes of its own"]
async fn a_process_of_its_own() {
    let Ok(order) = std::env::var(ORDER) else { return };
    let order: Value = serde_json::from_str(&order).unwrap();
    let text = |name: &str| order[name].as_str().unwrap();
    let client = OAuthClient::parse(practice::installed_client_json().to_string().as_bytes()).unwrap();
    let endpoint = TokenEndpoint::new(Provider::google(), GoogleBase::loopback(text("base")).unwrap(), client).unwrap();
    let store = FileStore {
        path: text("store").into(),
        hangs_on: order["hangs_on"].as_str().map(str::to_owned),
    };
    let lock = Arc::new(FileLock::new(text("locks").into()));
    let credential = UserCredential::new("one", endpoint, Arc::new(store), lock)
        .credential()
        .clone();
    println!("child: ready");
    tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new()).unwrap())
        .await
        .unwrap();
    let tasks: Vec<_> = (0..order["tasks"].as_u64().unwrap())
        .map(|_| {
            let credential = credential.clone();
            tokio::spawn(async move { credential.access_token().await })
        })
        .collect();
    for task in tasks {
        match task.await.unwrap() {
            Ok(token) => println!("child: token {}", token.expose()),
            Err(OAuthError::RenewalLost(_)) => println!("child: lost"),
            Err(error) => println!("child: error {error}"),
        }
    }
    println!("child: done");
}

struct Family {
    sandbox: RunningSandbox,
    folder: tempfile::TempDir,
}

struct Process {
    child: Child,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Family {
    async fn new() -> Self {
        let family = Self {
            sandbox: Sandbox::start(SandboxConfig::default()).await.unwrap(),
            folder: tempfile::tempdir().unwrap(),
        };
        std::fs::write(family.store(), family.refresh_token().await).unwrap();
        family
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("keychain")
    }

    async fn refresh_token(&self) -> String {
        let order = json!({ "email": practice::OWNER, "scopes": ["openid", "email"] });
        let issued = self.control("POST", "tokens/issue", &order).await;
        issued["refresh_token"].as_str().unwrap().to_owned()
    }

    async fn answer_next(&self, status: u16, body: Value) {
        let order = json!({ "match": { "host": "oauth2.googleapis.com" }, "status": status, "body": body });
        self.control("POST", "faults", &order).await;
    }

    async fn refreshes(&self) -> usize {
        let log = self.control("GET", "log", &Value::Null).await;
        let requests = log["requests"].as_array().unwrap();
        requests.iter().filter(|one| one["path"] == "/token").count()
    }

    async fn control(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let mut stream = tokio::net::TcpStream::connect(self.sandbox.address).await.unwrap();
        let ask = format!(
            "{method} /_control/{path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            self.sandbox.address,
            body.len()
        );
        stream.write_all(ask.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap()
    }

    /// Starts a process and waits until it is ready to ask.
    async fn process(&self, tasks: usize, hangs_on: Option<&str>) -> Process {
        let order = json!({ "base": self.sandbox.base(), "store": self.store(), "locks": self.locks(), "tasks": tasks,
                            "hangs_on": hangs_on });
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "a_process_of_its_own", "--ignored", "--nocapture"])
            .env(ORDER, order.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let stdin = child.stdin.take().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut process = Process { child, stdin, lines };
        assert_eq!(process.says().await, "ready");
        process
    }

    fn locks(&self) -> PathBuf {
        self.folder.path().join("locks")
    }
}

impl Process {
    async fn go(&mut self) {
        self.stdin.write_all(b"go\n").await.unwrap();
    }

    /// The next thing that the child, and not its test harness, says.
    async fn says(&mut self) -> String {
        let next = async {
            loop {
                let line = self.lines.next_line().await.unwrap().expect("the child lives");
                if let Some((_, said)) = line.split_once("child: ") {
                    return said.to_owned();
                }
            }
        };
        tokio::time::timeout(Duration::from_mins(1), next)
            .await
            .expect("the child speaks")
    }

    /// All that it says until it is done.
    async fn rest(mut self) -> Vec<String> {
        let mut said = Vec::new();
        loop {
            match self.says().await {
                done if done == "done" => return said,
                other => said.push(other),
            }
        }
    }

    /// As `kill -9`: no destructor runs.
    async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

fn holds_in_clear(folder: &Path, needle: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        String::from_utf8_lossy(&bytes).contains(needle)
    })
}

#[tokio::test]
async fn r4_two_hundred_tasks_in_five_processes_at_expiry_send_one_request() {
    let family = Family::new().await;
    let mut processes = Vec::new();
    for _ in 0..5 {
        processes.push(family.process(40, None).await);
    }
    for process in &mut processes {
        process.go().await;
    }
    let mut said = Vec::new();
    for process in processes {
        said.extend(process.rest().await);
    }
    assert_eq!(said.len(), 200);
    let token = said[0].strip_prefix("token ").expect("a token was given").to_owned();
    assert!(said.iter().all(|one| *one == said[0]), "all have the same");
    assert_eq!(family.refreshes().await, 1);
    assert!(
        !holds_in_clear(&family.locks(), &token),
        "what was handed over is sealed"
    );
}

#[tokio::test]
async fn r5_a_holder_that_is_killed_frees_the_lock() {
    let family = Family::new().await;
    let mut holder = family.process(1, Some("reading")).await;
    holder.go().await;
    assert_eq!(holder.says().await, "reading", "under the lock");
    let mut next = family.process(1, None).await;
    next.go().await;
    holder.kill().await;
    let said = next.rest().await;
    assert!(said[0].starts_with("token "), "{said:?}");
}

#[tokio::test]
async fn r6_a_process_killed_between_rotation_and_keychain_is_named_and_a_sign_in_heals_it() {
    let family = Family::new().await;
    let rotated =
        json!({ "access_token": "a", "expires_in": 3599, "token_type": "Bearer", "refresh_token": "1//lost" });
    family.answer_next(200, rotated).await;
    let mut killed = family.process(1, Some("writing")).await;
    killed.go().await;
    assert_eq!(
        killed.says().await,
        "writing",
        "Google has answered, the keychain has not"
    );
    killed.kill().await;

    let dead = json!({ "error": "invalid_grant", "error_description": "Token has been expired or revoked." });
    family.answer_next(400, dead).await;
    let mut next = family.process(1, None).await;
    next.go().await;
    assert_eq!(next.rest().await, ["lost"]);

    std::fs::write(family.store(), family.refresh_token().await).unwrap();
    let mut healed = family.process(1, None).await;
    healed.go().await;
    assert!(healed.rest().await[0].starts_with("token "));
}
