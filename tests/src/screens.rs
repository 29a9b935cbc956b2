//! What more than one walk through the window does: the screens there are, and the first steps of a new person.

use crate::{desktop::Desktop, sandbox, window::Window};

/// Every screen that the sidebar leads to, as the window's address calls it.
pub const SCREENS: [&str; 12] = [
    "overview",
    "provisioning",
    "provisioning/runs",
    "batches",
    "templates",
    "clients",
    "containers",
    "reports",
    "connections",
    "exports",
    "activity",
    "settings",
];

/// The sections of the settings, as the window's address calls them.
pub const SETTINGS: [&str; 6] = ["appearance", "oauth-clients", "quota", "data", "sandbox", "about"];

/// Both themes, as the settings call them.
pub const THEMES: [&str; 2] = ["light", "dark"];

/// The first cell of the containers page's table, as XPath. A cell, because WebKit's driver cannot press a row.
pub const A_ROW: &str = "(//*[@role='tabpanel']//td[@role='gridcell'])[1]";

/// From the welcome screen to Settings and back, with the practice OAuth client added by its file.
pub async fn add_oauth_client(desktop: &Desktop, window: &Window) {
    let file = desktop.home().join("client_secret_practice.json");
    std::fs::write(&file, sandbox::practice_client()).expect("the OAuth client's file");
    window.page.see("What would you like to do first?").await;
    window.page.press("Add your OAuth client").await;
    window.page.fill("File", &file.display().to_string()).await;
    window.page.press("Add OAuth client").await;
    window.page.see("You can sign in with Google now.").await;
    std::fs::remove_file(&file).expect("the file goes");
    window.page.press("Go on").await;
}

/// The site that is set up.
pub const SITE: &str = "https://www.journey.example";
/// Whose it is.
pub const BUSINESS: &str = "Journey Bakery";

/// Fills in the form of a set-up.
pub async fn fill_in_a_site(window: &Window) {
    window.page.fill("Website address", SITE).await;
    window.page.fill("Business name", BUSINESS).await;
    window.page.fill("Country of the business", "CH").await;
}
