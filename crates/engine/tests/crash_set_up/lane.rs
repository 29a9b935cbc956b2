//! One sandbox and one signed-in home, of which each set-up gets a copy.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use gantry_domain::Permission;
use gantry_engine::dto::Nothing;
use gantry_engine::dto::connections::{AddOAuthClient, ConnectRequest};
use gantry_engine::{commands, connections, settings};
use gantry_sandbox::practice::{self, OWNER};
use gantry_sandbox::{RunningSandbox, Sandbox, SandboxConfig};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::sync::{Semaphore, mpsc};
use url::Url;

use crate::child::{self, Ended, ORDER, Order, Task};
use crate::user_agent::{self, consent, decide_terms};

pub const ADMIN: &str = "analyticsadmin.googleapis.com";
pub const TAG_MANAGER: &str = "tagmanager.googleapis.com/tagmanager/v2";
/// What other people may do who were there before.
const SCOPES: [&str; 7] = [
    "analytics.readonly",
    "analytics.edit",
    "analytics.manage.users",
    "tagmanager.readonly",
    "tagmanager.edit.containers",
    "tagmanager.edit.containerversions",
    "tagmanager.publish",
];

pub struct Lane {
    sandbox: RunningSandbox,
    home: tempfile::TempDir,
    token: String,
}

/// There are three addresses for the terms, and each process may need one.
static PLACES: Semaphore = Semaphore::const_new(3);

/// Each process has to get a step further, and there are twenty.
const MOST_PROCESSES: usize = 30;

/// What a process said before its end.
#[derive(Default)]
struct Said {
    killed: Option<String>,
    ended: Option<Ended>,
    signal: Option<i32>,
}

impl Lane {
    pub async fn open() -> Self {
        let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
        let home = tempfile::tempdir().unwrap();
        let mut lane = Self {
            sandbox,
            home,
            token: String::new(),
        };
        // Each copy of the home has a ledger of its own: no two of them know of each other.
        lane.control("quota", json!({ "enabled": false })).await;
        lane.sign_in().await;
        let scopes = SCOPES.map(|scope| format!("https://www.googleapis.com/auth/{scope}"));
        let issued = lane.control("tokens/issue", json!({ "email": OWNER, "scopes": scopes }));
        issued.await["access_token"]
            .as_str()
            .unwrap()
            .clone_into(&mut lane.token);
        lane
    }

    async fn sign_in(&self) {
        let (opener, mut opened) = mpsc::unbounded_channel();
        let engine = child::engine(self.sandbox.base(), self.home.path(), opener).await;
        let file = self.home.path().join("client_secret.json");
        std::fs::write(&file, practice::installed_client_json().to_string()).unwrap();
        let client = AddOAuthClient {
            path: file.display().to_string(),
            name: None,
            session_only: false,
        };
        connections::add_oauth_client(&engine, client).await.unwrap();
        let request = ConnectRequest {
            allow: Permission::ALL.into(),
            oauth_client_id: None,
            reconnect: None,
            session_only: false,
        };
        let signing_in = commands::run_job(&engine, "connections.connect", |engine, job| async move {
            Box::pin(connections::connect(&engine, request, &job)).await
        });
        let allow = async {
            let url = opened.recv().await.unwrap();
            assert_eq!(consent(&url, OWNER, "allow", |_| true).await.status, 200);
        };
        let (signed_in, ()) = tokio::join!(Box::pin(signing_in), allow);
        signed_in.unwrap();
        // The pace is another matter: nothing waits for a window of the quota.
        let mut limits = settings::get(&engine, Nothing {}).await.unwrap();
        limits.tag_manager_calls_per_window = 1_000_000;
        settings::set(&engine, limits).await.unwrap();
        engine.store().flush().await.unwrap();
    }

    pub async fn control(&self, path: &str, body: Value) -> Value {
        let url = Url::parse(&format!("{}/_control/{path}", self.sandbox.base())).unwrap();
        let reply = user_agent::request("POST", &url, "application/json", &body.to_string()).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        serde_json::from_str(&reply.body).unwrap()
    }

    /// What Google says, asked past Gantry; `Null` where it knows nothing of it.
    pub async fn google(&self, path: &str) -> Value {
        let reply = user_agent::get(&self.address(path)).await;
        match reply.status {
            200 => serde_json::from_str(&reply.body).unwrap(),
            404 => Value::Null,
            _ => panic!("{path}: {}", reply.body),
        }
    }

    /// Serial number of the last request so far.
    pub async fn last_request(&self) -> u64 {
        let all = self.requests_after(0).await;
        all.last().map_or(0, |one| one["serial"].as_u64().unwrap())
    }

