//! Containers from the mirror: offline, readable, lossless.

use gantry_engine::dto::Nothing;
use gantry_engine::dto::containers::{ContainerRequest, EntitiesRequest, EntityKind, EntityRequest};
use gantry_engine::{ErrorCode, containers};
use gantry_sandbox::practice;

use crate::stage::Stage;

#[tokio::test]
async fn every_entity_of_every_container_reads_offline() {
    let stage = Stage::open(&[practice::AGENCY_PARTNER]).await;
    stage.sync().await.unwrap();
    let engine = stage.engine.clone();
    stage.sandbox.stop().await;

    let tree = containers::tree(&engine, Nothing {}).await.unwrap();
    assert!(tree.as_of.is_some());
    let (mut tags_that_fire, mut unresolved, mut conditions) = (0, 0, 0);
    for row in tree.accounts.iter().flat_map(|account| &account.containers) {
        let container = row.public_id.clone();
        let view = containers::show(
            &engine,
            ContainerRequest {
                container: container.clone(),
            },
        )
        .await
        .unwrap();
        assert_eq!(view.reached_by, [practice::AGENCY_PARTNER]);
        assert_eq!(
            view.container.live_version.is_none(),
            view.kinds.is_empty(),
            "{container}"
        );
        for count in &view.kinds {
            let request = EntitiesRequest {
                container: container.clone(),
                kind: count.kind,
            };
            let rows = containers::entities(&engine, request).await.unwrap();
            assert_eq!(rows.len(), usize::try_from(count.count).unwrap());
            for row in rows {
                let request = EntityRequest {
                    container: container.clone(),
                    kind: row.kind,
                    id: row.id.clone(),
                };
                let detail = containers::entity(&engine, request).await.unwrap();
                assert!(!row.name.is_empty() && detail.raw["name"] == row.name.as_str());
                tags_that_fire += usize::from(!row.fires_on.is_empty());
                conditions += detail.conditions.len();
                let references = detail.firing_triggers.iter().chain(&detail.blocking_triggers);
                unresolved += references.filter(|trigger| trigger.name == trigger.id).count();
            }
        }
    }
    assert!(tags_that_fire > 50 && conditions > 50, "{tags_that_fire} {conditions}");
    assert_eq!(unresolved, 0, "every trigger has a name");
}

#[tokio::test]
async fn what_was_not_mirrored_is_not_found() {
    let stage = Stage::open(&[practice::AGENCY_PARTNER]).await;
    stage.sync().await.unwrap();
    let missing = containers::show(
        &stage.engine,
        ContainerRequest {
            container: "GTM-NOBODY".into(),
        },
    )
    .await;
    assert_eq!(missing.unwrap_err().code, ErrorCode::NotFound);
    let tree = containers::tree(&stage.engine, Nothing {}).await.unwrap();
    let container = tree.accounts[0].containers[0].public_id.clone();
    let missing = EntityRequest {
        container,
        kind: EntityKind::Tag,
        id: "999999".into(),
    };
    assert_eq!(
        containers::entity(&stage.engine, missing).await.unwrap_err().code,
        ErrorCode::NotFound
    );
}
