//! The composition root: which keychain, browser, clock and base URL an engine gets.

use std::sync::Arc;

use gantry_domain::{GoogleBase, SystemClock};
use gantry_engine::browser::SystemBrowser;
use gantry_engine::{Engine, EngineConfig, Error, ErrorCode, Host, Keychain, Profile, Result};
use gantry_keychain::KeychainOpener;
use gantry_sandbox::{RunningSandbox, Sandbox, SandboxConfig, Seed, practice};
use google_oauth::OAuthClient;

/// The port of the bundled sandbox. Fixed, so that its profile and the connections made in it are found again.
const SANDBOX_PORT: u16 = 27480;

/// The engine of a profile, on this computer's keychain and browser.
pub async fn engine(profile: Profile, host: Arc<dyn Host>, shipped: Option<OAuthClient>) -> Result<Arc<Engine>> {
    // Nobody waits for it: the window shows at once what needs no secret.
    let keychain = Keychain::at_start(KeychainOpener::new(profile.keychain_service()));
    Engine::open(EngineConfig {
        profile,
        keychain,
        browser: Arc::new(SystemBrowser),
        clock: Arc::new(SystemClock),
        pause: Arc::new(gantry_engine::SystemPause),
        host,
        shipped_oauth_client: shipped,
    })
    .await
}

/// The bundled sandbox, running, and the OAuth client that is registered with it.
pub async fn sandbox(home: &Profile) -> Result<(Profile, RunningSandbox, OAuthClient)> {
    // The engine paces calls as Google would; a sandbox that counted as well would make raising that limit useless.
    let start = |port| {
        Sandbox::start(SandboxConfig {
            port,
            seed: Seed::Agency,
            ..SandboxConfig::default()
        })
    };
    let running = match start(SANDBOX_PORT).await {
        Ok(running) => running,
        // The port is taken, perhaps by another profile's sandbox: any other will do, as a world of its own.
        Err(_) => start(0).await.map_err(unavailable)?,
    };
    let base = GoogleBase::loopback(running.base()).map_err(unavailable)?;
    let client = OAuthClient::parse(practice::installed_client_json().to_string().as_bytes()).map_err(unavailable)?;
    Ok((home.with_base(base), running, client))
}

fn unavailable(details: impl ToString) -> Error {
    Error::new(
        ErrorCode::Internal,
        "The sandbox could not be started.",
        "Close other copies of Gantry and try again.",
    )
    .with_details(details)
}
