//! `gantry templates` as a process of its own: files in and out, without Google.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn gantry(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gantry"))
        .args(arguments)
        .env("GANTRY_HOME", home)
        // Nobody listens there, and nobody is asked.
        .env("GANTRY_GOOGLE_BASE_URL", "http://127.0.0.1:9")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[test]
fn templates_go_out_and_come_in() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let list = json(&gantry(home, &["templates", "list", "--json"]));
    let names: Vec<&str> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|view| view["template"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["site", "shop", "leads", "content", "app"]);
    assert_eq!(
        list[1]["summary"],
        "6 key events, 8 custom dimensions, 12 Tag Manager entities"
    );

    let file = home.join("ours.toml");
    let path = file.display().to_string();
    assert!(gantry(home, &["templates", "export", "shop", &path]).status.success());
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("# Shop"), "comments go along");
    std::fs::write(&file, text.replace("name = \"shop\"", "name = \"ours\"")).unwrap();
    let made = json(&gantry(home, &["templates", "import", &path, "--json"]));
    assert_eq!(
        (&made["template"]["name"], &made["shipped"]),
        (&"ours".into(), &false.into())
    );

    let again = gantry(home, &["templates", "import", &path, "--json"]);
    assert_eq!(
        (again.status.code(), &json(&again)["error"]["code"]),
        (Some(7), &"conflict".into())
    );
    assert!(
        gantry(home, &["templates", "import", &path, "--replace"])
            .status
            .success()
    );

    let shown = gantry(home, &["templates", "show", "ours"]);
    assert!(String::from_utf8(shown.stdout).unwrap().contains("name = \"ours\""));
    std::fs::write(
        &file,
        "format = 1\nname = \"ours\"\ntitle = \"x\"\n\n[property]\nretention_months = 13\n",
    )
    .unwrap();
    let refused = gantry(home, &["templates", "import", &path, "--json"]);
    assert_eq!(refused.status.code(), Some(2));
    let message = json(&refused)["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("line 6, property.retention_months: 13"), "{message}");

    assert!(gantry(home, &["templates", "remove", "ours"]).status.success());
    assert_eq!(gantry(home, &["templates", "show", "ours"]).status.code(), Some(4));
    assert_eq!(gantry(home, &["templates", "remove", "shop"]).status.code(), Some(2));
}
