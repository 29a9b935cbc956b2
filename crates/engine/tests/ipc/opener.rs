//! U3: what a page can have opened in the browser.

use gantry_engine::ErrorCode;
use gantry_engine::commands::dispatch;
use proptest::prelude::*;
use serde_json::json;
use url::Url;

use crate::stage::Stage;

#[tokio::test]
async fn u3_an_address_is_not_a_link() {
    let stage = Stage::open().await;
    let page = Url::parse("https://accounts.google.com/o/oauth2/v2/auth?client_id=1").unwrap();
    let link = stage.engine.link(page.clone()).unwrap();
    for address in [
        page.as_str(),
        "https://evil.example/",
        "file:///etc/passwd",
        "smb://server/share",
        r"\\server\share\run.exe",
        "javascript:alert(1)",
        "data:text/html,x",
        "",
        "..",
        &link.id.to_uppercase(),
        &format!("{} ", link.id),
    ] {
        let refused = dispatch(&stage.engine, "app.open_link", json!({ "id": address })).await;
        assert_eq!(refused.unwrap_err().code, ErrorCode::NotFound, "{address}");
    }
    assert_eq!(stage.opened.take(), []);
    dispatch(&stage.engine, "app.open_link", json!({ "id": link.id }))
        .await
        .unwrap();
    assert_eq!(stage.opened.take(), [page]);
}

#[tokio::test]
async fn u3_a_page_cannot_have_a_link_issued() {
    let stage = Stage::open().await;
    for url in ["file:///etc/passwd", "https://evil.example/", "smb://server/share"] {
        let url = Url::parse(url).unwrap();
        assert_eq!(
            stage.engine.link(url.clone()).unwrap_err().code,
            ErrorCode::Internal,
            "{url}"
        );
    }
    let site = Url::parse("https://www.hafen.example/").unwrap();
    assert!(stage.engine.link(site.clone()).is_err(), "not as a page of Google's");
    assert!(stage.engine.link_to_site(site).is_ok(), "as the site of a set-up");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever text a page sends as an id, nothing opens.
    #[test]
    fn u3_no_text_opens_anything(id in "\\PC{0,80}|(https?|file|smb|javascript):[/\\\\]{0,3}\\PC{0,40}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (refused, opened) = runtime.block_on(async {
            let stage = Stage::open().await;
            (dispatch(&stage.engine, "app.open_link", json!({ "id": id })).await, stage.opened.take())
        });
        prop_assert_eq!(refused.unwrap_err().code, ErrorCode::NotFound);
        prop_assert!(opened.is_empty());
    }
}
