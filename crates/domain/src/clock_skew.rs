//! How far this computer's clock is off, measured from the `Date` header of Google's answers (RFC 9110 section 6.6.1).

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// Less than this is the network's delay, the header's whole seconds, and an ordinary clock.
const NOTICEABLE: SignedDuration = SignedDuration::from_mins(2);
/// The middle of a longer round trip says too little.
const LONGEST_ROUND_TRIP: SignedDuration = SignedDuration::from_secs(45);

/// The latest measurement, shared by its clones.
#[derive(Clone, Debug, Default)]
pub struct ClockSkew(Arc<Mutex<Option<SignedDuration>>>);

impl ClockSkew {
    /// How far this computer is ahead of Google (negative: behind). `None` where nothing was measured yet, or where it is
    /// less than two minutes.
    pub fn latest(&self) -> Option<SignedDuration> {
        self.known().filter(|skew| skew.abs() >= NOTICEABLE)
    }

    /// The same, however little it is. `None` before the first answer.
    pub fn known(&self) -> Option<SignedDuration> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `now` of this computer's clock as Google's would show it.
    pub fn corrected(&self, now: Timestamp) -> Timestamp {
        let skew = self.latest().unwrap_or_default();
        now.checked_sub(skew).unwrap_or(now)
    }

    /// An answer of `date` came to a request; both moments are this computer's.
    pub fn measure(&self, date: Timestamp, sent: Timestamp, received: Timestamp) {
        let round_trip = received.duration_since(sent);
        if round_trip.is_negative() || round_trip > LONGEST_ROUND_TRIP {
            return; // The clock was set meanwhile, or the computer slept.
        }
        let middle = sent.checked_add(round_trip / 2).unwrap_or(sent);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(middle.duration_since(date));
    }
}

/// A skew as one says it: "26 hours fast", "3 minutes slow".
pub fn skew_in_words(skew: SignedDuration) -> String {
    let direction = if skew.is_negative() { "slow" } else { "fast" };
    let minutes = (skew.abs().as_secs() + 30) / 60;
    let (count, unit) = match minutes {
        ..120 => (minutes, "minute"),
        120..4320 => ((minutes + 30) / 60, "hour"),
        _ => ((minutes + 720) / 1440, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural} {direction}")
}

/// The moment of a `Date` header.
pub fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn r10_a_wrong_clock_is_measured_from_the_middle_of_the_round_trip() {
        let skew = ClockSkew::default();
        let google = http_date("Sun, 01 Mar 2026 12:00:00 GMT").unwrap();
        assert_eq!(google, at("2026-03-01T12:00:00Z"));
        assert_eq!(skew.latest(), None);
        skew.measure(google, at("2026-03-02T13:59:58Z"), at("2026-03-02T14:00:02Z"));
        assert_eq!(skew.latest(), Some(SignedDuration::from_hours(26)));
        assert_eq!(skew.corrected(at("2026-03-02T15:00:00Z")), at("2026-03-01T13:00:00Z"));
        // A nap in the middle says nothing; the last good measurement stays.
        skew.measure(google, at("2026-03-01T12:00:00Z"), at("2026-03-01T18:00:00Z"));
        assert_eq!(skew.latest(), Some(SignedDuration::from_hours(26)));
        skew.measure(google, at("2026-03-01T12:01:30Z"), at("2026-03-01T12:01:32Z"));
        assert_eq!(skew.latest(), None, "an ordinary clock");
        assert_eq!(http_date("yesterday"), None);
    }

    #[test]
    fn a_skew_is_said_in_the_unit_that_fits() {
        for (minutes, words) in [
            (26 * 60, "26 hours fast"),
            (-3, "3 minutes slow"),
            (59, "59 minutes fast"),
            (-24 * 60, "24 hours slow"),
            (365 * 24 * 60, "365 days fast"),
        ] {
            assert_eq!(skew_in_words(SignedDuration::from_mins(minutes)), words);
        }
    }
}