    /// How often Google was asked to delete this and did, since that request: ids of what is deleted come again.
    pub async fn deletions(&self, asset: &str, since: u64) -> usize {
        let mut asked = self.requests_after(since).await;
        asked.retain(|one| one["method"] == "DELETE" && one["status"].as_u64().unwrap() < 300);
        let path = format!("/{asset}");
        let deleted = asked.iter().map(|one| one["path"].as_str().unwrap());
        deleted.filter(|deleted| deleted.ends_with(&path)).count()
    }

    async fn requests_after(&self, serial: u64) -> Vec<Value> {
        let url = format!("{}/_control/log?after={serial}", self.sandbox.base());
        let reply = user_agent::get(&Url::parse(&url).unwrap()).await;
        let log: Value = serde_json::from_str(&reply.body).unwrap();
        log["requests"].as_array().unwrap().clone()
    }

    /// What somebody else does, past Gantry.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let reply = user_agent::request("POST", &self.address(path), "application/json", &body).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        serde_json::from_str(&reply.body).unwrap()
    }

    fn address(&self, path: &str) -> Url {
        let between = if path.contains('?') { '&' } else { '?' };
        let url = format!("{}/{path}{between}access_token={}", self.sandbox.base(), self.token);
        Url::parse(&url).unwrap()
    }

    /// A task from its beginning to its end.
    pub async fn undisturbed(&self, home: &Path, task: &Task) -> Ended {
        let said = self.process(home, task, 0).await;
        said.ended.unwrap_or_else(|| panic!("it ends well: {task:?}"))
    }

    /// A task that is killed at this point and gone on with by another process: where it was killed, and how it ended.
    pub async fn killed_at(&self, home: &Path, task: &Task, point: usize) -> (String, Ended) {
        self.killed_before(home, task, point, task).await
    }

    /// The same, where the other process does `then`.
    pub async fn killed_before(&self, home: &Path, task: &Task, point: usize, then: &Task) -> (String, Ended) {
        let killed = self.process(home, task, point).await;
        assert_eq!(killed.signal, Some(9), "killed at {point}");
        assert!(killed.ended.is_none());
        let at = killed.killed.unwrap();
        let resumed = self.process(home, then, 0).await;
        let ended = resumed.ended;
        let ended = ended.unwrap_or_else(|| panic!("what was killed at {point}, {at}, is gone on with"));
        (at, ended)
    }

    /// A task each of whose processes is killed when it has passed so many points, until one is done before.
    pub async fn killed_over_and_over(&self, home: &Path, task: &Task, lives: usize) -> Ended {
        for _ in 0..MOST_PROCESSES {
            if let Some(ended) = self.process(home, task, lives).await.ended {
                return ended;
            }
        }
        panic!("{MOST_PROCESSES} processes of {lives} points each come to no end: {task:?}");
    }

    /// The signed-in home, for one task.
    pub fn copy(&self) -> tempfile::TempDir {
        let copy = tempfile::tempdir().unwrap();
        copy_folder(self.home.path(), copy.path());
        copy
    }

    /// Runs a process to its end, and accepts the terms that it asks for.
    async fn process(&self, home: &Path, task: &Task, kill_at: usize) -> Said {
        let order = Order {
            base: self.sandbox.base().to_owned(),
            home: home.to_owned(),
            kill_at,
            task: task.clone(),
        };
        let _place = PLACES.acquire().await.unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child::a_process_of_its_own", "--ignored", "--nocapture"])
            .env(ORDER, serde_json::to_string(&order).unwrap())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = Said::default();
        let listening = async {
            while let Some(line) = lines.next_line().await.unwrap() {
                let Some((_, line)) = line.split_once("child: ") else {
                    continue;
                };
                match line.split_once(' ').unwrap() {
                    ("open", url) => accept(Url::parse(url).unwrap()).await,
                    ("killed", kind) => said.killed = Some(kind.to_owned()),
                    ("done", ended) => said.ended = Some(serde_json::from_str(ended).unwrap()),
                    other => panic!("{other:?}"),
                }
            }
        };
        tokio::time::timeout(Duration::from_mins(1), listening)
            .await
            .unwrap_or_else(|_| panic!("it hangs: {order:?}"));
        let ended = child.wait_with_output().await.unwrap();
        said.signal = ended.status.signal();
        assert!(
            ended.status.success() || said.killed.is_some(),
            "{order:?}: {}",
            String::from_utf8_lossy(&ended.stderr)
        );
        said
    }
}

/// The person accepts, and follows the redirect as far as somebody still listens: the process may end meanwhile.
async fn accept(link: Url) {
    let Some(back) = decide_terms(&link, OWNER, "accept").await else {
        return;
    };
    let address = (back.host_str().unwrap(), back.port().unwrap());
    let Ok(mut browser) = TcpStream::connect(address).await else {
        return;
    };
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        &back[url::Position::BeforePath..],
        &back[url::Position::BeforeHost..url::Position::AfterPort]
    );
    if browser.write_all(request.as_bytes()).await.is_ok() {
        let _ = browser.read_to_end(&mut Vec::new()).await;
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
