//! What a set-up will do, before it does it.

use std::collections::BTreeSet;

use gantry_domain::Permission;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::run::ProvisionStep;
use crate::dto::connections::PermissionName;

/// What a set-up will do, before it does it. Made without a call.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ProvisionPlan {
    pub steps: Vec<PlannedStep>,
    /// What one sign-in asks for: the union of all steps.
    #[ts(as = "Vec<PermissionName>")]
    pub permissions: BTreeSet<Permission>,
    /// Of these, what the connection has not.
    #[ts(as = "Vec<PermissionName>")]
    pub missing: BTreeSet<Permission>,
    pub analytics_calls: u32,
    pub tag_manager_calls: u32,
    /// Of these, the reads that only make sure (the accounts from before the ticket, the new account's arrival).
    pub safety_reads: u32,
    /// How long it takes without what waits for a person, under the quotas as they stand.
    pub seconds: u32,
    /// Each wrong field; a set-up starts where this is empty.
    pub problems: Vec<FieldProblem>,
    /// An unfinished run of the same form, which `start` goes on with.
    pub resumes: Option<String>,
    /// What a person should know before: that the same website was set up already, for instance. They stop nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PlannedStep {
    pub step: ProvisionStep,
    /// What it makes, in plain words: "8 custom dimensions".
    pub detail: String,
    pub analytics_calls: u32,
    pub tag_manager_calls: u32,
    /// A person may leave it out.
    pub optional: bool,
    pub skipped: bool,
}

/// What is wrong with one field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FieldProblem {
    /// Name of the field in `ProvisionRequest`, for instance `time_zone`.
    pub field: String,
    pub message: String,
    pub remedy: String,
}
