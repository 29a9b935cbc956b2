//! The command line at Google's own addresses, behind a company's proxy that reads along: what it takes to get through, and
//! what is said when something is in between. Nothing of it goes to Google: the proxy leads to the sandbox.

use std::process::Command;

use journeys::{
    desktop::Desktop,
    hits::Hits,
    process::Finished,
    proxy::{Authority, Manner, Proxy},
    sandbox::{CLIENT_SECRET, Sandbox},
    user_agent::UserAgent,
};
use serde_json::Value;

use crate::{
    command_line::{CommandLine, OWNER},
    secrets,
};

/// `gantry` behind a proxy, and who signed the certificates that the proxy shows.
struct Company {
    desktop: Desktop,
    sandbox: Sandbox,
    proxy: Proxy,
    root: Authority,
    /// Another root, which the proxy's certificates do not lead to.
    other_root: Authority,
}

/// A host of the two that a list of accounts is asked of, after the token endpoint.
const ADMIN: &str = "analyticsadmin.googleapis.com";

impl Company {
    fn start() -> Self {
        Self::start_on(Desktop::start())
    }

    fn start_on(desktop: Desktop) -> Self {
        let sandbox = Sandbox::start(&desktop, "owner");
        let root = Authority::new(desktop.home(), "company-root");
        let other_root = Authority::new(desktop.home(), "other-root");
        let proxy = Proxy::start(&root, &sandbox.base_url);
        Self {
            desktop,
            sandbox,
            proxy,
            root,
            other_root,
        }
    }

    /// `gantry` as it is started by a person whose computer trusts the company's root.
    fn gantry(&self) -> CommandLine<'_> {
        let root = self.root.file.display().to_string();
        CommandLine::at_google(&self.desktop)
            .with("HTTPS_PROXY", &self.proxy.url())
            .with("SSL_CERT_FILE", &root)
    }

    fn connected(&self) -> CommandLine<'_> {
        let gantry = self.gantry();
        gantry.add_oauth_client();
        let agent = UserAgent::default();
        let connected = gantry.with_visits(&["connect", "--allow", "view"], |url| {
            // The person's browser goes through the proxy as well, which leads to the sandbox.
            let url = url
                .strip_prefix("https://")
                .unwrap_or_else(|| panic!("a page of Google's own, not {url}"));
            let consent = agent.open(&format!("{}/{url}", self.sandbox.base_url));
            let answer = agent.submit(&consent, "Allow", |form| form.choose("account", OWNER));
            assert_eq!(answer.status, 200, "{}", answer.html);
        });
        assert_eq!(connected.code, 0, "{connected:#?}");
        gantry
    }
}

/// The refusal of a command that must fail for the network: exit code 6, a sentence and a remedy.
fn refusal(finished: &Finished) -> String {
    assert_eq!(finished.code, 6, "{finished:#?}");
    let error = &finished.json()["error"];
    assert!(
        ["offline", "google_unreadable"].contains(&error["code"].as_str().unwrap_or_default()),
        "{error:#}"
    );
    let said = format!(
        "{} {}",
        error["message"].as_str().unwrap_or_default(),
        error["remedy"].as_str().unwrap_or_default()
    );
    assert!(
        !said.contains("Sign in again") && !said.to_lowercase().contains("reconnect"),
        "{said}"
    );
    said
}

/// The one connection's state.
fn state(gantry: &CommandLine<'_>) -> Value {
    gantry.json(&["connections", "list"])[0]["state"].clone()
}

#[test]
fn through_a_proxy_that_reads_along_gantry_connects_and_lists() {
    let company = Company::start();
    let gantry = company.connected();
    assert!(company.proxy.asked().contains(&"oauth2.googleapis.com".to_owned()));
    let accounts = gantry.json(&["accounts", "list"]).to_string();
    assert!(accounts.contains("Harbour Bakery"), "{accounts}");
    assert!(company.proxy.asked().contains(&ADMIN.to_owned()));
}

/// U7: the proxy's password is a secret, too, with every log line switched on; and so are tokens under TLS.
#[test]
fn u7_behind_a_proxy_no_secret_is_said() {
    let company = Company::start_on(Desktop::start().with_every_log_line());
    let with_password = company
        .proxy
        .url()
        .replace("http://", "http://somebody:canary-of-the-proxy@");
    let gantry = company.connected().with("HTTPS_PROXY", &with_password);
    assert!(
        gantry
            .json(&["accounts", "list"])
            .to_string()
            .contains("Harbour Bakery")
    );
    let said = gantry.said();
    assert!(said.contains("TRACE"), "everything was said, not {} bytes", said.len());
    let refresh_token = secrets::refresh_token_in_the_keyring(&company.desktop);
    let canaries = ["canary-of-the-proxy", CLIENT_SECRET, &refresh_token];
    secrets::appear_nowhere(&company.desktop, &said, &canaries);
}

