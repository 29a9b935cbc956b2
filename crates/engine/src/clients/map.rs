//! The measurement map: which property is fed by which tags, and what leads nowhere.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use gantry_store::TagManagerContainer;

use super::{assets, tags};
use crate::Engine;
use crate::dto::Nothing;
use crate::dto::clients::{MappedStream, MappedTag, MeasurementMap};
use crate::error::Result;

/// Every data stream of the mirror with the tags that send to it, by property, and the tags that send to none.
pub async fn measurement_map(engine: &Arc<Engine>, _: Nothing) -> Result<MeasurementMap> {
    let store = &engine.store;
    let containers: HashMap<String, TagManagerContainer> = store
        .containers()
        .await?
        .into_iter()
        .map(|container| (container.container_id.clone(), container))
        .collect();
    let streams = store.data_streams().await?;
    let known: HashSet<String> = streams
        .iter()
        .filter_map(|stream| Some(stream.measurement_id.as_ref()?.to_ascii_uppercase()))
        .collect();
    let mut to: BTreeMap<String, Vec<MappedTag>> = BTreeMap::new();
    let mut orphan_tags = Vec::new();
    for tag in tags::read(engine).await? {
        let Some(container) = containers.get(&tag.container_id) else {
            continue;
        };
        // A table's row for tests or for another site orphans no tag that reaches a stream by another row.
        let leads = tag.targets.iter().any(|target| known.contains(target));
        for target in &tag.targets {
            let mapped = MappedTag {
                container: assets::container(&container.account_id, &container.container_id),
                public_id: container.public_id.clone(),
                container_name: container.name.clone(),
                tag_id: tag.tag_id.clone(),
                tag_name: tag.name.clone(),
                tag_type: tag.type_name.clone(),
                sends_to: target.clone(),
                paused: tag.paused,
            };
            if known.contains(target) {
                to.entry(target.clone()).or_default().push(mapped);
            } else if !leads {
                orphan_tags.push(mapped);
            }
        }
    }
    orphan_tags.sort_by_cached_key(|tag| (tag.container_name.to_lowercase(), tag.container.clone()));
    let properties = store.analytics_properties().await?;
    let read: HashSet<String> = store
        .data_streams_fetched()
        .await?
        .into_iter()
        .map(|(property, _)| property)
        .collect();
    let owners: HashMap<String, String> = store.client_assets().await?.into_iter().collect();
    let mut of_property: HashMap<String, Vec<MappedStream>> = HashMap::new();
    for stream in streams {
        let id = stream.measurement_id.as_ref().map(|id| id.to_ascii_uppercase());
        of_property
            .entry(stream.property_id.clone())
            .or_default()
            .push(MappedStream {
                client_id: owners.get(&assets::property(&stream.property_id)).cloned(),
                property_name: String::new(),
                tags: id.and_then(|id| to.get(&id)).cloned().unwrap_or_default(),
                platform: platform(&stream.kind).to_owned(),
                property_id: stream.property_id,
                stream_id: stream.stream_id,
                stream_name: stream.display_name,
                measurement_id: stream.measurement_id,
                website: stream.default_uri,
            });
    }
    let unread_properties = properties.iter().filter(|one| !read.contains(&one.property_id)).count();
    let unread_containers = containers.values().filter(|one| one.live_fetched_at.is_none()).count();
    let streams = properties.into_iter().flat_map(|property| {
        let mut streams = of_property.remove(&property.property_id).unwrap_or_default();
        for stream in &mut streams {
            stream.property_name.clone_from(&property.display_name);
        }
        streams
    });
    Ok(MeasurementMap {
        streams: streams.collect(),
        orphan_tags,
        unread_containers: u32::try_from(unread_containers).unwrap_or(u32::MAX),
        unread_properties: u32::try_from(unread_properties).unwrap_or(u32::MAX),
    })
}

fn platform(kind: &str) -> &str {
    match kind {
        "WEB_DATA_STREAM" => "web",
        "ANDROID_APP_DATA_STREAM" => "android",
        "IOS_APP_DATA_STREAM" => "ios",
        other => other,
    }
}
