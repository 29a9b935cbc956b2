//! Waiting and chance, injected so that tests of retries are exact and fast.

use std::time::Duration;

use async_trait::async_trait;

/// How the transport waits before it tries again.
#[async_trait]
pub trait Pause: Send + Sync {
    async fn sleep(&self, duration: Duration);

    /// A number in 0.0..1.0 that spreads retries.
    fn jitter(&self) -> f64;
}

/// Waits in real time, spread by real chance.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemPause;

#[async_trait]
impl Pause for SystemPause {
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn jitter(&self) -> f64 {
        rand::random()
    }
}
