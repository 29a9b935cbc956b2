//! (d) A server: `gantry` with a service account's key file and an empty environment. No desktop, no D-Bus, no keychain.

use std::{
    io::Write,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    process::Command,
};

use journeys::{process::Finished, programs, sandbox::Sandbox};
use serde_json::Value;
use tempfile::TempDir;

const EXPORTER: &str = "exporter@gantry-practice.iam.gserviceaccount.com";

struct Server {
    folder: TempDir,
    sandbox: Sandbox,
}

impl Server {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            sandbox: Sandbox::start_without_desktop("owner"),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The practice key, where a server would have it.
    fn key_file(&self) -> PathBuf {
        let path = self.path("exporter.json");
        let mut options = std::fs::OpenOptions::new();
        let mut file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path)
            .unwrap();
        let practice = self.sandbox.read("practice");
        file.write_all(practice["service_account"].to_string().as_bytes())
            .unwrap();
        path
    }

    /// `gantry` that finds nothing in its environment but where its data and its Google are.
    fn gantry(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(programs::gantry());
        command
            .env_clear()
            .env("GANTRY_HOME", self.path("gantry"))
            .env("GANTRY_GOOGLE_BASE_URL", &self.sandbox.base_url)
            .current_dir(self.folder.path())
            .arg("--json")
            .args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Finished {
        Finished::of(&mut self.gantry(arguments))
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let finished = self.run(arguments);
        assert_eq!(finished.code, 0, "gantry {arguments:?}: {finished:#?}");
        finished.events().pop().unwrap()
    }

    fn property(&self) -> String {
        let accounts = self.json(&["accounts", "list"]);
        accounts[0]["properties"][0]["property_id"].as_str().unwrap().to_owned()
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn failure(finished: &Finished) -> Value {
    finished.events().pop().unwrap()["error"].clone()
}

#[test]
fn a_server_needs_no_keychain_no_bus_and_no_display() {
    let server = Server::new();
    let key = server.key_file();
    let added = server.json(&["service-account", "add", "--key-file", text(&key)]);
    assert_eq!(
        (&added["kind"], &added["stored_in"], &added["email"]),
        (&"service_account".into(), &"key_file".into(), &EXPORTER.into())
    );
    assert_eq!(added["check"]["findings"][0]["state"], "ok", "{added:#}");

    // The nightly job: each command a process of its own.
    let property = server.property();
    let report = [
        "report",
        "run",
        "--property",
        &property,
        "--dimensions",
        "country",
        "--metrics",
        "sessions",
    ];
    let report = server.json(&[report.as_slice(), &["--connection", EXPORTER]].concat());
    assert!(!report["rows"].as_array().unwrap().is_empty(), "{report:#}");
    let database = server.path("figures.db");
    let destination = format!("sqlite:{}?table=figures", database.display());
    let export = [
        "export",
        "run",
        "--property",
        &property,
        "--dimensions",
        "date,country",
        "--metrics",
        "sessions",
        "--to",
        &destination,
        "--connection",
        EXPORTER,
    ];
    let export = server.json(&export);
    assert!(export["result"]["rows_written"].as_i64().unwrap() > 0, "{export:#}");
    let rows: i64 = rusqlite::Connection::open(&database)
        .unwrap()
        .query_row("SELECT count(*) FROM figures", [], |row| row.get(0))
        .unwrap();
    assert_eq!(Some(rows), export["result"]["rows_read"].as_i64());
    let sync = server.json(&["sync"]);
    assert_eq!(sync["event"], "done", "{sync:#}");
    assert_eq!(server.json(&["connections", "check"])["ok"], true);

    // The key is where it was, and nowhere else.
    let signature = std::fs::read_to_string(&key).unwrap();
    let signature = signature.split("\\n").nth(5).unwrap();
    for file in gather(&server.path("gantry")) {
        let bytes = std::fs::read(&file).unwrap();
        let found = bytes
            .windows(signature.len())
            .any(|window| window == signature.as_bytes());
        assert!(!found, "the key is in {}", file.display());
    }
    server.json(&["connections", "disconnect", EXPORTER]);
    assert!(key.is_file());
}

#[test]
fn one_command_with_a_key_file_is_enough() {
    let server = Server::new();
    let key = server.key_file();
    let accounts = server.json(&["--key-file", text(&key), "accounts", "list"]);
    assert_eq!(accounts[0]["properties"].as_array().unwrap().len(), 1, "{accounts:#}");
    let named_by_the_environment = Finished::of(server.gantry(&["accounts", "list"]).env("GANTRY_KEY_FILE", &key));
    assert_eq!(
        named_by_the_environment.json(),
        accounts,
        "{named_by_the_environment:#?}"
    );
    assert_eq!(server.json(&["connections", "list"]).as_array().unwrap().len(), 1);

    // A person without a key file is told that there is no keychain, by its own exit code.
    let stored = server.run(&["service-account", "add", text(&key)]);
    assert_eq!(
        (stored.code, &failure(&stored)["code"]),
        (9, &"keychain_unavailable".into()),
        "{stored:#?}"
    );

    // Others can read it: refused, with what to type.
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let exposed = server.run(&["--key-file", text(&key), "accounts", "list"]);
    assert_eq!(exposed.code, 2, "{exposed:#?}");
    assert!(
        failure(&exposed)["remedy"]
            .as_str()
            .unwrap()
            .contains(&format!("chmod 600 {}", key.display())),
        "{exposed:#?}"
    );
}

#[test]
fn a_p12_password_comes_from_a_descriptor() {
    let server = Server::new();
    let p12 = server.path("own.p12");
    std::fs::write(
        &p12,
        include_bytes!("../../crates/google-oauth/tests/service_accounts/keys/own-password.p12"),
    )
    .unwrap();
    std::fs::write(server.path("password"), "correct horse\n").unwrap();
    let show = server.json(&["service-account", "show", text(&p12)]);
    assert_eq!(
        (&show["format"], &show["email"]),
        (&"p12".into(), &Value::Null),
        "{show:#}"
    );
    // Nobody is at a terminal, and no descriptor is named.
    let closed = server.run(&["service-account", "add", text(&p12), "--email", EXPORTER]);
    assert_eq!(closed.code, 2, "{closed:#?}");
    // It opens, and then there is no keychain to keep it in.
    let mut opened = Command::new("/bin/sh");
    opened
        .env_clear()
        .env("GANTRY_HOME", server.path("gantry"))
        .env("GANTRY_GOOGLE_BASE_URL", &server.sandbox.base_url)
        .current_dir(server.folder.path())
        .args(["-c", "exec \"$0\" \"$@\" 3< password"])
        .arg(programs::gantry())
        .args([
            "--json",
            "service-account",
            "add",
            text(&p12),
            "--email",
            EXPORTER,
            "--password-fd",
            "3",
        ]);
    let opened = Finished::of(&mut opened);
    assert_eq!(
        (opened.code, &failure(&opened)["code"]),
        (9, &"keychain_unavailable".into()),
        "{opened:#?}"
    );
}

fn gather(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(gather(&path));
        } else {
            found.push(path);
        }
    }
    found
}
