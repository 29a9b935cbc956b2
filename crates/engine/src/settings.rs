//! D: settings.
//! Being written: signatures fixed by `commands.rs`.

use std::sync::Arc;

use crate::Engine;
use crate::dto::app::SettingsView;
#[allow(unused_imports)]
use crate::dto::{ById, Nothing};
use crate::error::{Error, ErrorCode, Result};

pub async fn get(_: &Arc<Engine>, _: Nothing) -> Result<SettingsView> {
    Err(unwritten())
}

pub async fn set(_: &Arc<Engine>, _: SettingsView) -> Result<SettingsView> {
    Err(unwritten())
}

fn unwritten() -> Error {
    Error::new(ErrorCode::Internal, "Not written yet.", "")
}
