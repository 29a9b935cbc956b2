//! The window, and what the engine asks of it.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use gantry_engine::host::FilePurpose;
use gantry_engine::{Engine, Error, ErrorCode, Host, Result, connections};
use tauri::async_runtime::JoinHandle;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Emitter, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder};
use tauri_plugin_dialog::DialogExt;
use tokio::sync::broadcast::error::RecvError;

use crate::worlds::Worlds;
use crate::{composition, ipc};

const MAIN: &str = "main";

/// The shell as the engine sees it.
#[derive(Debug)]
struct Shell {
    app: AppHandle,
    /// The engine of this host talks to the bundled sandbox.
    runs_sandbox: bool,
}

/// Opens the first world, while the window is being painted.
pub async fn open_first_world(app: AppHandle, sandbox: bool) {
    let worlds = Arc::clone(&app.state::<Arc<Worlds>>());
    let opened = if sandbox {
        enter_sandbox(&app).await
    } else {
        enter_home(&app, &worlds).await
    };
    if let Err(error) = opened {
        tracing::error!(%error, details = error.details, "the profile could not be opened");
        worlds.fail(error.view());
    }
}

/// Opens the window. It shows its frame at once; its first commands wait for the first world.
pub fn open_main_window(app: &AppHandle) -> Result<(), tauri::Error> {
    WebviewWindowBuilder::new(app, MAIN, WebviewUrl::App("index.html".into()))
        .title("Gantry")
        .data_directory(app.state::<Arc<Worlds>>().home().webview_directory())
        .inner_size(1280.0, 800.0)
        .min_inner_size(960.0, 600.0)
        // Where pages have an http address (Windows), theirs and the commands' are https: the content policy names them.
        .use_https_scheme(true)
        // A page of ours never leads elsewhere, in the window or in a frame; links go to the browser by id.
        .on_navigation(is_our_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .build()
        .map(|window| paint_without_the_graphics_card(&window))
}

/// On Linux the pages are painted by the processor. They are tables and small charts: the graphics card gains nothing,
/// its set-up costs most of the time to the first screen and a third of the memory, and drivers that fail at it leave
/// the window white. See docs/decisions/0008.
#[cfg(target_os = "linux")]
fn paint_without_the_graphics_card(window: &WebviewWindow) {
    use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};

    let asked = window.with_webview(|view| {
        if let Some(settings) = view.inner().settings() {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
    });
    if let Err(error) = asked {
        tracing::warn!(%error, "the web view keeps painting as it likes");
    }
}

/// Elsewhere the system's web view knows best.
#[cfg(not(target_os = "linux"))]
fn paint_without_the_graphics_card(_: &WebviewWindow) {}

/// The pages that the program carries, and while it is being developed those of the development server.
fn is_our_page(url: &tauri::Url) -> bool {
    let is_at = |host: &str, port: Option<u16>| url.host_str() == Some(host) && url.port() == port;
    match url.scheme() {
        "tauri" => is_at("localhost", None),
        "https" => is_at("tauri.localhost", None),
        "http" => tauri::is_dev() && is_at("localhost", Some(1420)),
        _ => false,
    }
}

/// Brings the window forward, for a second start.
pub fn show_main_window(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN) {
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
}

async fn enter_home(app: &AppHandle, worlds: &Worlds) -> Result<()> {
    let host = Arc::new(Shell {
        app: app.clone(),
        runs_sandbox: false,
    });
    let shipped = connections::shipped_oauth_client(worlds.home())?;
    let engine = composition::engine(worlds.home().clone(), host, shipped).await?;
    let forwarder = forward_events(app, &engine);
    worlds.show(engine, None, forwarder);
    Ok(())
}

async fn enter_sandbox(app: &AppHandle) -> Result<()> {
    let worlds = Arc::clone(&app.state::<Arc<Worlds>>());
    let (profile, running, client) = composition::sandbox(worlds.home()).await?;
    let host = Arc::new(Shell {
        app: app.clone(),
        runs_sandbox: true,
    });
    let engine = composition::engine(profile, host, Some(client)).await?;
    let forwarder = forward_events(app, &engine);
    worlds.show(engine, Some(running), forwarder);
    Ok(())
}

/// Passes the engine's events to the page, for as long as the engine lives.
fn forward_events(app: &AppHandle, engine: &Engine) -> JoinHandle<()> {
    let mut events = engine.subscribe();
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        loop {
            match events.recv().await {
                Ok(event) => {
                    if let Err(error) = app.emit_to(MAIN, ipc::EVENT, &event) {
                        tracing::warn!(%error, "an event did not reach the window");
                    }
                }
                Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "the window was too slow for some events"),
                Err(RecvError::Closed) => break,
            }
        }
    })
}

