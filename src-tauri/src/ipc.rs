//! The one door of the window: a command of the engine's table by name, JSON in and JSON out.

use std::sync::Arc;

use gantry_engine::{ErrorView, commands};
use serde_json::Value;
use tauri::State;

use crate::worlds::Worlds;

/// The event under which all of the engine's events reach the page.
pub const EVENT: &str = "engine";

#[tauri::command]
pub async fn dispatch(worlds: State<'_, Arc<Worlds>>, name: String, request: Value) -> Result<Value, ErrorView> {
    let engine = worlds.current().await?;
    commands::dispatch(&engine, &name, request)
        .await
        .map_err(|error| error.view())
}
