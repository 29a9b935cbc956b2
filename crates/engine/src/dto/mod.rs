//! What crosses the boundary to a host: plain, serialisable views. Secrets have no place in any of them.
//!
//! TypeScript types are generated from these (see `commands::typescript`). Times are RFC 3339 in UTC, dates are
//! `YYYY-MM-DD` in the property's time zone, names of fields are the same in Rust, JSON and TypeScript.

pub mod activity;
pub mod app;
pub mod batches;
pub mod clients;
pub mod connections;
pub mod containers;
pub mod events;
pub mod exports;
pub mod provisioning;
pub mod records;
pub mod reports;
pub mod sites;
pub mod templates;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A request without fields.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// A request that names one thing by its id.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ById {
    pub id: String,
}

/// A browser link that the engine issued. Hosts open it by `id`; `url` is for showing and copying.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LinkView {
    pub id: String,
    pub url: String,
}
