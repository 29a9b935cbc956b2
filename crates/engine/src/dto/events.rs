//! What the engine tells a host while it works.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::LinkView;
use super::batches::BatchRowView;
use super::provisioning::{ProvisionStep, StepState};
use crate::error::ErrorView;

/// Names a running job.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct JobId(pub String);

/// The answer to starting a job; its result comes as `EngineEvent::JobDone`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct JobStarted {
    pub job: JobId,
}

/// A running job, for a page that was opened after it began.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct JobView {
    pub job: JobId,
    /// The command that started it, for instance `estate.sync`.
    pub command: String,
    pub started_at: Timestamp,
    pub progress: Option<Progress>,
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Progress {
    /// What is being done, in plain words: "Reading containers".
    pub what: String,
    pub done: u32,
    /// Grows when lists turn out longer than known.
    pub total: u32,
    /// Quota spent so far, in calls.
    pub calls: u32,
    pub eta_seconds: Option<u32>,
    /// Set while the job waits for quota to come back.
    pub waiting_until: Option<Timestamp>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EngineEvent {
    JobStarted {
        job: JobId,
        command: String,
    },
    JobProgress {
        job: JobId,
        progress: Progress,
    },
    /// A listener waits for the browser's answer; the link was opened, or is for the person to open.
    OpenUrl {
        job: JobId,
        /// Why the browser is needed.
        purpose: LinkPurpose,
        link: LinkView,
        /// The URL alone again, where scripts look for it.
        url: String,
        /// For instance `127.0.0.1:47811`; `None` when nothing listens and polling waits instead.
        listening_on: Option<String>,
        expires_at: Timestamp,
        /// Whether Gantry asked a browser to open it.
        opened: bool,
        /// E-mail of the Google account that must act on the page, where it has to be a certain one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        account: Option<String>,
    },
    /// Something odd reached the listener (a foreign or repeated answer); the wait goes on.
    StrayAnswer {
        job: JobId,
        message: String,
    },
    ProvisionStep {
        job: JobId,
        run_id: String,
        step: ProvisionStep,
        state: StepState,
        outcome: Option<String>,
    },
    /// A client of a batch is further than it was.
    BatchRow {
        job: JobId,
        batch_id: String,
        row: Box<BatchRowView>,
    },
    JobDone {
        job: JobId,
        command: String,
        result: serde_json::Value,
    },
    JobFailed {
        job: JobId,
        command: String,
        error: ErrorView,
    },
    /// Mirrored or stored data changed: pages that show it read it again. For instance `connections`, `containers`.
    Changed {
        topic: Topic,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LinkPurpose {
    SignIn,
    Terms,
    /// The person makes a Tag Manager account, which Google's API cannot; polling waits for it.
    TagManagerAccount,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    Connections,
    OauthClients,
    Containers,
    Accounts,
    Exports,
    Provisioning,
    Quota,
    Settings,
    Keychain,
    Activity,
    Templates,
    Clients,
    Batches,
}
