//! (b) The real window and a real Chromium, with a real keyring; (c) the same after a restart; (d) no secret anywhere
//! but in the keyring.

use std::path::Path;

use journeys::{
    browser::Browser,
    desktop::Desktop,
    sandbox::{CLIENT_SECRET, Sandbox},
    screens::{self, SCREENS, SETTINGS, THEMES},
    window::Window,
};

use crate::{command_line::OWNER, secrets};

/// A person's first day: an OAuth client, a sign-in, a site, its containers, a report, an export; then the second day.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_sets_up_a_site_and_comes_back_the_next_day() {
    let desktop = Desktop::start().with_every_log_line();
    let sandbox = Sandbox::start(&desktop, "owner");
    let browser = Browser::start(&desktop).await;
    let environment = [
        ("GANTRY_GOOGLE_BASE_URL", sandbox.base_url.as_str()),
        ("BROWSER", browser.command.as_str()),
    ];

    let window = Window::open(&desktop, &environment, &[]).await;
    let mut seen = Seen::default();
    screens::add_oauth_client(&desktop, &window).await;
    sign_in(&window, &browser, &mut seen).await;
    set_up_a_site(&window, &browser, &mut seen).await;
    prove_that_data_arrives(&window, &browser, &sandbox, &mut seen).await;
    read_a_container(&window, &mut seen).await;
    keep_it_as_a_template(&window, &mut seen).await;
    read_a_report(&window, &mut seen).await;
    export_a_report(&desktop, &window, &mut seen).await;
    look_at_the_settings(&window, &mut seen).await;
    meet_an_error(&window, &mut seen).await;
    look_at_every_screen(&window, &mut seen).await;
    window.close().await;

    let refresh_token = secrets::refresh_token_in_the_keyring(&desktop);
    secrets::window_log_says_everything(&desktop);
    secrets::appear_nowhere(&desktop, &seen.documents, &[CLIENT_SECRET, &refresh_token]);
    seen.is_accessible();

    // The second day: nobody is asked to sign in, and Google answers to the token from the keyring.
    browser.page.client.goto("about:blank").await.unwrap();
    // By then the access token that the first day left for the next process has ended.
    assert!(
        secrets::forget_what_was_handed_over(&desktop) > 0,
        "the first day left no token"
    );
    let first_day = last_request(&sandbox);
    let window = Window::open(&desktop, &environment, &[]).await;
    window.page.see("Harbour").await;
    window.go("connections").await;
    window.page.see(OWNER).await;
    window.go("reports").await;
    window.page.see("Active users").await;
    let what = "a fresh token and a fresh report from Google";
    window
        .page
        .until(what, || async {
            let answered = answered_after(&sandbox, first_day);
            let has = |host: &str, end: &str| answered.iter().any(|(on, path)| on == host && path.ends_with(end));
            (has("oauth2.googleapis.com", "/token") && has("analyticsdata.googleapis.com", ":batchRunReports"))
                .then_some(())
        })
        .await;
    window.settled().await;
    assert!(!window.page.text().await.contains("Sign in again"));
    assert_eq!(
        browser.page.client.current_url().await.unwrap().as_str(),
        "about:blank",
        "no page was opened"
    );
    window.close().await;
    browser.close().await;
}

/// What the window showed at each stop: its documents, and the rules of axe-core that they broke.
#[derive(Default)]
struct Seen {
    documents: String,
    broken: Vec<String>,
}

impl Seen {
    /// Looks at the window as it is now, in both themes.
    async fn look(&mut self, window: &Window, stop: &str) {
        self.documents.push_str(&window.page.document().await);
        for theme in THEMES {
            window.theme(theme).await;
            self.broken.extend(judged(window, stop, theme).await);
        }
    }

    fn is_accessible(&self) {
        let broken = &self.broken;
        assert!(broken.is_empty(), "{} violations:\n{}", broken.len(), broken.join("\n"));
    }
}

