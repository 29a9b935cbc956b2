//! Templates against what is there: what they would change, and templates made of it.

use gantry_engine::dto::templates::{
    CaptureTemplate, PreviewTemplate, SaveTemplate, TemplateChange, TemplateDifference, TemplatePreview,
};
use gantry_engine::dto::{ById, Nothing};
use gantry_engine::{ErrorCode, containers, estate, templates};
use gantry_sandbox::practice;
use serde_json::json;

use crate::stage::Stage;

/// The property of the shop, and the container of its website.
async fn shop(stage: &Stage) -> (String, String) {
    let properties = estate::properties(&stage.engine, Nothing {}).await.unwrap();
    let property = properties
        .into_iter()
        .find(|row| row.display_name == "Alder & Finch Optics / Shop");
    let tree = containers::tree(&stage.engine, Nothing {}).await.unwrap();
    let mut all = tree.accounts.into_iter().flat_map(|account| account.containers);
    let container = all.find(|row| row.name == "shop.alder-finch.example").unwrap();
    (property.unwrap().property_id, container.public_id)
}

async fn preview(stage: &Stage, template: &str, property: &str, container: Option<&str>) -> TemplatePreview {
    let request = PreviewTemplate {
        connection: None,
        template: template.to_owned(),
        property_id: property.to_owned(),
        container: container.map(str::to_owned),
        website: None,
    };
    templates::preview(&stage.engine, request).await.unwrap()
}

fn row<'a>(preview: &'a TemplatePreview, what: &str, name: &str) -> &'a TemplateDifference {
    let found = preview.rows.iter().find(|row| row.what == what && row.name == name);
    found.unwrap_or_else(|| panic!("no {what} {name} in {:?}", preview.rows))
}

#[tokio::test]
async fn a_preview_reads_only_and_tells_row_by_row() {
    let stage = Stage::open(&[practice::AGENCY_PARTNER]).await;
    stage.sync().await.unwrap();
    let (property, container) = shop(&stage).await;
    stage.forget_log().await;
    let preview = preview(&stage, "shop", &property, Some(&container)).await;
    let mut log = stage.log().await;
    log.retain(|request| {
        request["host"]
            .as_str()
            .is_some_and(|host| host.ends_with(".googleapis.com"))
    });
    assert!(log.iter().all(|request| request["method"] == "GET"), "{log:?}");
    let to_google = log.iter().filter(|request| request["host"] != "oauth2.googleapis.com");
    assert_eq!(to_google.count(), usize::try_from(preview.calls).unwrap());
    assert_eq!(preview.calls, 7);

    let retention = row(&preview, "Data retention", "Events");
    assert_eq!(
        (retention.before.as_deref(), retention.after.as_str(), retention.change),
        (Some("2 months"), "14 months", TemplateChange::Changed)
    );
    assert_eq!(
        row(&preview, "Key event", "add_payment_info").change,
        TemplateChange::Added
    );
    assert_eq!(
        row(&preview, "Custom dimension", "Item colour").change,
        TemplateChange::Added
    );
    assert_eq!(row(&preview, "Tag", "Consent defaults").change, TemplateChange::Added);
    let counted = |change| preview.rows.iter().filter(|row| row.change == change).count();
    assert_eq!(counted(TemplateChange::Added), usize::try_from(preview.added).unwrap());
    assert_eq!(counted(TemplateChange::Same), usize::try_from(preview.same).unwrap());
}

#[tokio::test]
async fn a_preview_reads_nothing_that_the_template_does_not_speak_of() {
    let stage = Stage::open(&[practice::AGENCY_PARTNER]).await;
    stage.sync().await.unwrap();
    let (property, _) = shop(&stage).await;
    let save = SaveTemplate {
        toml: "format = 1\nname = \"keep\"\ntitle = \"Keep\"\n[property]\nretention_months = 14\n".to_owned(),
        replace: false,
    };
    templates::save(&stage.engine, save).await.unwrap();
    let preview = preview(&stage, "keep", &property, None).await;
    assert_eq!((preview.calls, preview.rows.len()), (1, 1));
}

