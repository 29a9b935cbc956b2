//! `google_apis::QuotaLedger` over the store.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use gantry_domain::Clock;
use gantry_store::{Reservation as Booked, Store};
use google_apis::{Api, Priority, QuotaAsk, QuotaLedger, QuotaLedgerError, Refusal, Reservation};
use jiff::Timestamp;

use super::{kept_free, key, limits};
use crate::settings;

/// The ledger of one Google Cloud project.
#[derive(Debug)]
pub struct Ledger {
    store: Store,
    clock: Arc<dyn Clock>,
    project: String,
    /// Until when Google asked this process to pause.
    paused_until: Mutex<Option<(Api, Timestamp)>>,
}

impl Ledger {
    pub fn new(store: Store, clock: Arc<dyn Clock>, project: String) -> Self {
        Self {
            store,
            clock,
            project,
            paused_until: Mutex::default(),
        }
    }

    fn pause(&self, api: Api, now: Timestamp) -> Option<Timestamp> {
        let paused = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        (*paused)
            .filter(|(paused, until)| *paused == api && *until > now)
            .map(|(_, until)| until)
    }
}

#[async_trait]
impl QuotaLedger for Ledger {
    async fn reserve(&self, ask: &QuotaAsk) -> Result<Reservation, QuotaLedgerError> {
        let failed = |error: &dyn std::fmt::Display| {
            QuotaLedgerError(format!("Gantry's quota ledger could not be read or written: {error}."))
        };
        let now = self.clock.now();
        if let Some(until) = self.pause(ask.api, now) {
            return Ok(Reservation::WaitUntil(until));
        }
        let settings = settings::read(&self.store).await.map_err(|error| failed(&error))?;
        let Some(mut limits) = limits(ask.api, &settings) else {
            return Ok(Reservation::Admitted);
        };
        if ask.priority == Priority::Bulk {
            limits.keep_free = kept_free(limits.per_window);
        }
        let booked = self
            .store
            .reserve_quota(&key(&self.project, ask.api), 1, limits, now)
            .await;
        Ok(match booked.map_err(|error| failed(&error))? {
            Booked::Admitted => Reservation::Admitted,
            Booked::WaitUntil(at) => Reservation::WaitUntil(at),
            Booked::DayExhausted(resets_at) => Reservation::DayExhausted { resets_at },
        })
    }

