//! Pauses that a test does not sit out.

use std::time::Duration;

use async_trait::async_trait;
use gantry_engine::Pause;

/// Waits a fiftieth of the time.
pub struct Hurried;

#[async_trait]
impl Pause for Hurried {
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration / 50).await;
    }

    fn jitter(&self) -> f64 {
        0.5
    }
}
