//! The record of a set-up, as a file to keep.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Writes down what a finished set-up made, by whom and when, as plain text. The answer says where it is.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SaveRecord {
    pub run_id: String,
    pub path: String,
}
