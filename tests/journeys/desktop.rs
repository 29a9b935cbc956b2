//! The ground the journeys stand on: a keyring that works, a browser that can be driven.

use journeys::{browser::Browser, desktop::Desktop, process::Finished};

#[test]
fn a_desktop_brings_an_unlocked_keyring_of_its_own() {
    let desktop = Desktop::start();
    let stored = Finished::of(desktop.command("sh").args([
        "-c",
        "printf canary | secret-tool store --label=journey purpose journey",
    ]));
    assert_eq!(stored.code, 0, "{stored:?}");
    assert!(desktop.secrets("purpose", "journey").contains("canary"));
    let other = Desktop::start();
    assert!(!other.secrets("purpose", "journey").contains("canary"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_browser_opens_is_seen_by_the_test() {
    let desktop = Desktop::start();
    let browser = Browser::start(&desktop).await;
    let opened = Finished::of(
        desktop
            .command(&browser.command)
            .arg("data:text/html,<title>t</title><button>Allow</button>"),
    );
    assert_eq!(opened.code, 0, "{opened:?}");
    browser.page.see("Allow").await;
    browser.page.press("Allow").await;
    browser.close().await;
}
