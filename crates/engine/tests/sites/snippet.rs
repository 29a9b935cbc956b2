//! The snippet and where it goes.

use gantry_engine::dto::ById;
use gantry_engine::dto::provisioning::ProvisionResult;
use gantry_engine::{ErrorCode, provisioning};
use serde_json::json;

use crate::stage::{Stage, container, form, gtm};

fn by_id(id: &str) -> ById {
    ById { id: id.to_owned() }
}

#[tokio::test]
async fn the_snippet_comes_with_the_guide_of_the_sites_builder_and_an_email() {
    let stage = Stage::open().await;
    let (head, noscript) = gtm("GTM-N6ZD2RKP");
    let result = ProvisionResult {
        measurement_id: "G-ABC123DEF4".to_owned(),
        container: Some(container("1", "2", "GTM-N6ZD2RKP", Some("1"))),
        snippet: head.clone(),
        noscript: Some(noscript.clone()),
        ..ProvisionResult::default()
    };
    let id = stage.done(form("https://www.hafen.example"), &result).await;
    let order = json!({ "host": "www.hafen.example", "head": "<script src='//cdn.shopify.com/a.js'></script>" });
    stage.control("sites", order).await;
    let view = provisioning::snippet(&stage.engine, by_id(&id)).await.unwrap();
    assert_eq!(
        (view.head.as_str(), view.noscript.as_deref(), view.tag_id.as_str()),
        (head.as_str(), Some(noscript.as_str()), "GTM-N6ZD2RKP")
    );
    assert_eq!(
        (view.guides[0].builder.as_str(), view.guides[0].likely),
        ("shopify", true)
    );
    for builder in [
        "wordpress",
        "shopify",
        "wix",
        "squarespace",
        "webflow",
        "html",
        "someone_else",
    ] {
        assert!(view.guides.iter().any(|guide| guide.builder == builder), "{builder}");
    }
    assert!(view.email_subject.contains("www.hafen.example") && view.email_subject.contains("GTM-N6ZD2RKP"));
    assert!(view.email_text.contains(&head) && view.email_text.contains(&noscript));
    let link = view.site.unwrap();
    assert_eq!(link.url, format!("{}/www.hafen.example/", stage.sandbox.base()));
}

#[tokio::test]
async fn a_set_up_without_a_snippet_says_so() {
    let stage = Stage::open().await;
    let missing = provisioning::snippet(&stage.engine, by_id("none")).await.unwrap_err();
    assert_eq!(missing.code, ErrorCode::NotFound);
    let id = stage.done(form(""), &ProvisionResult::default()).await;
    let apps_only = provisioning::snippet(&stage.engine, by_id(&id)).await.unwrap_err();
    assert!(apps_only.message.contains("no website"), "{apps_only:?}");
}
