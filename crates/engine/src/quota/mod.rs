//! D: the quota ledger.
//! Being written: signatures fixed by `commands.rs`.

use std::sync::Arc;

use crate::Engine;
use crate::dto::app::QuotaView;
#[allow(unused_imports)]
use crate::dto::{ById, Nothing};
use crate::error::{Error, ErrorCode, Result};

/// What was spent of each quota.
pub async fn status(_: &Arc<Engine>) -> Result<Vec<QuotaView>> {
    Err(unwritten())
}

fn unwritten() -> Error {
    Error::new(ErrorCode::Internal, "Not written yet.", "")
}
