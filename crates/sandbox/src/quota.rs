//! Tag Manager's quota: 25 calls in any 100 seconds and 10,000 a Pacific day, per Google Cloud project.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{http::ApiReply, rpc_error};

/// What a project may spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TagManagerQuota {
    /// Calls in any `window_seconds`.
    pub per_window: usize,
    pub window_seconds: i64,
    /// Calls a day; the day ends at midnight Pacific time.
    pub per_day: u64,
}

impl Default for TagManagerQuota {
    /// Google's documented limits.
    fn default() -> Self {
        Self {
            per_window: 25,
            window_seconds: 100,
            per_day: 10_000,
        }
    }
}

#[derive(Debug, Default)]
struct Spent {
    window: VecDeque<Timestamp>,
    day: Option<Date>,
    today: u64,
}

/// What each project has spent.
#[derive(Debug)]
pub(crate) struct Quota {
    limits: Option<TagManagerQuota>,
    spent: BTreeMap<String, Spent>,
}

impl Quota {
    pub fn new(limits: Option<TagManagerQuota>) -> Self {
        Self {
            limits,
            spent: BTreeMap::new(),
        }
    }

    pub fn set_limits(&mut self, limits: Option<TagManagerQuota>) {
        self.limits = limits;
    }

    pub fn limits(&self) -> Option<TagManagerQuota> {
        self.limits
    }

    /// Books one call, or answers why not. A refused call is not booked.
    pub fn spend(&mut self, project: &str, now: Timestamp) -> Result<(), ApiReply> {
        let Some(limits) = self.limits else { return Ok(()) };
        let spent = self.spent.entry(project.to_owned()).or_default();
        let today = pacific_day(now);
        if spent.day != Some(today) {
            spent.day = Some(today);
            spent.today = 0;
        }
        if spent.today >= limits.per_day {
            return Err(exceeded("dailyLimitExceeded", "Queries per day"));
        }
        let start = now
            .saturating_sub(SignedDuration::from_secs(limits.window_seconds))
            .unwrap_or(Timestamp::MIN);
        while spent.window.front().is_some_and(|call| *call <= start) {
            spent.window.pop_front();
        }
        if spent.window.len() >= limits.per_window {
            return Err(exceeded("rateLimitExceeded", "Queries per 100 seconds"));
        }
        spent.window.push_back(now);
        spent.today += 1;
        Ok(())
    }

    /// Calls booked for a project in the current Pacific day.
    pub fn spent_today(&self) -> BTreeMap<String, u64> {
        self.spent
            .iter()
            .map(|(project, spent)| (project.clone(), spent.today))
            .collect()
    }
}

fn pacific_day(now: Timestamp) -> Date {
    let zone = TimeZone::get("America/Los_Angeles").unwrap_or(TimeZone::UTC);
    now.to_zoned(zone).date()
}

fn exceeded(reason: &str, limit: &str) -> ApiReply {
    let message = format!(
        "Quota exceeded for quota metric 'Queries' and limit '{limit}' of service 'tagmanager.googleapis.com'."
    );
    let details = json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "RATE_LIMIT_EXCEEDED",
        "domain": "googleapis.com",
        "metadata": {"service": "tagmanager.googleapis.com", "quota_limit": limit},
    });
    let mut reply = rpc_error::status(403, "PERMISSION_DENIED", &message, vec![details]);
    if let crate::http::ReplyBody::Json(body) = &mut reply.body {
        body["error"]["errors"] = json!([{"message": message, "domain": "usageLimits", "reason": reason}]);
    }
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        // 2026-01-15T20:00:00Z, noon in California.
        Timestamp::from_second(1_768_507_200 + seconds).unwrap()
    }

    #[test]
    fn the_window_slides() {
        let mut quota = Quota::new(Some(TagManagerQuota::default()));
        for second in 0..25 {
            quota.spend("p", at(second)).unwrap();
        }
        assert!(
            quota.spend("p", at(99)).is_err(),
            "the first call is still in the window"
        );
        quota.spend("p", at(100)).unwrap();
        assert!(quota.spend("p", at(100)).is_err());
        quota.spend("other", at(100)).unwrap();
    }

    #[test]
    fn the_day_ends_at_midnight_pacific() {
        let limits = TagManagerQuota {
            per_window: 100,
            window_seconds: 1,
            per_day: 2,
        };
        let mut quota = Quota::new(Some(limits));
        quota.spend("p", at(0)).unwrap();
        quota.spend("p", at(10)).unwrap();
        let evening = at(11 * 3600 + 3599);
        assert_eq!(quota.spend("p", evening).unwrap_err().status, 403);
        quota.spend("p", at(12 * 3600)).unwrap();
    }
}