/// The number of the last request that the sandbox has received.
fn last_request(sandbox: &Sandbox) -> u64 {
    let log = sandbox.read("log");
    let last = log["requests"].as_array().and_then(|requests| requests.last());
    last.and_then(|request| request["serial"].as_u64()).unwrap()
}

/// Host and path of the requests after this one that the sandbox has answered with 200.
fn answered_after(sandbox: &Sandbox, serial: u64) -> Vec<(String, String)> {
    let log = sandbox.read(&format!("log?after={serial}"));
    let requests = log["requests"].as_array().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    requests
        .iter()
        .filter(|request| request["status"] == 200)
        .map(|request| (text(&request["host"]), text(&request["path"])))
        .collect()
}

async fn sign_in(window: &Window, browser: &Browser, seen: &mut Seen) {
    window.page.press("Sign in with Google").await;
    browser.page.see("wants access to your Google Account").await;
    window.page.see("Finish signing in in your browser").await;
    seen.look(window, "the sign-in, waiting").await;
    browser.page.press("Allow").await;
    // The first task was "measure": after the sign-in the form is there.
    window.page.see("Tell us about the website").await;
}

async fn set_up_a_site(window: &Window, browser: &Browser, seen: &mut Seen) {
    let page = &window.page;
    screens::fill_in_a_site(window).await;
    assert_eq!(
        page.value_of("Time zone for reports").await,
        "Europe/Zurich",
        "prefilled from the system"
    );
    page.press("Continue to Google’s terms").await;
    browser.page.see(screens::BUSINESS).await;
    page.see("Accept Google’s terms in your browser").await;
    seen.look(window, "the terms, waiting").await;
    decline_at_first(window, browser, seen).await;
    browser.page.press("Accept").await;
    page.see("Your site is set up").await;
    let text = page.text().await;
    assert!(text.contains("G-"), "a measurement ID: {text}");
    assert!(
        text.contains("googletagmanager.com/gtm.js"),
        "the container's snippet: {text}"
    );
    assert!(text.contains("Google’s Terms of Service"), "{text}");
    assert!(text.contains("Save set-up record…"), "{text}");
    let year = page.client.execute("return String(new Date().getFullYear())", vec![]);
    let year = year.await.unwrap().as_str().unwrap().to_owned();
    let accepted = text.lines().filter(|line| line.starts_with("Accepted "));
    assert!(
        accepted.clone().any(|line| line.contains(&year) && line.contains(':')),
        "the date and the time of the acceptance: {text}"
    );
    seen.look(window, "the site, done").await;
}

/// P3: the person does not accept, finds all that they entered, and has the terms shown again.
async fn decline_at_first(window: &Window, browser: &Browser, seen: &mut Seen) {
    let page = &window.page;
    browser.page.press("Decline").await;
    page.see("You did not accept the Terms of Service, so no account was created.")
        .await;
    page.see("Resume the set-up to see them again. Your entries are kept.")
        .await;
    for (label, entered) in [
        ("Website address", screens::SITE),
        ("Business name", screens::BUSINESS),
        ("Country of the business", "CH"),
        ("Time zone for reports", "Europe/Zurich"),
    ] {
        assert_eq!(
            page.value_of(label).await,
            entered,
            "{label}, after the terms were declined"
        );
    }
    seen.look(window, "the terms, declined").await;
    page.press("Resume set-up").await;
    // Another ticket: what was declined is over.
    page.see("Accept Google’s terms in your browser").await;
    browser.page.see(screens::BUSINESS).await;
}

/// The person pastes the snippet where their site is made, opens the site, and is its first visitor.
async fn prove_that_data_arrives(window: &Window, browser: &Browser, sandbox: &Sandbox, seen: &mut Seen) {
    let page = &window.page;
    let site = format!("{}/www.journey.example", sandbox.base_url);
    page.press("Check now").await;
    page.see("does not contain GTM-").await;
    seen.look(window, "the site, without its snippet").await;
    let snippet = page.client.execute(
        "return [...document.querySelectorAll('pre')].map((one) => one.textContent).find((text) => text.includes('gtm.js'))",
        vec![],
    );
    let snippet = snippet.await.unwrap().as_str().unwrap().to_owned();
    browser.page.client.goto(&format!("{site}/_edit")).await.unwrap();
    browser.page.fill("Code for the head", &snippet).await;
    browser.page.press("Save").await;
    page.press("Open my site").await;
    page.see("Your first visit has arrived").await;
    let text = page.text().await;
    assert!(text.contains("page_view"), "the events: {text}");
    seen.look(window, "the site, with its first visitor").await;
}

