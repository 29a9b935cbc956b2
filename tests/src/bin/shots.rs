//! `shots FOLDER`: photographs of every screen in both themes and two sizes, from the real window in its bundled
//! sandbox, for a person to look at.

#![expect(clippy::expect_used, reason = "a photograph that cannot be taken says so and stops")]

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use journeys::{browser::Browser, desktop::Desktop, screens, window::Window};

#[tokio::main]
async fn main() {
    let Some(folder) = std::env::args().nth(1).map(PathBuf::from) else {
        eprintln!("usage: shots FOLDER");
        std::process::exit(2);
    };
    std::fs::create_dir_all(&folder).expect("the photographs' folder");
    let desktop = Desktop::start();
    let browser = Browser::start(&desktop).await;
    // Before there is an OAuth client, outside the sandbox.
    let window = Window::open(&desktop, &[("BROWSER", &browser.command)], &[]).await;
    window.page.see("What would you like to do first?").await;
    every_way(&window, &folder, "welcome-first").await;
    window.close().await;

    let window = Window::open(&desktop, &[("BROWSER", &browser.command)], &["--sandbox"]).await;
    window.page.see("What would you like to do first?").await;
    every_way(&window, &folder, "welcome").await;
    limit_calls(&window, "5000").await;
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
    // As fast as Google allows again, once the calls of the sync have left the window of 100 seconds: the pictures show
    // what a person would see.
    tokio::time::sleep(Duration::from_secs(101)).await;
    limit_calls(&window, "25").await;
    window.go("containers").await;
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
        if screen == "reports" {
            choose_property(&window, "Alder & Finch").await;
        }
        if screen == "exports" {
            let file = desktop.home().join("figures.db");
            window.page.fill("File", &file.display().to_string()).await;
            window.page.fill("Table", "figures").await;
            window.page.press("Run export").await;
            window.page.see("Complete").await;
        }
        every_way(&window, &folder, screen).await;
    }
    for section in screens::SETTINGS {
        window.go(&format!("settings/{section}")).await;
        every_way(&window, &folder, &format!("settings-{section}")).await;
    }
    window.close().await;
    browser.close().await;
    let taken = std::fs::read_dir(&folder).map_or(0, Iterator::count);
    println!("{taken} photographs in {}", folder.display());
}

/// Sets how many Tag Manager calls there may be in 100 seconds.
async fn limit_calls(window: &Window, calls: &str) {
    window.go("settings/quota").await;
    window.page.fill("Tag Manager calls per 100 seconds", calls).await;
    window.page.see("Saved").await;
}

/// Chooses the first property of the reports whose name or account has this in it; the exports follow.
async fn choose_property(window: &Window, name: &str) {
    let picker = "//button[starts-with(@aria-label, 'Property:')]";
    window.page.click(picker, "the property's button").await;
    window.page.fill("Filter", name).await;
    let option = format!("//*[@role='option' and contains(., '{name}')]");
    window.page.click(&option, "a property").await;
    window.page.see("Active users").await;
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
