//! Tag Manager's quota, 25 calls in any 100 seconds and 10,000 a Pacific day per Google Cloud project, and the Admin API's,
//! calls and writes a minute per project and per user of it.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{http::ApiReply, rpc_error};

const TAG_MANAGER: &str = "tagmanager.googleapis.com";

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

/// What a project, and each of its users, may ask of the Analytics Admin API in any minute. A write counts twice: as a
/// call and as a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdminQuota {
    pub calls: usize,
    pub calls_of_user: usize,
    pub writes: usize,
    pub writes_of_user: usize,
}

impl Default for AdminQuota {
    /// Google's documented limits.
    fn default() -> Self {
        Self {
            calls: 1200,
            calls_of_user: 600,
            writes: 600,
            writes_of_user: 180,
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
    admin: Option<AdminQuota>,
    spent: BTreeMap<String, Spent>,
    /// Calls of the last minute: by project and user (an empty one stands for all), and whether writes are meant.
    admin_spent: BTreeMap<(String, String, bool), VecDeque<Timestamp>>,
}

impl Quota {
    pub fn new(limits: Option<TagManagerQuota>, admin: Option<AdminQuota>) -> Self {
        Self {
            limits,
            admin,
            spent: BTreeMap::new(),
            admin_spent: BTreeMap::new(),
        }
    }

    pub fn set_limits(&mut self, limits: Option<TagManagerQuota>, admin: Option<AdminQuota>) {
        self.limits = limits;
        self.admin = admin;
    }

    pub fn admin_limits(&self) -> Option<AdminQuota> {
        self.admin
    }

    /// Books one call of the Admin API, or answers why not. A refused call is not booked.
    pub fn spend_admin(&mut self, project: &str, user: &str, write: bool, now: Timestamp) -> Result<(), ApiReply> {
        let Some(limits) = self.admin else { return Ok(()) };
        let key = |user: &str, writes: bool| (project.to_owned(), user.to_owned(), writes);
        let mut counted = vec![
            (key("", false), limits.calls, "Requests per minute"),
            (key(user, false), limits.calls_of_user, "Requests per minute per user"),
        ];
        if write {
            counted.push((key("", true), limits.writes, "Write requests per minute"));
            counted.push((
                key(user, true),
                limits.writes_of_user,
                "Write requests per minute per user",
            ));
        }
        for (key, most, limit) in &counted {
            let window = self.admin_spent.entry(key.clone()).or_default();
            forget(window, now, 60);
            if window.len() >= *most {
                return Err(exceeded("rateLimitExceeded", limit, "analyticsadmin.googleapis.com"));
            }
        }
        for (key, ..) in counted {
            self.admin_spent.entry(key).or_default().push_back(now);
        }
        Ok(())
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
            return Err(exceeded("dailyLimitExceeded", "Queries per day", TAG_MANAGER));
        }
        forget(&mut spent.window, now, limits.window_seconds);
        if spent.window.len() >= limits.per_window {
            return Err(exceeded("rateLimitExceeded", "Queries per 100 seconds", TAG_MANAGER));
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

/// Calls leave a window when they are as old as it is long.
fn forget(window: &mut VecDeque<Timestamp>, now: Timestamp, seconds: i64) {
    let start = now
        .saturating_sub(SignedDuration::from_secs(seconds))
        .unwrap_or(Timestamp::MIN);
    while window.front().is_some_and(|call| *call <= start) {
        window.pop_front();
    }
}

fn exceeded(reason: &str, limit: &str, service: &str) -> ApiReply {
    let metric = limit.split(" per ").next().unwrap_or(limit);
    let message = format!("Quota exceeded for quota metric '{metric}' and limit '{limit}' of service '{service}'.");
    let details = json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "RATE_LIMIT_EXCEEDED",
        "domain": "googleapis.com",
        "metadata": {"service": service, "quota_limit": limit},
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
        let mut quota = Quota::new(Some(TagManagerQuota::default()), None);
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
        let mut quota = Quota::new(Some(limits), None);
        quota.spend("p", at(0)).unwrap();
        quota.spend("p", at(10)).unwrap();
        let evening = at(11 * 3600 + 3599);
        assert_eq!(quota.spend("p", evening).unwrap_err().status, 403);
        quota.spend("p", at(12 * 3600)).unwrap();
    }

    #[test]
    fn a_write_counts_for_the_user_and_the_project_and_as_a_call() {
        let limits = AdminQuota {
            calls: 6,
            calls_of_user: 4,
            writes: 3,
            writes_of_user: 2,
        };
        let mut quota = Quota::new(None, Some(limits));
        let mut spend = |user, write, second| quota.spend_admin("p", user, write, at(second)).is_ok();
        assert!(spend("ann", true, 0) && spend("ann", true, 1));
        assert!(!spend("ann", true, 1), "two writes of a user");
        assert!(spend("ben", true, 1));
        assert!(!spend("cem", true, 1), "three writes of the project");
        assert!(spend("ann", false, 1) && spend("ann", false, 1));
        assert!(!spend("ann", false, 1), "four calls of a user, two of them writes");
        assert!(spend("cem", false, 1));
        assert!(!spend("dee", false, 1), "six calls of the project");
        assert!(!spend("ann", true, 59));
        assert!(spend("ann", true, 60), "the first is a minute old");
    }
}
