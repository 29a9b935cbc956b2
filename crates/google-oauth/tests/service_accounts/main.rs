//! Service accounts: keys read from every form that people have them in, and over real sockets against the sandbox.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

mod json_keys;
mod key_files;
mod p12_keys;
mod stored_form;
mod tokens;

use gantry_sandbox::practice;
use google_oauth::{ServiceAccountKey, ServiceAccountKeyError};
use serde_json::Value;

/// The practice key file with some of its fields changed; `Value::Null` takes one away.
fn key_file(changes: &[(&str, Value)]) -> Vec<u8> {
    let mut file = practice::service_account_json();
    let fields = file.as_object_mut().unwrap();
    for (name, value) in changes {
        if value.is_null() {
            fields.remove(*name);
        } else {
            fields.insert((*name).to_owned(), value.clone());
        }
    }
    file.to_string().into_bytes()
}

fn refused(changes: &[(&str, Value)]) -> ServiceAccountKeyError {
    ServiceAccountKey::parse(&key_file(changes)).unwrap_err()
}

fn practice_key() -> ServiceAccountKey {
    ServiceAccountKey::parse(&key_file(&[])).unwrap()
}
