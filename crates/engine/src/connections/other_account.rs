//! The account that answered a re-connect although another was asked for.

use std::sync::Arc;

use crate::Engine;
use crate::dto::connections::{AdoptAccount, ConnectionView};
use crate::error::{Error, ErrorCode, Result};

pub async fn adopt(_: &Arc<Engine>, _: AdoptAccount) -> Result<ConnectionView> {
    Err(Error::new(ErrorCode::Internal, "This is being built.", ""))
}
