//! The one record of what was spent against which Google quota, shared by every Gantry process of a profile.
//!
//! A reservation is one transaction that takes SQLite's write lock first (`BEGIN IMMEDIATE`), so two processes cannot
//! both take the last call of a window. Google's Tag Manager quota is 25 calls in a sliding window of 100 seconds and
//! 10,000 a day, reset at midnight Pacific time (Tag Manager API, "Limits and quotas").

use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::columns::{count, millis};
use crate::database::{Store, StoreError};

pub(crate) const CREATE: &str = "
CREATE TABLE quota_spent (
    id INTEGER PRIMARY KEY,
    project TEXT NOT NULL,
    quota TEXT NOT NULL,
    at INTEGER NOT NULL,
    cost INTEGER NOT NULL
) STRICT;
CREATE INDEX quota_spent_window ON quota_spent (project, quota, at, cost);
CREATE TABLE quota_days (
    project TEXT NOT NULL,
    quota TEXT NOT NULL,
    day TEXT NOT NULL,
    spent INTEGER NOT NULL,
    PRIMARY KEY (project, quota, day)
) STRICT, WITHOUT ROWID;";

/// Whose quota: a Google Cloud project (the OAuth client's) and the quota's name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QuotaKey {
    pub project: String,
    pub quota: String,
}

/// What a quota allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotaLimits {
    /// Length of the sliding window.
    pub window: Duration,
    /// Cost that one window admits.
    pub per_window: u32,
    /// Cost that one Pacific day admits.
    pub per_day: u32,
    /// Part of the window left for others: a bulk job asks with a reserve, a click with none.
    pub keep_free: u32,
}

/// The ledger's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reservation {
    /// Booked: call now.
    Admitted,
    /// Nothing was booked: ask again at this moment.
    WaitUntil(Timestamp),
    /// Nothing was booked: the day's quota is used up until this moment.
    DayExhausted(Timestamp),
}

/// How much of a quota is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotaUse {
    pub window_spent: u32,
    pub window_limit: u32,
    pub day_spent: u32,
    pub day_limit: u32,
    /// When the oldest entry leaves the window; `None` where the window is empty.
    pub window_eases_at: Option<Timestamp>,
    /// The next midnight in Pacific time.
    pub day_resets_at: Timestamp,
}

/// The Pacific day that `now` is in, and the moment at which it ends (and Google's daily quotas are reset).
pub fn pacific_day(now: Timestamp) -> (Date, Timestamp) {
    // Without time zone data, standard time all year: an hour late in summer rather than an hour early.
    let zone = TimeZone::get("America/Los_Angeles").unwrap_or_else(|_| TimeZone::fixed(Offset::constant(-8)));
    let local = now.to_zoned(zone);
    let reset = local
        .tomorrow()
        .and_then(|tomorrow| tomorrow.start_of_day())
        .map_or_else(
            |_| now.saturating_add(SignedDuration::from_hours(24)).unwrap_or(now),
            |day| day.timestamp(),
        );
    (local.date(), reset)
}

fn small(value: i64) -> u32 {
    u32::try_from(value.max(0)).unwrap_or(u32::MAX)
}

fn later(moment_ms: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(moment_ms)
        .map_err(|error| StoreError::Sqlite(rusqlite::Error::ToSqlConversionFailure(Box::new(error))))
}

fn day_spent(connection: &Connection, key: &QuotaKey, day: Date) -> rusqlite::Result<i64> {
    Ok(connection
        .prepare_cached("SELECT spent FROM quota_days WHERE project = ?1 AND quota = ?2 AND day = ?3")?
        .query_row(params![key.project, key.quota, day.to_string()], |row| row.get(0))
        .optional()?
        .unwrap_or(0))
}

