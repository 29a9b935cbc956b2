//! How far this computer's clock is from Google's, by the `Date` of Google's newest answer (RFC 9110 section 6.6.1).

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use http::HeaderMap;
use http::header::DATE;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};

/// Where no answer has come yet.
const UNKNOWN: i64 = i64::MIN;

/// How far this computer is ahead, to the second. Clones share what they learn.
#[derive(Clone, Debug)]
pub struct ClockSkew(Arc<AtomicI64>);

impl Default for ClockSkew {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(UNKNOWN)))
    }
}

impl ClockSkew {
    /// An answer came at `now` by this computer's clock.
    pub(crate) fn note(&self, headers: &HeaderMap, now: Timestamp) {
        let date = headers.get(DATE).and_then(|date| date.to_str().ok());
        let date = date.and_then(|date| DateTimeParser::new().parse_timestamp(date).ok());
        if let Some(date) = date {
            self.0.store(now.duration_since(date).as_secs(), Ordering::Relaxed);
        }
    }

    /// `None` before the first answer.
    pub fn known(&self) -> Option<SignedDuration> {
        match self.0.load(Ordering::Relaxed) {
            UNKNOWN => None,
            seconds => Some(SignedDuration::from_secs(seconds)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r10_the_date_of_an_answer_tells_how_far_the_clock_is_off() {
        let skew = ClockSkew::default();
        let now: Timestamp = "2026-03-03T10:00:00Z".parse().unwrap();
        let answer = |date: &str| HeaderMap::from_iter([(DATE, date.parse().unwrap())]);
        skew.note(&HeaderMap::new(), now);
        assert_eq!(skew.known(), None);
        skew.note(&answer("Mon, 02 Mar 2026 08:00:00 GMT"), now);
        assert_eq!(skew.known(), Some(SignedDuration::from_hours(26)));
        skew.note(&answer("Wed, 04 Mar 2026 10:00:00 GMT"), now);
        assert_eq!(skew.known(), Some(SignedDuration::from_hours(-24)));
        skew.note(&answer("yesterday"), now);
        assert_eq!(
            skew.known(),
            Some(SignedDuration::from_hours(-24)),
            "what says nothing changes nothing"
        );
    }
}
