//! C2: Analytics reports.
//! Being written: signatures fixed by `commands.rs`.

use std::sync::Arc;

use crate::Engine;
use crate::dto::reports::*;
#[allow(unused_imports)]
use crate::dto::{ById, Nothing};
use crate::error::{Error, ErrorCode, Result};

pub async fn overview(_: &Arc<Engine>, _: OverviewReportRequest) -> Result<OverviewReport> {
    Err(unwritten())
}

pub async fn run(_: &Arc<Engine>, _: ReportRequest) -> Result<ReportTable> {
    Err(unwritten())
}

pub async fn metadata(_: &Arc<Engine>, _: MetadataRequest) -> Result<Vec<FieldView>> {
    Err(unwritten())
}

pub async fn realtime(_: &Arc<Engine>, _: RealtimeRequest) -> Result<RealtimeView> {
    Err(unwritten())
}

fn unwritten() -> Error {
    Error::new(ErrorCode::Internal, "Not written yet.", "")
}
