//! What Activity is told of a call: headers and bodies without secrets, the attempts before the last, no more than is kept.

use futures_util::TryStreamExt;
use gantry_domain::http_trace::LONGEST_BODY;
use google_apis::analytics_admin::{Account, ProvisionAccountTicketRequest};
use google_apis::{AccessTokenSource, AnalyticsAdmin, AnalyticsData, ErrorKind, TagManager};
use serde_json::{Value, json};

use crate::reports::{by_country, property};
use crate::stage::Stage;

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = headers.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.as_str())
}

#[tokio::test]
async fn a_call_is_told_with_what_was_sent_and_answered_but_not_with_its_token() {
    let stage = Stage::open().await;
    let token = stage.tokens.access_token().await.unwrap();
    let refused = ProvisionAccountTicketRequest {
        account: Account {
            display_name: "Harbour".into(),
            region_code: "AT".into(),
            ..Default::default()
        },
        redirect_uri: String::new(),
    };
    let error = AnalyticsAdmin::new(&stage.transport())
        .provision_account_ticket(&refused)
        .await
        .unwrap_err();
    let told = stage.recorded.take().pop().unwrap();
    assert!(told.writes && told.earlier_attempts.is_empty());
    let why = told.error.as_ref().unwrap();
    assert_eq!((why.code, &why.reason), (error.kind.code(), &error.reason));
    assert_eq!(ErrorKind::from_code(why.code), Some(error.kind));

    let trace = &told.trace;
    assert_eq!(
        header(&trace.request_headers, "authorization"),
        Some("Bearer [redacted]")
    );
    assert!(
        header(&trace.request_headers, "user-agent")
            .unwrap()
            .starts_with("Gantry/")
    );
    let sent: Value = serde_json::from_str(&trace.request_body.as_ref().unwrap().text).unwrap();
    assert_eq!(sent["account"]["displayName"], "Harbour");
    assert!(
        header(&trace.response_headers, "content-type")
            .unwrap()
            .contains("json")
    );
    let answered: Value = serde_json::from_str(&trace.response_body.as_ref().unwrap().text).unwrap();
    assert_eq!(answered["error"]["code"], told.status.unwrap());
    assert!(!format!("{told:?}").contains(token.expose()));
}

#[tokio::test]
async fn the_attempts_before_the_last_are_told_with_their_status() {
    let stage = Stage::open().await;
    for status in [503, 500] {
        let order = json!({"match": {"host": "tagmanager.googleapis.com"}, "times": 1, "status": status});
        stage.control("/faults", &order).await;
    }
    TagManager::new(&stage.transport())
        .accounts()
        .try_collect::<Vec<_>>()
        .await
        .unwrap();
    let told = &stage.recorded.take()[0];
    let earlier: Vec<_> = told.earlier_attempts.iter().map(|one| (one.status, one.kind)).collect();
    assert_eq!(
        earlier,
        [(Some(503), ErrorKind::Unavailable), (Some(500), ErrorKind::Unavailable)]
    );
    assert!(!told.writes && told.error.is_none());
    let answer = told.trace.response_body.as_ref().unwrap();
    assert!(
        answer.text.starts_with(r#"{"account":"#),
        "the last attempt's: {}",
        answer.text
    );
}

#[tokio::test]
async fn a_streamed_report_is_told_by_its_beginning_alone() {
    let stage = Stage::open().await;
    let property = property(&stage).await;
    let data = AnalyticsData::new(&stage.transport());
    stage.recorded.take();
    let mut stream = data.run_report_rows(&property, &by_country()).await.unwrap();
    while stream.next_batch().await.unwrap().is_some() {}
    let told = stage.recorded.take().pop().unwrap();
    assert!(!told.writes, "asking is no writing, though it is a POST");
    let kept = told.trace.response_body.unwrap();
    assert!(kept.cut && kept.text.len() <= LONGEST_BODY && kept.text.len() > LONGEST_BODY / 2);
    assert!(kept.text.contains("dimensionHeaders"), "{}", &kept.text[..200]);
}
