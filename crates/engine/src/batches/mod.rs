//! Many set-ups at once, from a spreadsheet.

mod mapping;
mod rows;
mod table;
mod text;

use std::sync::Arc;

use crate::Engine;
use crate::dto::batches::{BatchPlan, BatchRequest, BatchView, ExportBatch, ExportedBatch, ProveBatch};
use crate::dto::{ById, Nothing};
use crate::error::Result;
use crate::jobs::Job;

pub async fn plan(_: &Arc<Engine>, _: BatchRequest) -> Result<BatchPlan> {
    Err(crate::error::Error::not_built())
}

pub async fn start(_: &Arc<Engine>, _: BatchRequest, _: &Job) -> Result<BatchView> {
    Err(crate::error::Error::not_built())
}

pub async fn resume(_: &Arc<Engine>, _: ById, _: &Job) -> Result<BatchView> {
    Err(crate::error::Error::not_built())
}

pub async fn list(_: &Arc<Engine>, _: Nothing) -> Result<Vec<BatchView>> {
    Err(crate::error::Error::not_built())
}

pub async fn show(_: &Arc<Engine>, _: ById) -> Result<BatchView> {
    Err(crate::error::Error::not_built())
}

pub async fn prove(_: &Arc<Engine>, _: ProveBatch, _: &Job) -> Result<BatchView> {
    Err(crate::error::Error::not_built())
}

pub async fn export(_: &Arc<Engine>, _: ExportBatch) -> Result<ExportedBatch> {
    Err(crate::error::Error::not_built())
}
