//! The time, injected: tests and the sandbox hold it still.

use jiff::Timestamp;

/// Tells the time. Everything that compares or records times asks this, never the system.
pub trait Clock: Send + Sync + std::fmt::Debug {
    fn now(&self) -> Timestamp;
}

/// The computer's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
