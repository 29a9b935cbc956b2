//! C1: OAuth clients, connections and signing in.
//! Being written: signatures fixed by `commands.rs`.

use std::sync::Arc;

use crate::Engine;
use crate::dto::connections::*;
#[allow(unused_imports)]
use crate::dto::{ById, Nothing};
use crate::error::{Error, ErrorCode, Result};
use crate::jobs::Job;

/// Access tokens and HTTP clients, one set a connection.
#[derive(Debug, Default)]
pub struct Sessions {}

pub async fn list_oauth_clients(_: &Arc<Engine>, _: Nothing) -> Result<Vec<OAuthClientView>> {
    Err(unwritten())
}

pub async fn add_oauth_client(_: &Arc<Engine>, _: AddOAuthClient) -> Result<OAuthClientView> {
    Err(unwritten())
}

pub async fn remove_oauth_client(_: &Arc<Engine>, _: ById) -> Result<Nothing> {
    Err(unwritten())
}

pub async fn set_default_oauth_client(_: &Arc<Engine>, _: ById) -> Result<Nothing> {
    Err(unwritten())
}

pub async fn list(_: &Arc<Engine>, _: Nothing) -> Result<Vec<ConnectionView>> {
    Err(unwritten())
}

pub async fn check(_: &Arc<Engine>, _: ById) -> Result<ConnectionCheck> {
    Err(unwritten())
}

pub async fn disconnect(_: &Arc<Engine>, _: ById) -> Result<Nothing> {
    Err(unwritten())
}

pub async fn connect(_: &Arc<Engine>, _: ConnectRequest, _: &Job) -> Result<ConnectionView> {
    Err(unwritten())
}

fn unwritten() -> Error {
    Error::new(ErrorCode::Internal, "Not written yet.", "")
}
