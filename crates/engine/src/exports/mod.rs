//! D: reports into files.
//! Being written: signatures fixed by `commands.rs`.

use std::sync::Arc;

use crate::Engine;
use crate::dto::exports::*;
#[allow(unused_imports)]
use crate::dto::{ById, Nothing};
use crate::error::{Error, ErrorCode, Result};
use crate::jobs::Job;

pub async fn run(_: &Arc<Engine>, _: ExportRequest, _: &Job) -> Result<ExportRunView> {
    Err(unwritten())
}

pub async fn runs(_: &Arc<Engine>, _: Nothing) -> Result<Vec<ExportRunView>> {
    Err(unwritten())
}

fn unwritten() -> Error {
    Error::new(ErrorCode::Internal, "Not written yet.", "")
}
