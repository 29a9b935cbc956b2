//! C1: setting up a site.
//! Being written: signatures fixed by `commands.rs`.

use std::sync::Arc;

use crate::Engine;
use crate::dto::provisioning::*;
#[allow(unused_imports)]
use crate::dto::{ById, Nothing};
use crate::error::{Error, ErrorCode, Result};
use crate::jobs::Job;

pub async fn start(_: &Arc<Engine>, _: ProvisionRequest, _: &Job) -> Result<ProvisionRunView> {
    Err(unwritten())
}

pub async fn resume(_: &Arc<Engine>, _: ResumeProvision, _: &Job) -> Result<ProvisionRunView> {
    Err(unwritten())
}

pub async fn runs(_: &Arc<Engine>, _: Nothing) -> Result<Vec<ProvisionRunView>> {
    Err(unwritten())
}

fn unwritten() -> Error {
    Error::new(ErrorCode::Internal, "Not written yet.", "")
}
