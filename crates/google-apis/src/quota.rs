//! Quota is money: the transport books every attempt in a ledger before it is sent. The engine implements the ledger
//! over its database, shared by every Gantry process.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::call::{Api, Priority};

/// One request about to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaAsk {
    pub api: Api,
    /// The method's id in Google's discovery document.
    pub api_method: &'static str,
    /// The Analytics property (digits) whose quota is spent too, for the Data API.
    pub property: Option<String>,
    pub priority: Priority,
    /// It changes something: the Admin API counts such calls a second time.
    pub writes: bool,
}

/// The ledger's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reservation {
    /// Booked: send it.
    Admitted,
    /// Nothing was booked; ask again at this time.
    WaitUntil(Timestamp),
    /// Nothing was booked, and nothing will be before the daily reset.
    DayExhausted { resets_at: Timestamp },
}

/// What Google said when it refused a request for quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Too many requests in a short time; `retry_at` where Google named a moment.
    Rate { retry_at: Option<Timestamp> },
    /// The quota of the Pacific day is spent.
    Day,
}

/// The ledger could not be read or written. `0` is a plain sentence.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct QuotaLedgerError(pub String);

/// The one record of what was spent, for one Google Cloud project.
#[async_trait]
pub trait QuotaLedger: Send + Sync {
    /// Books one request, or says when to ask again.
    async fn reserve(&self, ask: &QuotaAsk) -> Result<Reservation, QuotaLedgerError>;

    /// Google refused a booked request for quota, so that it knows of spending that the ledger does not. Answers when
    /// the ledger will admit the next request; `None` where it does not pace such refusals.
    async fn refused(&self, ask: &QuotaAsk, refusal: Refusal) -> Option<Timestamp> {
        let _ = (ask, refusal);
        None
    }
}

/// Admits everything.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoQuotaLedger;

#[async_trait]
impl QuotaLedger for NoQuotaLedger {
    async fn reserve(&self, _ask: &QuotaAsk) -> Result<Reservation, QuotaLedgerError> {
        Ok(Reservation::Admitted)
    }
}
