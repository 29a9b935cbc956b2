//! Days of a report, in the property's time zone: what `28daysAgo` means today, and the period before it.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::error::{Error, Result};

/// The days of a report, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Days {
    pub from: Date,
    pub to: Date,
}

/// `YYYY-MM-DD`, `NdaysAgo`, `yesterday` or `today`.
pub(crate) fn check(expression: &str) -> Result<()> {
    day(expression, Date::ZERO.saturating_add(10_000.days())).map(|_| ())
}

fn day(expression: &str, today: Date) -> Result<Date> {
    let wrong = || {
        Error::invalid(
            format!("{expression:?} is not a day."),
            "Write YYYY-MM-DD, today, yesterday, or for instance 28daysAgo.",
        )
    };
    let ago = match expression {
        "today" => 0,
        "yesterday" => 1,
        other => match other.strip_suffix("daysAgo") {
            Some(number) => number.parse::<u16>().map_err(|_| wrong())?,
            None => return other.parse::<Date>().map_err(|_| wrong()),
        },
    };
    today.checked_sub(i64::from(ago).days()).map_err(|_| wrong())
}

impl Days {
    /// Resolves a report's ends in `zone`.
    pub fn resolve(from: &str, to: &str, zone: &TimeZone, now: Timestamp) -> Result<Self> {
        let today = now.to_zoned(zone.clone()).date();
        let days = Self {
            from: day(from, today)?,
            to: day(to, today)?,
        };
        if days.from > days.to {
            return Err(Error::invalid(
                format!("The report would end ({}) before it begins ({}).", days.to, days.from),
                "Swap the two days.",
            ));
        }
        Ok(days)
    }

    pub fn count(self) -> i64 {
        i64::from((self.to - self.from).get_days()) + 1
    }

    /// The period of the same length that ends the day before.
    pub fn before(self) -> Self {
        let length = self.count().days();
        Self {
            from: self.from.saturating_sub(length),
            to: self.to.saturating_sub(length),
        }
    }

    /// Every day, in order.
    pub fn each(self) -> impl Iterator<Item = Date> {
        self.from.series(1.day()).take_while(move |day| *day <= self.to)
    }
}

/// Whether the day is not over yet in `zone`.
pub(super) fn is_open(day: Date, zone: &TimeZone, now: Timestamp) -> bool {
    day >= now.to_zoned(zone.clone()).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(from: &str, to: &str, zone: &str) -> Result<Days> {
        let now = "2026-03-01T03:30:00Z".parse().unwrap();
        Days::resolve(from, to, &TimeZone::get(zone).unwrap(), now)
    }

    #[test]
    fn yesterday_is_the_propertys_not_ours() {
        assert_eq!(
            resolve("yesterday", "yesterday", "Europe/Vienna").unwrap().to,
            "2026-02-28".parse().unwrap()
        );
        assert_eq!(
            resolve("yesterday", "yesterday", "America/New_York").unwrap().to,
            "2026-02-27".parse().unwrap()
        );
    }

    #[test]
    fn the_period_before_has_the_same_length_and_touches() {
        let days = resolve("28daysAgo", "yesterday", "Etc/UTC").unwrap();
        assert_eq!(days.count(), 28);
        let before = days.before();
        assert_eq!((before.count(), before.to), (28, days.from.yesterday().unwrap()));
        assert_eq!(days.each().count(), 28);
    }

    #[test]
    fn nonsense_is_refused() {
        for (from, to) in [
            ("2026-13-01", "today"),
            ("-3daysAgo", "today"),
            ("today", "yesterday"),
            ("tomorrow", "today"),
        ] {
            assert!(resolve(from, to, "Etc/UTC").is_err(), "{from} {to}");
        }
        assert!(check("28daysAgo").is_ok() && check("2026-02-30").is_err());
    }
}
