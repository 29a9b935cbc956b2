//! (a) The command line alone, from an OAuth client to an exported table, with a scripted user agent for a browser.

use std::{
    cell::RefCell,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use journeys::{
    desktop::Desktop,
    process::{Finished, text_of},
    programs,
    sandbox::{CLIENT_SECRET, Sandbox, practice_client},
    user_agent::UserAgent,
};
use serde_json::Value;

use crate::secrets;

/// The sandbox's users, as its README names them.
pub const OWNER: &str = "maria.santos@harbour-bakery.example";

/// `gantry` against one sandbox, on one desktop.
pub struct CommandLine<'a> {
    pub desktop: &'a Desktop,
    /// Empty: Google's own addresses.
    pub base_url: String,
    /// Additions to its environment.
    environment: Vec<(String, String)>,
    /// All that it has written, to standard output and standard error.
    said: RefCell<String>,
}

impl<'a> CommandLine<'a> {
    pub fn new(desktop: &'a Desktop, sandbox: &Sandbox) -> Self {
        Self {
            desktop,
            base_url: sandbox.base_url.clone(),
            environment: Vec::new(),
            said: RefCell::default(),
        }
    }

    /// `gantry` at Google's own addresses: for a journey whose proxy leads elsewhere.
    pub fn at_google(desktop: &'a Desktop) -> Self {
        Self {
            desktop,
            base_url: String::new(),
            environment: Vec::new(),
            said: RefCell::default(),
        }
    }

    /// The same, with this in its environment.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The program, in its environment.
    pub fn command(&self) -> Command {
        let mut command = self.desktop.command(programs::gantry());
        if !self.base_url.is_empty() {
            command.env("GANTRY_GOOGLE_BASE_URL", &self.base_url);
        }
        command.envs(self.environment.iter().cloned());
        command
    }

    fn heard(&self, finished: Finished) -> Finished {
        let mut said = self.said.borrow_mut();
        said.push_str(&finished.stdout);
        said.push_str(&finished.stderr);
        drop(said);
        finished
    }

    /// Runs `gantry ARGUMENTS` to its end.
    pub fn run(&self, arguments: &[&str]) -> Finished {
        self.heard(Finished::of(self.command().args(arguments)))
    }