#[async_trait]
impl Host for Shell {
    fn runs_sandbox(&self) -> bool {
        self.runs_sandbox
    }

    async fn enter_sandbox(&self) -> Result<()> {
        enter_sandbox(&self.app).await
    }

    async fn leave_sandbox(&self) -> Result<()> {
        let worlds = Arc::clone(&self.app.state::<Arc<Worlds>>());
        enter_home(&self.app, &worlds).await
    }

    async fn reset_sandbox(&self) -> Result<()> {
        let worlds = Arc::clone(&self.app.state::<Arc<Worlds>>());
        if worlds.reset_sandbox() {
            return Ok(());
        }
        Err(Error::invalid(
            "This sandbox was started outside Gantry.",
            "Stop `gantry sandbox` and start it again to have fresh samples.",
        ))
    }

    async fn choose_file(&self, purpose: FilePurpose) -> Result<Option<PathBuf>> {
        let dialog = self.app.dialog().file();
        let (answer, chosen) = tokio::sync::oneshot::channel();
        let reply = move |path: Option<tauri_plugin_dialog::FilePath>| {
            let _ = answer.send(path);
        };
        match purpose {
            FilePurpose::OauthClient => dialog.add_filter("OAuth client", &["json"]).pick_file(reply),
            FilePurpose::ServiceAccountKey => dialog
                .add_filter("Service account key", &["json", "p12"])
                .pick_file(reply),
            FilePurpose::SupportBundle => dialog
                .add_filter("ZIP", &["zip"])
                .set_file_name("gantry-support.zip")
                .save_file(reply),
            FilePurpose::ExportSqlite => {
                dialog
                    .add_filter("SQLite", &["db", "sqlite", "sqlite3"])
                    .set_file_name("analytics.db")
                    .save_file(reply);
            }
            FilePurpose::ExportCsv => dialog
                .add_filter("CSV", &["csv"])
                .set_file_name("analytics.csv")
                .save_file(reply),
            FilePurpose::ClientsCsv => dialog
                .add_filter("Spreadsheet", &["csv", "tsv", "txt"])
                .pick_file(reply),
            FilePurpose::OpenTemplate => dialog.add_filter("Template", &["toml"]).pick_file(reply),
            FilePurpose::SaveTemplate => dialog
                .add_filter("Template", &["toml"])
                .set_file_name("template.toml")
                .save_file(reply),
            FilePurpose::SaveRecord => dialog
                .add_filter("Text", &["txt"])
                .set_file_name("set-up.txt")
                .save_file(reply),
        }
        let path = chosen.await.unwrap_or_default();
        path.map(|path| {
            path.into_path().map_err(|error| {
                Error::new(
                    ErrorCode::InvalidRequest,
                    "This place is not a file of this computer.",
                    "Choose another.",
                )
                .with_details(error)
            })
        })
        .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_shows_pages_of_ours_alone() {
        let is_ours = |url: &str| is_our_page(&url.parse().unwrap());
        assert!(is_ours("tauri://localhost/index.html#/reports"));
        assert!(is_ours("https://tauri.localhost/"));
        for foreign in [
            "about:blank",
            "blob:tauri://localhost/7",
            "data:text/html,<script>1</script>",
            "file:///etc/passwd",
            "http://127.0.0.1:1420/",
            "http://localhost:8080/",
            "http://tauri.localhost/",
            "https://accounts.google.com/",
            "https://localhost/",
            "https://tauri.localhost.evil.example/",
            "https://tauri.localhost:8443/",
            "javascript:alert(1)",
            "smb://server/share",
            "tauri://elsewhere/",
        ] {
            assert!(!is_ours(foreign), "{foreign}");
        }
    }
}
