//! A sandbox, a home with somebody signed in, and the script that opens pages.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, Mutex, MutexGuard, mpsc};

use gantry_sandbox::practice::{self, NEWCOMER};
use gantry_sandbox::{Sandbox, SandboxConfig};
use serde_json::{Value, json};

/// A sandbox and a home with somebody signed in. Signing in takes longer than what is tried here: all share one.
pub struct World {
    pub base: String,
    pub home: tempfile::TempDir,
}

/// The redirect ports are fixed and few: one test at a time.
static WORLD: LazyLock<Mutex<World>> = LazyLock::new(|| Mutex::new(World::new()));

pub fn world() -> MutexGuard<'static, World> {
    WORLD.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// What a command said and how it ended.
pub struct Told {
    pub code: Option<i32>,
    /// With `--json`, each line of its stdout.
    pub events: Vec<Value>,
    pub stdout: String,
    pub stderr: String,
}

impl Told {
    pub fn done(&self) -> &Value {
        let last = self.events.last().unwrap();
        assert_eq!(last["event"], "done", "{}", self.stdout);
        &last["result"]
    }

    pub fn error(&self) -> &Value {
        &self.events.last().unwrap()["error"]
    }

    pub fn states(&self) -> Vec<&str> {
        let rows = self.done()["rows"].as_array().unwrap().iter();
        rows.map(|row| row["state"].as_str().unwrap()).collect()
    }
}

impl World {
    fn new() -> Self {
        let (tell, hear) = mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async {
                let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
                tell.send(sandbox.base().to_owned()).unwrap();
                std::future::pending::<()>().await;
            });
        });
        let world = Self {
            base: hear.recv().unwrap().trim_end_matches('/').to_owned(),
            home: tempfile::tempdir().unwrap(),
        };
        world.sign_in(NEWCOMER, "view,configure,edit,publish");
        world
    }

    /// Another home over the same sandbox, with somebody else signed in.
    pub fn beside(&self, account: &str, allow: &str) -> Self {
        let world = Self {
            base: self.base.clone(),
            home: tempfile::tempdir().unwrap(),
        };
        world.sign_in(account, allow);
        world
    }

    fn sign_in(&self, account: &str, allow: &str) {
        let secret = self.file("client_secret.json", &practice::installed_client_json().to_string());
        let added = self.run(&["--json", "oauth-client", "add", secret.to_str().unwrap()], &[]);
        assert_eq!(added.code, Some(0), "{}", added.stdout);
        self.control(
            "consent",
            &json!({ "mode": "allow", "account": account, "scopes": null }),
        );
        let connected = self.run(&["--json", "--no-browser", "connect", "--allow", allow], &[]);
        assert_eq!(connected.code, Some(0), "{}{}", connected.stdout, connected.stderr);
    }

    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.home.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Runs a command while the script opens what it is told to open; the clients named in `declined` are declined.
    pub fn run(&self, arguments: &[&str], declined: &[&str]) -> Told {
        self.follow(self.spawn(arguments), declined)
    }

    /// The same, where the person types an answer.
    pub fn run_typing(&self, arguments: &[&str], typed: &str) -> Told {
        self.follow(self.spawn_typing(arguments, typed), &[])
    }

    fn follow(&self, mut child: Child, declined: &[&str]) -> Told {
        let (mut events, mut stdout) = (Vec::new(), String::new());
        let errors = child.stderr.take().unwrap();
        let (base, unwanted) = (self.base.clone(), declined.join("\n"));
        let errors = std::thread::spawn(move || {
            let unwanted: Vec<&str> = unwanted.lines().collect();
            let mut text = String::new();
            for line in BufReader::new(errors).lines() {
                let line = line.unwrap();
                writeln!(text, "{line}").unwrap();
                // What a person is told with --json is the URL alone.
                if let Some((_, url)) = line.split_once(&format!(" as {NEWCOMER}: ")) {
                    open(&base, url, &unwanted);
                } else if line.contains("/tagmanager.google.com/") {
                    make_a_tag_manager_account(&base);
                }
            }
            text
        });
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            writeln!(stdout, "{line}").unwrap();
            let Ok(event) = serde_json::from_str::<Value>(&line) else {
                continue;
            };
            if event["event"] == "open_url" {
                open(&self.base, event["url"].as_str().unwrap(), declined);
            }
            events.push(event);
        }
        Told {
            code: child.wait().unwrap().code(),
            events,
            stdout,
            stderr: errors.join().unwrap(),
        }
    }

    pub fn spawn(&self, arguments: &[&str]) -> Child {
        self.spawn_typing(arguments, "")
    }

    fn spawn_typing(&self, arguments: &[&str], typed: &str) -> Child {
        let mut child = Command::new(env!("CARGO_BIN_EXE_gantry"))
            .args(arguments)
            .args(["--passphrase-fd", "0"])
            .env("GANTRY_HOME", self.home.path().join("gantry"))
            .env("GANTRY_GOOGLE_BASE_URL", &self.base)
            .env("GANTRY_SECRETS_FILE", self.home.path().join("secrets.age"))
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env_remove("GANTRY_KEY_FILE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that needs no secret may have ended before it reads.
        let _ = child
            .stdin
            .take()
            .unwrap()
            .write_all(format!("sandbox\n{typed}\n").as_bytes());
        child
    }

    pub fn open(&self, url: &str) {
        open(&self.base, url, &[]);
    }

    /// Asks something of the sandbox itself.
    pub fn control(&self, what: &str, order: &Value) {
        control(&self.base, what, order);
    }

    /// Tickets that were asked for so far.
    pub fn tickets(&self) -> usize {
        let (log, _) = request("GET", &format!("{}/_control/log", self.base), "text/plain", "");
        let log: Value = serde_json::from_str(&log).unwrap();
        let seen = log["requests"].as_array().unwrap().iter();
        seen.filter(|one| {
            one["path"]
                .as_str()
                .unwrap()
                .ends_with("accounts:provisionAccountTicket")
        })
        .count()
    }
}

