//! One sandbox and one signed-in home, of which each set-up gets a copy.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use gantry_domain::Permission;
use gantry_engine::dto::connections::{AddOAuthClient, ConnectRequest};
use gantry_engine::{commands, connections};
use gantry_sandbox::practice::{self, OWNER};
use gantry_sandbox::{RunningSandbox, Sandbox, SandboxConfig};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;
use tokio::sync::mpsc;
use url::Url;

use crate::child::{self, ORDER};
use crate::made::Made;
use crate::user_agent::{self, consent, decide_terms};

pub struct Lane {
    sandbox: RunningSandbox,
    home: tempfile::TempDir,
    token: String,
}

/// A set-up that nobody killed.
pub struct Whole {
    /// Where it could have been killed.
    pub points: usize,
    pub made: Made,
}

/// What a process said before its end.
struct Said {
    killed: Option<String>,
    points: Option<usize>,
    result: Option<Value>,
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
        let scopes = ["analytics.readonly", "tagmanager.readonly"];
        let scopes = scopes.map(|scope| format!("https://www.googleapis.com/auth/{scope}"));
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
        engine.store().flush().await.unwrap();
    }

    async fn control(&self, path: &str, body: Value) -> Value {
        let url = Url::parse(&format!("{}/_control/{path}", self.sandbox.base())).unwrap();
        let reply = user_agent::request("POST", &url, "application/json", &body.to_string()).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        serde_json::from_str(&reply.body).unwrap()
    }

    /// What Google says, asked past Gantry; `Null` where it knows nothing of it.
    pub async fn google(&self, path: &str) -> Value {
        let between = if path.contains('?') { '&' } else { '?' };
        let url = format!("{}/{path}{between}access_token={}", self.sandbox.base(), self.token);
        let reply = user_agent::get(&Url::parse(&url).unwrap()).await;
        match reply.status {
            200 => serde_json::from_str(&reply.body).unwrap(),
            404 => Value::Null,
            _ => panic!("{path}: {}", reply.body),
        }
    }

    /// A set-up from its beginning to its end.
    pub async fn undisturbed(&self) -> Whole {
        let home = self.copy();
        let said = self.process(home.path(), "whole", 0).await;
        let result = said.result.expect("the set-up ends well");
        Whole {
            points: said.points.unwrap(),
            made: Made::of(self, "whole", &result).await,
        }
    }

    /// A set-up that is killed at this point and gone on with by another process.
    pub async fn killed_at(&self, point: usize) -> (String, Made) {
        let (home, name) = (self.copy(), format!("at-{point}"));
        let killed = self.process(home.path(), &name, point).await;
        assert_eq!(killed.signal, Some(9), "killed at {point}");
        assert!(killed.result.is_none());
        let resumed = self.process(home.path(), &name, 0).await;
        let result = resumed
            .result
            .unwrap_or_else(|| panic!("what was killed at {point} is gone on with"));
        let made = Made::of(self, &name, &result).await;
        (killed.killed.unwrap(), made)
    }

    fn copy(&self) -> tempfile::TempDir {
        let copy = tempfile::tempdir().unwrap();
        copy_folder(self.home.path(), copy.path());
        copy
    }

    /// Runs a process to its end, and accepts the terms that it asks for.
    async fn process(&self, home: &Path, name: &str, kill_at: usize) -> Said {
        let order = json!({ "base": self.sandbox.base(), "home": home, "name": name, "kill_at": kill_at });
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child::a_process_of_its_own", "--ignored", "--nocapture"])
            .env(ORDER, order.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = Said {
            killed: None,
            points: None,
            result: None,
            signal: None,
        };
        let listening = async {
            while let Some(line) = lines.next_line().await.unwrap() {
                let Some((_, line)) = line.split_once("child: ") else {
                    continue;
                };
                match line.split_once(' ').unwrap() {
                    ("open", url) => accept(Url::parse(url).unwrap()).await,
                    ("killed", kind) => said.killed = Some(kind.to_owned()),
                    ("points", points) => said.points = Some(points.parse().unwrap()),
                    ("done", result) => said.result = Some(serde_json::from_str(result).unwrap()),
                    other => panic!("{other:?}"),
                }
            }
        };
        tokio::time::timeout(Duration::from_mins(1), listening)
            .await
            .unwrap_or_else(|_| panic!("{name} hangs"));
        let ended = child.wait_with_output().await.unwrap();
        said.signal = ended.status.signal();
        assert!(
            ended.status.success() || said.killed.is_some(),
            "{name}: {}",
            String::from_utf8_lossy(&ended.stderr)
        );
        said
    }
}

/// The person accepts, and follows the redirect as far as somebody still listens.
async fn accept(link: Url) {
    let Some(back) = decide_terms(&link, OWNER, "accept").await else {
        return;
    };
    let listens = tokio::net::TcpStream::connect((back.host_str().unwrap(), back.port().unwrap())).await;
    if listens.is_ok() {
        drop(listens);
        user_agent::get(&back).await;
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
