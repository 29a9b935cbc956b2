//! The estate: everything that all connections can reach, mirrored locally so that every screen works offline and with
//! its age shown.

mod lock;
mod plan;
mod shape;
mod streams;
mod sync;
mod tally;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::Engine;
use crate::clients::{Marks, property_asset};
use crate::connections::Routes;
use crate::dto::Nothing;
use crate::dto::app::{PropertyRow, SyncRunView};
use crate::error::Result;

pub use plan::plan;
pub use sync::sync;

/// Where the last sync is written down.
const LAST_SYNC: &str = "estate.last_sync";

/// Every mirrored property, by account and name.
pub async fn properties(engine: &Arc<Engine>, _: Nothing) -> Result<Vec<PropertyRow>> {
    let accounts: HashMap<String, String> = engine
        .store
        .analytics_accounts()
        .await?
        .into_iter()
        .map(|account| (account.account_id, account.display_name))
        .collect();
    let routes = Routes::read(engine).await?;
    let marks = Marks::read(engine).await?;
    let mut rows: Vec<PropertyRow> = engine
        .store
        .analytics_properties()
        .await?
        .into_iter()
        .map(|property| PropertyRow {
            account_name: accounts.get(&property.account_id).cloned().unwrap_or_default(),
            connection_id: routes
                .reader(&property.property_id, &property.connections)
                .unwrap_or_default(),
            client: marks.of(&property_asset(&property.property_id)),
            property_id: property.property_id,
            display_name: property.display_name,
            account_id: property.account_id,
            can_edit: property.can_edit,
        })
        .collect();
    rows.sort_by_key(|row| (row.account_name.to_lowercase(), row.account_id.clone()));
    Ok(rows)
}

/// When the oldest part of the mirror was read; `None` before the first sync.
pub async fn data_as_of(engine: &Engine) -> Result<Option<Timestamp>> {
    let mut times = Vec::new();
    for connection in engine.store.connections().await? {
        times.extend(engine.store.analytics_fetched_at(&connection.id).await?);
    }
    for container in engine.store.containers().await? {
        times.push(container.fetched_at);
        times.extend(container.live_fetched_at);
    }
    Ok(times.into_iter().min())
}

/// The last sync, finished or not; `None` before the first.
pub async fn last_sync(engine: &Engine) -> Result<Option<SyncRunView>> {
    Ok(engine.store.setting(LAST_SYNC).await?)
}
