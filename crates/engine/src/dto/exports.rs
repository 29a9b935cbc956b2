//! Reports into files.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ExportRequest {
    pub property: String,
    pub dimensions: Vec<String>,
    pub metrics: Vec<String>,
    pub from: String,
    pub to: String,
    /// `sqlite:FILE`, `sqlite:FILE?table=NAME` or `csv:FILE`.
    pub destination: String,
    pub connection: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ExportRunView {
    pub id: String,
    pub property_id: String,
    pub property_name: Option<String>,
    pub destination: String,
    pub dimensions: Vec<String>,
    pub metrics: Vec<String>,
    pub from: String,
    pub to: String,
    pub state: ExportState,
    pub rows_read: u32,
    /// Rows that were new or had changed.
    pub rows_written: u32,
    pub started_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    pub problem: Option<String>,
    /// "ga:pageviews is screenPageViews in GA4."
    pub notes: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ExportState {
    Running,
    Done,
    Failed,
    Cancelled,
}
