//! A clock that a test moves on.

use std::sync::atomic::{AtomicI64, Ordering};

use gantry_domain::Clock;
use jiff::{SignedDuration, Timestamp};

/// The computer's time, and what the test has added to it.
#[derive(Debug, Default)]
pub struct ShiftedClock(AtomicI64);

impl ShiftedClock {
    /// Moves the clock on to this moment.
    pub fn reach(&self, at: Timestamp) {
        let ahead = at.duration_since(Timestamp::now()).as_millis();
        self.0.fetch_max(i64::try_from(ahead).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> Timestamp {
        Timestamp::now() + SignedDuration::from_millis(self.0.load(Ordering::SeqCst))
    }
}
