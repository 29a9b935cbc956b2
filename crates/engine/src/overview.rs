//! D: the first page.
//! Being written: signatures fixed by `commands.rs`.

use std::sync::Arc;

use crate::Engine;
use crate::dto::app::OverviewView;
#[allow(unused_imports)]
use crate::dto::{ById, Nothing};
use crate::error::{Error, ErrorCode, Result};

pub async fn overview(_: &Arc<Engine>, _: Nothing) -> Result<OverviewView> {
    Err(unwritten())
}

fn unwritten() -> Error {
    Error::new(ErrorCode::Internal, "Not written yet.", "")
}
