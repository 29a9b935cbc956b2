//! When a failed attempt is worth another, and after how long.

use std::time::Duration;

use crate::call::{Api, Effect};
use crate::error::ErrorKind;

/// Exponential back-off as Tag Manager's error page advises: 1, 2, 4, 8, 16 s, each plus up to one random second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Further attempts after a server error or a refusal for rate.
    pub attempts: u32,
    /// Further attempts when no answer came.
    pub network_attempts: u32,
    pub first_wait: Duration,
    /// A longer `Retry-After` is not waited for; the error carries it.
    pub longest_wait: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 4,
            network_attempts: 2,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_mins(1),
        }
    }
}

impl RetryPolicy {
    /// Each failure is final.
    pub fn none() -> Self {
        Self {
            attempts: 0,
            network_attempts: 0,
            ..Self::default()
        }
    }

    /// How long to wait before attempt `done + 1`, or `None` when the failure stands. `jitter` is in 0.0..1.0.
    pub(crate) fn wait(
        &self,
        api: Api,
        effect: Effect,
        kind: ErrorKind,
        retry_after: Option<Duration>,
        done: u32,
        jitter: f64,
    ) -> Option<Duration> {
        if effect == Effect::Unsafe {
            return None;
        }
        let allowed = match kind {
            // The Data API counts server errors and refusals per property: a second retry eats the hour's ration.
            ErrorKind::Unavailable | ErrorKind::RateLimited if api == Api::AnalyticsData => self.attempts.min(1),
            ErrorKind::Unavailable | ErrorKind::RateLimited => self.attempts,
            ErrorKind::Network => self.network_attempts,
            _ => 0,
        };
        if done >= allowed {
            return None;
        }
        let backoff =
            self.first_wait.saturating_mul(1 << done.min(16)) + Duration::from_secs_f64(jitter.clamp(0.0, 1.0));
        let wait = retry_after.map_or(backoff, |asked| asked.max(backoff));
        (wait <= self.longest_wait).then_some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: fn() -> RetryPolicy = RetryPolicy::default;

    #[test]
    fn waits_double_and_end() {
        let waits: Vec<_> = (0..)
            .map_while(|done| POLICY().wait(Api::TagManager, Effect::Read, ErrorKind::Unavailable, None, done, 0.0))
            .map(|wait| wait.as_secs())
            .collect();
        assert_eq!(waits, [1, 2, 4, 8]);
    }

    #[test]
    fn an_unsafe_call_is_never_repeated() {
        for kind in [ErrorKind::Unavailable, ErrorKind::RateLimited, ErrorKind::Network] {
            assert_eq!(
                POLICY().wait(Api::AnalyticsAdmin, Effect::Unsafe, kind, None, 0, 0.0),
                None
            );
        }
    }

    #[test]
    fn a_report_is_asked_again_once() {
        let wait = |done| {
            POLICY().wait(
                Api::AnalyticsData,
                Effect::Read,
                ErrorKind::Unavailable,
                None,
                done,
                0.0,
            )
        };
        assert!(wait(0).is_some());
        assert_eq!(wait(1), None);
    }

    #[test]
    fn retry_after_is_honoured_and_a_long_one_ends_it() {
        let wait = |secs| {
            POLICY().wait(
                Api::TagManager,
                Effect::Read,
                ErrorKind::RateLimited,
                Some(Duration::from_secs(secs)),
                0,
                0.5,
            )
        };
        assert_eq!(wait(7), Some(Duration::from_secs(7)));
        assert_eq!(wait(600), None);
    }

    #[test]
    fn a_refusal_for_good_reason_is_not_repeated() {
        for kind in [
            ErrorKind::PermissionDenied,
            ErrorKind::InvalidArgument,
            ErrorKind::QuotaExhausted,
            ErrorKind::NotFound,
        ] {
            assert_eq!(POLICY().wait(Api::TagManager, Effect::Read, kind, None, 0, 0.0), None);
        }
    }
}
