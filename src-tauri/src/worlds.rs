//! The profile that the window shows now: the one it was started with, or the bundled sandbox's.

use std::sync::Arc;

use gantry_engine::{Engine, Error, ErrorCode, Profile, Result};
use gantry_sandbox::RunningSandbox;
use tokio::sync::RwLock;

/// A world: an engine, and the sandbox it talks to when that is ours.
struct World {
    engine: Arc<Engine>,
    sandbox: Option<RunningSandbox>,
}

/// The world shown now. Changing it never touches the data of the other.
pub struct Worlds {
    /// The profile that the program was started with.
    home: Profile,
    current: RwLock<Option<World>>,
}

impl Worlds {
    pub fn new(home: Profile) -> Self {
        Self { home, current: RwLock::new(None) }
    }

    /// The profile that the program was started with.
    pub fn home(&self) -> &Profile {
        &self.home
    }

    /// The engine of the world shown now.
    pub async fn current(&self) -> Result<Arc<Engine>> {
        self.current.read().await.as_ref().map(|world| Arc::clone(&world.engine)).ok_or_else(|| {
            Error::new(ErrorCode::Storage, "Gantry's data could not be opened.", "Close Gantry and open it again.")
        })
    }

    /// Shows another world; the one before stops its jobs, and its sandbox ends with it.
    pub async fn show(&self, engine: Arc<Engine>, sandbox: Option<RunningSandbox>) {
        let before = self.current.write().await.replace(World { engine, sandbox });
        if let Some(before) = before {
            before.engine.jobs().cancel_all();
        }
    }

    /// Puts the sandbox's sample data back; `false` when the world shown is not the bundled sandbox.
    pub async fn reset_sandbox(&self) -> bool {
        match self.current.read().await.as_ref().and_then(|world| world.sandbox.as_ref()) {
            Some(sandbox) => {
                sandbox.google().reset(None);
                true
            }
            None => false,
        }
    }

    /// Asks all work to stop, when the program ends.
    pub fn close(&self) {
        if let Ok(current) = self.current.try_read()
            && let Some(world) = current.as_ref()
        {
            world.engine.jobs().cancel_all();
        }
    }
}