/// Books `cost` on every quota of `asks`, or on none: the answer of the one that lets it wait longest.
fn reserve(
    connection: &mut Connection,
    asks: &[(QuotaKey, QuotaLimits)],
    cost: u32,
    now: Timestamp,
) -> Result<Reservation, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (day, reset) = pacific_day(now);
    let mut answer = Reservation::Admitted;
    for (key, limits) in asks {
        let one = if day_spent(&transaction, key, day)? + i64::from(cost) > i64::from(limits.per_day) {
            Reservation::DayExhausted(reset)
        } else {
            room(&transaction, key, cost, *limits, now)?
        };
        answer = match (answer, one) {
            (Reservation::WaitUntil(before), Reservation::WaitUntil(at)) => Reservation::WaitUntil(before.max(at)),
            (Reservation::DayExhausted(_), _) | (_, Reservation::Admitted) => answer,
            _ => one,
        };
    }
    if answer == Reservation::Admitted {
        for (key, _) in asks {
            transaction
                .prepare_cached("INSERT INTO quota_spent (project, quota, at, cost) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![key.project, key.quota, millis(now), cost])?;
            transaction
                .prepare_cached(
                    "INSERT INTO quota_days (project, quota, day, spent) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (project, quota, day) DO UPDATE SET spent = spent + excluded.spent",
                )?
                .execute(params![key.project, key.quota, day.to_string(), cost])?;
        }
    }
    transaction.commit()?;
    Ok(answer)
}

