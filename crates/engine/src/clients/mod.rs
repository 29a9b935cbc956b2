//! The agency's clients: named, coloured groups of properties and containers.

use std::sync::Arc;

use crate::Engine;
use crate::dto::clients::{
    AcceptSuggestions, ClientList, ClientSuggestion, ClientView, MeasurementMap, MoveAssets, SaveClient,
};
use crate::dto::{ById, Nothing};
use crate::error::Result;

pub async fn list(_: &Arc<Engine>, _: Nothing) -> Result<ClientList> {
    Err(crate::error::Error::not_built())
}

pub async fn save(_: &Arc<Engine>, _: SaveClient) -> Result<ClientView> {
    Err(crate::error::Error::not_built())
}

pub async fn remove(_: &Arc<Engine>, _: ById) -> Result<Nothing> {
    Err(crate::error::Error::not_built())
}

pub async fn move_assets(_: &Arc<Engine>, _: MoveAssets) -> Result<ClientList> {
    Err(crate::error::Error::not_built())
}

pub async fn suggest(_: &Arc<Engine>, _: Nothing) -> Result<Vec<ClientSuggestion>> {
    Err(crate::error::Error::not_built())
}

pub async fn accept(_: &Arc<Engine>, _: AcceptSuggestions) -> Result<ClientList> {
    Err(crate::error::Error::not_built())
}

pub async fn measurement_map(_: &Arc<Engine>, _: Nothing) -> Result<MeasurementMap> {
    Err(crate::error::Error::not_built())
}
