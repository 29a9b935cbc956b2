//! Containers and their live versions, from the mirror: works offline, shows its age.

mod conditions;
mod detail;
mod kinds;
mod labels;
mod parameters;
mod references;
mod rows;

use std::collections::HashMap;
use std::sync::Arc;

use gantry_store::{EntityKey, LiveVersion, TagManagerContainer};
use jiff::Timestamp;
use serde_json::Value;

use crate::Engine;
use crate::clients::{Marks, container_asset};
use crate::dto::Nothing;
use crate::dto::containers::{
    ContainerRequest, ContainerRow, ContainerTree, ContainerTreeAccount, ContainerView, EntitiesRequest, EntityCount,
    EntityDetail, EntityKind, EntityRequest, EntityRow,
};
use crate::error::{Error, ErrorCode, Result};

use references::Names;

/// Accounts with their containers.
pub async fn tree(engine: &Arc<Engine>, _: Nothing) -> Result<ContainerTree> {
    let accounts = engine.store.tag_manager_accounts().await?;
    let as_of = accounts.iter().map(|account| account.fetched_at).min();
    let live: HashMap<String, LiveVersion> = engine
        .store
        .live_versions()
        .await?
        .into_iter()
        .map(|live| (live.container_id.clone(), live))
        .collect();
    let marks = Marks::read(engine).await?;
    let mut entities: HashMap<String, u32> = HashMap::new();
    for (container, _, count) in engine.store.entity_counts().await? {
        *entities.entry(container).or_default() += count;
    }
    let mut containers: HashMap<String, Vec<ContainerRow>> = HashMap::new();
    for container in engine.store.containers().await? {
        let count = entities.get(&container.container_id).copied().unwrap_or(0);
        let row = container_row(&container, live.get(&container.container_id), count, &marks);
        containers.entry(container.account_id).or_default().push(row);
    }
    let accounts = accounts.into_iter().map(|account| ContainerTreeAccount {
        containers: containers.remove(&account.account_id).unwrap_or_default(),
        account_id: account.account_id,
        name: account.name,
    });
    Ok(ContainerTree {
        accounts: accounts.collect(),
        as_of,
    })
}

/// One container's live version in numbers.
pub async fn show(engine: &Arc<Engine>, request: ContainerRequest) -> Result<ContainerView> {
    let container = find(engine, &request.container).await?;
    let live = engine.store.live_version(&container.container_id).await?;
    let accounts = engine.store.tag_manager_accounts().await?;
    let connections = engine.store.connections().await?;
    let marks = Marks::read(engine).await?;
    let mut counts: HashMap<EntityKind, u32> = HashMap::new();
    for summary in engine.store.entity_summaries(&container.container_id, None).await? {
        if let Some(kind) = kinds::of_google(&summary.key.kind) {
            *counts.entry(kind).or_default() += 1;
        }
    }
    let document = live.as_ref().and_then(|live| live.document.as_ref());
    let described = document
        .and_then(|version| version.get("description"))
        .and_then(Value::as_str);
    Ok(ContainerView {
        account_name: accounts
            .into_iter()
            .find(|account| account.account_id == container.account_id)
            .map_or_else(String::new, |account| account.name),
        reached_by: connections
            .into_iter()
            .filter(|connection| container.connections.contains(&connection.id))
            .map(|connection| connection.email)
            .collect(),
        version_name: live.as_ref().and_then(|live| live.name.clone()),
        version_description: described.filter(|text| !text.is_empty()).map(str::to_owned),
        version_stored_at: live.as_ref().and_then(|live| stored_at(live.fingerprint.as_deref()?)),
        kinds: kinds::ALL
            .iter()
            .filter_map(|kind| {
                counts.get(kind).map(|count| EntityCount {
                    kind: *kind,
                    count: *count,
                })
            })
            .collect(),
        as_of: container.live_fetched_at,
        container: container_row(&container, live.as_ref(), counts.values().sum(), &marks),
    })
}

/// The entities of one kind, in Google's order.
pub async fn entities(engine: &Arc<Engine>, request: EntitiesRequest) -> Result<Vec<EntityRow>> {
    let container = find(engine, &request.container).await?;
    let all = engine.store.entities(&container.container_id, None).await?;
    let names = Names::new(&all);
    let kind = kinds::google(request.kind);
    Ok(all
        .iter()
        .filter(|entity| entity.summary.key.kind == kind)
        .map(|entity| rows::row(request.kind, entity, &names))
        .collect())
}

/// One entity, readable and raw.
pub async fn entity(engine: &Arc<Engine>, request: EntityRequest) -> Result<EntityDetail> {
    let container = find(engine, &request.container).await?;
    let key = EntityKey {
        kind: kinds::google(request.kind).to_owned(),
        entity_id: request.id.clone(),
    };
    let entity = engine
        .store
        .entity(&container.container_id, &key)
        .await?
        .ok_or_else(|| {
            Error::new(
                ErrorCode::NotFound,
                format!(
                    "The live version of {} has no {} {}.",
                    container.public_id,
                    kinds::word(request.kind),
                    request.id
                ),
                "List them with `gantry containers show`, or sync if the container was published lately.",
            )
        })?;
    let all = engine.store.entities(&container.container_id, None).await?;
    Ok(detail::detail(request.kind, entity, &Names::new(&all)))
}

async fn find(engine: &Engine, id: &str) -> Result<TagManagerContainer> {
    engine.store.container(id.trim()).await?.ok_or_else(|| {
        Error::new(
            ErrorCode::NotFound,
            format!("Gantry has not read a container {id:?}."),
            "Give its public id (GTM-...) or its container id; sync first if it is new.",
        )
    })
}

fn container_row(
    container: &TagManagerContainer,
    live: Option<&LiveVersion>,
    entities: u32,
    marks: &Marks,
) -> ContainerRow {
    ContainerRow {
        account_id: container.account_id.clone(),
        container_id: container.container_id.clone(),
        public_id: container.public_id.clone(),
        name: container.name.clone(),
        usage_context: container.usage_context.clone(),
        live_version: live.and_then(|live| live.version_id.clone()),
        live_read_at: container.live_fetched_at,
        entities,
        client: marks.of(&container_asset(&container.account_id, &container.container_id)),
    }
}

/// A fingerprint is the moment of storage in milliseconds since 1970, as digits.
fn stored_at(fingerprint: &str) -> Option<Timestamp> {
    Timestamp::from_millisecond(fingerprint.parse().ok()?).ok()
}
