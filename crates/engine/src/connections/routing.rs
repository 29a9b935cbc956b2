//! Which connection acts on an asset that several reach.

use std::sync::Arc;

use crate::Engine;
use crate::dto::connections::{RouteRequest, RouteView, SetRoute};
use crate::error::{Error, ErrorCode, Result};

pub async fn route(_: &Arc<Engine>, _: RouteRequest) -> Result<RouteView> {
    Err(Error::new(ErrorCode::Internal, "This is being built.", ""))
}

pub async fn set_route(_: &Arc<Engine>, _: SetRoute) -> Result<RouteView> {
    Err(Error::new(ErrorCode::Internal, "This is being built.", ""))
}
