//! `--key-file` and what belongs to it, by a process of its own.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use gantry_sandbox::practice;
use serde_json::Value;

fn gantry(home: &Path, arguments: &[&str], key_file: Option<&Path>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gantry"));
    command
        .arg("--json")
        .args(arguments)
        .env("GANTRY_HOME", home)
        // Nobody listens there.
        .env("GANTRY_GOOGLE_BASE_URL", "http://127.0.0.1:9")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env_remove("GANTRY_KEY_FILE")
        .stdin(Stdio::null());
    if let Some(path) = key_file {
        command.env("GANTRY_KEY_FILE", path);
    }
    command.output().unwrap()
}

fn key_file(home: &Path) -> PathBuf {
    let path = home.join("exporter.json");
    std::fs::write(&path, practice::service_account_json().to_string()).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn a_connection_that_is_named_to_be_checked_goes_before_a_key_file() {
    let home = tempfile::tempdir().unwrap();
    let missing = home.path().join("nothing.json");
    let by_environment = gantry(home.path(), &["connections", "check", "nobody"], Some(&missing));
    let by_option = [
        "--key-file",
        missing.to_str().unwrap(),
        "connections",
        "check",
        "nobody",
    ];
    let by_option = gantry(home.path(), &by_option, None);
    for output in [by_environment, by_option] {
        let told = told(&output);
        assert_eq!(output.status.code(), Some(3), "{told}");
        assert!(
            told.contains("No connection is called") && !told.contains("nothing.json"),
            "{told}"
        );
    }
    let none_named = gantry(home.path(), &["connections", "check"], Some(&missing));
    assert!(told(&none_named).contains("nothing.json"), "{none_named:?}");
}

#[test]
fn what_belongs_to_a_key_file_is_refused_without_one() {
    let home = tempfile::tempdir().unwrap();
    let key = key_file(home.path());
    for (arguments, key_file, option) in [
        (
            vec!["--subject", "u@example.com", "accounts", "list"],
            None,
            "--subject",
        ),
        (
            vec!["--key-email", "e@example.com", "accounts", "list"],
            None,
            "--key-email",
        ),
        // The connection that is named goes before the environment.
        (
            vec!["--connection", "a", "--subject", "u@example.com", "accounts", "list"],
            Some(key.as_path()),
            "--subject",
        ),
        // It acts as nobody.
        (
            vec!["--subject", "u@example.com", "connections", "list"],
            Some(key.as_path()),
            "--subject",
        ),
    ] {
        let output = gantry(home.path(), &arguments, key_file);
        let told = told(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(told.contains(&format!("{option} belongs to a key file")), "{told}");
    }
}

#[test]
fn a_key_file_that_cannot_be_proved_leaves_the_request_in_activity() {
    let home = tempfile::tempdir().unwrap();
    let key = key_file(home.path());
    let output = gantry(
        home.path(),
        &["--key-file", key.to_str().unwrap(), "accounts", "list"],
        None,
    );
    assert_eq!(output.status.code(), Some(6), "offline: {}", told(&output));
    let record = gantry(home.path(), &["activity"], None);
    let rows: Value = serde_json::from_slice(&record.stdout).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
    assert_eq!(rows[0]["api"], "Sign-in");
}
