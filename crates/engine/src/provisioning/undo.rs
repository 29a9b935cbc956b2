//! What a set-up made, and its way to the trash.

use std::sync::Arc;

use crate::Engine;
use crate::dto::ById;
use crate::dto::provisioning::{MadeAsset, TrashRequest, TrashResult};
use crate::error::Result;

pub async fn made(_: &Arc<Engine>, _: ById) -> Result<Vec<MadeAsset>> {
    Err(crate::error::Error::not_built())
}

pub async fn trash(_: &Arc<Engine>, _: TrashRequest) -> Result<TrashResult> {
    Err(crate::error::Error::not_built())
}
