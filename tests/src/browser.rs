//! A real Chromium, and the `$BROWSER` that shows Gantry's pages in it.

use serde_json::json;

use crate::{desktop::Desktop, programs, webdriver::WebDriver};

#[derive(Debug)]
pub struct Browser {
    pub page: WebDriver,
    /// What `$BROWSER` is to be set to, for a program whose pages shall open here.
    pub command: String,
}

impl Browser {
    pub async fn start(desktop: &Desktop) -> Self {
        let binary = programs::in_path(&["chromium", "chromium-browser", "google-chrome"]);
        let profile = desktop.home().join("chromium");
        let mut arguments = vec![
            "--headless=new".to_owned(),
            "--disable-gpu".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--window-size=1000,900".to_owned(),
            format!("--user-data-dir={}", profile.display()),
        ];
        if is_root() {
            // Chromium's own sandbox refuses to run as root, which is who runs in most containers.
            arguments.push("--no-sandbox".to_owned());
        }
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "binary": binary, "args": arguments },
        });
        let capabilities = capabilities.as_object().cloned().unwrap_or_default();
        let page = WebDriver::start(desktop.command(programs::in_path(&["chromedriver"])), capabilities).await;
        let session = page.client.session_id().await.ok().flatten().expect("a session id");
        // A script, because `$BROWSER` is a list with colons between its parts, and an address has colons.
        let command = desktop.home().join("browser.sh");
        let address = format!("{}/session/{session}/url", page.endpoint);
        let script = format!(
            "#!/bin/sh\nexec '{}' '{address}' \"$1\"\n",
            programs::show_in_browser().display()
        );
        std::fs::write(&command, script).expect("the browser's script");
        std::fs::set_permissions(&command, std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .expect("a script to run");
        Self {
            page,
            command: command.display().to_string(),
        }
    }

    /// Ends the browser properly; dropping it kills it.
    pub async fn close(self) {
        let _ = self.page.client.clone().close().await;
    }
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}
