//! How long many set-ups take: their calls are sent in thought, against the windows and the day as the ledger has them.
//!
//! Quotients do not tell it. The first Tag Manager call waits for the Admin calls before it, one quota is idle while the
//! other holds everybody up, and a day that is spent lets the rest wait for the next.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use gantry_store::{QuotaKey, QuotaLimits, QuotaUse, pacific_day};
use google_apis::Api;
use jiff::Timestamp;

use super::{admin_writes, kept_free, key, limits};
use crate::Engine;
use crate::error::Result;
use crate::settings;

/// Moments that are looked at; what is left then is taken to go on at the same pace.
const MOST_MOMENTS: u32 = 1_000_000;

/// The calls of one set-up, in this order: reads of the Admin API, its writes, Tag Manager.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SetUpWork {
    pub admin_calls: u32,
    /// Of these, calls that change something.
    pub admin_writes: u32,
    /// How often an answer to these is waited for: some go side by side.
    pub admin_write_rounds: u32,
    pub tag_manager_calls: u32,
}

impl SetUpWork {
    fn calls(self) -> u64 {
        u64::from(self.admin_calls) + u64::from(self.tag_manager_calls)
    }

    /// Until the next call may be sent, in milliseconds.
    fn wait(self, kind: Kind, latency: i64) -> i64 {
        match kind {
            Kind::Write => latency * i64::from(self.admin_write_rounds) / i64::from(self.admin_writes.max(1)),
            Kind::Read | Kind::TagManager => latency,
        }
    }

    /// What is sent after `sent` calls; `None` at the end.
    fn next(self, sent: u32) -> Option<Kind> {
        let reads = self.admin_calls.saturating_sub(self.admin_writes);
        if sent < reads {
            Some(Kind::Read)
        } else if sent < self.admin_calls {
            Some(Kind::Write)
        } else if u64::from(sent) < self.calls() {
            Some(Kind::TagManager)
        } else {
            None
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Read,
    Write,
    TagManager,
}

/// How a job sends what it has to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetUpPace {
    /// Set-ups that are built at the same time.
    pub at_once: u32,
    /// Between a request and its answer.
    pub latency: Duration,
}

/// What the quotas and the network make of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetUpForecast {
    /// Until the last answer, waiting for the next days included; without what waits for people.
    pub seconds: u32,
    /// Tag Manager calls left of the Pacific day before the job.
    pub left_today: u32,
    /// When the day's Tag Manager quota comes back.
    pub day_resets_at: Timestamp,
}

/// Tells how long these set-ups take on `project`, starting now in their order.
pub async fn forecast_set_ups(
    engine: &Engine,
    project: &str,
    works: &[SetUpWork],
    pace: SetUpPace,
) -> Result<SetUpForecast> {
    let settings = settings::read(&engine.store).await?;
    let now = engine.clock.now();
    let (_, day_resets_at) = pacific_day(now);
    let of = |api| limits(api, &settings).map(|limits| (key(project, api), limits));
    let (admin, _) = window(engine, of(Api::AnalyticsAdmin), now).await?;
    let (writes, _) = window(engine, Some(admin_writes(project, &settings)), now).await?;
    let tag_manager = of(Api::TagManager);
    let per_day = tag_manager
        .as_ref()
        .map_or(u32::MAX, |(_, limits)| limits.per_day.max(1));
    let (tag_manager, used) = window(engine, tag_manager, now).await?;
    let left_today = used.map_or(u32::MAX, |used| used.day_limit.saturating_sub(used.day_spent));
    let mut job = Job {
        works,
        admin,
        writes,
        tag_manager,
        per_day,
        left_today,
        resets_at: day_resets_at.as_millisecond(),
        latency: i64::try_from(pace.latency.as_millis()).unwrap_or(i64::MAX),
        free: pace.at_once.max(1),
        begun: 0,
        begins_at: i64::MIN,
        waiting: VecDeque::new(),
        moments: BinaryHeap::new(),
        admitted: 0,
    };
    Ok(SetUpForecast {
        seconds: job.seconds(now.as_millisecond()),
        left_today,
        day_resets_at,
    })
}

/// A quota's window as it is now, and what was spent of it; one that admits everything where nothing is booked.
async fn window(
    engine: &Engine,
    quota: Option<(QuotaKey, QuotaLimits)>,
    now: Timestamp,
) -> Result<(Window, Option<QuotaUse>)> {
    let Some((key, limits)) = quota else {
        return Ok((Window::default(), None));
    };
    let used = engine.store.quota_use(&key, limits, now).await?;
    let length = i64::try_from(limits.window.as_millis()).unwrap_or(i64::MAX);
    let admits = (limits.per_window - kept_free(limits.per_window)).max(1);
    // The ledger tells when the oldest of them leaves; the others leave soon after.
    let eases_at = used.window_eases_at.unwrap_or(now).as_millisecond();
    let booked = (0..used.window_spent.min(admits)).map(|_| eases_at.saturating_sub(length));
    let window = Window {
        booked: booked.collect(),
        admits: Some(admits as usize),
        length,
    };
    Ok((window, Some(used)))
}