/// An owner of a bakery, from the welcome screen to the measurement ID: each press and each field counts, the browser's too.
#[tokio::test(flavor = "multi_thread")]
async fn from_the_welcome_screen_to_the_measurement_id_in_twelve_interactions_at_most() {
    let desktop = Desktop::start();
    let browser = Browser::start(&desktop).await;
    let window = Window::open(&desktop, &[("BROWSER", &browser.command)], &["--sandbox"]).await;
    let (page, web) = (&window.page, &browser.page);
    page.see("What would you like to do first?").await;
    let begun = std::time::Instant::now();
    page.press("Sign in with Google").await;
    web.press("Allow").await;
    page.fill("Website address", "https://www.elmstead-bakery.example")
        .await;
    // Who goes on to the next field leaves this one.
    let leave = "document.activeElement.blur()";
    page.client.execute(leave, vec![]).await.unwrap();
    page.until("the form to be filled in from the site", || async {
        (!page.value_of("Business name").await.is_empty()).then_some(())
    })
    .await;
    if page.value_of("Country of the business").await.is_empty() {
        page.fill("Country of the business", "GB").await;
    }
    // The sandbox's first person reaches many Tag Manager accounts, and has to say which.
    let first = "const field = [...document.querySelectorAll('select')].find((one) => \
                 [...one.labels].some((label) => label.textContent.includes('Tag Manager account'))); \
                 return field ? [...field.options].map((one) => one.value).find((value) => value !== '') : null";
    if let Some(account) = page.client.execute(first, vec![]).await.unwrap().as_str() {
        page.fill("Tag Manager account", account).await;
    }
    page.press("Continue to Google’s terms").await;
    web.see("Terms of Service").await;
    web.press("Accept").await;
    page.see("Your site is set up").await;
    let (text, took) = (page.text().await, begun.elapsed());
    assert!(text.contains("G-"), "a measurement ID: {text}");
    assert!(text.contains("GTM-"), "a container: {text}");
    let interactions = page.interactions() + web.interactions();
    eprintln!("from the welcome screen to the measurement ID: {interactions} interactions, {took:.1?}");
    assert!(interactions <= 12, "{interactions} interactions");
    window.close().await;
    browser.close().await;
}

async fn read_a_container(window: &Window, seen: &mut Seen) {
    window.go("containers").await;
    window.page.press("Sync").await;
    window.page.see("containers read").await;
    // What the set-up made belongs to the client that it made.
    window
        .page
        .click("//*[@role='treeitem' and contains(., 'Journey Bakery')]", "the client")
        .await;
    window.page.see("GTM-").await;
    window
        .page
        .click("//*[@role='treeitem' and contains(., 'GTM-')]", "the container")
        .await;
    window.page.see("Live: version").await;
    window.page.click(screens::A_ROW, "a tag").await;
    window.page.see("Fires on").await;
    seen.look(window, "a container and a tag").await;
    window.page.press("Show Google’s JSON").await;
    window.page.see("\"tagId\"").await;
}

/// What was set up becomes a template for the next site.
async fn keep_it_as_a_template(window: &Window, seen: &mut Seen) {
    let page = &window.page;
    window.go("templates").await;
    page.press("From a property…").await;
    choose(window, "Property", screens::BUSINESS).await;
    choose(window, "Container", "journey.example").await;
    page.fill("Title", "Bakeries").await;
    seen.look(window, "a template, to be made").await;
    page.press("Make template").await;
    page.see("The template is made").await;
    let text = page.text().await;
    assert!(
        text.contains("Bakeries") && text.contains("Yours"),
        "among the others: {text}"
    );
    seen.look(window, "a template of one's own").await;
}

