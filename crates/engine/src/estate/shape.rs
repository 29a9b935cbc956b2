//! From Google's resources to the mirror's rows.

use gantry_store::{
    AnalyticsAccount, AnalyticsProperty, ContainerEntity, DataStreamRecord, EntityKey, EntitySummary, LiveVersion,
    TagManagerAccount, TagManagerContainer,
};
use google_apis::analytics_admin::{AccountSummary, DataStream};
use google_apis::tag_manager::{Account, Container, ContainerVersion};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// `123` of `properties/123`.
pub(super) fn number(name: &str) -> String {
    name.rsplit('/').next().unwrap_or(name).to_owned()
}

fn document(resource: &impl Serialize) -> Value {
    // Resources hold text, numbers and lists under text keys: those always serialise.
    serde_json::to_value(resource).unwrap_or_default()
}

pub(super) fn analytics(
    summaries: &[AccountSummary],
    now: Timestamp,
) -> (Vec<AnalyticsAccount>, Vec<AnalyticsProperty>) {
    let accounts = summaries.iter().map(|summary| AnalyticsAccount {
        account_id: number(&summary.account),
        display_name: summary.display_name.clone(),
        document: document(&AccountSummary {
            property_summaries: Vec::new(),
            ..summary.clone()
        }),
        fetched_at: now,
        connections: Vec::new(),
    });
    let properties = summaries.iter().flat_map(|summary| {
        summary.property_summaries.iter().map(|property| AnalyticsProperty {
            property_id: number(&property.property),
            account_id: number(&summary.account),
            display_name: property.display_name.clone(),
            property_type: Some(property.property_type.clone()).filter(|kind| !kind.is_empty()),
            can_edit: property.extra.get("canEdit").and_then(Value::as_bool).unwrap_or(false),
            document: document(property),
            fetched_at: now,
            connections: Vec::new(),
        })
    });
    (accounts.collect(), properties.collect())
}

pub(super) fn data_stream(property_id: &str, stream: &DataStream, now: Timestamp) -> DataStreamRecord {
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let web = stream.web_stream_data.as_ref();
    DataStreamRecord {
        property_id: property_id.to_owned(),
        stream_id: number(&stream.name),
        kind: stream.kind.clone(),
        display_name: stream.display_name.clone(),
        measurement_id: web.and_then(|web| text(&web.measurement_id)),
        default_uri: web.and_then(|web| text(&web.default_uri)),
        fetched_at: now,
    }
}

pub(super) fn account(account: &Account, now: Timestamp) -> TagManagerAccount {
    TagManagerAccount {
        account_id: account.account_id.clone(),
        name: account.name.clone(),
        document: document(account),
        fetched_at: now,
        connections: Vec::new(),
    }
}

pub(super) fn container(container: &Container, now: Timestamp) -> TagManagerContainer {
    TagManagerContainer {
        container_id: container.container_id.clone(),
        account_id: container.account_id.clone(),
        public_id: container.public_id.clone(),
        name: container.name.clone(),
        usage_context: container.usage_context.clone(),
        document: document(container),
        fetched_at: now,
        connections: Vec::new(),
        live_fetched_at: None,
    }
}

/// A container whose live version Google does not find: nothing was ever published.
pub(super) fn never_published(container_id: &str, now: Timestamp) -> LiveVersion {
    LiveVersion {
        container_id: container_id.to_owned(),
        version_id: None,
        name: None,
        fingerprint: None,
        document: None,
        fetched_at: now,
    }
}

/// A version apart from its entities, and its entities in Google's order.
pub(super) fn version(
    container_id: &str,
    mut version: ContainerVersion,
    now: Timestamp,
) -> (LiveVersion, Vec<ContainerEntity>) {
    let lists = [
        ("tag", "tagId", std::mem::take(&mut version.tag)),
        ("trigger", "triggerId", std::mem::take(&mut version.trigger)),
        ("variable", "variableId", std::mem::take(&mut version.variable)),
        (
            "builtInVariable",
            "type",
            std::mem::take(&mut version.built_in_variable),
        ),
        ("folder", "folderId", std::mem::take(&mut version.folder)),
        (
            "customTemplate",
            "templateId",
            std::mem::take(&mut version.custom_template),
        ),
        ("zone", "zoneId", std::mem::take(&mut version.zone)),
        ("client", "clientId", std::mem::take(&mut version.client)),
        (
            "transformation",
            "transformationId",
            std::mem::take(&mut version.transformation),
        ),
        ("gtagConfig", "gtagConfigId", std::mem::take(&mut version.gtag_config)),
    ];
    let entities = lists.into_iter().flat_map(|(kind, id, list)| {
        list.into_iter().map(move |entity| ContainerEntity {
            summary: summary(kind, id, &entity),
            document: entity,
        })
    });
    let entities = entities.collect();
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let live = LiveVersion {
        container_id: container_id.to_owned(),
        version_id: text(&version.container_version_id),
        name: text(&version.name),
        fingerprint: text(&version.fingerprint),
        document: Some(document(&version)),
        fetched_at: now,
    };
    (live, entities)
}

fn summary(kind: &str, id: &str, entity: &Value) -> EntitySummary {
    let text = |key: &str| {
        entity
            .get(key)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    EntitySummary {
        key: EntityKey {
            kind: kind.to_owned(),
            entity_id: text(id).unwrap_or_default(),
        },
        name: text("name").unwrap_or_default(),
        entity_type: text("type"),
        folder_id: text("parentFolderId"),
        fingerprint: text("fingerprint"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn entities_leave_the_version_whole_and_in_order() {
        let google: ContainerVersion = serde_json::from_value(json!({
            "containerVersionId": "46", "fingerprint": "1760000000000", "newField": {"kept": true},
            "tag": [{"tagId": "2", "name": "b", "type": "html", "unknown": [1]}, {"tagId": "1", "name": "a", "type": "gaawe"}],
            "builtInVariable": [{"type": "pageUrl", "name": "Page URL"}],
        }))
        .unwrap();
        let (live, entities) = version("9", google, Timestamp::UNIX_EPOCH);
        assert_eq!(live.version_id.as_deref(), Some("46"));
        assert_eq!(live.document.unwrap()["newField"], json!({"kept": true}));
        let keys: Vec<_> = entities
            .iter()
            .map(|one| (one.summary.key.kind.as_str(), one.summary.key.entity_id.as_str()))
            .collect();
        assert_eq!(keys, [("tag", "2"), ("tag", "1"), ("builtInVariable", "pageUrl")]);
        assert_eq!(entities[0].document["unknown"], json!([1]));
    }
}