    /// Runs `gantry --json ARGUMENTS`, which must succeed, and reads its one document.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let finished = self.run(&[&["--json"], arguments].concat());
        assert_eq!(finished.code, 0, "gantry {arguments:?}: {finished:#?}");
        finished.json()
    }

    /// Runs a command that waits for the person, `--no-browser --json`: each address that it prints alone on a line of
    /// stderr is handed to `visit`.
    pub fn with_visits(&self, arguments: &[&str], mut visit: impl FnMut(&str)) -> Finished {
        let mut child = self
            .command()
            .args(["--json", "--no-browser"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = child.stdout.take().unwrap();
        let stdout = std::thread::spawn(move || text_of(stdout));
        let mut stderr = String::new();
        for line in BufReader::new(child.stderr.take().unwrap()).lines() {
            let line = line.unwrap();
            if line.starts_with("http://") || line.starts_with("https://") {
                visit(&line);
            }
            stderr.push_str(&line);
            stderr.push('\n');
        }
        let code = child.wait().unwrap().code().unwrap_or(-1);
        self.heard(Finished {
            code,
            stdout: stdout.join().unwrap(),
            stderr,
        })
    }

    /// All that it has written so far.
    pub fn said(&self) -> String {
        self.said.borrow().clone()
    }

    /// Adds the practice OAuth client.
    pub fn add_oauth_client(&self) {
        let file = self.desktop.home().join("client_secret.json");
        std::fs::write(&file, practice_client()).unwrap();
        self.json(&["oauth-client", "add", &file.display().to_string()]);
    }

    /// Signs in as this user, allowing all that is asked.
    pub fn connect(&self, email: &str, allow: &str) -> Finished {
        let agent = UserAgent::default();
        self.with_visits(&["connect", "--allow", allow], |url| {
            let consent = agent.open(url);
            let answer = agent.submit(&consent, "Allow", |form| form.choose("account", email));
            assert_eq!(answer.status, 200, "{}", answer.html);
        })
    }
}

/// The result in the last event of a command that ended well.
fn result_of(finished: &Finished) -> Value {
    assert_eq!(finished.code, 0, "{finished:#?}");
    let last = finished.events().pop().unwrap_or_default();
    assert_eq!(last["event"], "done", "{finished:#?}");
    last["result"].clone()
}

/// Presses a button of the Terms of Service page at this address, as a user agent without scripts: the ticket is in
/// the fragment, which only a script sees, so the sandbox serves the same page by path.
fn answer_terms(agent: &UserAgent, base_url: &str, address: &str, email: &str, button: &str) {
    let ticket = address
        .rsplit_once("#/termsofservice/")
        .unwrap_or_else(|| panic!("no ticket in {address}"))
        .1;
    let page = agent.open(&format!(
        "{base_url}/analytics.google.com/_terms/{ticket}?authuser={email}"
    ));
    let answer = agent.submit(&page, button, |_| ());
    assert_eq!(answer.status, 200, "{}", answer.html);
}

fn error_code(finished: &Finished) -> String {
    finished.events().last().unwrap()["error"]["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn from_an_oauth_client_to_an_exported_table() {
    let desktop = Desktop::start().with_every_log_line();
    let sandbox = Sandbox::start(&desktop, "owner");
    let gantry = CommandLine::new(&desktop, &sandbox);

    // Before anything is there: usage is 2, and what needs a sign-in says so with 3.
    assert_eq!(gantry.run(&["report", "run", "--no-such-flag"]).code, 2);
    let unconnected = gantry.run(&["--json", "sync"]);
    assert_eq!(unconnected.code, 3, "{unconnected:#?}");
    assert!(
        !unconnected.events().pop().unwrap()["error"]["remedy"]
            .as_str()
            .unwrap()
            .is_empty()
    );

    // The person says no: its own code, and nothing is kept.
    gantry.add_oauth_client();
    let agent = UserAgent::default();
    let denied = gantry.with_visits(&["connect"], |url| {
        agent.submit(&agent.open(url), "Deny", |form| form.choose("account", OWNER));
    });
    assert_eq!(
        (denied.code, error_code(&denied).as_str()),
        (3, "sign_in_denied"),
        "{denied:#?}"
    );
    assert_eq!(gantry.json(&["connections", "list"]), serde_json::json!([]));

    // The person says yes.
    let connection = result_of(&gantry.connect(OWNER, "view,configure"));
    assert_eq!(
        (&connection["email"], &connection["stored_in"]),
        (&OWNER.into(), &"keychain".into())
    );
    assert!(
        desktop.all_service_secrets().contains("1//"),
        "the refresh token is in the keyring"
    );
    assert_eq!(gantry.json(&["connections", "check", OWNER])["ok"], true);

    // A site, from the form to the snippet.
    let site = [
        "provision",
        "--account-name",
        "Journey Bakery",
        "--property-name",
        "Journey website",
    ];
    let site = [
        site.as_slice(),
        &[
            "--website",
            "https://www.journey.example",
            "--time-zone",
            "Europe/Zurich",
        ],
    ]
    .concat();
    let declined = gantry.with_visits(&site, |url| {
        answer_terms(&agent, &sandbox.base_url, url, OWNER, "Decline");
    });
    assert_eq!(
        (declined.code, error_code(&declined).as_str()),
        (1, "terms_declined"),
        "{declined:#?}"
    );
    let remedy = &declined.events().pop().unwrap()["error"]["remedy"];
    assert!(remedy.as_str().unwrap().contains("Resume the set-up"), "{declined:#?}");
    // The same command goes on with the same run.
    let accepted = gantry.with_visits(&site, |url| {
        answer_terms(&agent, &sandbox.base_url, url, OWNER, "Accept");
    });
    let run = result_of(&accepted);
    assert_eq!(
        gantry.json(&["provision", "--runs"]).as_array().map(Vec::len),
        Some(1),
        "one set-up, declined and accepted"
    );
    assert!(
        run["result"]["measurement_id"].as_str().unwrap().starts_with("G-"),
        "{run:#}"
    );
    assert!(run["result"]["snippet"].as_str().unwrap().contains("gtag"), "{run:#}");

    // The estate: what was there, and what was just made.
    let sync = result_of(&gantry.run(&["--json", "sync"]));
    assert!(sync["containers"].as_u64().unwrap() >= 1, "{sync:#}");
    let tree = gantry.json(&["containers", "list"]).to_string();
    assert!(tree.contains("GTM-"), "{tree}");
    let accounts = gantry.json(&["accounts", "list"]).to_string();
    assert!(
        accounts.contains("Journey Bakery") && accounts.contains("Harbour Bakery website"),
        "{accounts}"
    );

    // A report, in a program's form and in a spreadsheet's.
    let property = harbour_property(&gantry);
    let query = [
        "report",
        "run",
        "--property",
        &property,
        "--dimensions",
        "date,country",
        "--metrics",
        "activeUsers,sessions",
    ];
    let query = [query.as_slice(), &["--from", "28daysAgo", "--to", "yesterday"]].concat();
    let report = gantry.json(&[query.as_slice(), &["--totals"]].concat());
    let rows = report["rows"].as_array().unwrap().len();
    assert!(rows > 28, "{report:#}");
    let csv = gantry.run(&[query.as_slice(), &["--csv"]].concat());
    assert_eq!(
        (csv.code, csv.stdout.lines().count()),
        (0, rows + 1),
        "a head and all rows: {csv:#?}"
    );
    let old = gantry.run(&[
        "report",
        "run",
        "--property",
        &property,
        "--metrics",
        "ga:pageviews",
        "--csv",
    ]);
    assert!(
        old.code == 0 && format!("{}{}", old.stdout, old.stderr).contains("screenPageViews"),
        "{old:#?}"
    );
    let unknown = gantry.run(&[
        "--json",
        "report",
        "run",
        "--property",
        "999999999",
        "--metrics",
        "sessions",
    ]);
    assert_eq!(unknown.code, 4, "{unknown:#?}");

    // An export, twice: the second run finds every row as it was.
    let file = desktop.home().join("figures.db");
    let destination = format!("sqlite:{}?table=figures", file.display());
    let export = [
        "--json",
        "export",
        "run",
        "--property",
        &property,
        "--dimensions",
        "date,country,city",
    ];
    let export = [
        export.as_slice(),
        &[
            "--metrics",
            "sessions",
            "--from",
            "90daysAgo",
            "--to",
            "yesterday",
            "--to",
            &destination,
        ],
    ]
    .concat();
    let first = result_of(&gantry.run(&export));
    let second = result_of(&gantry.run(&export));
    let read = first["rows_read"].as_i64().unwrap();
    assert!(read > 0 && first["rows_written"] == first["rows_read"], "{first:#}");
    assert_eq!(
        (&second["rows_read"], &second["rows_written"]),
        (&first["rows_read"], &0.into()),
        "{second:#}"
    );
    let database = rusqlite::Connection::open(&file).unwrap();
    let (stored, kind): (i64, String) = database
        .query_row("SELECT count(*), typeof(max(sessions)) FROM figures", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!((stored, kind.as_str()), (read, "integer"));

    // What was asked of Google is on record; what must not be kept is nowhere.
    assert!(gantry.json(&["activity"]).as_array().unwrap().len() > 10);
    let refresh_token = secrets::refresh_token_in_the_keyring(&desktop);
    let said = gantry.said.borrow().clone();
    assert!(said.contains("TRACE"), "{said}");
    secrets::appear_nowhere(&desktop, &said, &[CLIENT_SECRET, &refresh_token]);

    // Google is gone: 6. The mirror still answers.
    drop(sandbox);
    let offline = gantry.run(&["--json", "sync"]);
    assert_eq!(offline.code, 6, "{offline:#?}");
    assert_eq!(gantry.json(&["containers", "list"]).to_string(), tree);
}

fn harbour_property(gantry: &CommandLine<'_>) -> String {
    fn find(value: &Value) -> Option<String> {
        match value {
            Value::Array(items) => items.iter().find_map(find),
            Value::Object(fields) => {
                let name = fields.get("display_name").and_then(Value::as_str);
                let id = fields.get("property_id").and_then(Value::as_str);
                match (name, id) {
                    (Some("Harbour Bakery website"), Some(id)) => Some(id.to_owned()),
                    _ => fields.values().find_map(find),
                }
            }
            _ => None,
        }
    }
    let accounts = gantry.json(&["accounts", "list"]);
    find(&accounts).unwrap_or_else(|| panic!("no such property: {accounts:#}"))
}

/// A connection that Google has revoked is told apart from an outage, and the way back is a sign-in.
#[test]
fn a_revoked_connection_asks_for_a_sign_in() {
    let desktop = Desktop::start();
    let sandbox = Sandbox::start(&desktop, "owner");
    let gantry = CommandLine::new(&desktop, &sandbox);
    gantry.add_oauth_client();
    result_of(&gantry.connect(OWNER, "view"));
    sandbox.order("tokens/revoke", &serde_json::json!({ "email": OWNER }));
    let revoked = gantry.run(&["--json", "sync"]);
    assert_eq!(
        (revoked.code, error_code(&revoked).as_str()),
        (3, "sign_in_needed"),
        "{revoked:#?}"
    );
    result_of(&gantry.connect(OWNER, "view"));
    result_of(&gantry.run(&["--json", "sync"]));
}
