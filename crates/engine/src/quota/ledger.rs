//! `google_apis::QuotaLedger` over the store.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use gantry_domain::Clock;
use gantry_store::{QuotaLimits, Reservation as Booked, Store, StoreError};
use google_apis::{Api, Priority, QuotaAsk, QuotaLedger, QuotaLedgerError, Refusal, Reservation};
use jiff::{SignedDuration, Timestamp};

use super::{kept_free, key, limits, quotas_of};
use crate::settings;

/// A longer pause is about the day, not about the pace.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(10);

/// The ledger of one Google Cloud project.
#[derive(Debug)]
pub struct Ledger {
    store: Store,
    clock: Arc<dyn Clock>,
    project: String,
    /// Until when Google asked this process to pause.
    paused_until: Mutex<BTreeMap<Api, Timestamp>>,
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
        paused.get(&api).copied().filter(|until| *until > now)
    }

    /// Pauses at least until `until`; a longer pause stays. Answers the end of the pause.
    fn pause_until(&self, api: Api, until: Timestamp) -> Timestamp {
        let mut paused = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = paused.entry(api).or_insert(until);
        *kept = until.max(*kept);
        *kept
    }

    /// Books the window or the day that Google calls spent, for all processes.
    async fn book(&self, api: Api, limits: QuotaLimits, refusal: Refusal) -> Result<Option<Timestamp>, StoreError> {
        let (now, key) = (self.clock.now(), key(&self.project, api));
        match refusal {
            Refusal::Rate { retry_at: None } => {
                self.store.exhaust_quota_window(&key, limits, now).await?;
                Ok(SignedDuration::try_from(limits.window)
                    .ok()
                    .and_then(|window| now.checked_add(window).ok()))
            }
            Refusal::Rate { retry_at: Some(at) } if at.duration_since(now) < LONGEST_PAUSE => {
                Ok(Some(self.pause_until(api, at)))
            }
            // The Admin API is not counted by the day here.
            Refusal::Rate { .. } | Refusal::Day if limits.per_day == u32::MAX => Ok(None),
            Refusal::Rate { .. } | Refusal::Day => {
                self.store.exhaust_quota_day(&key, limits, now).await?;
                let used = self.store.quota_use(&key, limits, now).await?;
                Ok((refusal == Refusal::Day).then_some(used.day_resets_at))
            }
        }
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
        let mut quotas = quotas_of(&self.project, ask.api, ask.writes, &settings);
        if quotas.is_empty() {
            return Ok(Reservation::Admitted);
        }
        if ask.priority == Priority::Bulk {
            for (_, limits) in &mut quotas {
                limits.keep_free = kept_free(limits.per_window);
            }
        }
        let booked = self.store.reserve_quotas(quotas, 1, now).await;
        Ok(match booked.map_err(|error| failed(&error))? {
            Booked::Admitted => Reservation::Admitted,
            Booked::WaitUntil(at) => Reservation::WaitUntil(at),
            Booked::DayExhausted(resets_at) => Reservation::DayExhausted { resets_at },
        })
    }

    async fn refused(&self, ask: &QuotaAsk, refusal: Refusal) -> Option<Timestamp> {
        let Ok(settings) = settings::read(&self.store).await else {
            return None;
        };
        let Some(limits) = limits(ask.api, &settings) else {
            // Nothing is booked for this API; a short pause that Google asks for is kept all the same.
            if let Refusal::Rate { retry_at: Some(at) } = refusal
                && at.duration_since(self.clock.now()) < LONGEST_PAUSE
            {
                self.pause_until(ask.api, at);
            }
            return None;
        };
        self.book(ask.api, limits, refusal).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "a refusal for quota could not be written down");
            None
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dto::app::SettingsView;

    #[derive(Debug)]
    struct StandingClock(Mutex<Timestamp>);

    impl StandingClock {
        fn set(&self, now: Timestamp) {
            *self.0.lock().unwrap() = now;
        }
    }

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
            writes: false,
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
    async fn admin_writes_have_a_quota_of_their_own_within_the_one_of_all_calls() {
        let (ledger, clock, _) = ledger().await;
        let write = |priority| QuotaAsk {
            writes: true,
            ..ask(Api::AnalyticsAdmin, priority)
        };
        for _ in 0..144 {
            let answer = ledger.reserve(&write(Priority::Bulk)).await.unwrap();
            assert_eq!(answer, Reservation::Admitted);
        }
        let wait = Reservation::WaitUntil(clock.now() + SignedDuration::from_mins(1));
        assert_eq!(ledger.reserve(&write(Priority::Bulk)).await.unwrap(), wait);
        for _ in 0..336 {
            let read = ledger.reserve(&ask(Api::AnalyticsAdmin, Priority::Bulk)).await;
            assert_eq!(
                read.unwrap(),
                Reservation::Admitted,
                "writes count among all calls once"
            );
        }
        assert_eq!(
            ledger.reserve(&ask(Api::AnalyticsAdmin, Priority::Bulk)).await.unwrap(),
            wait
        );
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
    async fn a_refusal_with_a_moment_pauses_until_then_and_a_shorter_one_does_not_end_the_pause() {
        let (ledger, clock, _) = ledger().await;
        let call = ask(Api::TagManager, Priority::Interactive);
        let soon = clock.now() + SignedDuration::from_secs(30);
        for retry_at in [soon, soon - SignedDuration::from_secs(20)] {
            let refusal = Refusal::Rate {
                retry_at: Some(retry_at),
            };
            assert_eq!(ledger.refused(&call, refusal).await, Some(soon));
            assert_eq!(ledger.reserve(&call).await.unwrap(), Reservation::WaitUntil(soon));
        }
        clock.set(soon);
        assert_eq!(ledger.reserve(&call).await.unwrap(), Reservation::Admitted);
    }

    #[tokio::test]
    async fn a_refusal_without_a_moment_is_a_whole_window_for_every_process() {
        let (ledger, clock, store) = ledger().await;
        let call = ask(Api::TagManager, Priority::Interactive);
        ledger.reserve(&call).await.unwrap();
        clock.set(clock.now() + SignedDuration::from_secs(90));
        let until = clock.now() + SignedDuration::from_secs(100);
        let refusal = Refusal::Rate { retry_at: None };
        assert_eq!(ledger.refused(&call, refusal).await, Some(until));
        let other_process = Ledger::new(store, Arc::clone(&clock) as Arc<dyn Clock>, "project".to_owned());
        assert_eq!(
            other_process.reserve(&call).await.unwrap(),
            Reservation::WaitUntil(until)
        );
        clock.set(until);
        assert_eq!(other_process.reserve(&call).await.unwrap(), Reservation::Admitted);
    }

    #[tokio::test]
    async fn a_day_that_google_calls_spent_is_spent_until_its_reset() {
        let (ledger, _, _) = ledger().await;
        let call = ask(Api::TagManager, Priority::Bulk);
        let resets_at = ledger.refused(&call, Refusal::Day).await.unwrap();
        assert_eq!(
            ledger.reserve(&call).await.unwrap(),
            Reservation::DayExhausted { resets_at }
        );
        let report = ask(Api::AnalyticsData, Priority::Bulk);
        assert_eq!(ledger.refused(&report, Refusal::Day).await, None, "a property's quota");
        assert_eq!(ledger.reserve(&report).await.unwrap(), Reservation::Admitted);
    }
}
