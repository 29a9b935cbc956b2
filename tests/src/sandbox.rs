//! `gantry sandbox` as a process of its own, and its control endpoint.

use std::{process::Stdio, time::Duration};

use serde_json::Value;

use crate::{desktop::Desktop, process::Process, programs};

#[derive(Debug)]
pub struct Sandbox {
    _process: Process,
    pub base_url: String,
}

impl Sandbox {
    /// Serves the seed `owner` or `agency` on a free port.
    pub fn start(desktop: &Desktop, seed: &str) -> Self {
        Self::start_on(desktop, seed, 0)
    }

    /// Serves it on this port: for a sandbox that comes back where it was.
    pub fn start_on(desktop: &Desktop, seed: &str, port: u16) -> Self {
        let (process, base_url) = Process::start_and_read(
            desktop
                .command(programs::gantry())
                .args(["sandbox", "--port", &port.to_string(), "--seed", seed])
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

    pub fn port(&self) -> u16 {
        let url = url::Url::parse(&self.base_url).expect("a base URL");
        url.port().expect("a port in the base URL")
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
