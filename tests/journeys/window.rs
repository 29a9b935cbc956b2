//! (b) The real window and a real Chromium, with a real keyring; (c) the same after a restart; (d) no secret anywhere
//! but in the keyring.

use std::path::Path;

use journeys::{
    browser::Browser,
    desktop::Desktop,
    sandbox::{CLIENT_SECRET, Sandbox},
    screens::{self, SCREENS, THEMES},
    window::Window,
};

use crate::{command_line::OWNER, secrets};

/// A person's first day: an OAuth client, a sign-in, a site, its containers, a report, an export; then the second day.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_sets_up_a_site_and_comes_back_the_next_day() {
    let desktop = Desktop::start();
    let sandbox = Sandbox::start(&desktop, "owner");
    let browser = Browser::start(&desktop).await;
    let environment = [
        ("GANTRY_GOOGLE_BASE_URL", sandbox.base_url.as_str()),
        ("BROWSER", browser.command.as_str()),
    ];

    let window = Window::open(&desktop, &environment, &[]).await;
    screens::add_oauth_client(&desktop, &window).await;
    sign_in(&window, &browser).await;
    set_up_a_site(&window, &browser).await;
    read_a_container(&window).await;
    read_a_report(&window).await;
    export_a_report(&desktop, &window).await;

    let shown = everything_the_window_shows(&window).await;
    window.close().await;

    let refresh_token = secrets::refresh_token_in_the_keyring(&desktop);
    secrets::appear_nowhere(&desktop, &shown, &[CLIENT_SECRET, &refresh_token]);

    // The second day: nobody is asked to sign in, and Google answers to the token from the keyring.
    browser.page.client.goto("about:blank").await.unwrap();
    let window = Window::open(&desktop, &environment, &[]).await;
    window.page.see("Harbour").await;
    window.go("connections").await;
    window.page.see(OWNER).await;
    window.go("reports").await;
    window.page.see("Active users").await;
    assert!(!window.page.text().await.contains("Sign in again"));
    assert_eq!(
        browser.page.client.current_url().await.unwrap().as_str(),
        "about:blank",
        "no page was opened"
    );
    window.close().await;
    browser.close().await;
}

async fn sign_in(window: &Window, browser: &Browser) {
    window.page.press("Sign in with Google").await;
    browser.page.see("wants access to your Google Account").await;
    window.page.see("Finish signing in in your browser").await;
    browser.page.press("Allow").await;
    // The first task was "measure": after the sign-in the form is there.
    window.page.see("Tell us about the website").await;
}

async fn set_up_a_site(window: &Window, browser: &Browser) {
    let page = &window.page;
    screens::fill_in_a_site(window).await;
    assert_eq!(
        page.value_of("Time zone for reports").await,
        "Europe/Zurich",
        "prefilled from the system"
    );
    page.press("Continue to Google’s terms").await;
    browser.page.see("Journey Bakery").await;
    page.see("Accept Google’s terms in your browser").await;
    browser.page.press("Accept").await;
    page.see("Your site is set up").await;
    let text = page.text().await;
    assert!(text.contains("G-"), "a measurement ID: {text}");
    assert!(text.contains("googletagmanager.com/gtag/js"), "a snippet: {text}");
}

async fn read_a_container(window: &Window) {
    window.go("containers").await;
    window.page.press("Sync").await;
    window.page.see("GTM-").await;
    window
        .page
        .click("//*[@role='treeitem' and contains(., 'GTM-')]", "the container")
        .await;
    window.page.see("Live: version").await;
    window.page.click(screens::A_ROW, "a tag").await;
    window.page.see("Fires on").await;
    window.page.press("Show Google’s JSON").await;
    window.page.see("\"tagId\"").await;
}

async fn read_a_report(window: &Window) {
    window.go("reports").await;
    window.page.see("Active users").await;
    window.page.see("Total").await;
}

async fn export_a_report(desktop: &Desktop, window: &Window) {
    let file = desktop.home().join("figures.db");
    window.go("exports").await;
    window.page.fill("File", &file.display().to_string()).await;
    window.page.fill("Table", "figures").await;
    window.page.press("Run export").await;
    window.page.see("Complete").await;
    assert!(rows_of(&file) > 0);
}

fn rows_of(file: &Path) -> i64 {
    let database = rusqlite::Connection::open(file).unwrap();
    database
        .query_row("SELECT count(*) FROM figures", [], |row| row.get(0))
        .unwrap()
}

/// The documents of all screens, one after the other.
async fn everything_the_window_shows(window: &Window) -> String {
    let mut shown = String::new();
    for screen in SCREENS {
        window.go(screen).await;
        shown.push_str(&window.page.document().await);
    }
    shown
}

/// Everything that the sidebar leads to is within axe-core's rules, contrast included, in both themes.
#[tokio::test(flavor = "multi_thread")]
async fn every_screen_is_accessible_in_both_themes() {
    let desktop = Desktop::start();
    let browser = Browser::start(&desktop).await;
    let window = Window::open(&desktop, &[("BROWSER", &browser.command)], &["--sandbox"]).await;
    window.page.see("What would you like to do first?").await;
    // A planted fault first: a judge that finds nothing proves nothing.
    window
        .page
        .client
        .execute(
            "document.body.insertAdjacentHTML('beforeend', '<button id=planted></button>')",
            vec![],
        )
        .await
        .unwrap();
    assert!(
        window
            .violations()
            .await
            .iter()
            .any(|found| found.rule == "button-name")
    );
    window
        .page
        .client
        .execute("document.getElementById('planted').remove()", vec![])
        .await
        .unwrap();
    let mut broken = Vec::new();
    for theme in THEMES {
        window.theme(theme).await;
        broken.extend(judged(&window, "welcome", theme).await);
    }
    window.page.press("Sign in with Google").await;
    browser.page.press("Allow").await;
    window.page.see("Tell us about the website").await;
    for theme in THEMES {
        window.theme(theme).await;
        for screen in SCREENS {
            window.go(screen).await;
            broken.extend(judged(&window, screen, theme).await);
        }
    }
    assert!(broken.is_empty(), "{} violations:\n{}", broken.len(), broken.join("\n"));
    window.close().await;
    browser.close().await;
}

async fn judged(window: &Window, screen: &str, theme: &str) -> Vec<String> {
    window.settled().await;
    let text = window.page.text().await;
    assert!(
        !text.contains("Something in Gantry’s window failed"),
        "{screen}: {text}"
    );
    let violations = window.violations().await;
    violations
        .into_iter()
        .map(|found| format!("{screen}, {theme}: {} at {}", found.rule, found.where_))
        .collect()
}

/// A session without any keyring: Gantry says so, and works until it is closed.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_keyring_the_window_says_so() {
    let desktop = Desktop::without_keyring();
    let window = Window::open(&desktop, &[], &["--sandbox"]).await;
    window.page.see("keychain cannot be used").await;
    window.close().await;
}
