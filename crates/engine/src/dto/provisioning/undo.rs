//! What was made, on its way to the trash.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Something that a set-up made and that can be moved to the trash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MadeAsset {
    /// `accounts/1` (Analytics), `properties/2`, `accounts/1/containers/2` (Tag Manager).
    pub asset: String,
    pub kind: MadeKind,
    pub name: String,
    /// Name of the account that it is in; its own for an account.
    pub account_name: String,
    /// E-mail of the connection that would act.
    pub connection: String,
    /// Why it cannot be removed, where it cannot: a permission that is missing, or that it was there before.
    pub why_not: Option<String>,
    /// It is in the trash already.
    pub trashed: bool,
    /// What is lost with it, in plain words.
    pub consequence: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MadeKind {
    AnalyticsAccount,
    Property,
    Container,
}

/// Moves what a set-up made to the trash.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TrashRequest {
    pub run_id: String,
    pub assets: Vec<TrashAsset>,
}

/// One asset, with its name as the person was shown it: one that is called otherwise by now is left alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TrashAsset {
    pub asset: String,
    pub name: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TrashResult {
    pub trashed: Vec<MadeAsset>,
    pub failures: Vec<TrashFailure>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TrashFailure {
    pub asset: String,
    pub name: String,
    pub code: String,
    pub message: String,
    pub remedy: String,
}