/// Chooses the first option that says this.
async fn choose(window: &Window, label: &str, says: &str) {
    let page = &window.page;
    let script = "const [label, says] = arguments; \
         const field = [...document.querySelectorAll('select')].find((one) => [...one.labels].some((it) => it.innerText.startsWith(label))); \
         return [...(field?.options ?? [])].find((one) => one.text.includes(says))?.value ?? null";
    let value = page
        .until(&format!("an option {says:?} of {label:?}"), || async {
            let found = page
                .client
                .execute(script, vec![label.into(), says.into()])
                .await
                .ok()?;
            found.as_str().map(str::to_owned)
        })
        .await;
    page.fill(label, &value).await;
}

async fn read_a_report(window: &Window, seen: &mut Seen) {
    window.go("reports").await;
    window.page.see("Active users").await;
    window.page.see("Total").await;
    seen.look(window, "a report").await;
}

async fn export_a_report(desktop: &Desktop, window: &Window, seen: &mut Seen) {
    let file = desktop.home().join("figures.db");
    window.go("exports").await;
    window.page.fill("File", &file.display().to_string()).await;
    window.page.fill("Table", "figures").await;
    window.page.press("Run export").await;
    window.page.see("Complete").await;
    assert!(rows_of(&file) > 0);
    seen.look(window, "an export, complete").await;
}

async fn look_at_the_settings(window: &Window, seen: &mut Seen) {
    for section in SETTINGS {
        window.go(&format!("settings/{section}")).await;
        seen.look(window, &format!("settings, {section}")).await;
    }
}

/// A property that Google does not show to this person: its own refusal, with the number of the request.
async fn meet_an_error(window: &Window, seen: &mut Seen) {
    window.go("reports/999999999").await;
    window.page.see("Show in Activity").await;
    seen.look(window, "an error").await;
}

fn rows_of(file: &Path) -> i64 {
    let database = rusqlite::Connection::open(file).unwrap();
    database
        .query_row("SELECT count(*) FROM figures", [], |row| row.get(0))
        .unwrap()
}

/// All screens, now that there is something on them; the other journey judges them.
async fn look_at_every_screen(window: &Window, seen: &mut Seen) {
    for screen in SCREENS {
        window.go(screen).await;
        window.settled().await;
        seen.documents.push_str(&window.page.document().await);
    }
}

/// Everything that the sidebar leads to is within axe-core's rules, contrast included, in both themes.
#[tokio::test(flavor = "multi_thread")]
async fn every_screen_is_accessible_in_both_themes() {
    let desktop = Desktop::start();
    let browser = Browser::start(&desktop).await;
    let window = Window::open(&desktop, &[("BROWSER", &browser.command)], &["--sandbox"]).await;
    window.page.see("What would you like to do first?").await;
    // Planted faults first: a judge that finds nothing proves nothing.
    // Made and styled by script, because the window's content policy refuses markup that brings its own.
    let plant = "const plant = (name, changes, style) => { const made = document.createElement(name); \
                 Object.assign(made, changes); Object.assign(made.style, style); document.body.append(made); }; \
                 plant('button', { id: 'planted' }, {}); \
                 plant('p', { id: 'faint', textContent: 'faint' }, \
                 { position: 'fixed', top: '50%', left: '50%', zIndex: 9999, color: '#777', background: '#888' })";
    window.page.client.execute(plant, vec![]).await.unwrap();
    let found = window.violations().await;
    for rule in ["button-name", "color-contrast"] {
        assert!(found.iter().any(|found| found.rule == rule), "{rule}: {found:?}");
    }
    let weed = "document.getElementById('planted').remove(); document.getElementById('faint').remove()";
    window.page.client.execute(weed, vec![]).await.unwrap();
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
    let shown = window
        .page
        .client
        .execute("return document.documentElement.dataset.theme", vec![])
        .await;
    assert_eq!(shown.unwrap(), theme, "{screen} was judged in this theme");
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
    window.page.see("This computer has no keychain that runs").await;
    window.close().await;
}