/// Whether the window has room for `cost`, or when it will.
fn room(
    connection: &Connection,
    key: &QuotaKey,
    cost: u32,
    limits: QuotaLimits,
    now: Timestamp,
) -> Result<Reservation, StoreError> {
    let window = i64::try_from(limits.window.as_millis()).unwrap_or(i64::MAX);
    let (now_ms, cost) = (millis(now), i64::from(cost));
    // A call that costs more than the window admits is let through alone rather than never.
    let admits = i64::from(limits.per_window.saturating_sub(limits.keep_free)).max(cost);
    // What left the window; and what a wrong clock wrote into the future.
    connection
        .prepare_cached("DELETE FROM quota_spent WHERE project = ?1 AND quota = ?2 AND (at <= ?3 OR at > ?4)")?
        .execute(params![key.project, key.quota, now_ms - window, now_ms + window])?;
    let entries: Vec<(i64, i64)> = connection
        .prepare_cached("SELECT at, cost FROM quota_spent WHERE project = ?1 AND quota = ?2 ORDER BY at")?
        .query_map(params![key.project, key.quota], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut spent: i64 = entries.iter().map(|(_, cost)| cost).sum();
    if spent + cost <= admits {
        return Ok(Reservation::Admitted);
    }
    let mut free_at = now_ms + window;
    for (at, freed) in entries {
        spent -= freed;
        if spent + cost <= admits {
            free_at = at + window;
            break;
        }
    }
    Ok(Reservation::WaitUntil(later(free_at.max(now_ms + 1))?))
}

impl Store {
    /// Books `cost` on `key` if both the window and the day have room at `now`, else says when to ask again.
    pub async fn reserve_quota(
        &self,
        key: &QuotaKey,
        cost: u32,
        limits: QuotaLimits,
        now: Timestamp,
    ) -> Result<Reservation, StoreError> {
        let key = key.clone();
        self.call(move |connection| reserve(connection, &[(key, limits)], cost, now))
            .await
    }

    /// The same for a call that is counted against several quotas: it is booked on all, or on none.
    pub async fn reserve_quotas(
        &self,
        asks: Vec<(QuotaKey, QuotaLimits)>,
        cost: u32,
        now: Timestamp,
    ) -> Result<Reservation, StoreError> {
        self.call(move |connection| reserve(connection, &asks, cost, now)).await
    }

    /// Books the whole rest of the Pacific day: Google said that the daily quota is used up (others spend it too).
    pub async fn exhaust_quota_day(
        &self,
        key: &QuotaKey,
        limits: QuotaLimits,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = key.clone();
        self.call(move |connection| {
            connection.execute(
                "INSERT INTO quota_days (project, quota, day, spent) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (project, quota, day) DO UPDATE SET spent = max(spent, excluded.spent)",
                params![key.project, key.quota, pacific_day(now).0.to_string(), limits.per_day],
            )?;
            Ok(())
        })
        .await
    }

    /// Books a whole window from `now` on: Google answered that calls come too fast (others call too). What was booked
    /// before counts from now as well, since it is unknown whose calls leave Google's window first.
    pub async fn exhaust_quota_window(
        &self,
        key: &QuotaKey,
        limits: QuotaLimits,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = key.clone();
        let window = i64::try_from(limits.window.as_millis()).unwrap_or(i64::MAX);
        self.call(move |connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            transaction.execute(
                "UPDATE quota_spent SET at = ?3 WHERE project = ?1 AND quota = ?2 AND at > ?3 - ?4 AND at < ?3",
                params![key.project, key.quota, millis(now), window],
            )?;
            let spent: i64 = transaction.query_row(
                "SELECT coalesce(sum(cost), 0) FROM quota_spent WHERE project = ?1 AND quota = ?2 AND at > ?3",
                params![key.project, key.quota, millis(now) - window],
                |row| row.get(0),
            )?;
            let rest = i64::from(limits.per_window) - spent;
            if rest > 0 {
                transaction.execute(
                    "INSERT INTO quota_spent (project, quota, at, cost) VALUES (?1, ?2, ?3, ?4)",
                    params![key.project, key.quota, millis(now), rest],
                )?;
            }
            Ok(transaction.commit()?)
        })
        .await
    }

    /// What is spent of `key` at `now`.
    pub async fn quota_use(&self, key: &QuotaKey, limits: QuotaLimits, now: Timestamp) -> Result<QuotaUse, StoreError> {
        let key = key.clone();
        let window = i64::try_from(limits.window.as_millis()).unwrap_or(i64::MAX);
        self.call(move |connection| {
            let (spent, oldest): (i64, Option<i64>) = connection
                .prepare_cached(
                    "SELECT coalesce(sum(cost), 0), min(at) FROM quota_spent
                     WHERE project = ?1 AND quota = ?2 AND at > ?3 AND at <= ?4",
                )?
                .query_row(
                    params![key.project, key.quota, millis(now) - window, millis(now) + window],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )?;
            let (day, day_resets_at) = pacific_day(now);
            Ok(QuotaUse {
                window_spent: small(spent),
                window_limit: limits.per_window,
                day_spent: small(day_spent(connection, &key, day)?),
                day_limit: limits.per_day,
                window_eases_at: oldest.map(|at| later(at + window)).transpose()?,
                day_resets_at,
            })
        })
        .await
    }

    /// The quotas on which something was booked on the Pacific day of `now`.
    pub async fn quotas_in_use(&self, now: Timestamp) -> Result<Vec<QuotaKey>, StoreError> {
        self.call(move |connection| {
            let mut statement = connection
                .prepare_cached("SELECT project, quota FROM quota_days WHERE day = ?1 ORDER BY project, quota")?;
            let keys = statement.query_map([pacific_day(now).0.to_string()], |row| {
                Ok(QuotaKey {
                    project: row.get(0)?,
                    quota: row.get(1)?,
                })
            })?;
            Ok(keys.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// What was booked on each of the last `days` Pacific days up to that of `now`, oldest first.
    pub async fn quota_history(
        &self,
        key: &QuotaKey,
        days: u32,
        now: Timestamp,
    ) -> Result<Vec<(String, u32)>, StoreError> {
        let key = key.clone();
        let today = pacific_day(now).0.to_string();
        self.call(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT day, spent FROM quota_days WHERE project = ?1 AND quota = ?2 AND day <= ?3
                 ORDER BY day DESC LIMIT ?4",
            )?;
            let mut history: Vec<(String, u32)> = statement
                .query_map(params![key.project, key.quota, today, count(u64::from(days))], |row| {
                    Ok((row.get(0)?, small(row.get(1)?)))
                })?
                .collect::<Result<_, _>>()?;
            history.reverse();
            Ok(history)
        })
        .await
    }
}

#[cfg(test)]
mod tests;
