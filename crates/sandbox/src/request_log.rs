//! What was asked of the sandbox, without secrets: header names but no values, a digest of the body, no token.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::http::{ApiRequest, Caller};

/// Older requests are forgotten.
const KEPT: usize = 20_000;

/// One request as it arrived.
#[derive(Clone, Debug, Serialize)]
pub struct LoggedRequest {
    pub serial: u64,
    pub time: Timestamp,
    pub method: String,
    pub host: String,
    pub path: String,
    /// As sent, save that the values of secrets read `[redacted]`.
    pub query: Vec<(String, String)>,
    pub header_names: Vec<String>,
    /// Hex SHA-256 of the body.
    pub body_sha256: String,
    /// The body's JSON, where it is JSON; absent for forms, which carry secrets.
    pub body: Option<serde_json::Value>,
    /// Whom the access token belongs to.
    pub user: Option<String>,
    pub client_id: Option<String>,
    /// Absent when the connection was dropped before an answer.
    pub status: Option<u16>,
}

#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    entries: VecDeque<LoggedRequest>,
    serial: u64,
}

const SECRET_PARAMETERS: [&str; 7] = [
    "access_token",
    "code",
    "state",
    "code_challenge",
    "nonce",
    "client_secret",
    "refresh_token",
];

impl RequestLog {
    pub fn record(&mut self, time: Timestamp, request: &ApiRequest, caller: Option<&Caller>, status: Option<u16>) {
        self.serial += 1;
        let is_json = request.header("content-type").is_some_and(|kind| kind.contains("json"));
        let query = request.query.iter().map(|(key, value)| {
            let shown = if SECRET_PARAMETERS.contains(&key.as_str()) {
                "[redacted]"
            } else {
                value
            };
            (key.clone(), shown.to_owned())
        });
        self.entries.push_back(LoggedRequest {
            serial: self.serial,
            time,
            method: request.method.to_string(),
            host: request.host.clone(),
            path: request.path.clone(),
            query: query.collect(),
            header_names: request.headers.keys().map(|name| name.as_str().to_owned()).collect(),
            body_sha256: Sha256::digest(&request.body)
                .iter()
                .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}")),
            body: is_json.then(|| serde_json::from_slice(&request.body).ok()).flatten(),
            user: caller.map(|caller| caller.email.clone()),
            client_id: caller.map(|caller| caller.client_id.clone()),
            status,
        });
        if self.entries.len() > KEPT {
            self.entries.pop_front();
        }
    }

    /// Requests after `serial`, oldest first.
    pub fn after(&self, serial: u64) -> Vec<LoggedRequest> {
        self.entries
            .iter()
            .filter(|entry| entry.serial > serial)
            .cloned()
            .collect()
    }

    pub fn clear(&mut self) {
        self.entries.clear();
    }
}
