//! C2: mirroring what connections reach.
//! Being written: signatures fixed by `commands.rs`.

use std::sync::Arc;

use crate::Engine;
use crate::dto::containers::*;
use crate::dto::app::PropertyRow;
#[allow(unused_imports)]
use crate::dto::{ById, Nothing};
use crate::error::{Error, ErrorCode, Result};
use crate::jobs::Job;

pub async fn plan(_: &Arc<Engine>, _: SyncRequest) -> Result<SyncPlan> {
    Err(unwritten())
}

pub async fn sync(_: &Arc<Engine>, _: SyncRequest, _: &Job) -> Result<SyncResult> {
    Err(unwritten())
}

pub async fn properties(_: &Arc<Engine>, _: Nothing) -> Result<Vec<PropertyRow>> {
    Err(unwritten())
}

/// When the oldest part of the mirror was read; `None` before the first sync.
pub async fn data_as_of(_: &Engine) -> Result<Option<jiff::Timestamp>> {
    Err(unwritten())
}

fn unwritten() -> Error {
    Error::new(ErrorCode::Internal, "Not written yet.", "")
}
