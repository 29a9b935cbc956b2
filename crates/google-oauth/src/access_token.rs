//! An access token in memory. It ends by two clocks: one misses a suspended computer, the other a clock that was set.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::secret::SecretString;

/// Where the answer says nothing usable about its lifetime.
const UNSTATED_LIFETIME: Duration = Duration::from_mins(5);
/// An access token counts as expired this long before it is, at most.
const MARGIN: Duration = Duration::from_mins(1);
/// How far a computer's clock may be set back by its time service without meaning anything.
const JITTER: SignedDuration = SignedDuration::from_mins(1);

/// An access token and its end. Only spans of this computer's own clocks count, so that it does not matter what they show.
#[derive(Clone, Debug)]
pub struct AccessToken {
    secret: SecretString,
    until: Instant,
    issued_wall: Timestamp,
    until_wall: Timestamp,
}

impl AccessToken {
    /// A token that was given out at `now` by this computer's clock, for `lifetime` where the answer said so.
    pub fn new(secret: SecretString, lifetime: Option<Duration>, now: Timestamp) -> Self {
        let lifetime = lifetime.unwrap_or(UNSTATED_LIFETIME);
        let usable = lifetime.saturating_sub(MARGIN.min(lifetime / 10));
        let wall = SignedDuration::try_from(usable).unwrap_or(SignedDuration::ZERO);
        Self {
            secret,
            until: Instant::now() + usable,
            issued_wall: now,
            until_wall: now.checked_add(wall).unwrap_or(Timestamp::MAX),
        }
    }

    /// A token that another process of this computer was given; `None` where it has ended, or where the clock was set back
    /// since, so that nobody can tell.
    pub(crate) fn handed_over(
        secret: SecretString,
        issued_wall: Timestamp,
        until_wall: Timestamp,
        now: Timestamp,
    ) -> Option<Self> {
        let known = now.saturating_add(JITTER).is_ok_and(|later| issued_wall <= later);
        let left = Duration::try_from(until_wall.duration_since(now)).ok()?;
        (known && !left.is_zero()).then(|| Self {
            secret,
            until: Instant::now() + left,
            issued_wall,
            until_wall,
        })
    }

    pub fn secret(&self) -> &SecretString {
        &self.secret
    }

    /// Whether it may still be used; `now` is this computer's clock.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        Instant::now() < self.until && now < self.until_wall
    }

    /// When it was given out and when it ends, by this computer's clock.
    pub(crate) fn wall_span(&self) -> (Timestamp, Timestamp) {
        (self.issued_wall, self.until_wall)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Option<Duration> = Some(Duration::from_hours(1));

    fn noon() -> Timestamp {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    fn later(seconds: i64) -> Timestamp {
        noon() + SignedDuration::from_secs(seconds)
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_ends_before_google_says_so_and_a_dead_one_is_not_fresh() {
        let token = AccessToken::new(SecretString::new("t"), HOUR, noon());
        tokio::time::advance(Duration::from_secs(3539)).await;
        assert!(token.is_fresh(noon()));
        tokio::time::advance(Duration::from_secs(2)).await;
        assert!(!token.is_fresh(noon()), "the clock that no one sets says that it ended");
        assert!(!AccessToken::new(SecretString::new("t"), Some(Duration::ZERO), noon()).is_fresh(noon()));
    }

    #[tokio::test]
    async fn r9_a_sleep_that_only_the_wall_clock_saw_ends_the_token() {
        let token = AccessToken::new(SecretString::new("t"), HOUR, noon());
        assert!(token.is_fresh(later(3539)) && !token.is_fresh(later(2 * 86_400)));
    }

    #[tokio::test]
    async fn a_token_of_another_process_counts_by_the_same_clock_or_not_at_all() {
        let taken = |now| AccessToken::handed_over(SecretString::new("t"), noon(), later(3540), now);
        assert!(taken(later(10)).unwrap().is_fresh(later(3000)));
        assert!(taken(later(3540)).is_none(), "ended");
        assert!(taken(later(-30)).is_some(), "a time service may set the clock a little");
        assert!(
            taken(later(-86_400)).is_none(),
            "the clock was set back: nobody can tell"
        );
    }
}
