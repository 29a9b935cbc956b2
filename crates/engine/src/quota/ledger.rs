//! `google_apis::QuotaLedger` over the store.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use gantry_domain::Clock;
use gantry_store::{Reservation as Booked, Store};
use google_apis::{Api, Priority, QuotaAsk, QuotaLedger, QuotaLedgerError, Reservation};
use jiff::{SignedDuration, Timestamp};

use super::{kept_free, key, limits};
use crate::settings;

/// A refusal that asks for a longer pause than this is about the day, not about the pace.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(10);

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

    async fn refused(&self, ask: &QuotaAsk, retry_at: Timestamp) {
        let now = self.clock.now();
        if retry_at.duration_since(now) < LONGEST_PAUSE {
            *self.paused_until.lock().unwrap_or_else(PoisonError::into_inner) = Some((ask.api, retry_at));
            return;
        }
        let Ok(settings) = settings::read(&self.store).await else {
            return;
        };
        if ask.api == Api::TagManager
            && let Some(limits) = limits(ask.api, &settings)
            && let Err(error) = self
                .store
                .exhaust_quota_day(&key(&self.project, ask.api), limits, now)
                .await
        {
            tracing::warn!(%error, "a refusal for quota could not be written down");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dto::app::SettingsView;

    #[derive(Debug)]
    struct StandingClock(Mutex<Timestamp>);

    impl Clock for StandingClock {
        fn now(&self) -> Timestamp {
            *self.0.lock().unwrap()
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
    async fn a_refusal_pauses_and_a_long_one_ends_the_day() {
        let (ledger, clock, _) = ledger().await;
        let soon = clock.now() + SignedDuration::from_secs(30);
        ledger.refused(&ask(Api::TagManager, Priority::Bulk), soon).await;
        let answer = ledger
            .reserve(&ask(Api::TagManager, Priority::Interactive))
            .await
            .unwrap();
        assert_eq!(answer, Reservation::WaitUntil(soon));
        *clock.0.lock().unwrap() = soon;
        let answer = ledger
            .reserve(&ask(Api::TagManager, Priority::Interactive))
            .await
            .unwrap();
        assert_eq!(answer, Reservation::Admitted);
        ledger
            .refused(
                &ask(Api::TagManager, Priority::Bulk),
                soon + SignedDuration::from_hours(5),
            )
            .await;
        let answer = ledger
            .reserve(&ask(Api::TagManager, Priority::Interactive))
            .await
            .unwrap();
        assert!(matches!(answer, Reservation::DayExhausted { .. }), "{answer:?}");
    }
}
