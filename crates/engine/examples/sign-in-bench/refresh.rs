//! The refresh: tasks in several processes whose access token has ended, and how many requests that costs.

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
    OAuthClient, Persistence, Provider, SecretBytes, TokenEndpoint, TokenStore, TokenStoreError, UserCredential,
};
use serde_json::{Value, json};

use crate::http::control;

const PROCESSES: usize = 5;
const TASKS: usize = 40;

/// The time to the last answer of all processes, and the refreshes that the sandbox counted.
pub async fn refresh() -> (Duration, usize) {
    let sandbox = Sandbox::start(SandboxConfig::default()).await.expect("a sandbox");
    let folder = tempfile::tempdir().expect("a folder");
    let order = json!({ "email": practice::OWNER, "scopes": ["openid", "email"] });
    let issued = control(sandbox.address, "POST", "tokens/issue", &order).await;
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
    let log = control(sandbox.address, "GET", "log", &Value::Null).await;
    let requests = log["requests"].as_array().expect("the sandbox's log");
    (time, requests.iter().filter(|one| one["path"] == "/token").count())
}

fn start(base: &str, folder: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["refresh", base])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process")
}

pub async fn process(base: &str, folder: &Path) {
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
