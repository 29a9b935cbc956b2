//! The composition root of the command line: the engine on this computer's keychain and browser.

use std::sync::Arc;

use gantry_domain::SystemClock;
use gantry_engine::browser::SystemBrowser;
use gantry_engine::host::Headless;
use gantry_engine::{Engine, EngineConfig, Job, Profile, Result, commands, connections};
use google_oauth::{Browser, BrowserError};
use serde::Serialize;
use url::Url;

use crate::output::Output;
use crate::{progress, secrets};

/// An open engine and the way to talk to the person.
pub struct Session<'a> {
    pub engine: Arc<Engine>,
    pub output: &'a Output,
    /// `--connection`, for requests that name one.
    pub connection: Option<String>,
}

/// The exit code after a second Ctrl-C: 128 and SIGINT's number, as shells write it.
const ABANDONED: i32 = 130;

/// Completes when the person presses Ctrl-C, or the system asks the program to end.
pub async fn asked_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

/// `--no-browser`: the link is printed, and the person opens it.
struct NoBrowser;

impl Browser for NoBrowser {
    fn open(&self, _: &Url) -> Result<(), BrowserError> {
        Err(BrowserError("--no-browser was given".to_owned()))
    }
}

impl<'a> Session<'a> {
    pub async fn open(
        output: &'a Output,
        connection: Option<String>,
        no_browser: bool,
        secrets: secrets::Place,
    ) -> Result<Self> {
        let profile = Profile::from_environment()?;
        let keychain = secrets.keychain(&profile)?;
        let browser: Arc<dyn Browser> = if no_browser {
            Arc::new(NoBrowser)
        } else {
            Arc::new(SystemBrowser)
        };
        let shipped_oauth_client = connections::shipped_oauth_client(&profile)?;
        let engine = Engine::open(EngineConfig {
            profile,
            keychain,
            browser,
            clock: Arc::new(SystemClock),
            pause: Arc::new(gantry_engine::SystemPause),
            host: Arc::new(Headless),
            shipped_oauth_client,
        })
        .await?;
        if let Some(base) = engine.profile().base().loopback_base() {
            output.note(&format!("Google is {base} (GANTRY_GOOGLE_BASE_URL)."));
        }
        Ok(Self {
            engine,
            output,
            connection,
        })
    }

    /// Runs a job to its end, telling its events: NDJSON with `--json`, progress on stderr otherwise. Ctrl-C stops it.
    pub async fn run_job<T, F, W>(&self, command: &'static str, work: W) -> Result<T>
    where
        T: Serialize,
        F: Future<Output = Result<T>>,
        W: FnOnce(Arc<Engine>, Job) -> F,
    {
        let events = self.engine.subscribe();
        let teller = progress::tell(events, self.output.json());
        let engine = Arc::clone(&self.engine);
        let interrupted = tokio::spawn(async move {
            asked_to_stop().await;
            engine.jobs().cancel_all();
            asked_to_stop().await;
            std::process::exit(ABANDONED);
        });
        let outcome = commands::run_job(&self.engine, command, work).await;
        interrupted.abort();
        teller.finish().await;
        outcome
    }

    /// Waits until what the engine has to write is written.
    pub async fn close(&self) {
        if let Err(error) = self.engine.store().flush().await {
            tracing::warn!(%error, "the database did not confirm its last writes");
        }
    }
}
