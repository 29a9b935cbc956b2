//! Property quotas: tokens by day and hour, for the property and for each project (standard properties).
use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::refusal::Refusal;

const PER_DAY: u64 = 200_000;
const PER_HOUR: u64 = 40_000;
const PER_PROJECT_HOUR: u64 = 14_000;
const CONCURRENT: u64 = 10;
const SERVER_ERRORS: u64 = 10;
const THRESHOLDED: u64 = 120;

/// What was spent at one property.
#[derive(Debug, Default, Clone)]
pub struct Spent {
    day: i64,
    of_day: u64,
    hour: i64,
    of_hour: u64,
    of_project: HashMap<String, u64>,
    thresholded: u64,
}

/// Tokens that a request costs: small ones a handful, wide and long ones more, as with Google.
pub fn tokens(rows: usize, sessions_read: u64) -> u64 {
    1 + u64::try_from(rows).unwrap_or_default() / 2_500 + sessions_read / 50_000
}

impl Spent {
    fn turn(&mut self, now: Timestamp) {
        // Google counts its days in Pacific time; eight hours behind UTC is near enough for a budget.
        let (day, hour) = (
            (now.as_second() - 8 * 3_600).div_euclid(86_400),
            now.as_second().div_euclid(3_600),
        );
        if self.day != day {
            *self = Self {
                day,
                hour,
                ..Self::default()
            };
        }
        if self.hour != hour {
            *self = Self {
                day,
                hour,
                of_day: self.of_day,
                ..Self::default()
            };
        }
    }

    /// Refuses when something is used up.
    pub fn check(&mut self, project: &str, thresholded: bool, now: Timestamp) -> Result<(), Refusal> {
        self.turn(now);
        if self.of_day >= PER_DAY {
            return Err(Refusal::exhausted(
                "Exhausted property tokens per day. These quota tokens will return in under 24 hours.",
            ));
        }
        if self.of_hour >= PER_HOUR {
            return Err(Refusal::exhausted(
                "Exhausted property tokens per hour. These quota tokens will return in under an hour.",
            ));
        }
        if self
            .of_project
            .get(project)
            .is_some_and(|spent| *spent >= PER_PROJECT_HOUR)
        {
            return Err(Refusal::exhausted(
                "Exhausted property tokens for a project per hour. These quota tokens will return in under an hour.",
            ));
        }
        if thresholded && self.thresholded >= THRESHOLDED {
            return Err(Refusal::exhausted("Exhausted potentially thresholded requests quota."));
        }
        Ok(())
    }

    /// Books a request.
    pub fn book(&mut self, project: &str, tokens: u64, thresholded: bool, now: Timestamp) {
        self.turn(now);
        self.of_day += tokens;
        self.of_hour += tokens;
        *self.of_project.entry(project.to_owned()).or_default() += tokens;
        self.thresholded += u64::from(thresholded);
    }

    /// `PropertyQuota` after a request of `tokens`; zeros are left out, as proto JSON does.
    pub fn shown(&self, project: &str, tokens: u64) -> Value {
        let status = |consumed: u64, remaining: u64| {
            let mut shown = Map::new();
            for (key, value) in [("consumed", consumed), ("remaining", remaining)] {
                if value > 0 {
                    shown.insert(key.to_owned(), value.into());
                }
            }
            Value::Object(shown)
        };
        let left = |limit: u64, spent: u64| limit.saturating_sub(spent);
        let project = self.of_project.get(project).copied().unwrap_or(0);
        json!({
            "tokensPerDay": status(tokens, left(PER_DAY, self.of_day)),
            "tokensPerHour": status(tokens, left(PER_HOUR, self.of_hour)),
            "concurrentRequests": status(0, CONCURRENT),
            "serverErrorsPerProjectPerHour": status(0, SERVER_ERRORS),
            "potentiallyThresholdedRequestsPerHour": status(0, left(THRESHOLDED, self.thresholded)),
            "tokensPerProjectPerHour": status(tokens, left(PER_PROJECT_HOUR, project)),
        })
    }
}
