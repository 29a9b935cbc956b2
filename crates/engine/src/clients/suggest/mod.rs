//! Which assets that no client has belong together, by the mirror alone: no call is made and nothing is moved.

mod domains;
mod evidence;
mod names;
mod naming;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::assets::{self, Assets};
use super::{give, known_client, run, tags};
use crate::Engine;
use crate::dto::Nothing;
use crate::dto::clients::{
    AcceptSuggestions, ClientAsset, ClientAssetKind, ClientList, ClientSuggestion, SuggestionStrength,
};
use crate::error::Result;

use evidence::Evidence;

/// Groupings of assets that no client has yet, the best founded first.
pub async fn suggest(engine: &Arc<Engine>, _: Nothing) -> Result<Vec<ClientSuggestion>> {
    let estate = Estate::read(engine).await?;
    let mut evidence = estate.by_measurement_id();
    evidence.extend(estate.by_domain());
    evidence.extend(estate.by_name());
    let clients = engine.store.clients().await?;
    let mut groups = evidence::group(&estate.owners, &evidence);
    // One asset alone is no grouping, unless a client takes it.
    groups.retain(|group| group.client.is_some() || group.members.len() > 1);
    let named = naming::names(&estate.assets, &estate.domains, &groups);
    let mut suggestions: Vec<ClientSuggestion> = groups
        .into_iter()
        .zip(named)
        .map(|(group, name)| {
            let mut because = group.because;
            let client = match &group.client {
                Some(id) => clients.iter().find(|client| client.id == *id),
                None => clients.iter().find(|client| super::same_name(&client.name, &name)),
            };
            if let Some(client) = client
                && group.client.is_none()
            {
                because.push(format!("There is a client called {} already.", client.name));
            }
            ClientSuggestion {
                name: client.map_or(name, |client| client.name.clone()),
                client_id: client.map(|client| client.id.clone()),
                assets: super::sorted(
                    group
                        .members
                        .iter()
                        .map(|&place| estate.assets[place].clone())
                        .collect(),
                ),
                because,
                strength: group.strength,
            }
        })
        .collect();
    suggestions.sort_by_cached_key(|one| (one.strength, one.name.to_lowercase()));
    Ok(suggestions)
}

/// Makes the suggested clients, or fills those that are there. Assets that got a client meanwhile stay with it.
pub async fn accept(engine: &Arc<Engine>, request: AcceptSuggestions) -> Result<ClientList> {
    let known = Assets::read(engine).await?;
    let mut accepted = Vec::new();
    // All is checked before anything is made.
    for suggestion in &request.suggestions {
        let mut assets = Vec::new();
        for asset in &suggestion.assets {
            assets.push(known.find(&asset.asset)?.asset.clone());
        }
        if let Some(id) = &suggestion.client_id {
            known_client(engine, id).await?;
        } else {
            super::checked_name(&suggestion.name)?;
        }
        accepted.push(assets);
    }
    for (suggestion, assets) in request.suggestions.iter().zip(accepted) {
        let client = match &suggestion.client_id {
            Some(id) => id.clone(),
            None => run::named(engine, &suggestion.name).await?,
        };
        give(engine, Some(client), assets, true).await?;
    }
    super::list(engine, Nothing {}).await
}

/// What the mirror tells of each asset.
struct Estate {
    assets: Vec<ClientAsset>,
    owners: Vec<Option<String>>,
    places: HashMap<String, usize>,
    /// Registrable domains of an asset's sites.
    domains: Vec<BTreeSet<String>>,
    /// The place of the property whose stream has this measurement ID.
    streams: HashMap<String, usize>,
    /// Measurement IDs that each container sends to, by the container's place.
    sends: BTreeMap<usize, BTreeSet<String>>,
}

impl Estate {
    async fn read(engine: &Engine) -> Result<Self> {
        let store = &engine.store;
        let assets: Vec<ClientAsset> = Assets::read(engine).await?.all().cloned().collect();
        let owners: HashMap<String, String> = store.client_assets().await?.into_iter().collect();
        let places: HashMap<String, usize> = assets.iter().map(|one| one.asset.clone()).zip(0..).collect();
        let mut estate = Self {
            owners: assets.iter().map(|one| owners.get(&one.asset).cloned()).collect(),
            domains: vec![BTreeSet::new(); assets.len()],
            streams: HashMap::new(),
            sends: BTreeMap::new(),
            places,
            assets,
        };
        // A roll-up property holds the data of many clients.
        let gathers: HashSet<String> = store
            .analytics_properties()
            .await?
            .into_iter()
            .filter(|property| property.property_type.as_deref() == Some("PROPERTY_TYPE_ROLLUP"))
            .map(|property| property.property_id)
            .collect();
        for stream in store.data_streams().await? {
            let place = estate.places.get(&assets::property(&stream.property_id)).copied();
            let Some(place) = place.filter(|_| !gathers.contains(&stream.property_id)) else {
                continue;
            };
            estate.domains[place].extend(stream.default_uri.as_deref().and_then(domains::registrable));
            if let Some(id) = stream.measurement_id {
                estate.streams.insert(id.to_ascii_uppercase(), place);
            }
        }
        let mut by_number = HashMap::new();
        for container in store.containers().await? {
            let asset = assets::container(&container.account_id, &container.container_id);
            let Some(&place) = estate.places.get(&asset) else {
                continue;
            };
            by_number.insert(container.container_id, place);
            let hosts = container
                .document
                .get("domainName")
                .and_then(serde_json::Value::as_array);
            let hosts = hosts.into_iter().flatten().filter_map(serde_json::Value::as_str);
            let said = hosts
                .filter_map(domains::registrable)
                .chain(domains::in_name(&container.name));
            estate.domains[place].extend(said);
        }
        for tag in tags::read(engine).await? {
            if let Some(&place) = by_number.get(&tag.container_id) {
                estate.sends.entry(place).or_default().extend(tag.targets);
            }
        }
        Ok(estate)
    }

