//! `gantry clients` and `gantry provision undo` as processes of their own: one JSON document each, and exit codes.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

fn gantry(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gantry"))
        .arg("--json")
        .args(arguments)
        .env("GANTRY_HOME", home)
        // Nobody listens there, and nobody is asked.
        .env("GANTRY_GOOGLE_BASE_URL", "http://127.0.0.1:9")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn document(home: &Path, arguments: &[&str]) -> Value {
    let output = gantry(home, arguments);
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn refused(home: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = gantry(home, arguments);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code(), told["error"]["code"].as_str().unwrap().to_owned())
}

#[test]
fn clients_are_added_listed_and_removed_and_refusals_have_their_exit_codes() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let added = document(home, &["clients", "add", "Juniper Legal", "--group", "Law"]);
    assert_eq!(
        (&added["letters"], &added["colour"], &added["group"]),
        (&json!("JL"), &json!(1), &json!("Law"))
    );
    assert_eq!(
        refused(home, &["clients", "add", "juniper legal"]),
        (Some(7), "conflict".to_owned())
    );
    let listed = document(home, &["clients", "list"]);
    assert_eq!(listed["clients"][0]["name"], "Juniper Legal");
    assert_eq!(
        refused(home, &["clients", "move", "Juniper Legal", "properties/1"]),
        (Some(4), "not_found".to_owned())
    );
    assert_eq!(
        refused(home, &["clients", "move", "Juniper Legal", "G-1"]),
        (Some(2), "invalid_request".to_owned())
    );
    assert_eq!(
        refused(home, &["clients", "move", "nobody", "properties/1"]),
        (Some(4), "not_found".to_owned())
    );
    assert_eq!(document(home, &["clients", "suggest"]), json!([]));
    assert_eq!(
        document(home, &["clients", "suggest", "--accept"])["clients"][0]["name"],
        "Juniper Legal"
    );
    assert_eq!(document(home, &["clients", "map"])["streams"], json!([]));
    assert_eq!(
        document(home, &["clients", "remove", "JUNIPER LEGAL"])["removed"],
        "JUNIPER LEGAL"
    );
    assert_eq!(document(home, &["clients", "list"])["clients"], json!([]));
}

#[test]
fn an_undo_of_no_set_up_is_not_found() {
    let home = tempfile::tempdir().unwrap();
    assert_eq!(
        refused(home.path(), &["provision", "undo", "nobody"]),
        (Some(4), "not_found".to_owned())
    );
}
