//! Days as a report asks for them: `YYYY-MM-DD`, `today`, `yesterday`, `NdaysAgo`, in the property's time zone
//! (Data API, `DateRange`).

use std::fmt;
use std::str::FromStr;

use jiff::Span;
use jiff::civil::Date;

/// A day, fixed or counted from today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReportDay {
    On(Date),
    DaysAgo(u32),
}

/// What was written is no day.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoDay(pub(super) String);

impl ReportDay {
    /// The calendar day, where today is `today`.
    pub(super) fn on(self, today: Date) -> Date {
        match self {
            Self::On(day) => day,
            Self::DaysAgo(days) => today.checked_sub(Span::new().days(days)).unwrap_or(today),
        }
    }
}

impl FromStr for ReportDay {
    type Err = NoDay;

    fn from_str(text: &str) -> Result<Self, NoDay> {
        let no_day = || NoDay(text.to_owned());
        match text {
            "today" => return Ok(Self::DaysAgo(0)),
            "yesterday" => return Ok(Self::DaysAgo(1)),
            _ => {}
        }
        if let Some(days) = text.strip_suffix("daysAgo") {
            // Google keeps no data from before 2015; jiff cannot count back for ever.
            let days = days.parse().ok().filter(|days| *days <= 36_500);
            return days.map(Self::DaysAgo).ok_or_else(no_day);
        }
        if text.len() == 10 { text.parse().map(Self::On).map_err(|_| no_day()) } else { Err(no_day()) }
    }
}

impl fmt::Display for ReportDay {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::On(day) => day.fmt(out),
            Self::DaysAgo(0) => out.write_str("today"),
            Self::DaysAgo(1) => out.write_str("yesterday"),
            Self::DaysAgo(days) => write!(out, "{days}daysAgo"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_and_counted() {
        let today: Date = "2026-03-01".parse().unwrap();
        let on = |text: &str| text.parse::<ReportDay>().unwrap().on(today).to_string();
        assert_eq!(on("today"), "2026-03-01");
        assert_eq!(on("yesterday"), "2026-02-28");
        assert_eq!(on("28daysAgo"), "2026-02-01");
        assert_eq!(on("2025-12-31"), "2025-12-31");
        for bad in ["", "tomorrow", "-1daysAgo", "2026-2-1", "2026-02-30", "99999999daysAgo", "20260101"] {
            assert_eq!(bad.parse::<ReportDay>(), Err(NoDay(bad.to_owned())), "{bad}");
        }
        for text in ["today", "yesterday", "7daysAgo", "2026-01-31"] {
            assert_eq!(text.parse::<ReportDay>().unwrap().to_string(), text);
        }
    }
}
