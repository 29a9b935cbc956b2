//! Service accounts: connections that need no person.

use std::sync::Arc;

use crate::Engine;
use crate::dto::connections::{AddServiceAccount, ByPath, ConnectionView, ServiceAccountFile};
use crate::error::{Error, ErrorCode, Result};

pub async fn inspect(_: &Arc<Engine>, _: ByPath) -> Result<ServiceAccountFile> {
    Err(Error::new(ErrorCode::Internal, "This is being built.", ""))
}

pub async fn add(_: &Arc<Engine>, _: AddServiceAccount) -> Result<ConnectionView> {
    Err(Error::new(ErrorCode::Internal, "This is being built.", ""))
}
