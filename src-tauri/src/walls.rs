//! Who may call the engine: the main window's own page, and nobody else. Judged by Tauri's own access control, over its
//! mock runtime; the real window is judged by the journeys.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use gantry_domain::GoogleBase;
use gantry_engine::{Error, ErrorCode, Profile};
use serde_json::{Value, json};
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
use tauri::webview::InvokeRequest;
use tauri::{App, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

use crate::worlds::Worlds;
use crate::{context, ipc};

/// What the engine's side answers to every command of this test: whoever hears it has come through.
const REACHED: &str = "The command has reached the engine's side.";

/// Where our own page lives, on this system.
fn our_page() -> &'static str {
    if cfg!(windows) {
        "https://tauri.localhost"
    } else {
        "tauri://localhost"
    }
}

struct Stage {
    app: App<MockRuntime>,
    _home: tempfile::TempDir,
}

impl Stage {
    /// The program's own configuration, capabilities and command, in a world that has failed to open.
    fn open() -> Self {
        let home = tempfile::tempdir().unwrap();
        let worlds = Worlds::new(Profile::new(Some(home.path()), GoogleBase::google()).unwrap());
        worlds.fail(Error::new(ErrorCode::Internal, REACHED, "None.").view());
        let app = mock_builder()
            .manage(Arc::new(worlds))
            .invoke_handler(tauri::generate_handler![ipc::dispatch])
            .build(context())
            .unwrap();
        Self { app, _home: home }
    }

    fn window(&self, label: &str) -> WebviewWindow<MockRuntime> {
        WebviewWindowBuilder::new(&self.app, label, WebviewUrl::App("index.html".into()))
            .use_https_scheme(true)
            .build()
            .unwrap()
    }
}

/// What a page at `from` in `window` hears when it calls this command.
fn answer(window: &WebviewWindow<MockRuntime>, from: &str, command: &str, body: Value) -> String {
    let request = InvokeRequest {
        cmd: command.to_owned(),
        callback: CallbackFn(0),
        error: CallbackFn(1),
        url: from.parse().unwrap(),
        body: InvokeBody::Json(body),
        headers: tauri::http::HeaderMap::default(),
        invoke_key: INVOKE_KEY.to_owned(),
    };
    match get_ipc_response(window, request) {
        Ok(answer) => answer.deserialize::<Value>().unwrap().to_string(),
        Err(refusal) => refusal.to_string(),
    }
}

fn dispatch(window: &WebviewWindow<MockRuntime>, from: &str) -> String {
    answer(window, from, "dispatch", json!({ "name": "app.status", "request": {} }))
}

#[test]
fn u2_a_foreign_page_in_our_window_is_refused() {
    let stage = Stage::open();
    let main = stage.window("main");
    assert!(dispatch(&main, our_page()).contains(REACHED));
    for foreign in [
        "https://accounts.google.com/",
        "https://evil.example/",
        "http://127.0.0.1:27480/accounts.google.com/o/oauth2/v2/auth",
        "http://localhost:8080/",
        "data:text/html,frame",
        "blob:https://evil.example/7",
        "file:///tmp/page.html",
        "about:blank",
    ] {
        let heard = dispatch(&main, foreign);
        assert!(!heard.contains(REACHED), "{foreign}: {heard}");
        assert!(heard.contains("not allowed"), "{foreign}: {heard}");
    }
}

#[test]
fn u2_a_window_without_a_capability_is_refused() {
    let stage = Stage::open();
    let heard = dispatch(&stage.window("widget"), our_page());
    assert!(heard.contains("not allowed"), "{heard}");
}

#[test]
fn the_main_window_has_nothing_of_the_system() {
    let stage = Stage::open();
    let main = stage.window("main");
    for command in [
        "plugin:dialog|open",
        "plugin:dialog|message",
        "plugin:event|emit",
        "plugin:webview|create_webview_window",
        "plugin:window|close",
        "plugin:path|resolve_directory",
        "plugin:app|version",
        "plugin:resources|close",
    ] {
        let heard = answer(&main, our_page(), command, json!({}));
        assert!(heard.contains("not allowed"), "{command}: {heard}");
    }
}

/// A file a window, named after it; no window has another's rights, and no page from elsewhere has any.
#[test]
fn each_capability_is_one_windows_own() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src-tauri/capabilities");
    let mut found = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let capability: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        assert_eq!(capability["identifier"], name.as_str());
        assert_eq!(capability["windows"], json!([name]));
        assert!(capability.get("remote").is_none(), "{name}");
        assert!(capability.get("webviews").is_none(), "{name}");
        let permissions = capability["permissions"].as_array().unwrap();
        assert!(
            permissions
                .iter()
                .all(|one| one.as_str().is_some_and(|one| !one.ends_with(":default"))),
            "{name}: each permission is named"
        );
        found.insert(name);
    }
    let listed = context::<MockRuntime>().config().app.security.capabilities.clone();
    let listed: Value = serde_json::to_value(listed).unwrap();
    assert_eq!(listed, json!(found));
}

/// What Tauri makes of the configured policy is what `ui/src/shell/csp.test.ts` judges: a nonce for each mark in the
/// page, a hash of each script and `'self'` beside `'strict-dynamic'`, which switches `'self'` off.
#[test]
fn the_content_policy_is_served_as_it_is_judged() {
    let stage = Stage::open();
    let configured: Value = serde_json::from_str(include_str!("../../tauri.conf.json")).unwrap();
    let configured = configured["app"]["security"]["csp"].as_object().unwrap().clone();
    let page = stage.app.asset_resolver().get("index.html".to_owned()).unwrap();
    let served = page.csp_header().unwrap().to_owned();
    let html = String::from_utf8(page.bytes().to_vec()).unwrap();
    let directives: Vec<(&str, Vec<&str>)> = served
        .split(';')
        .map(str::trim)
        .filter(|directive| !directive.is_empty())
        .map(|directive| {
            let mut words = directive.split_whitespace();
            (words.next().unwrap_or_default(), words.collect())
        })
        .collect();
    assert_eq!(directives.len(), configured.len(), "{served}");
    for (name, sources) in directives {
        let asked: Vec<&str> = configured[name].as_str().unwrap().split_whitespace().collect();
        let added: Vec<&str> = sources
            .iter()
            .copied()
            .filter(|source| !asked.contains(source))
            .collect();
        assert!(asked.iter().all(|source| sources.contains(source)), "{name}: {served}");
        if name != "script-src" {
            assert_eq!(added, [""; 0], "{name}");
            continue;
        }
        let nonces: Vec<&str> = added
            .iter()
            .filter_map(|source| source.strip_prefix("'nonce-")?.strip_suffix('\''))
            .collect();
        assert!(!nonces.is_empty(), "{served}");
        assert!(nonces.iter().all(|nonce| html.contains(nonce)), "{html}");
        assert!(
            added
                .iter()
                .all(|source| *source == "'self'" || source.starts_with("'nonce-") || source.starts_with("'sha256-")),
            "{served}"
        );
    }
    assert!(!html.contains("__TAURI_SCRIPT_NONCE__"), "each mark has its nonce");
}
