//! The real window, driven by WebKitWebDriver.

use std::{os::unix::fs::PermissionsExt, path::PathBuf, process::Stdio};

use serde_json::{Value, json};

use crate::{desktop::Desktop, programs, webdriver::WebDriver};

#[derive(Debug)]
pub struct Window {
    pub page: WebDriver,
}

/// One rule that a screen breaks, as axe-core found it.
#[derive(Debug)]
pub struct Violation {
    pub rule: String,
    pub where_: String,
}

impl Window {
    /// Opens Gantry's window on this desktop, with these additions to its environment.
    pub async fn open(desktop: &Desktop, environment: &[(&str, &str)], arguments: &[&str]) -> Self {
        let capabilities = json!({
            "webkitgtk:browserOptions": { "binary": overheard(desktop), "args": arguments },
        });
        let mut driver = desktop.command(programs::in_path(&["WebKitWebDriver"]));
        driver
            .envs(environment.iter().copied())
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .stderr(Stdio::null());
        let page = WebDriver::start(driver, capabilities.as_object().cloned().unwrap_or_default()).await;
        let window = Self { page };
        window
            .page
            .until("the window's first screen", || async {
                (!window.page.text().await.trim().is_empty()).then_some(())
            })
            .await;
        window
    }

    /// Shows a page by its name in the address, as a link of the sidebar would.
    pub async fn go(&self, page: &str) {
        let script = "location.hash = arguments[0]";
        self.page
            .client
            .execute(script, vec![Value::from(format!("#/{page}"))])
            .await
            .expect("the page changes");
        self.page.painted().await;
    }

    pub async fn resize(&self, width: u32, height: u32) {
        self.page
            .client
            .set_window_size(width, height)
            .await
            .expect("the window takes a size");
        self.page.painted().await;
    }

    /// Shows this theme, `light` or `dark`: the setting is changed, and the window follows it.
    pub async fn theme(&self, theme: &str) {
        let script = "const [theme, done] = arguments;\n\
             const ask = (name, request) => window.__TAURI_INTERNALS__.invoke('dispatch', { name, request });\n\
             ask('settings.get', {}).then((now) => ask('settings.set', { ...now, theme }))\n\
             .then(() => done(null), (error) => done(JSON.stringify(error)));";
        let refused = self.page.client.execute_async(script, vec![Value::from(theme)]).await;
        assert_eq!(
            refused.expect("the setting is answered"),
            Value::Null,
            "the theme is set"
        );
        self.page
            .until("the window to show the theme", || async {
                let shown = self
                    .page
                    .client
                    .execute("return document.documentElement.dataset.theme", vec![])
                    .await;
                (shown.ok()? == theme).then_some(())
            })
            .await;
        self.page.painted().await;
    }

    /// Waits until the page is no longer loading or moving anything.
    pub async fn settled(&self) {
        let loading = "//*[@aria-busy='true' or contains(concat(' ', @class, ' '), ' skeleton ')]";
        self.page
            .until("the page to be loaded", || async {
                (!self.page.shows(loading).await).then_some(())
            })
            .await;
        self.page.painted().await;
        // Colours on their way from one theme to the other belong to neither. A spinner's way has no end.
        let moving = "return document.getAnimations().some((one) => one.playState === 'running' \
             && one.effect?.getComputedTiming().iterations !== Infinity)";
        self.page
            .until("the page to stand still", || async {
                let moves = self.page.client.execute(moving, vec![]).await.ok()?;
                (moves == Value::Bool(false)).then_some(())
            })
            .await;
        self.page.painted().await;
    }

    /// What axe-core has to say about the screen as it is shown now.
    pub async fn violations(&self) -> Vec<Violation> {
        let axe = std::fs::read_to_string(programs::axe()).expect("axe-core's script (npm ci in ui/)");
        let script = format!(
            "const done = arguments[arguments.length - 1]; {axe};\n\
             axe.run(document, {{ resultTypes: ['violations'] }}).then((outcome) => done(outcome.violations.flatMap((rule) =>\n\
             rule.nodes.map((node) => [rule.id, node.target.join(' ') + ': ' + node.failureSummary])))).catch((error) => done([['axe', String(error)]]));"
        );
        let found = self
            .page
            .client
            .execute_async(&script, vec![])
            .await
            .expect("axe runs in the window");
        found
            .as_array()
            .into_iter()
            .flatten()
            .map(|pair| Violation {
                rule: pair[0].as_str().unwrap_or_default().to_owned(),
                where_: pair[1].as_str().unwrap_or_default().to_owned(),
            })
            .collect()
    }

    /// Closes the window as the driver does, and with it the program.
    pub async fn close(self) {
        let _ = self.page.client.clone().close().await;
    }
}

/// A script that becomes the window, with its output in [`Desktop::window_output`]: the driver would drop it.
fn overheard(desktop: &Desktop) -> PathBuf {
    let script = desktop.home().join("gantry-desktop.sh");
    let text = format!(
        "#!/bin/sh\nexec '{}' \"$@\" >>'{}' 2>&1\n",
        programs::gantry_desktop().display(),
        desktop.window_output().display()
    );
    std::fs::write(&script, text).expect("the window's script");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("a script to run");
    script
}
