//! Keeps what the engine really sent for the judge that compares it with Google's discovery documents
//! (`tests/judges/python/test_our_requests.py`): a file in Cargo's directory for tests for each run that is judged.

use std::io::Write as _;
use std::path::PathBuf;

use gantry_sandbox::RunningSandbox;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// The APIs with a discovery document. Signing in is judged by `google-auth` instead.
const APIS: [&str; 4] = [
    "analyticsadmin.googleapis.com",
    "analyticsdata.googleapis.com",
    "tagmanager.googleapis.com",
    "analytics.googleapis.com",
];

/// A file of requests that is yet to be written.
pub struct Recording(PathBuf);

impl Recording {
    /// Removes what an earlier run left: a test that fails leaves nothing to judge.
    pub fn start(run: &str) -> Self {
        let name = format!("engine-{}-requests.jsonl", run.replace('_', "-"));
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        if let Err(error) = std::fs::remove_file(&path) {
            assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{error}");
        }
        Self(path)
    }

    /// Writes the API requests that `sandbox` received from Gantry, all at once. Tests that ask past it put the token into the query.
    pub async fn keep(self, sandbox: &RunningSandbox) {
        let mut file = tempfile::NamedTempFile::new_in(self.0.parent().unwrap()).unwrap();
        let mut kept = 0;
        for request in log(sandbox).await {
            let is_ours = !request["query"].to_string().contains("access_token");
            if is_ours && APIS.iter().any(|host| request["host"] == *host) {
                writeln!(file, "{request}").unwrap();
                kept += 1;
            }
        }
        assert!(kept > 0, "no request reached an API");
        file.persist(&self.0).unwrap();
    }
}

async fn log(sandbox: &RunningSandbox) -> Vec<Value> {
    let mut stream = tokio::net::TcpStream::connect(sandbox.address).await.unwrap();
    let ask = format!(
        "GET /_control/log HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
        sandbox.address
    );
    stream.write_all(ask.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let log: Value = serde_json::from_str(body).unwrap();
    log["requests"].as_array().unwrap().clone()
}