#[test]
fn r8_what_stands_between_is_named_and_the_connection_stays() {
    let company = Company::start();
    let gantry = company.connected();
    let synced = gantry.run(&["--json", "sync"]);
    assert_eq!(synced.code, 0, "{synced:#?}");
    let containers = gantry.json(&["containers", "list"]);
    let accounts = |gantry: &CommandLine<'_>| gantry.run(&["--json", "accounts", "list"]);

    let page = "<!DOCTYPE html><title>Welcome to the harbour hotel</title>";
    let answers = |status: &str| {
        Manner::AnswersItself(format!(
            "HTTP/1.1 {status}\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{page}",
            page.len()
        ))
    };
    for (manner, expected) in [
        (answers("200 OK"), "sign in to the network"),
        (
            answers("302 Found\r\nlocation: http://hotel.example/"),
            "sign in to the network",
        ),
        (answers("511 Network Authentication Required"), "sign in to the network"),
        (Manner::WantsPassword, "The proxy"),
        (Manner::Forbids, "The proxy"),
    ] {
        // In the way of one API alone, and in the way of everything, the token endpoint first.
        company.proxy.set_for(ADMIN, manner.clone());
        let said = refusal(&accounts(&gantry));
        assert!(said.contains(expected), "{manner:?}: {said}");
        company.proxy.set(manner.clone());
        let said = refusal(&accounts(&gantry));
        assert!(said.contains(expected), "{manner:?}, at the token endpoint: {said}");
        assert_eq!(state(&gantry), "ready", "{manner:?}");
    }

    // Nobody at the proxy's address.
    company.proxy.set(Manner::Forwards);
    let gone = format!("http://127.0.0.1:{}", journeys::webdriver::free_port());
    let said = refusal(&accounts(&company.gantry().with("HTTPS_PROXY", &gone)));
    assert!(said.contains("The proxy"), "{said}");

    // A root certificate that this computer does not have.
    let other_root = company.other_root.file.display().to_string();
    let said = refusal(&accounts(&company.gantry().with("SSL_CERT_FILE", &other_root)));
    assert!(
        said.contains("certificate") && said.contains("root certificate"),
        "{said}"
    );

    // Everything is as before: last good data, and the saved sign-in.
    assert_eq!(state(&gantry), "ready");
    assert_eq!(gantry.json(&["containers", "list"]), containers);
    assert_eq!(accounts(&gantry).code, 0);
}

/// Loopback bases are dialled directly: no proxy sees what is meant for the sandbox.
#[test]
fn a_loopback_base_goes_past_every_proxy() {
    let desktop = Desktop::start();
    let sandbox = Sandbox::start(&desktop, "owner");
    let proxy = Hits::start();
    let address = format!("http://{}", proxy.address());
    let gantry = CommandLine::new(&desktop, &sandbox)
        .with("HTTPS_PROXY", &address)
        .with("HTTP_PROXY", &address)
        .with("ALL_PROXY", &address);
    gantry.add_oauth_client();
    let connected = gantry.connect(OWNER, "view");
    assert_eq!(connected.code, 0, "{connected:#?}");
    assert!(
        gantry
            .json(&["accounts", "list"])
            .to_string()
            .contains("Harbour Bakery")
    );
    assert_eq!(proxy.seen(), [""; 0]);
}

/// R8 without any network, where the system lets a program be started so; and `NO_PROXY`, which there makes the difference
/// between a proxy that is not there and Google's name that is not found.
#[test]
fn r8_offline_is_named_and_no_proxy_is_honoured() {
    let unshare = ["--user", "--map-root-user", "--net"];
    if Finished::of(Command::new("unshare").args(unshare).arg("true")).code != 0 {
        println!("SKIPPED: this system lets nobody start a program without network (unshare --net)");
        return;
    }
    let company = Company::start();
    let gantry = company.connected();
    let containers = gantry.json(&["containers", "list"]);
    let without_network = |no_proxy: &str| {
        let alone = company.gantry().with("NO_PROXY", no_proxy).command();
        let mut command = company.desktop.command("unshare");
        command.args(unshare).arg(alone.get_program());
        for (name, value) in alone.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    };
    let accounts = |no_proxy: &str| {
        let finished = Finished::of(without_network(no_proxy).args(["--json", "accounts", "list"]));
        refusal(&finished)
    };
    assert!(accounts("").contains("The proxy"));
    assert!(accounts("elsewhere.example").contains("The proxy"));
    assert!(accounts(".googleapis.com").contains("offline"));
    let listed = Finished::of(without_network(".googleapis.com").args(["--json", "containers", "list"]));
    assert_eq!(listed.json(), containers, "last good data");
    assert_eq!(state(&gantry), "ready");
    assert_eq!(gantry.run(&["accounts", "list"]).code, 0);
}
