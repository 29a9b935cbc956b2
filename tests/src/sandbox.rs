//! `gantry sandbox` as a process of its own, and its control endpoint.

use std::{
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::Value;

use crate::{desktop::Desktop, process::Process, programs};

/// What the Cloud console would download for the sandbox's OAuth client of kind `installed`.
pub fn practice_client() -> String {
    serde_json::json!({ "installed": {
        "client_id": "gantry-practice.apps.googleusercontent.com",
        "project_id": "gantry-practice",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
        "client_secret": CLIENT_SECRET,
        "redirect_uris": ["http://localhost"],
    }})
    .to_string()
}

/// The practice client's secret: a canary, too.
pub const CLIENT_SECRET: &str = "GOCSPX-gantry-practice-client";

#[derive(Debug)]
pub struct Sandbox {
    _process: Process,
    pub base_url: String,
}

impl Sandbox {
    /// Serves the seed `owner` or `agency` on a free port.
    pub fn start(desktop: &Desktop, seed: &str) -> Self {
        Self::with(desktop, &["--seed", seed])
    }

    /// The same, with as many Tag Manager calls as anybody likes.
    pub fn start_without_quota(desktop: &Desktop, seed: &str) -> Self {
        Self::with(desktop, &["--seed", seed, "--no-quota"])
    }

    /// Serves the seed where there is no desktop: for what runs on servers.
    pub fn start_without_desktop(seed: &str) -> Self {
        Self::run(Command::new(programs::gantry()), &["--seed", seed])
    }

    fn with(desktop: &Desktop, arguments: &[&str]) -> Self {
        Self::run(desktop.command(programs::gantry()), arguments)
    }

    fn run(mut program: Command, arguments: &[&str]) -> Self {
        let (process, base_url) = Process::start_and_read(
            program
                .args(["sandbox", "--port", "0"])
                .args(arguments)
                .stdin(Stdio::null())
                .stderr(Stdio::null()),
            Duration::from_secs(30),
            |line| {
                Some(
                    serde_json::from_str::<Value>(line).ok()?["base_url"]
                        .as_str()?
                        .to_owned(),
                )
            },
        );
        Self {
            _process: process,
            base_url,
        }
    }

    /// GET of a control endpoint, for instance `log`.
    pub fn read(&self, control: &str) -> Value {
        let mut answer = ureq::get(self.control(control))
            .call()
            .expect("the sandbox's control endpoint answers");
        answer
            .body_mut()
            .read_json()
            .expect("JSON from the sandbox's control endpoint")
    }

    /// POST to a control endpoint, for instance `faults`.
    pub fn order(&self, control: &str, body: &Value) {
        ureq::post(self.control(control))
            .send_json(body)
            .expect("the sandbox takes the order");
    }

    fn control(&self, path: &str) -> String {
        format!("{}/_control/{path}", self.base_url)
    }
}
