//! The agency's clients: named, coloured groups of properties and containers.

mod assets;
mod map;
mod mark;
mod run;
mod suggest;
mod tags;

use std::collections::HashMap;
use std::sync::Arc;

use gantry_store::ClientRecord;

use crate::Engine;
use crate::dto::clients::{ClientAsset, ClientList, ClientMark, ClientView, MoveAssets, SaveClient};
use crate::dto::events::Topic;
use crate::dto::{ById, Nothing};
use crate::error::{Error, ErrorCode, Result};

use assets::Assets;

pub(crate) use assets::{container as container_asset, property as property_asset};
pub use map::measurement_map;
pub(crate) use run::assign_for_run;
pub use suggest::{accept, suggest};

/// Characters of a name or of a group.
const LONGEST: usize = 100;

/// All clients with their assets, by name, and the assets of the mirror that belong to none.
pub async fn list(engine: &Arc<Engine>, _: Nothing) -> Result<ClientList> {
    let known = Assets::read(engine).await?;
    let mut of_client: HashMap<String, Vec<ClientAsset>> = HashMap::new();
    let owners: HashMap<String, String> = engine.store.client_assets().await?.into_iter().collect();
    for (asset, client) in &owners {
        of_client.entry(client.clone()).or_default().push(known.view(asset));
    }
    let clients = engine.store.clients().await?;
    let clients = clients.into_iter().map(|client| {
        let assets = of_client.remove(&client.id).unwrap_or_default();
        view(client, assets)
    });
    let unassigned = known.all().filter(|asset| !owners.contains_key(&asset.asset));
    Ok(ClientList {
        clients: clients.collect(),
        unassigned: sorted(unassigned.cloned().collect()),
    })
}

/// Adds a client, or changes the one with this id.
pub async fn save(engine: &Arc<Engine>, request: SaveClient) -> Result<ClientView> {
    let name = checked_name(&request.name)?;
    let heading = checked_group(request.group.as_deref())?;
    let colour = request.colour.map(mark::checked_colour).transpose()?;
    let letters = request.letters.as_deref().map(mark::checked_letters).transpose()?;
    let id = request.id;
    let (new_id, now) = (new_id(), engine.clock.now());
    let saved = engine
        .store
        .put_client(move |all| {
            let before = match &id {
                Some(id) => Some(all.iter().find(|one| one.id == *id).ok_or_else(|| no_client(id))?),
                None => None,
            };
            let other = |one: &&ClientRecord| same_name(&one.name, &name) && before.is_none_or(|own| own.id != one.id);
            if let Some(twin) = all.iter().find(other) {
                return Err(Error::new(
                    ErrorCode::Conflict,
                    format!("There is a client called {} already.", twin.name),
                    "Choose another name, or add to that client.",
                ));
            }
            Ok(match before {
                Some(before) => ClientRecord {
                    name,
                    heading,
                    colour: colour.unwrap_or(before.colour),
                    letters: letters.unwrap_or_else(|| before.letters.clone()),
                    ..before.clone()
                },
                None => ClientRecord {
                    id: new_id,
                    colour: colour.unwrap_or_else(|| mark::least_used_colour(all)),
                    letters: letters.unwrap_or_else(|| mark::letters_for(&name, all)),
                    name,
                    heading,
                    created_at: now,
                },
            })
        })
        .await??;
    engine.jobs.changed(Topic::Clients);
    let id = saved.id.clone();
    let all = list(engine, Nothing {}).await?.clients;
    Ok(all
        .into_iter()
        .find(|client| client.id == id)
        .unwrap_or_else(|| view(saved, Vec::new())))
}

/// Removes a client, not its assets: they belong to none afterwards.
pub async fn remove(engine: &Arc<Engine>, request: ById) -> Result<Nothing> {
    let client = find(engine, &request.id).await?;
    engine.store.remove_client(&client.id).await?;
    engine.jobs.changed(Topic::Clients);
    Ok(Nothing {})
}