/// The last calls that a sliding window admitted, in milliseconds since the epoch.
#[derive(Debug, Default)]
struct Window {
    booked: VecDeque<i64>,
    /// `None` where there is no limit.
    admits: Option<usize>,
    length: i64,
}

impl Window {
    fn free_at(&self, at: i64) -> i64 {
        let full = self.admits.is_some_and(|admits| self.booked.len() >= admits);
        let oldest = self.booked.front().filter(|_| full);
        oldest.map_or(at, |oldest| at.max(oldest.saturating_add(self.length)))
    }

    fn book(&mut self, at: i64) {
        let Some(admits) = self.admits else { return };
        if self.booked.len() >= admits {
            self.booked.pop_front();
        }
        self.booked.push_back(at);
    }
}

/// A set-up that wants something at a moment. The earliest comes first, then the first of the file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Moment {
    at: i64,
    set_up: usize,
    /// Calls answered.
    sent: u32,
    /// It has a place among those that are built at once.
    placed: bool,
}

struct Job<'a> {
    works: &'a [SetUpWork],
    admin: Window,
    writes: Window,
    tag_manager: Window,
    per_day: u32,
    left_today: u32,
    resets_at: i64,
    latency: i64,
    /// Places that are free.
    free: u32,
    /// Set-ups that have begun, which they do in their order.
    begun: usize,
    /// When the next may begin: they are asked for one after the other, and do not reach a limit all at the same call.
    begins_at: i64,
    /// Set-ups that wait for a place again, with the calls that they have sent.
    waiting: VecDeque<(usize, u32)>,
    moments: BinaryHeap<Reverse<Moment>>,
    admitted: u64,
}

impl Job<'_> {
    fn seconds(&mut self, now: i64) -> u32 {
        let (mut end, mut looked) = (now, 0);
        self.fill(now);
        while let Some(Reverse(moment)) = self.moments.pop() {
            end = end.max(moment.at);
            looked += 1;
            if looked > MOST_MOMENTS {
                break;
            }
            self.look(moment);
        }
        let taken = u64::try_from(end.saturating_sub(now)).unwrap_or(0);
        let calls: u64 = self.works.iter().map(|work| work.calls()).sum();
        let all = u128::from(taken) * u128::from(calls) / u128::from(self.admitted.max(1));
        // The nearest second; nothing takes none.
        let seconds = u32::try_from((all + 500) / 1000).unwrap_or(u32::MAX);
        seconds.max(u32::from(all > 0))
    }

    fn look(&mut self, moment: Moment) {
        let Moment {
            at,
            set_up,
            sent,
            placed,
        } = moment;
        if !placed {
            self.waiting.push_back((set_up, sent));
            return self.fill(at);
        }
        let Some(kind) = self.works[set_up].next(sent) else {
            return self.leave(at);
        };
        if kind == Kind::TagManager && !self.is_left_of_day(at) {
            // It makes place for another until the day is over.
            let tomorrow = Moment {
                at: self.resets_at,
                placed: false,
                ..moment
            };
            self.moments.push(Reverse(tomorrow));
            return self.leave(at);
        }
        let free_at = match kind {
            Kind::Read => self.admin.free_at(at),
            Kind::Write => self.admin.free_at(at).max(self.writes.free_at(at)),
            Kind::TagManager => self.tag_manager.free_at(at),
        };
        let next = if free_at > at {
            Moment { at: free_at, ..moment }
        } else {
            self.book(kind, at);
            Moment {
                at: at.saturating_add(self.works[set_up].wait(kind, self.latency)),
                sent: sent + 1,
                ..moment
            }
        };
        self.moments.push(Reverse(next));
    }

    fn book(&mut self, kind: Kind, at: i64) {
        self.admitted += 1;
        match kind {
            Kind::Read => self.admin.book(at),
            Kind::Write => {
                self.admin.book(at);
                self.writes.book(at);
            }
            Kind::TagManager => {
                self.tag_manager.book(at);
                self.left_today = self.left_today.saturating_sub(1);
            }
        }
    }

    fn is_left_of_day(&mut self, at: i64) -> bool {
        if at >= self.resets_at {
            self.left_today = self.per_day;
            let now = Timestamp::from_millisecond(at).unwrap_or(Timestamp::MAX);
            self.resets_at = pacific_day(now).1.as_millisecond().max(at.saturating_add(1));
        }
        self.left_today > 0
    }

    fn leave(&mut self, at: i64) {
        self.free += 1;
        self.fill(at);
    }

    /// Gives free places away: first come, first served.
    fn fill(&mut self, at: i64) {
        while self.free > 0 {
            let (set_up, sent, at) = if self.begun < self.works.len() {
                self.begun += 1;
                let at = at.max(self.begins_at);
                self.begins_at = at.saturating_add(self.latency);
                (self.begun - 1, 0, at)
            } else if let Some((set_up, sent)) = self.waiting.pop_front() {
                (set_up, sent, at)
            } else {
                return;
            };
            self.free -= 1;
            self.moments.push(Reverse(Moment {
                at,
                set_up,
                sent,
                placed: true,
            }));
        }
    }
}
