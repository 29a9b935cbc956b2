//! Days as the property's time zone counts them, and the names reports give them.
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, tz::TimeZone};

/// Everything a report says of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// Days since 1970-01-01.
    pub number: i32,
    pub year: u32,
    pub month: u32,
    /// 1 to 31.
    pub of_month: u32,
    /// 0 is Sunday.
    pub weekday: u32,
    /// Weeks begin on Sunday; 1 January is always in week 1.
    pub week: u32,
    pub iso_year: u32,
    pub iso_week: u32,
}

const EPOCH: Date = jiff::civil::date(1970, 1, 1);

/// The day with a number.
pub fn day(number: i32) -> Day {
    let date = EPOCH.saturating_add(number.days());
    let unsigned = |value: i16| u32::from(value.unsigned_abs());
    let small = |value: i8| u32::from(value.unsigned_abs());
    let weekday = small(date.weekday().to_sunday_zero_offset());
    let first_weekday = (weekday + 371 - (unsigned(date.day_of_year()) - 1)) % 7;
    let iso = date.iso_week_date();
    Day {
        number,
        year: unsigned(date.year()),
        month: small(date.month()),
        of_month: small(date.day()),
        weekday,
        week: (unsigned(date.day_of_year()) - 1 + first_weekday) / 7 + 1,
        iso_year: unsigned(iso.year()),
        iso_week: small(iso.week()),
    }
}

impl Day {
    /// YYYYMMDD as a number.
    pub fn compact(self) -> u32 {
        (self.year * 100 + self.month) * 100 + self.of_month
    }
}

/// A day's number.
pub fn number(date: Date) -> i32 {
    EPOCH.until(date).map_or(0, |span| span.get_days())
}

/// The property's time zone; one that this machine does not know is read as UTC.
pub fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// Day number and minute of the day, in a time zone.
pub fn local(time: Timestamp, zone: &TimeZone) -> (i32, u16) {
    let there = zone.to_datetime(time);
    let minute = i16::from(there.hour()) * 60 + i16::from(there.minute());
    (number(there.date()), minute.unsigned_abs())
}

/// Reads `YYYY-MM-DD`, `NdaysAgo`, `yesterday`, `today`.
pub fn parse(text: &str, today: i32) -> Option<i32> {
    match text {
        "today" => Some(today),
        "yesterday" => Some(today - 1),
        _ => {
            if let Some(days) = text.strip_suffix("daysAgo") {
                return days.parse::<u16>().ok().map(|days| today - i32::from(days));
            }
            let shape = text.len() == 10
                && text.bytes().enumerate().all(|(place, byte)| match place {
                    4 | 7 => byte == b'-',
                    _ => byte.is_ascii_digit(),
                });
            let date: Option<Date> = shape.then(|| text.parse().ok()).flatten();
            date.map(number)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_begin_on_sunday_and_the_first_of_january_is_in_week_one() {
        let day_of = |text: &str| day(parse(text, 0).unwrap());
        assert_eq!(
            (
                day_of("2026-01-01").week,
                day_of("2026-01-03").week,
                day_of("2026-01-04").week
            ),
            (1, 1, 2)
        );
        assert_eq!((day_of("2022-12-31").week, day_of("2023-01-01").week), (53, 1));
        assert_eq!(
            (day_of("2023-01-01").iso_year, day_of("2023-01-01").iso_week),
            (2022, 52)
        );
        assert_eq!(day_of("2026-11-22").weekday, 0);
    }

    #[test]
    fn dates_are_read_as_google_reads_them() {
        assert_eq!(parse("7daysAgo", 100), Some(93));
        assert_eq!(parse("1970-01-11", 0), Some(10));
        for wrong in [
            "",
            "1970-1-11",
            "20260101",
            "2026-02-30",
            "tomorrow",
            "-1daysAgo",
            "2026-01-01T00:00",
        ] {
            assert_eq!(parse(wrong, 0), None, "{wrong}");
        }
    }

    #[test]
    fn a_day_is_the_zones_own() {
        let time = "2026-11-22T23:30:00Z".parse().unwrap();
        let (utc, _) = local(time, &zone("Etc/UTC"));
        let (tokyo, minute) = local(time, &zone("Asia/Tokyo"));
        assert_eq!((tokyo - utc, minute), (1, 8 * 60 + 30));
    }
}
