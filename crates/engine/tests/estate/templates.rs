//! Templates against what is there: what they would change, and templates made of it.

use gantry_engine::dto::Nothing;
use gantry_engine::dto::templates::{
    CaptureTemplate, PreviewTemplate, SaveTemplate, TemplateChange, TemplateDifference, TemplatePreview,
};
use gantry_engine::{ErrorCode, containers, estate, templates};
use gantry_sandbox::practice;
use serde_json::json;

use crate::stage::Stage;

#[tokio::test]
async fn explore() {
    let stage = Stage::open(&[practice::AGENCY_PARTNER]).await;
    stage.sync().await.unwrap();
    let properties = estate::properties(&stage.engine, Nothing {}).await.unwrap();
    let tree = containers::tree(&stage.engine, Nothing {}).await.unwrap();
    for row in properties.iter().take(5) {
        println!("{} {}", row.property_id, row.display_name);
    }
    for account in tree.accounts.iter().take(4) {
        for c in &account.containers {
            println!("{} {} {} {:?}", account.name, c.public_id, c.name, c.live_version);
        }
    }
    let preview = templates::preview(
        &stage.engine,
        PreviewTemplate {
            connection: None,
            template: "shop".into(),
            property_id: properties[0].property_id.clone(),
            container: Some(tree.accounts[0].containers[0].public_id.clone()),
        },
    )
    .await
    .unwrap();
    println!("{}", serde_json::to_string_pretty(&preview).unwrap());
    let made = templates::capture(
        &stage.engine,
        CaptureTemplate {
            connection: None,
            property_id: properties[0].property_id.clone(),
            container: Some(tree.accounts[0].containers[0].public_id.clone()),
            name: "captured".into(),
            title: "Captured".into(),
        },
    )
    .await
    .unwrap();
    println!("{}", made.toml);
    let _ = (ErrorCode::NotFound, json!({}), TemplateChange::Added);
}
