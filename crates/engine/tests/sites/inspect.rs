//! What a site says of itself, and why it says nothing.

use gantry_engine::ErrorCode;
use gantry_engine::dto::sites::SiteRequest;
use gantry_engine::sites;
use serde_json::json;

use crate::stage::{Stage, gtag};

#[tokio::test]
async fn a_site_fills_the_form() {
    let stage = Stage::open().await;
    let head = format!("{}<meta name=generator content='WordPress 6.8'>", gtag("G-ABC123DEF4"));
    let order = json!({
        "host": "elmstead-bakery.example", "title": "Home | Elmstead Bakery", "language": "en-GB", "head": head,
    });
    stage.control("sites", order).await;
    let view = stage.inspect(" elmstead-bakery.example ").await;
    assert_eq!((view.reached, view.problem), (true, None));
    assert_eq!(view.address, "https://elmstead-bakery.example/");
    assert_eq!(view.title.as_deref(), Some("Home | Elmstead Bakery"));
    assert_eq!(view.name.as_deref(), Some("Elmstead Bakery"));
    assert_eq!(view.language.as_deref(), Some("en-GB"));
    assert_eq!(
        (view.country.as_deref(), view.currency.as_deref()),
        (Some("GB"), Some("GBP"))
    );
    assert_eq!(view.tags, ["G-ABC123DEF4"]);
    assert_eq!(view.builder.as_deref(), Some("wordpress"));
}

#[tokio::test]
async fn a_site_that_cannot_be_reached_is_a_result_that_says_why() {
    let stage = Stage::open().await;
    for (redirect, words) in [
        ("http://127.0.0.1:1/", "no public website"),
        ("http://192.168.0.1/admin", "no public website"),
        ("file:///etc/passwd", "no public website"),
        ("https://hafen.example/", "without end"),
    ] {
        stage
            .control("sites", json!({ "host": "hafen.example", "redirect": redirect }))
            .await;
        let view = stage.inspect("https://hafen.example").await;
        assert!(!view.reached, "{redirect}");
        assert!(
            view.problem.as_deref().is_some_and(|problem| problem.contains(words)),
            "{view:?}"
        );
        assert_eq!(view.address, "https://hafen.example/");
    }
    stage
        .control("sites", json!({ "host": "hafen.example", "redirect": "" }))
        .await;
    let view = stage.inspect("hafen.example/no-such-page").await;
    assert!(view.problem.unwrap().contains("no page at this address"));
}

#[tokio::test]
async fn a_redirect_is_followed_to_the_address_that_visitors_see() {
    let stage = Stage::open().await;
    let order = json!({ "host": "hafen.example", "redirect": "https://www.hafen.example/" });
    stage.control("sites", order).await;
    let view = stage.inspect("hafen.example").await;
    assert_eq!(
        (view.reached, view.address.as_str()),
        (true, "https://www.hafen.example/")
    );
}

#[tokio::test]
async fn an_oversized_page_is_read_as_far_as_it_goes() {
    let stage = Stage::open().await;
    let head = " ".repeat(2 << 20);
    stage
        .control(
            "sites",
            json!({ "host": "hafen.example", "head": head, "language": "de" }),
        )
        .await;
    let view = stage.inspect("hafen.example").await;
    assert_eq!(
        (view.reached, view.name.as_deref(), view.country.as_deref()),
        (true, Some("Hafen"), Some("DE"))
    );
}

#[tokio::test]
async fn what_is_no_websites_address_is_refused_with_the_way_to_write_it() {
    let stage = Stage::open().await;
    for address in [
        "",
        "my bakery",
        "file:///etc/passwd",
        "127.0.0.1",
        "localhost:80",
        "https://me:secret@hafen.example",
    ] {
        let request = SiteRequest {
            address: address.to_owned(),
        };
        let error = sites::inspect(&stage.engine, request).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidRequest, "{address}");
        assert!(
            !error.remedy.is_empty() && !format!("{error:?}").contains("secret"),
            "{error:?}"
        );
    }
}
