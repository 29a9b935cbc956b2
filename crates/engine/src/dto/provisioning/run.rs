//! A set-up on its way, and what it made.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::form::ProvisionRequest;
use super::proof::ProofView;
use super::undo::TrashAsset;

#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
pub struct ResumeProvision {
    pub run_id: String,
    /// Steps to leave out from now on, besides those that were left out already; one that is done stays done.
    #[serde(default)]
    pub leave_out: BTreeSet<ProvisionStep>,
    /// The form with what was wrong put right. What belongs to steps that are done stays as it was.
    #[serde(default)]
    pub corrected: Option<ProvisionRequest>,
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
    /// What was seen of the site and of its first visitor, last time somebody looked.
    pub proof: Option<ProofView>,
    /// What it made and is in the trash; such a run cannot go on. Absent where nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub in_trash: Option<Vec<TrashAsset>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProvisionState {
    Running,
    WaitingForTerms,
    /// The person makes a Tag Manager account, which Google's API cannot.
    WaitingForTagManager,
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
    /// When it came to this state.
    pub at: Timestamp,
}

/// The steps in their order. A run has those that its plan names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProvisionStep {
    Ticket,
    Terms,
    Account,
    Property,
    DataStream,
    AppStreams,
    EnhancedMeasurement,
    DataRetention,
    KeyEvents,
    CustomDimensions,
    GoogleAdsLink,
    People,
    /// A Tag Manager account is found, chosen or waited for.
    TagManagerAccount,
    Container,
    Workspace,
    /// Google tag, consent, events, in one call.
    Tags,
    Version,
    Publish,
    Snippet,
    /// The agency's client gets what was made; no call.
    Client,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    Planned,
    Running,
    Done,
    Failed,
    Skipped,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct ProvisionResult {
    pub account_id: String,
    pub property_id: String,
    /// Empty where no website is measured.
    pub data_stream_id: String,
    /// `G-...`; empty where no website is measured.
    pub measurement_id: String,
    pub app_streams: Vec<AppStreamMade>,
    pub container: Option<ContainerMade>,
    /// HTML for the site's `<head>`.
    pub snippet: String,
    /// HTML for right after `<body>`; only a container has it.
    pub noscript: Option<String>,
    /// The agency's client that got it.
    pub client_id: Option<String>,
    pub analytics_calls: u32,
    pub tag_manager_calls: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AppStreamMade {
    /// `android` or `ios`
    pub platform: String,
    pub data_stream_id: String,
    pub firebase_app_id: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ContainerMade {
    pub account_id: String,
    pub container_id: String,
    /// `GTM-...`
    pub public_id: String,
    pub name: String,
    /// `None` where the step was left out.
    pub version_id: Option<String>,
    pub published: bool,
    /// It was there before.
    pub existing: bool,
}
