//! The keychain in each of its states, judged by real ones: gnome-keyring unlocked, locked and absent, a bus without any
//! service, no bus at all, and a Secret Service that hangs (python-dbusmock). What only macOS or Windows does is injected
//! in `gantry-keychain`'s own tests (K4, K5, K7); a crash between keychain and database (K8) in the engine's.

use std::io::Write as _;
use std::process::{Command, Stdio};

use journeys::{
    desktop::{Desktop, Keyring},
    process::{Finished, text_of},
    programs,
    sandbox::{CLIENT_SECRET, Sandbox, practice_client},
    window::Window,
};
use serde_json::{Value, json};

use crate::command_line::{CommandLine, OWNER};
use crate::secrets;

/// A `$BROWSER` that leaves a file when it is run.
fn browser_that_tells(desktop: &Desktop) -> (std::path::PathBuf, std::path::PathBuf) {
    use std::os::unix::fs::PermissionsExt as _;
    let (script, told) = (
        desktop.home().join("browser.sh"),
        desktop.home().join("browser-was-run"),
    );
    std::fs::write(&script, format!("#!/bin/sh\ntouch '{}'\n", told.display())).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    (script, told)
}

/// `gantry ARGUMENTS --json` on this desktop, with a browser that tells when it is run.
fn gantry(desktop: &Desktop, base_url: &str, arguments: &[&str]) -> Finished {
    let (browser, _) = browser_that_tells(desktop);
    Finished::of(
        desktop
            .command(programs::gantry())
            .env("GANTRY_GOOGLE_BASE_URL", base_url)
            .env("BROWSER", browser)
            .arg("--json")
            .args(arguments),
    )
}

/// What a command that needs a secret says: exit code 9 and `keychain_unavailable`, with a remedy, and no browser opens.
fn l2_is_refused_before_a_browser_opens(desktop: &Desktop, base_url: &str) -> Value {
    let file = desktop.home().join("client_secret.json");
    std::fs::write(&file, practice_client()).unwrap();
    let mut last = Value::Null;
    for arguments in [
        &["oauth-client", "add", &file.display().to_string()][..],
        &["connect"][..],
    ] {
        let refused = gantry(desktop, base_url, arguments);
        // Without an OAuth client `connect` would end with another code: the keychain is asked first.
        assert_eq!(refused.code, 9, "{arguments:?}: {refused:#?}");
        last = refused.events().pop().unwrap_or_default()["error"].clone();
        assert_eq!(
            last["code"].as_str().unwrap_or("keychain_unavailable"),
            "keychain_unavailable"
        );
    }
    let (_, told) = browser_that_tells(desktop);
    assert!(!told.exists(), "a browser was run");
    last
}

fn problem(desktop: &Desktop, base_url: &str) -> Value {
    let doctor = gantry(desktop, base_url, &["doctor"]);
    assert_eq!(doctor.code, 9, "{doctor:#?}");
    doctor.json()["keychain"].clone()
}

/// What needs no secret answers as always, and does not ask the keychain.
fn the_rest_works(desktop: &Desktop, base_url: &str) {
    for arguments in [
        &["activity"][..],
        &["containers", "list"],
        &["connections", "list"],
        &["quota"],
    ] {
        let done = gantry(desktop, base_url, arguments);
        assert_eq!(done.code, 0, "{arguments:?}: {done:#?}");
    }
}

#[test]
fn k1_a_locked_keyring_is_named_and_works_once_it_is_unlocked() {
    let mut desktop = Desktop::with(Keyring::Locked);
    let sandbox = Sandbox::start(&desktop, "owner");
    assert_eq!(problem(&desktop, &sandbox.base_url)["problem"], "locked");
    let error = l2_is_refused_before_a_browser_opens(&desktop, &sandbox.base_url);
    assert!(error["remedy"].as_str().unwrap().contains("Unlock"), "{error}");
    the_rest_works(&desktop, &sandbox.base_url);

    desktop.unlock_keyring();
    let gantry = CommandLine::new(&desktop, &sandbox);
    gantry.add_oauth_client();
    assert_eq!(gantry.connect(OWNER, "look").code, 0);
    secrets::refresh_token_in_the_keyring(&desktop);
}