#[tokio::test]
async fn a_preview_compares_the_stream_of_the_site_and_not_the_first_one() {
    let stage = Stage::open(&[practice::AGENCY_PARTNER]).await;
    stage.sync().await.unwrap();
    let (property, container) = shop(&stage).await;
    let add_second_stream = || {
        let mut world = stage.sandbox.google().world_mut();
        let analytics = &mut world.analytics;
        let number: u64 = property.parse().unwrap();
        let first = analytics.streams_of(number).next().unwrap().clone();
        let second = analytics.add_web_stream(number, "Outlet", "https://www.outlet.example", jiff::Timestamp::now());
        assert!(first.id < second, "Google lists it second");
        let name = format!("{}/enhancedMeasurementSettings", analytics.streams[&second].name);
        let off = json!({ "name": name, "streamEnabled": false, "searchQueryParameter": "q" });
        let off = serde_json::from_value(off).unwrap();
        analytics.enhanced_measurement.insert(second, off);
        (first, second)
    };
    let (first, second) = add_second_stream();
    let asked = |container: Option<&str>, website: Option<&str>| {
        let request = PreviewTemplate {
            connection: None,
            template: "shop".to_owned(),
            property_id: property.clone(),
            container: container.map(str::to_owned),
            website: website.map(str::to_owned),
        };
        async {
            let preview = templates::preview(&stage.engine, request).await.unwrap();
            let row = row(&preview, "Enhanced measurement", "Website");
            (row.before.clone(), row.change)
        }
    };
    let (on, off) = (Some("On".to_owned()), Some("Off".to_owned()));
    let site = first.web_stream_data.unwrap().default_uri;
    assert_eq!(asked(None, Some(&site)).await, (on.clone(), TemplateChange::Same));
    assert_eq!(
        asked(None, Some("outlet.example")).await,
        (off.clone(), TemplateChange::Changed)
    );
    let new = asked(None, Some("https://new.example")).await;
    assert_eq!(new, (None, TemplateChange::Added), "a set-up makes its stream");

    // Nobody says which site: the container's Google tag tells, and without one it is the first.
    assert_eq!(asked(Some(&container), None).await.0, on);
    let swap_measurement_ids = || {
        let mut world = stage.sandbox.google().world_mut();
        let mut id_of = |stream: u64, id: String| {
            let data = world
                .analytics
                .streams
                .get_mut(&stream)
                .unwrap()
                .web_stream_data
                .as_mut();
            std::mem::replace(&mut data.unwrap().measurement_id, id)
        };
        let of_first = id_of(first.id, String::new());
        let of_second = id_of(second, of_first);
        id_of(first.id, of_second);
    };
    swap_measurement_ids();
    assert_eq!(asked(Some(&container), None).await.0, off);
    assert_eq!(asked(None, None).await.0, on);
}

#[tokio::test]
async fn a_captured_template_changes_nothing_where_it_is_from() {
    let stage = Stage::open(&[practice::AGENCY_PARTNER]).await;
    stage.sync().await.unwrap();
    let (property, container) = shop(&stage).await;
    let request = CaptureTemplate {
        connection: None,
        property_id: format!("properties/{property}"),
        container: Some(container.clone()),
        website: None,
        name: "captured".to_owned(),
        title: "Captured".to_owned(),
    };
    let document = templates::capture(&stage.engine, request.clone()).await.unwrap();
    let made = templates::list(&stage.engine, Nothing {}).await.unwrap();
    assert!(
        made.iter().all(|view| view.template.name != "captured"),
        "nothing is kept unasked"
    );
    let save = SaveTemplate {
        toml: document.toml.clone(),
        replace: false,
    };
    let view = templates::save(&stage.engine, save).await.unwrap();
    assert!(!view.shipped && view.path.is_some());
    assert!(view.template.key_events.iter().any(|event| event.event == "purchase"));
    assert!(!view.template.tag_manager.events.is_empty(), "{}", document.toml);
    assert!(
        document.toml.contains("# Left out"),
        "what no template can say is named"
    );
    let shown = templates::show(
        &stage.engine,
        ById {
            id: "captured".to_owned(),
        },
    )
    .await
    .unwrap();
    assert_eq!(shown.toml, document.toml);

    let same = preview(&stage, "captured", &property, None).await;
    assert!(
        same.rows.iter().all(|row| row.change == TemplateChange::Same),
        "{:?}",
        same.rows
    );

    let wrong = templates::capture(
        &stage.engine,
        CaptureTemplate {
            name: "Not A Name".to_owned(),
            ..request.clone()
        },
    );
    assert_eq!(wrong.await.unwrap_err().code, ErrorCode::InvalidRequest);
    let nobodys = CaptureTemplate {
        container: Some("GTM-NOBODY1".to_owned()),
        ..request
    };
    assert_eq!(
        templates::capture(&stage.engine, nobodys).await.unwrap_err().code,
        ErrorCode::NotFound
    );
}