/// Moves assets to a client, named by its id or its name, or out of all. All or none.
pub async fn move_assets(engine: &Arc<Engine>, request: MoveAssets) -> Result<ClientList> {
    let client = match &request.client {
        Some(named) => Some(find(engine, named).await?.id),
        None => None,
    };
    let known = Assets::read(engine).await?;
    let owned = engine.store.client_assets().await?;
    let mut moving = Vec::new();
    for named in &request.assets {
        // What a client has can be moved even where no connection reaches it any more.
        let own = owned.iter().find(|(asset, _)| asset == named.trim());
        moving.push(match own {
            Some((asset, _)) => asset.clone(),
            None => known.find(named)?.asset.clone(),
        });
    }
    give(engine, client, moving, false).await?;
    list(engine, Nothing {}).await
}

/// Whose asset is whose, for every tree and picker.
pub(crate) struct Marks(HashMap<String, ClientMark>);

impl Marks {
    pub async fn read(engine: &Engine) -> Result<Self> {
        let clients = engine.store.clients().await?;
        let clients: HashMap<String, ClientMark> = clients
            .into_iter()
            .map(|client| (client.id.clone(), mark_of(client)))
            .collect();
        let assets = engine.store.client_assets().await?;
        let marks = assets
            .into_iter()
            .filter_map(|(asset, client)| Some((asset, clients.get(&client)?.clone())));
        Ok(Self(marks.collect()))
    }

    /// The client of `properties/2` or `accounts/1/containers/2`.
    pub fn of(&self, asset: &str) -> Option<ClientMark> {
        self.0.get(asset).cloned()
    }
}

/// Takes what was moved to the trash out of its client.
pub(crate) async fn forget(engine: &Engine, asset: &str) -> Result<()> {
    if engine.store.client_of(asset).await?.is_some() {
        give(engine, None, vec![asset.to_owned()], false).await?;
    }
    Ok(())
}

async fn give(engine: &Engine, client: Option<String>, assets: Vec<String>, keep: bool) -> Result<()> {
    let named = client.clone().unwrap_or_default();
    if !engine.store.move_assets(client, assets, keep).await? {
        return Err(no_client(&named));
    }
    engine.jobs.changed(Topic::Clients);
    Ok(())
}

async fn known_client(engine: &Engine, id: &str) -> Result<()> {
    let all = engine.store.clients().await?;
    all.iter()
        .any(|client| client.id == id)
        .then_some(())
        .ok_or_else(|| no_client(id))
}

/// The client with this id, or of this name whatever its case.
async fn find(engine: &Engine, named: &str) -> Result<ClientRecord> {
    let named = named.trim();
    let all = engine.store.clients().await?;
    let found = all
        .iter()
        .find(|client| client.id == named)
        .or_else(|| all.iter().find(|client| same_name(&client.name, named)));
    found.cloned().ok_or_else(|| no_client(named))
}

fn no_client(named: &str) -> Error {
    Error::new(
        ErrorCode::NotFound,
        format!("There is no client {named:?}."),
        "List them on the Clients page, or with `gantry clients list`.",
    )
}

fn same_name(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn checked_name(name: &str) -> Result<String> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        return Err(Error::invalid("A client needs a name.", "Give the business's name."));
    }
    checked_length(name)
}

fn checked_group(group: Option<&str>) -> Result<Option<String>> {
    let group = group.map(|group| group.split_whitespace().collect::<Vec<_>>().join(" "));
    group.filter(|group| !group.is_empty()).map(checked_length).transpose()
}

fn checked_length(text: String) -> Result<String> {
    if text.chars().count() > LONGEST {
        return Err(Error::invalid(
            format!("A client's name and group have at most {LONGEST} characters."),
            "Shorten it.",
        ));
    }
    Ok(text)
}

fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

fn mark_of(client: ClientRecord) -> ClientMark {
    ClientMark {
        id: client.id,
        name: client.name,
        group: client.heading,
        colour: client.colour,
        letters: client.letters,
    }
}

fn view(client: ClientRecord, assets: Vec<ClientAsset>) -> ClientView {
    ClientView {
        id: client.id,
        name: client.name,
        group: client.heading,
        colour: client.colour,
        letters: client.letters,
        assets: sorted(assets),
    }
}

/// Properties first, then containers, by name.
fn sorted(mut assets: Vec<ClientAsset>) -> Vec<ClientAsset> {
    assets.sort_by_cached_key(|asset| (asset.kind, asset.name.to_lowercase(), asset.asset.clone()));
    assets
}