    async fn refused(&self, ask: &QuotaAsk, refusal: Refusal) -> Option<Timestamp> {
        let now = self.clock.now();
        let settings = settings::read(&self.store).await.ok()?;
        // What is not booked is not paced either: the caller backs off by itself.
        let limits = limits(ask.api, &settings)?;
        let key = key(&self.project, ask.api);
        let written = match refusal {
            Refusal::Rate { retry_at: Some(at) } => {
                *self.paused_until.lock().unwrap_or_else(PoisonError::into_inner) = Some((ask.api, at));
                return Some(at.max(now));
            }
            // Others spend the same quota, and nobody knows how much: the window counts as full.
            Refusal::Rate { retry_at: None } => self.store.exhaust_quota_window(&key, limits, now).await,
            Refusal::Day => self.store.exhaust_quota_day(&key, limits, now).await,
        };
        if let Err(error) = written {
            tracing::warn!(%error, "a refusal for quota could not be written down");
            return None;
        }
        let used = self.store.quota_use(&key, limits, now).await.ok()?;
        match refusal {
            Refusal::Day => Some(used.day_resets_at),
            Refusal::Rate { .. } => used.window_eases_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::dto::app::SettingsView;

    #[derive(Debug)]
    struct StandingClock(Mutex<Timestamp>);

    impl Clock for StandingClock {
        fn now(&self) -> Timestamp {
            *self.0.lock().unwrap()
        }
    }

    impl StandingClock {
        fn set(&self, now: Timestamp) {
            *self.0.lock().unwrap() = now;
        }
    }

    fn ask(api: Api, priority: Priority) -> QuotaAsk {
        QuotaAsk {
            api,
            api_method: "x",
            property: None,
            priority,
        }
    }

    async fn ledger() -> (Ledger, Arc<StandingClock>, Store) {
        let store = Store::in_memory().await.unwrap();
        let clock = Arc::new(StandingClock(Mutex::new(
            Timestamp::from_second(1_780_000_000).unwrap(),
        )));
        (
            Ledger::new(
                store.clone(),
                Arc::clone(&clock) as Arc<dyn Clock>,
                "project".to_owned(),
            ),
            clock,
            store,
        )
    }

    #[tokio::test]
    async fn a_job_leaves_five_of_twenty_five_to_clicks() {
        let (ledger, clock, _) = ledger().await;
        for _ in 0..20 {
            let answer = ledger.reserve(&ask(Api::TagManager, Priority::Bulk)).await.unwrap();
            assert_eq!(answer, Reservation::Admitted);
        }
        let wait = Reservation::WaitUntil(clock.now() + SignedDuration::from_secs(100));
        assert_eq!(
            ledger.reserve(&ask(Api::TagManager, Priority::Bulk)).await.unwrap(),
            wait
        );
        for _ in 0..5 {
            let answer = ledger
                .reserve(&ask(Api::TagManager, Priority::Interactive))
                .await
                .unwrap();
            assert_eq!(answer, Reservation::Admitted);
        }
        assert_eq!(
            ledger
                .reserve(&ask(Api::TagManager, Priority::Interactive))
                .await
                .unwrap(),
            wait
        );
        let report = ledger.reserve(&ask(Api::AnalyticsData, Priority::Bulk)).await.unwrap();
        assert_eq!(report, Reservation::Admitted, "another API, another quota");
    }

    #[tokio::test]
    async fn the_settings_are_the_limits() {
        let (ledger, _, store) = ledger().await;
        let settings = SettingsView {
            tag_manager_calls_per_window: 2,
            tag_manager_calls_per_day: 3,
            ..settings::read(&store).await.unwrap()
        };
        settings::write(&store, &settings).await.unwrap();
        for _ in 0..2 {
            ledger
                .reserve(&ask(Api::TagManager, Priority::Interactive))
                .await
                .unwrap();
        }
        let answer = ledger
            .reserve(&ask(Api::TagManager, Priority::Interactive))
            .await
            .unwrap();
        assert!(matches!(answer, Reservation::WaitUntil(_)), "{answer:?}");
    }

    #[tokio::test]
    async fn a_refusal_is_written_down() {
        let (ledger, clock, _) = ledger().await;
        let click = ask(Api::TagManager, Priority::Interactive);
        // Google names the moment: this process waits for it.
        let soon = clock.now() + SignedDuration::from_secs(30);
        let named = Refusal::Rate { retry_at: Some(soon) };
        assert_eq!(ledger.refused(&click, named).await, Some(soon));
        assert_eq!(ledger.reserve(&click).await.unwrap(), Reservation::WaitUntil(soon));
        clock.set(soon);
        assert_eq!(ledger.reserve(&click).await.unwrap(), Reservation::Admitted);
        // It names none: the window counts as full, for every process.
        let later = soon + SignedDuration::from_secs(100);
        assert_eq!(
            ledger.refused(&click, Refusal::Rate { retry_at: None }).await,
            Some(later)
        );
        assert_eq!(ledger.reserve(&click).await.unwrap(), Reservation::WaitUntil(later));
        // The day is spent.
        clock.set(later);
        let reset = ledger.refused(&click, Refusal::Day).await.unwrap();
        assert_eq!(
            ledger.reserve(&click).await.unwrap(),
            Reservation::DayExhausted { resets_at: reset }
        );
        // Reports are paced by Google alone.
        assert_eq!(
            ledger
                .refused(&ask(Api::AnalyticsData, Priority::Bulk), Refusal::Day)
                .await,
            None
        );
    }
}
