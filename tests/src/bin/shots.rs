//! `shots FOLDER`: photographs of every screen in both themes and two sizes, from the real window over the sandbox's
//! agency, for a person to look at.

#![expect(clippy::expect_used, reason = "a photograph that cannot be taken says so and stops")]

use std::path::{Path, PathBuf};

use journeys::{browser::Browser, desktop::Desktop, sandbox::Sandbox, screens, window::Window};

#[tokio::main]
async fn main() {
    let Some(folder) = std::env::args().nth(1).map(PathBuf::from) else {
        eprintln!("usage: shots FOLDER");
        std::process::exit(2);
    };
    std::fs::create_dir_all(&folder).expect("the photographs' folder");
    let desktop = Desktop::start();
    // Its own process and without quotas, so that the whole agency is read in seconds instead of twenty minutes.
    let sandbox = Sandbox::start_without_quota(&desktop, "agency");
    let browser = Browser::start(&desktop).await;
    let environment = [
        ("GANTRY_GOOGLE_BASE_URL", sandbox.base_url.as_str()),
        ("BROWSER", browser.command.as_str()),
    ];
    let window = Window::open(&desktop, &environment, &[]).await;

    window.page.see("What would you like to do first?").await;
    every_way(&window, &folder, "welcome").await;
    screens::add_oauth_client(&desktop, &window).await;
    window.go("settings/quota").await;
    window.page.fill("Tag Manager calls per 100 seconds", "5000").await;
    window.page.see("Saved").await;
    window.go("overview").await;
    window.page.press("Sign in with Google").await;
    browser.page.see("wants access to your Google Account").await;
    window.page.see("Waiting for you").await;
    every_way(&window, &folder, "connections-signin").await;
    browser.page.press("Allow").await;
    window.page.see("Tell us about the website").await;
    every_way(&window, &folder, "provisioning").await;
    screens::fill_in_a_site(&window).await;
    window.page.press("Continue to Google’s terms").await;
    browser.page.see("Journey Bakery").await;
    window.page.see("Accept Google’s terms in your browser").await;
    every_way(&window, &folder, "provisioning-terms").await;
    browser.page.press("Accept").await;
    window.page.see("Your site is set up").await;
    every_way(&window, &folder, "provisioning-done").await;

    window.go("containers").await;
    every_way(&window, &folder, "containers-first").await;
    window.page.press("Sync").await;
    window.page.see("containers read with").await;
    window.page.press("Dismiss").await;
    window
        .page
        .click("//*[@role='treeitem' and contains(., 'Alder')]", "an account")
        .await;
    window
        .page
        .click(
            "//*[@role='treeitem' and contains(., 'shop.alder-finch')]",
            "a container",
        )
        .await;
    window.page.see("Live: version").await;
    window.page.click(screens::A_ROW, "a tag").await;
    window.page.see("Show Google’s JSON").await;
    every_way(&window, &folder, "containers").await;

    for screen in ["overview", "reports", "exports", "connections", "activity"] {
        window.go(screen).await;
        if screen == "exports" {
            let file = desktop.home().join("figures.db");
            window.page.fill("File", &file.display().to_string()).await;
            window.page.press("Run export").await;
            window.page.see("Complete").await;
        }
        every_way(&window, &folder, screen).await;
    }
    for section in ["appearance", "oauth-clients", "quota", "data", "sandbox", "about"] {
        window.go(&format!("settings/{section}")).await;
        every_way(&window, &folder, &format!("settings-{section}")).await;
    }
    window.close().await;

    // The same program inside its own sandbox wears the violet frame.
    let window = Window::open(&desktop, &[("BROWSER", &browser.command)], &["--sandbox"]).await;
    window.page.see("Sandbox").await;
    every_way(&window, &folder, "sandbox").await;
    window.close().await;
    browser.close().await;
    let taken = std::fs::read_dir(&folder).map_or(0, Iterator::count);
    println!("{taken} photographs in {}", folder.display());
}

/// The screen as it is now, in both sizes and both themes.
async fn every_way(window: &Window, folder: &Path, name: &str) {
    for (width, height) in [(960, 600), (1280, 800)] {
        window.resize(width, height).await;
        for theme in screens::THEMES {
            window.theme(theme).await;
            window.settled().await;
            let picture = window.page.photograph().await;
            std::fs::write(folder.join(format!("{name}-{theme}-{width}x{height}.png")), picture)
                .expect("a photograph on disk");
        }
    }
}
