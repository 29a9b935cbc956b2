//! Many set-ups at once, from a spreadsheet.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::LinkView;
use super::provisioning::{
    ContainerChoice, FieldProblem, PersonAccess, ProvisionRequest, ProvisionResult, ProvisionStep,
};

/// Reads a CSV file and says what it would set up. Nothing is sent.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct BatchRequest {
    pub path: String,
    /// Column (its heading) for a field of `ProvisionRequest` or `group`; guessed from the headings where absent.
    #[serde(default)]
    pub mapping: BTreeMap<String, String>,
    pub connection: Option<String>,
    #[serde(default)]
    pub template: Option<String>,
    /// For rows that name none.
    #[serde(default)]
    pub defaults: BatchDefaults,
    #[serde(default)]
    pub container: ContainerChoice,
    #[serde(default)]
    pub people: Vec<PersonAccess>,
    #[serde(default)]
    pub skip: BTreeSet<ProvisionStep>,
    #[serde(default)]
    pub terms: TermsInBatch,
    /// Sets up the rows that are right, where others are not.
    #[serde(default)]
    pub leave_out_wrong_rows: bool,
    /// Lines of rows that are set up all the same, though they are told as duplicates.
    #[serde(default)]
    pub anyway: BTreeSet<u32>,
    /// The digest of the plan that the person saw: `start` refuses a file that says something else by then.
    #[serde(default)]
    pub seen: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct BatchDefaults {
    pub time_zone: Option<String>,
    pub currency: Option<String>,
    pub country: Option<String>,
    /// As in `ProvisionRequest`: overrides the template.
    pub wait_for_consent: Option<bool>,
}

/// How the person is asked to accept the Terms of Service of many accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TermsInBatch {
    /// One after the other: the browser opens the next page when one is accepted.
    #[default]
    InTurn,
    /// Links are handed out, to be opened in any order.
    Links,
}

/// What a file holds and what it would cost.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct BatchPlan {
    pub columns: Vec<String>,
    /// Field to column, guessed or given.
    pub mapping: BTreeMap<String, String>,
    /// Fields that a column can be mapped to.
    pub fields: Vec<String>,
    /// `,`, `;` or tab
    pub delimiter: String,
    pub rows: Vec<BatchRowPlan>,
    pub right: u32,
    pub wrong: u32,
    pub duplicates: u32,
    pub analytics_calls: u32,
    pub tag_manager_calls: u32,
    /// Without what waits for people, under the quotas as they stand.
    pub seconds: u32,
    /// Why not all can be done today, where they cannot.
    pub quota_note: Option<String>,
    /// The batch of the same rows that was begun before, which `start` goes on with.
    pub resumes: Option<String>,
    /// Of what the rows say, for `BatchRequest::seen`.
    pub digest: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct BatchRowPlan {
    /// In the file, the heading being line 1.
    pub line: u32,
    pub request: ProvisionRequest,
    pub group: Option<String>,
    pub problems: Vec<FieldProblem>,
    /// "Line 4 has the same website.", "Its website was set up on 12 May 2026."
    pub duplicate: Option<String>,
    /// It is set up all the same, because the person wants it.
    pub anyway: bool,
    /// A set-up of the same form that was begun before, which this row goes on with.
    pub resumes: Option<String>,
    /// An earlier start of the same rows has set it up; nothing is sent for it.
    pub made: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct BatchView {
    pub id: String,
    /// The file's name.
    pub name: String,
    pub template: Option<String>,
    pub connection: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub rows: Vec<BatchRowView>,
    /// A living process works on it.
    pub running: bool,
    pub finished: bool,
    pub eta_seconds: Option<u32>,
    /// Set while it waits for quota to come back.
    pub waiting_until: Option<Timestamp>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct BatchRowView {
    pub line: u32,
    pub name: String,
    pub website: String,
    pub state: BatchRowState,
    pub run_id: Option<String>,
    /// Why it failed, in plain words.
    pub problem: Option<String>,
    /// The step it is at, in plain words.
    pub doing: Option<String>,
    /// The Terms of Service to accept now.
    pub terms: Option<LinkView>,
    pub result: Option<ProvisionResult>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BatchRowState {
    Draft,
    Ticket,
    WaitingForTerms,
    WaitingForTagManager,
    Building,
    /// All is made; nobody was seen on the site yet.
    WaitingForData,
    Done,
    Failed,
    /// What was set up for it was moved to the trash.
    InTrash,
}

/// Writes what a batch made to a CSV file.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ExportBatch {
    pub id: String,
    pub path: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ExportedBatch {
    pub path: String,
    pub rows: u32,
}

/// Looks at the sites and at realtime of those that wait for data.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ProveBatch {
    pub id: String,
}
