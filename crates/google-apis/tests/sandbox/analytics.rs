//! Analytics Admin: the inventory, and what a set-up creates.

use futures_util::TryStreamExt;
use google_apis::analytics_admin::{CustomDimension, DataStream, KeyEvent, Property};
use google_apis::{AnalyticsAdmin, ErrorKind};

use crate::stage::Stage;

#[tokio::test]
async fn summaries_name_every_property_with_its_account() {
    let stage = Stage::open().await;
    let admin = AnalyticsAdmin::new(&stage.transport());
    let summaries = admin.account_summaries().try_concat().await.unwrap();
    assert!(summaries.len() >= 20, "{}", summaries.len());
    let first = &summaries[0];
    let properties = admin.properties_of(&first.account).try_concat().await.unwrap();
    assert_eq!(properties.len(), first.property_summaries.len());
    let property = admin.property(&first.property_summaries[0].property).await.unwrap();
    assert_eq!(property.display_name, first.property_summaries[0].display_name);
    assert!(!property.time_zone.is_empty());
    assert_eq!(
        admin.account(&first.account).await.unwrap().display_name,
        first.display_name
    );
}

#[tokio::test]
async fn a_property_a_stream_and_its_settings_can_be_made_and_changed() {
    let stage = Stage::open().await;
    let admin = AnalyticsAdmin::new(&stage.transport());
    let account = admin.account_summaries().try_concat().await.unwrap().remove(0).account;
    let new = Property {
        parent: account,
        display_name: "Bäckerei am Hafen".into(),
        time_zone: "Europe/Vienna".into(),
        currency_code: "EUR".into(),
        ..Default::default()
    };
    let property = admin.create_property(&new).await.unwrap();
    assert!(property.name.starts_with("properties/"));
    let renamed = Property {
        display_name: "Hafen".into(),
        ..property.clone()
    };
    let patched = admin.patch_property(&renamed, "display_name").await.unwrap();
    assert_eq!(
        (patched.display_name.as_str(), &patched.time_zone),
        ("Hafen", &property.time_zone)
    );

    let stream = admin
        .create_data_stream(&property.name, &DataStream::web("Website", "https://hafen.example"))
        .await
        .unwrap();
    let web = stream.web_stream_data.as_ref().unwrap();
    assert!(web.measurement_id.starts_with("G-"), "{web:?}");
    let tag = admin.global_site_tag(&stream.name).await.unwrap();
    assert!(tag.snippet.contains(&web.measurement_id));
    let mut measured = admin.enhanced_measurement_settings(&stream.name).await.unwrap();
    measured.scrolls_enabled = false;
    let patched = admin
        .patch_enhanced_measurement_settings(&stream.name, &measured, "scrolls_enabled")
        .await
        .unwrap();
    assert!(!patched.scrolls_enabled && patched.stream_enabled);
    assert_eq!(admin.data_streams(&property.name).try_concat().await.unwrap(), [stream]);

    let event = KeyEvent {
        event_name: "generate_lead".into(),
        counting_method: "ONCE_PER_EVENT".into(),
        ..Default::default()
    };
    let event = admin.create_key_event(&property.name, &event).await.unwrap();
    assert!(
        admin
            .key_events(&property.name)
            .try_concat()
            .await
            .unwrap()
            .contains(&event)
    );

    let mut retention = admin.data_retention_settings(&property.name).await.unwrap();
    retention.event_data_retention = "FOURTEEN_MONTHS".into();
    let retention = admin
        .patch_data_retention_settings(&property.name, &retention, "event_data_retention")
        .await
        .unwrap();
    assert_eq!(retention.event_data_retention, "FOURTEEN_MONTHS");

    let dimension = CustomDimension {
        parameter_name: "plan".into(),
        display_name: "Plan".into(),
        scope: "EVENT".into(),
        ..Default::default()
    };
    admin.create_custom_dimension(&property.name, &dimension).await.unwrap();
    assert_eq!(
        admin
            .custom_dimensions(&property.name)
            .try_concat()
            .await
            .unwrap()
            .len(),
        1
    );
    let bindings = admin.access_bindings(&property.name).try_concat().await;
    assert!(bindings.is_ok(), "{bindings:?}");
}

#[tokio::test]
async fn what_one_may_not_see_is_refused_with_googles_reason() {
    let stage = Stage::open().await;
    let admin = AnalyticsAdmin::new(&stage.transport());
    let error = admin.property("properties/1").await.unwrap_err();
    assert!(
        matches!(error.kind, ErrorKind::PermissionDenied | ErrorKind::NotFound),
        "{error:?}"
    );
    assert!(!error.message.is_empty());
}
