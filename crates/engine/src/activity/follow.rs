//! Requests as they come, of every process of the profile: the database is where they meet, so it is asked at short
//! intervals.

use std::sync::Arc;
use std::time::Duration;

use google_apis::{Pause, SystemPause};

use super::MOST;
use crate::Engine;
use crate::dto::activity::{ActivityRequest, ActivityView};
use crate::error::Result;

/// Between two looks.
const EVERY: Duration = Duration::from_millis(250);

/// Follows the record of requests.
pub struct Follower {
    engine: Arc<Engine>,
    request: ActivityRequest,
    pause: Arc<dyn Pause>,
}

impl Follower {
    /// Follows what passes the filters of `request`, beginning with its newest `limit` rows.
    pub fn new(engine: &Arc<Engine>, request: ActivityRequest) -> Self {
        Self::with_pause(engine, request, Arc::new(SystemPause))
    }

    /// The same with another way of waiting.
    pub fn with_pause(engine: &Arc<Engine>, request: ActivityRequest, pause: Arc<dyn Pause>) -> Self {
        Self {
            engine: Arc::clone(engine),
            request,
            pause,
        }
    }

    /// The requests that were there, oldest first; maybe none. To be called once, before [`Follower::next`].
    pub async fn so_far(&mut self) -> Result<Vec<ActivityView>> {
        let rows = super::list(&self.engine, self.request.clone()).await?;
        // An id that is nowhere stands before all.
        self.request.after = Some(rows.first().map(|row| row.id.clone()).unwrap_or_default());
        self.request.limit = MOST;
        Ok(rows.into_iter().rev().collect())
    }

    /// Waits for new requests and answers with them, oldest first. Safe to drop and call again.
    pub async fn next(&mut self) -> Result<Vec<ActivityView>> {
        loop {
            let rows = super::list(&self.engine, self.request.clone()).await?;
            if let Some(newest) = rows.first() {
                self.request.after = Some(newest.id.clone());
                return Ok(rows.into_iter().rev().collect());
            }
            self.pause.sleep(EVERY).await;
        }
    }
}