fn open(base: &str, url: &str, declined: &[&str]) {
    let Some((_, fragment)) = url.split_once('#') else {
        let mut at = Some(url.to_owned());
        while let Some(url) = at {
            at = request("GET", &url, "text/plain", "").1;
        }
        return;
    };
    let ticket = fragment.rsplit('/').next().unwrap();
    let page = format!("{base}/analytics.google.com/_terms/{ticket}");
    let (text, _) = request("GET", &format!("{page}?authuser={NEWCOMER}"), "text/plain", "");
    let decision = if declined.iter().any(|name| text.contains(name)) {
        "decline"
    } else {
        "accept"
    };
    let form = format!("decision={decision}&account={}", NEWCOMER.replace('@', "%40"));
    let (_, back) = request("POST", &page, "application/x-www-form-urlencoded", &form);
    request("GET", &back.unwrap(), "text/plain", "");
}

/// As a person does on Tag Manager's page.
fn make_a_tag_manager_account(base: &str) {
    control(
        base,
        "tag-manager/accounts",
        &json!({ "email": NEWCOMER, "name": "Made by hand" }),
    );
}

fn control(base: &str, what: &str, order: &Value) {
    let url = format!("{base}/_control/{what}");
    request("POST", &url, "application/json", &order.to_string());
}

/// The body, and where it redirects to.
fn request(method: &str, url: &str, kind: &str, body: &str) -> (String, Option<String>) {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let path = if path.is_empty() { "/" } else { path };
    let mut stream = TcpStream::connect(host).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let location = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("location").then(|| value.to_owned())
    });
    let location = location.map(|to| {
        if to.starts_with('/') {
            format!("http://{host}{to}")
        } else {
            to
        }
    });
    (body.to_owned(), location)
}
