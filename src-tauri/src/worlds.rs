//! The profile that the window shows now: the one it was started with, or the bundled sandbox's.

use std::sync::Arc;

use gantry_engine::{Engine, Error, ErrorCode, ErrorView, Profile};
use gantry_sandbox::RunningSandbox;
use tauri::async_runtime::JoinHandle;
use tokio::sync::watch;

/// A world: an engine, and the sandbox it talks to when that is ours.
struct World {
    engine: Arc<Engine>,
    sandbox: Option<RunningSandbox>,
    /// Passes the engine's events to the page; ends with the world, so that no other world's page hears them.
    forwarder: JoinHandle<()>,
}

impl Drop for World {
    fn drop(&mut self) {
        self.engine.jobs().cancel_all();
        self.forwarder.abort();
    }
}

enum Current {
    /// The window is painted while the first world still opens.
    Opening,
    Shown(World),
    Failed(ErrorView),
}

/// The world shown now. Changing it never touches the data of the other.
pub struct Worlds {
    /// The profile that the program was started with.
    home: Profile,
    current: watch::Sender<Current>,
}

impl Worlds {
    pub fn new(home: Profile) -> Self {
        Self {
            home,
            current: watch::Sender::new(Current::Opening),
        }
    }

    /// The profile that the program was started with.
    pub fn home(&self) -> &Profile {
        &self.home
    }

    /// The engine of the world shown now; waits while the first one opens.
    pub async fn current(&self) -> Result<Arc<Engine>, ErrorView> {
        let mut changes = self.current.subscribe();
        match changes
            .wait_for(|current| !matches!(current, Current::Opening))
            .await
            .as_deref()
        {
            Ok(Current::Shown(world)) => Ok(Arc::clone(&world.engine)),
            Ok(Current::Failed(error)) => Err(error.clone()),
            Ok(Current::Opening) | Err(_) => {
                Err(Error::new(ErrorCode::Internal, "Gantry is closing.", "Open it again.").view())
            }
        }
    }

    /// Shows another world; the one before stops its jobs, and its sandbox ends with it.
    pub fn show(&self, engine: Arc<Engine>, sandbox: Option<RunningSandbox>, forwarder: JoinHandle<()>) {
        self.current.send_replace(Current::Shown(World {
            engine,
            sandbox,
            forwarder,
        }));
    }

    /// The first world could not be opened: every command says why.
    pub fn fail(&self, error: ErrorView) {
        self.current.send_replace(Current::Failed(error));
    }

    /// Puts the sandbox's sample data back; `false` when the world shown is not the bundled sandbox.
    pub fn reset_sandbox(&self) -> bool {
        match &*self.current.borrow() {
            Current::Shown(World {
                sandbox: Some(sandbox), ..
            }) => {
                sandbox.google().reset(None);
                true
            }
            _ => false,
        }
    }

    /// Asks all work to stop, when the program ends.
    pub fn close(&self) {
        if let Current::Shown(world) = &*self.current.borrow() {
            world.engine.jobs().cancel_all();
        }
    }
}
