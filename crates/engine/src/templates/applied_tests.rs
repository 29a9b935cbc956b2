//! A template's entities in a sandbox's workspace: taken in one call, then previewed as the same and captured again.

use gantry_sandbox::{Sandbox, SandboxConfig, Seed, practice};
use google_apis::tag_manager::ContainerVersion;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{captured_tags, container_differences, shelf, tag_manager_entities};
use crate::dto::templates::TemplateChange;

const TAG_MANAGER: &str = "tagmanager.googleapis.com/tagmanager/v2";

async fn ask(address: std::net::SocketAddr, token: &str, method: &str, path: &str, body: &Value) -> Value {
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let head = format!(
        "{method} /{path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[tokio::test]
async fn what_was_applied_is_the_same_and_can_be_captured() {
    let sandbox = Sandbox::start(SandboxConfig {
        seed: Seed::Agency,
        ..Default::default()
    })
    .await
    .unwrap();
    let at = sandbox.address;
    let scopes: Vec<String> = ["readonly", "edit.containers", "edit.containerversions"]
        .map(|end| format!("https://www.googleapis.com/auth/tagmanager.{end}"))
        .into();
    let wanted = json!({ "email": practice::AGENCY_ADMIN, "scopes": scopes });
    let issued = ask(at, "", "POST", "_control/tokens/issue", &wanted).await;
    let token = issued["access_token"].as_str().unwrap().to_owned();
    let accounts = ask(at, &token, "GET", &format!("{TAG_MANAGER}/accounts"), &Value::Null).await;
    let account = accounts["account"][0]["path"].as_str().unwrap().to_owned();
    for name in shelf::shipped_names() {
        let template = shelf::shipped(name).unwrap().unwrap().template;
        let entities = tag_manager_entities(&template, "G-ABCDE12345");
        let container = json!({ "name": format!("Template {name}"), "usageContext": ["web"] });
        let path = format!("{TAG_MANAGER}/{account}/containers");
        let container = ask(at, &token, "POST", &path, &container).await;
        let path = format!("{TAG_MANAGER}/{}/workspaces", container["path"].as_str().unwrap());
        let workspaces = ask(at, &token, "GET", &path, &Value::Null).await;
        let workspace = workspaces["workspace"][0]["path"].as_str().unwrap();
        let path = format!("{TAG_MANAGER}/{workspace}/bulk_update");
        let made = ask(at, &token, "POST", &path, &json!({ "changes": entities })).await;
        assert_eq!(made["changes"].as_array().unwrap().len(), entities.len(), "{name}");
        let path = format!("{TAG_MANAGER}/{workspace}:create_version");
        let version = ask(at, &token, "POST", &path, &json!({ "name": name })).await;
        let live: ContainerVersion = serde_json::from_value(version["containerVersion"].clone()).unwrap();

        let rows = container_differences::compare(&template, "G-ABCDE12345", &live);
        assert_eq!(rows.len(), entities.len());
        for row in &rows {
            assert_eq!(row.change, TemplateChange::Same, "{name}: {row:?}");
        }
        let mut left_out = Vec::new();
        let captured = captured_tags::capture(&live, &mut left_out);
        assert_eq!(
            (captured, left_out),
            (template.tag_manager.clone(), Vec::<String>::new()),
            "{name}"
        );

        // For another property, what is there by its name is told to be left alone.
        let others = container_differences::compare(&template, "G-OTHER67890", &live);
        let kept: Vec<_> = others.iter().filter(|row| row.change == TemplateChange::Kept).collect();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].name, "GA4 measurement ID");
    }
    sandbox.stop().await;
}
