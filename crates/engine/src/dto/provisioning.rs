//! Setting up a site.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Everything that a set-up asks a person for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProvisionRequest {
    /// The connection that acts; may be left out when there is only one.
    pub connection: Option<String>,
    pub account_name: String,
    pub property_name: String,
    /// `https://...` of the site.
    pub website: String,
    /// IANA name, for instance `Europe/London`.
    pub time_zone: String,
    /// ISO 4217, for instance `GBP`.
    pub currency: String,
    /// CLDR region code of the business, for instance `GB`.
    pub country: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ResumeProvision {
    pub run_id: String,
}

/// One set-up, finished or not, as the journal has it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ProvisionRunView {
    pub id: String,
    pub request: ProvisionRequest,
    pub state: ProvisionState,
    pub steps: Vec<ProvisionStepView>,
    pub started_at: Timestamp,
    pub updated_at: Timestamp,
    pub result: Option<ProvisionResult>,
    /// Why it stopped, in plain words.
    pub problem: Option<String>,
    /// Whether "Resume set-up" can go on from where it stopped.
    pub resumable: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProvisionState {
    Running,
    WaitingForTerms,
    Done,
    Failed,
    Cancelled,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ProvisionStepView {
    pub step: ProvisionStep,
    pub state: StepState,
    /// What was made: an account id, a property id, a measurement ID.
    pub outcome: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProvisionStep {
    Ticket,
    Terms,
    Account,
    Property,
    DataStream,
    Snippet,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    Planned,
    Running,
    Done,
    Failed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProvisionResult {
    pub account_id: String,
    pub property_id: String,
    pub data_stream_id: String,
    /// `G-...`
    pub measurement_id: String,
    /// HTML for the site's `<head>`.
    pub snippet: String,
}