#[test]
fn k2_l2_without_a_secret_service_the_command_line_ends_with_9() {
    for keyring in [Keyring::NoBus, Keyring::NoService, Keyring::Empty] {
        let desktop = Desktop::with(keyring);
        let sandbox = Sandbox::start(&desktop, "owner");
        let found = problem(&desktop, &sandbox.base_url);
        assert_eq!(found["problem"], "absent", "{keyring:?}: {found}");
        assert!(
            found["remedy"].as_str().unwrap().contains("this session only"),
            "{found}"
        );
        l2_is_refused_before_a_browser_opens(&desktop, &sandbox.base_url);
        the_rest_works(&desktop, &sandbox.base_url);
    }
}

#[test]
fn k3_a_keyring_that_hangs_holds_up_what_needs_it_alone() {
    let desktop = Desktop::with(Keyring::Hung);
    let sandbox = Sandbox::start(&desktop, "owner");
    the_rest_works(&desktop, &sandbox.base_url);
    assert_eq!(problem(&desktop, &sandbox.base_url)["problem"], "hung");
    let refused = gantry(&desktop, &sandbox.base_url, &["connect"]);
    assert_eq!(refused.code, 9, "{refused:#?}");
}

/// Asks the engine as the page does; the answer, or the error with `failed`.
async fn ask(window: &Window, name: &str) -> Value {
    let script = "const [name, done] = arguments;\n\
         window.__TAURI_INTERNALS__.invoke('dispatch', { name, request: {} })\n\
         .then(done, (error) => done({ failed: error }));";
    let asked = window.page.client.execute_async(script, vec![json!(name)]);
    asked
        .await
        .unwrap_or_else(|error| panic!("the window does not answer: {error}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn k3_the_window_answers_while_the_keyring_hangs() {
    let desktop = Desktop::with(Keyring::Hung);
    let sandbox = Sandbox::start(&desktop, "owner");
    let window = Window::open(&desktop, &[("GANTRY_GOOGLE_BASE_URL", &sandbox.base_url)], &[]).await;
    for command in ["app.overview", "connections.list", "containers.tree", "jobs.list"] {
        let answer = ask(&window, command).await;
        assert!(answer["failed"].is_null(), "{command}: {answer}");
    }
    // It is told as soon as the patience ends, and asking again does not hang either.
    let found = ask(&window, "keychain.retry").await;
    assert_eq!(found["problem"], "hung", "{found}");
    let status = ask(&window, "app.status").await;
    assert_eq!(status["keychain"]["problem"], "hung", "{status}");
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k1_the_window_asks_again_once_the_keyring_is_unlocked() {
    let mut desktop = Desktop::with(Keyring::Locked);
    let sandbox = Sandbox::start(&desktop, "owner");
    let window = Window::open(&desktop, &[("GANTRY_GOOGLE_BASE_URL", &sandbox.base_url)], &[]).await;
    assert_eq!(ask(&window, "keychain.retry").await["problem"], "locked");
    desktop.unlock_keyring();
    assert_eq!(ask(&window, "keychain.retry").await["state"], "available");
    window.close().await;
}

/// Two entries that Gantry's attributes fit: nobody can tell which of them is meant.
#[test]
fn k6_an_ambiguous_entry_asks_for_a_new_sign_in_which_replaces_it() {
    let desktop = Desktop::start();
    let sandbox = Sandbox::start(&desktop, "owner");
    let gantry = CommandLine::new(&desktop, &sandbox);
    gantry.add_oauth_client();
    assert_eq!(gantry.connect(OWNER, "look").code, 0);
    let list = gantry.json(&["connections", "list"]);
    let id = list[0]["id"].as_str().unwrap().to_owned();
    let found = desktop.secrets("username", &id);
    let service = found
        .lines()
        .find_map(|line| line.trim().strip_prefix("attribute.service = "))
        .map_or_else(|| service_of(&desktop, &id), str::to_owned);
    let store = format!("printf other | secret-tool store --label=twin service '{service}' username '{id}' twin yes");
    assert_eq!(Finished::of(desktop.command("sh").args(["-c", &store])).code, 0);

    let refused = gantry.run(&["--json", "accounts", "list"]);
    assert_eq!(refused.code, 3, "{refused:#?}");
    assert_eq!(gantry.connect(OWNER, "look").code, 0);
    assert_eq!(gantry.run(&["--json", "accounts", "list"]).code, 0);
}

/// secret-tool writes attributes to standard error.
fn service_of(desktop: &Desktop, id: &str) -> String {
    let found = Finished::of(desktop.command("secret-tool").args(["search", "--all", "username", id]));
    found
        .stderr
        .lines()
        .chain(found.stdout.lines())
        .find_map(|line| line.trim().strip_prefix("attribute.service = "))
        .unwrap_or_else(|| panic!("no entry of {id}: {found:#?}"))
        .to_owned()
}

/// `gantry --secrets-file FILE --passphrase-fd 0 ARGUMENTS`, the passphrase on standard input.
fn with_file(desktop: &Desktop, base_url: &str, passphrase: &str, arguments: &[&str]) -> Finished {
    let mut command: Command = desktop.command(programs::gantry());
    let mut child = command
        .env("GANTRY_GOOGLE_BASE_URL", base_url)
        .env("GANTRY_SECRETS_FILE", desktop.home().join("secrets.age"))
        .args(["--json", "--passphrase-fd", "0"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A command that needs no passphrase may have ended.
    let _ = writeln!(stdin, "{passphrase}");
    drop(stdin);
    let stderr = child.stderr.take().unwrap();
    let stderr = std::thread::spawn(move || text_of(stderr));
    let stdout = text_of(child.stdout.take().unwrap());
    Finished {
        code: child.wait().unwrap().code().unwrap_or(-1),
        stdout,
        stderr: stderr.join().unwrap(),
    }
}

/// A server: no bus, no keyring, an encrypted file that the person named.
#[test]
fn k2_on_a_server_an_encrypted_file_keeps_what_a_passphrase_opens() {
    let desktop = Desktop::with(Keyring::NoBus);
    let sandbox = Sandbox::start(&desktop, "owner");
    let base = &sandbox.base_url;
    let file = desktop.home().join("client_secret.json");
    std::fs::write(&file, practice_client()).unwrap();
    let added = with_file(
        &desktop,
        base,
        "correct horse",
        &["oauth-client", "add", &file.display().to_string()],
    );
    assert_eq!(added.code, 0, "{added:#?}");

    let doctor = with_file(&desktop, base, "correct horse", &["doctor"]);
    assert_eq!(doctor.code, 0, "{doctor:#?}");
    let name = doctor.json()["keychain"]["name"].as_str().unwrap().to_owned();
    assert!(name.starts_with("an encrypted file (/"), "{name}");

    let bytes = std::fs::read(desktop.home().join("secrets.age")).unwrap();
    assert!(bytes.starts_with(b"age-encryption.org/v1\n"));
    for canary in [CLIENT_SECRET, "correct horse"] {
        assert!(!bytes.windows(canary.len()).any(|window| window == canary.as_bytes()));
    }

    let wrong = with_file(&desktop, base, "wrong", &["connect"]);
    assert_eq!(wrong.code, 9, "{wrong:#?}");
    assert!(wrong.stdout.contains("passphrase"), "{wrong:#?}");
    // What needs no secret asks for no passphrase.
    assert_eq!(with_file(&desktop, base, "wrong", &["activity"]).code, 0);
    // A passphrase without its file is a mistake.
    let mistaken = gantry(&desktop, base, &["--passphrase-fd", "0", "activity"]);
    assert_eq!(mistaken.code, 2, "{mistaken:#?}");
}
