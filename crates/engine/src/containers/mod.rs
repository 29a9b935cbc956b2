//! C2: containers from the mirror.
//! Being written: signatures fixed by `commands.rs`.

use std::sync::Arc;

use crate::Engine;
use crate::dto::containers::*;
#[allow(unused_imports)]
use crate::dto::{ById, Nothing};
use crate::error::{Error, ErrorCode, Result};

pub async fn tree(_: &Arc<Engine>, _: Nothing) -> Result<ContainerTree> {
    Err(unwritten())
}

pub async fn show(_: &Arc<Engine>, _: ContainerRequest) -> Result<ContainerView> {
    Err(unwritten())
}

pub async fn entities(_: &Arc<Engine>, _: EntitiesRequest) -> Result<Vec<EntityRow>> {
    Err(unwritten())
}

pub async fn entity(_: &Arc<Engine>, _: EntityRequest) -> Result<EntityDetail> {
    Err(unwritten())
}

fn unwritten() -> Error {
    Error::new(ErrorCode::Internal, "Not written yet.", "")
}