    fn by_measurement_id(&self) -> Vec<Evidence> {
        let mut senders: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (container, ids) in &self.sends {
            for id in ids {
                senders.entry(id).or_default().push(*container);
            }
        }
        let mut found = Vec::new();
        for (id, containers) in senders {
            let Some(&property) = self.streams.get(id) else {
                continue;
            };
            if self.gathers(id, &containers) {
                continue;
            }
            for container in containers {
                let because = format!(
                    "{id} of {} is sent by {}.",
                    self.assets[property].name,
                    self.called(container)
                );
                found.push(Evidence {
                    strength: SuggestionStrength::MeasurementId,
                    members: vec![property, container],
                    because,
                });
            }
        }
        found
    }

    /// Whether containers of several accounts send to this ID beside one of their own: it gathers what belongs to many.
    fn gathers(&self, id: &str, containers: &[usize]) -> bool {
        let own = |container: &usize| -> BTreeSet<&String> {
            let ids = self.sends.get(container).into_iter().flatten();
            ids.filter(|other| *other != id && self.streams.contains_key(*other))
                .collect()
        };
        let with_own: Vec<(&String, BTreeSet<&String>)> = containers
            .iter()
            .map(|container| (&self.assets[*container].account_name, own(container)))
            .filter(|(_, own)| !own.is_empty())
            .collect();
        with_own.iter().any(|(account, own)| {
            with_own
                .iter()
                .any(|(other_account, other)| account != other_account && own.is_disjoint(other))
        })
    }

    fn by_domain(&self) -> Vec<Evidence> {
        let mut sharing: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, domains) in self.domains.iter().enumerate() {
            for domain in domains {
                sharing.entry(domain).or_default().push(place);
            }
        }
        shared(sharing, SuggestionStrength::Domain, |domain, members| {
            format!("{} are about {domain}.", self.listed(members))
        })
    }

    fn by_name(&self) -> Vec<Evidence> {
        let mut sharing: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, asset) in self.assets.iter().enumerate() {
            if let Some(key) = names::key(&asset.name) {
                sharing.entry(key).or_default().push(place);
            }
        }
        shared(sharing, SuggestionStrength::Name, |_, members| {
            let name = members.iter().map(|&place| names::business(&self.assets[place].name));
            format!(
                "{} are called {}.",
                self.listed(members),
                name.min_by_key(|name| name.len()).unwrap_or_default()
            )
        })
    }

    /// A container by its public id, a property by its name.
    fn called(&self, place: usize) -> &str {
        let asset = &self.assets[place];
        match (asset.kind, asset.ids.first()) {
            (ClientAssetKind::Container, Some(id)) => id,
            _ => &asset.name,
        }
    }

    /// "Elmstead Bakery and GTM-N6ZD2RKP", "4 properties and containers".
    fn listed(&self, members: &[usize]) -> String {
        match members {
            [one, other] => format!("{} and {}", self.called(*one), self.called(*other)),
            many => {
                let is_container = |place: &&usize| self.assets[**place].kind == ClientAssetKind::Container;
                let containers = many.iter().filter(is_container).count();
                let properties = many.len() - containers;
                match (properties, containers) {
                    (0, _) => format!("{containers} containers"),
                    (_, 0) => format!("{properties} properties"),
                    _ => format!(
                        "{} and {}",
                        counted(properties, "property", "properties"),
                        counted(containers, "container", "containers")
                    ),
                }
            }
        }
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Evidence of what at least two assets share.
fn shared<K: AsRef<str>>(
    sharing: BTreeMap<K, Vec<usize>>,
    strength: SuggestionStrength,
    because: impl Fn(&str, &[usize]) -> String,
) -> Vec<Evidence> {
    let several = sharing.into_iter().filter(|(_, members)| members.len() > 1);
    several
        .map(|(what, members)| Evidence {
            strength,
            because: because(what.as_ref(), &members),
            members,
        })
        .collect()
}
