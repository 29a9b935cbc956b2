//! Which connection acts: the least privileged that can, unless the person chose another.

use gantry_domain::Permission;
use gantry_engine::connections;
use gantry_engine::dto::connections::{RouteRequest, RouteView, SetRoute, UsePermissions};
use gantry_engine::{ErrorCode, reports};
use gantry_sandbox::practice::{AGENCY_ADMIN, AGENCY_EDITOR, AGENCY_PARTNER};

use crate::reports::question;
use crate::stage::Stage;

/// The administrator, who may configure, and the editor, who may look, with a property that both reach.
async fn stage() -> (Stage, String) {
    let stage = Stage::open(&[AGENCY_ADMIN, AGENCY_EDITOR, AGENCY_PARTNER]).await;
    let mut admin = stage.engine.store().connection(AGENCY_ADMIN).await.unwrap().unwrap();
    admin.granted_scopes.extend(Permission::Configure.scopes());
    stage.engine.store().put_connection(admin).await.unwrap();
    stage.sync().await.unwrap();
    let both = [AGENCY_ADMIN, AGENCY_EDITOR];
    let property = stage.engine.store().analytics_properties().await.unwrap();
    let property = property
        .into_iter()
        .find(|one| both.iter().all(|who| one.connections.contains(&(*who).to_owned())) && one.connections.len() == 2)
        .unwrap();
    (stage, property.property_id)
}

async fn route(stage: &Stage, property: &str, permission: Permission) -> RouteView {
    let request = RouteRequest {
        asset: format!("properties/{property}"),
        permission,
    };
    connections::route(&stage.engine, request).await.unwrap()
}

async fn choose(stage: &Stage, property: &str, connection: Option<&str>) -> gantry_engine::Result<RouteView> {
    let request = SetRoute {
        asset: format!("properties/{property}"),
        permission: Permission::View,
        connection_id: connection.map(str::to_owned),
    };
    connections::set_route(&stage.engine, request).await
}

/// Whom the last report was asked as, according to the sandbox.
async fn reporter(stage: &Stage, property: &str) -> String {
    reports::run(&stage.engine, question(property)).await.unwrap();
    let log = stage.log().await;
    let last = log
        .iter()
        .rfind(|one| one["path"].as_str().unwrap().ends_with(":runReport"));
    last.unwrap()["user"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_least_privileged_acts_and_the_person_may_choose_another() {
    let (stage, property) = stage().await;
    let view = route(&stage, &property, Permission::View).await;
    assert_eq!((view.chosen.as_deref(), view.overridden), (Some(AGENCY_EDITOR), false));
    assert_eq!(view.candidates.len(), 2, "{view:?}");
    assert_eq!(reporter(&stage, &property).await, AGENCY_EDITOR);
    let configure = route(&stage, &property, Permission::Configure).await;
    assert_eq!(configure.chosen.as_deref(), Some(AGENCY_ADMIN), "the editor may not");

    let view = choose(&stage, &property, Some(AGENCY_ADMIN)).await.unwrap();
    assert_eq!((view.chosen.as_deref(), view.overridden), (Some(AGENCY_ADMIN), true));
    assert_eq!(reporter(&stage, &property).await, AGENCY_ADMIN);
    let stranger = choose(&stage, &property, Some(AGENCY_PARTNER)).await.unwrap_err();
    assert_eq!(stranger.code, ErrorCode::NoPermission);
    let view = choose(&stage, &property, None).await.unwrap();
    assert_eq!((view.chosen.as_deref(), view.overridden), (Some(AGENCY_EDITOR), false));
}

#[tokio::test]
async fn what_is_switched_off_or_broken_is_not_chosen() {
    let (stage, property) = stage().await;
    let nothing = UsePermissions {
        id: AGENCY_EDITOR.to_owned(),
        allow: [].into(),
    };
    connections::use_permissions(&stage.engine, nothing).await.unwrap();
    assert_eq!(
        route(&stage, &property, Permission::View).await.chosen.as_deref(),
        Some(AGENCY_ADMIN)
    );
    let store = stage.engine.store();
    let signed_in = store.connection(AGENCY_ADMIN).await.unwrap().unwrap().signed_in_at;
    let now = jiff::Timestamp::now();
    assert!(
        store
            .end_sign_in(AGENCY_ADMIN, signed_in, "revoked", now)
            .await
            .unwrap()
    );
    let view = route(&stage, &property, Permission::View).await;
    assert_eq!(view.chosen, None);
    assert!(view.candidates.iter().all(|candidate| !candidate.because.is_empty()));
}
