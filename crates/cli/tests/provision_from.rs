//! `gantry provision --from` as a process of its own, over the sandbox: a script in the browser's place presses Accept or Decline.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, Mutex, MutexGuard, mpsc};

use gantry_sandbox::practice::{self, NEWCOMER};
use gantry_sandbox::{Sandbox, SandboxConfig};
use serde_json::{Value, json};

/// A sandbox and a home with somebody signed in. Signing in takes longer than what is tried here: all share one.
struct World {
    base: String,
    home: tempfile::TempDir,
}

/// The redirect ports are fixed and few: one test at a time.
static WORLD: LazyLock<Mutex<World>> = LazyLock::new(|| Mutex::new(World::new()));

fn world() -> MutexGuard<'static, World> {
    WORLD.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// What a command said and how it ended.
struct Told {
    code: Option<i32>,
    /// With `--json`, each line of its stdout.
    events: Vec<Value>,
    stdout: String,
    stderr: String,
}

impl Told {
    fn done(&self) -> &Value {
        let last = self.events.last().unwrap();
        assert_eq!(last["event"], "done", "{}", self.stdout);
        &last["result"]
    }

    fn error(&self) -> &Value {
        &self.events.last().unwrap()["error"]
    }

    fn states(&self) -> Vec<&str> {
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
        let secret = world.file("client_secret.json", &practice::installed_client_json().to_string());
        let added = world.run(&["--json", "oauth-client", "add", secret.to_str().unwrap()], &[]);
        assert_eq!(added.code, Some(0), "{}", added.stdout);
        let consent = json!({ "mode": "allow", "account": NEWCOMER, "scopes": null });
        world.post("/_control/consent", "application/json", &consent.to_string());
        let connect = [
            "--json",
            "--no-browser",
            "connect",
            "--allow",
            "view,configure,edit,publish",
        ];
        let connected = world.run(&connect, &[]);
        assert_eq!(connected.code, Some(0), "{}{}", connected.stdout, connected.stderr);
        world
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.home.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Runs a command while the script opens what it is told to open; the clients named in `declined` are declined.
    fn run(&self, arguments: &[&str], declined: &[&str]) -> Told {
        let mut child = self.spawn(arguments);
        let (mut events, mut stdout) = (Vec::new(), String::new());
        let errors = child.stderr.take().unwrap();
        let errors = std::thread::spawn(move || {
            let mut text = String::new();
            BufReader::new(errors).read_to_string(&mut text).unwrap();
            text
        });
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            writeln!(stdout, "{line}").unwrap();
            let Ok(event) = serde_json::from_str::<Value>(&line) else {
                continue;
            };
            if event["event"] == "open_url" {
                self.open(event["url"].as_str().unwrap(), declined);
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

    fn spawn(&self, arguments: &[&str]) -> Child {
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
        let _ = child.stdin.take().unwrap().write_all(b"sandbox\n");
        child
    }

    fn open(&self, url: &str, declined: &[&str]) {
        let Some((_, fragment)) = url.split_once('#') else {
            let mut at = Some(url.to_owned());
            while let Some(url) = at {
                at = request("GET", &url, "text/plain", "").1;
            }
            return;
        };
        let ticket = fragment.rsplit('/').next().unwrap();
        let page = format!("{}/analytics.google.com/_terms/{ticket}", self.base);
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

    fn post(&self, path: &str, kind: &str, body: &str) -> String {
        request("POST", &format!("{}{path}", self.base), kind, body).0
    }

    /// Tickets that were asked for so far.
    fn tickets(&self) -> usize {
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

fn provision<'a>(file: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let file = file.to_str().unwrap();
    [&["--no-browser", "provision", "--from", file], more].concat()
}

fn as_json<'a>(file: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    [&["--json"], provision(file, more).as_slice()].concat()
}

const HEADINGS: &str = "Client,Website,Time zone,Currency,Country\n";

#[test]
fn two_clients_are_set_up_and_the_same_command_again_makes_nothing() {
    let world = world();
    let text = format!(
        "{HEADINGS}Anna,https://anna.example,Europe/Berlin,EUR,DE\n\"Ben, Sons\",https://ben.example,Europe/Berlin,EUR,DE\n"
    );
    let (file, out) = (world.file("two.csv", &text), world.home.path().join("made.csv"));
    let before = world.tickets();
    let plan = world.run(&provision(&file, &["--plan"]), &[]);
    assert_eq!((plan.code, world.tickets()), (Some(0), before));
    assert!(
        plan.stdout.contains("Ben, Sons") && plan.stdout.contains("2 clients: "),
        "{}",
        plan.stdout
    );

    let export = ["--export", out.to_str().unwrap()];
    let made = world.run(&as_json(&file, &export), &[]);
    assert_eq!(made.code, Some(0), "{}{}", made.stdout, made.stderr);
    assert_eq!(made.states(), ["waiting_for_data"; 2]);
    assert_eq!(world.tickets(), before + 2);
    let rows = made.done()["rows"].as_array().unwrap();
    let mut reader = csv::Reader::from_path(&out).unwrap();
    let column =
        |name: &str, headings: &csv::StringRecord| headings.iter().position(|heading| heading == name).unwrap();
    let headings = reader.headers().unwrap().clone();
    for (record, row) in reader.records().map(Result::unwrap).zip(rows) {
        assert_eq!(record[column("Website", &headings)], *row["website"].as_str().unwrap());
        assert_eq!(record[column("State", &headings)], *"waiting for data");
        let id = row["result"]["measurement_id"].as_str().unwrap();
        assert!(id.starts_with("G-") && record[column("Measurement ID", &headings)] == *id);
        assert!(record[column("Snippet (head)", &headings)].contains(id));
    }

    let again = world.run(&provision(&file, &[]), &[]);
    assert_eq!((again.code, world.tickets()), (Some(0), before + 2));
    let told = "Every client of this file is set up already. Nothing is sent for them.";
    assert!(again.stderr.contains(told), "{}", again.stderr);
    assert!(
        again
            .stdout
            .contains(rows[1]["result"]["measurement_id"].as_str().unwrap())
    );
    assert_eq!(world.run(&as_json(&file, &[]), &[]).done()["id"], made.done()["id"]);
}

#[test]
fn wrong_rows_are_refused_or_left_out_and_a_declined_client_is_tried_again() {
    let world = world();
    let text = format!(
        "{HEADINGS}Cleo,https://cleo.example,Europe/Berlin,EUR,DE\nDora,no address,Europe/Berlin,EUR,DE\n\
         Cleo Events,https://www.cleo.example/events,Europe/Berlin,EUR,DE\nEmil,https://emil.example,Europe/Berlin,EUR,DE\n"
    );
    let file = world.file("wrong.csv", &text);
    let before = world.tickets();
    let refused = world.run(&as_json(&file, &[]), &[]);
    assert_eq!(
        (refused.code, &refused.error()["code"]),
        (Some(2), &json!("invalid_request"))
    );
    let message = refused.error()["message"].as_str().unwrap();
    assert!(
        message.starts_with("2 rows of the file are wrong or set up already."),
        "{message}"
    );
    let wrong = world.run(&as_json(&file, &["--leave-out-wrong-rows", "--anyway", "3"]), &[]);
    assert_eq!(wrong.code, Some(2), "{}", wrong.stdout);
    assert_eq!(world.tickets(), before);

    let file_and = as_json(&file, &["--leave-out-wrong-rows", "--anyway", "4,5"]);
    let partly = world.run(&file_and, &["Emil"]);
    assert_eq!(partly.code, Some(8), "{}{}", partly.stdout, partly.stderr);
    assert_eq!(partly.states(), ["waiting_for_data", "waiting_for_data", "failed"]);
    let problem = partly.done()["rows"][2]["problem"].as_str().unwrap();
    assert!(
        problem.starts_with("You did not accept the Terms of Service"),
        "{problem}"
    );

    let again = world.run(&file_and, &[]);
    assert_eq!(again.code, Some(0), "{}{}", again.stdout, again.stderr);
    assert_eq!(again.states(), ["waiting_for_data"; 3]);
    assert_eq!(
        (again.done()["id"] == partly.done()["id"], world.tickets()),
        (true, before + 4)
    );
}

#[test]
fn an_interrupted_command_goes_on_when_it_is_given_again() {
    let world = world();
    let text = format!(
        "{HEADINGS}Fred,https://fred.example,Europe/Berlin,EUR,DE\nGina,https://gina.example,Europe/Berlin,EUR,DE\n"
    );
    let file = world.file("interrupted.csv", &text);
    let mut child = world.spawn(&as_json(&file, &[]));
    let mut pages = 0;
    let mut last = Value::Null;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        last = serde_json::from_str(&line.unwrap()).unwrap();
        if last["event"] == "open_url" {
            pages += 1;
            if pages == 1 {
                world.open(last["url"].as_str().unwrap(), &[]);
            } else {
                let pid = child.id().to_string();
                assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
            }
        }
    }
    assert_eq!(
        (child.wait().unwrap().code(), &last["error"]["code"]),
        (Some(1), &json!("cancelled"))
    );
    let again = world.run(&as_json(&file, &[]), &[]);
    assert_eq!(again.code, Some(0), "{}{}", again.stdout, again.stderr);
    assert_eq!(again.states(), ["waiting_for_data"; 2]);
    let known = world.run(&["--json", "provision", "--batches"], &[]);
    let known: Value = serde_json::from_str(&known.stdout).unwrap();
    let of_file = known
        .as_array()
        .unwrap()
        .iter()
        .filter(|batch| batch["name"] == "interrupted.csv");
    assert_eq!(of_file.count(), 1);
}

#[test]
fn a_file_that_is_not_there_and_options_without_a_file_are_told() {
    let world = world();
    let missing = world.home.path().join("missing.csv");
    let told = world.run(&as_json(&missing, &[]), &[]);
    assert_eq!(told.code, Some(2));
    assert!(
        told.error()["message"]
            .as_str()
            .unwrap()
            .starts_with("There is no file"),
        "{}",
        told.stdout
    );
    let before = world.tickets();
    for option in [["--anyway", "2"], ["--export", "made.csv"]] {
        let site = [
            "--json",
            "provision",
            "--account-name",
            "A",
            "--website",
            "https://a.example",
        ];
        let told = world.run(&[site.as_slice(), &option].concat(), &[]);
        assert_eq!((told.code, world.tickets()), (Some(2), before), "{}", told.stdout);
    }
    let help = world.run(&["provision", "--help"], &[]).stdout;
    for option in ["--anyway <LINE[,LINE]>", "--wait-for-consent", "--leave-out-wrong-rows"] {
        assert!(help.contains(option), "{option}");
    }
}
