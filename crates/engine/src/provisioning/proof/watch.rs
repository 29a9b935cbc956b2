//! Watches realtime until somebody is there.

use std::sync::Arc;
use std::time::Duration;

use google_apis::analytics_data::{Dimension, Metric, ReportRow, RunRealtimeReportRequest};
use google_apis::{AnalyticsData, ApiError, ErrorKind, Pause};
use jiff::{SignedDuration, Timestamp};

use super::STAGES;
use crate::Engine;
use crate::connections::Session;
use crate::dto::events::Progress;
use crate::dto::provisioning::ProofEvent;
use crate::error::{Error, Result};
use crate::jobs::Job;

/// Between two looks in the first minute, when somebody has just opened the site.
const FIRST: Duration = Duration::from_secs(10);
/// Looks at this pace.
const EAGER: u32 = 6;
/// What each further pause adds.
const SLOWER: Duration = Duration::from_secs(5);
const SLOWEST: Duration = Duration::from_secs(30);
/// Nobody came: the person looks at the hints.
const PATIENCE: SignedDuration = SignedDuration::from_mins(15);
/// Rows of the table of events.
const SHOWN: usize = 20;

pub(super) struct Watch<'a> {
    pub engine: &'a Arc<Engine>,
    pub session: &'a Session,
    /// `properties/1`
    pub property: String,
    pub job: &'a Job,
    pub pause: &'a dyn Pause,
    /// Spent before.
    pub calls: u32,
    /// Goes on until somebody is seen.
    pub patient: bool,
}

/// Who was there at the end.
pub(super) struct Seen {
    pub active_users: u32,
    pub at: Timestamp,
    /// Since the beginning.
    pub seconds: u32,
    pub events: Vec<ProofEvent>,
}

impl Watch<'_> {
    /// One request a look, and one more for the events once somebody is there.
    pub async fn run(mut self) -> Result<Seen> {
        let data = AnalyticsData::new(&self.session.transport);
        let begun = self.engine.clock().now();
        let mut looks = 0;
        loop {
            self.tell();
            let users = self.active_users(&data).await;
            let now = self.engine.clock().now();
            let elapsed = now.duration_since(begun);
            let gives_up = !self.patient || elapsed >= PATIENCE;
            let users = match users {
                Ok(users) => users,
                // It passes by itself: a watch of minutes goes on.
                Err(error) if passes(&error) && !gives_up => 0,
                Err(error) => return Err(self.session.explain(self.engine, &self.property, error).await),
            };
            if users > 0 || gives_up {
                return Ok(Seen {
                    active_users: users,
                    at: now,
                    seconds: u32::try_from(elapsed.as_secs()).unwrap_or_default(),
                    events: if users > 0 {
                        self.events(&data).await
                    } else {
                        Vec::new()
                    },
                });
            }
            looks += 1;
            tokio::select! {
                () = self.job.cancel_token().cancelled() => return Err(Error::cancelled()),
                () = self.pause.sleep(pause_after(looks)) => {}
            }
        }
    }

    fn tell(&self) {
        self.job.progress(Progress {
            what: "Waiting for the first visitor".to_owned(),
            done: STAGES - 1,
            total: STAGES,
            calls: self.calls,
            eta_seconds: None,
            waiting_until: None,
        });
    }

    async fn active_users(&mut self, data: &AnalyticsData) -> Result<u32, ApiError> {
        self.calls += 1;
        let request = RunRealtimeReportRequest {
            metrics: vec![Metric::named("activeUsers")],
            ..Default::default()
        };
        let report = data.run_realtime_report(&self.property, &request).await?;
        Ok(report.rows.first().map_or(0, count))
    }

    /// What was counted, by event and page. The first user is proof enough: a failure here is none.
    async fn events(&mut self, data: &AnalyticsData) -> Vec<ProofEvent> {
        self.calls += 1;
        let request = RunRealtimeReportRequest {
            dimensions: vec![Dimension::named("eventName"), Dimension::named("unifiedScreenName")],
            metrics: vec![Metric::named("eventCount")],
            ..Default::default()
        };
        let Ok(report) = data.run_realtime_report(&self.property, &request).await else {
            return Vec::new();
        };
        let text = |row: &ReportRow, place: usize| {
            let cell = row.dimension_values.get(place);
            cell.map(|cell| cell.value.clone()).unwrap_or_default()
        };
        let mut events: Vec<ProofEvent> = report
            .rows
            .iter()
            .map(|row| ProofEvent {
                event: text(row, 0),
                page_title: text(row, 1),
                count: count(row),
            })
            .collect();
        // Page views first among equals: they are what a person looks for.
        events.sort_by(|one, other| {
            let rank = |event: &ProofEvent| (std::cmp::Reverse(event.count), event.event != "page_view");
            rank(one).cmp(&rank(other)).then_with(|| one.event.cmp(&other.event))
        });
        events.truncate(SHOWN);
        events
    }
}

fn count(row: &ReportRow) -> u32 {
    let value = row.metric_values.first().map(|cell| cell.value.parse());
    value.and_then(Result::ok).unwrap_or_default()
}

fn passes(error: &ApiError) -> bool {
    matches!(
        error.kind,
        ErrorKind::Network | ErrorKind::Unavailable | ErrorKind::RateLimited
    )
}

/// After this many looks.
fn pause_after(looks: u32) -> Duration {
    (FIRST + SLOWER * looks.saturating_sub(EAGER)).min(SLOWEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_watch_backs_off_to_half_a_minute() {
        let pauses: Vec<u64> = (1..=12).map(|looks| pause_after(looks).as_secs()).collect();
        assert_eq!(pauses, [10, 10, 10, 10, 10, 10, 15, 20, 25, 30, 30, 30]);
    }
}
