//! What goes wrong on the way, and what the transport makes of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::TryStreamExt;
use google_apis::analytics_admin::{Account, ProvisionAccountTicketRequest};
use google_apis::{
    AccessToken, AccessTokenSource, AnalyticsAdmin, Api, ApiError, ErrorKind, NetworkFault, NoQuotaLedger, Priority,
    QuotaAsk, QuotaLedger, QuotaLedgerError, Refusal, Reservation, TagManager, TokenUnavailable, TokenUnavailableKind,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::stage::{SCOPES, Stage};

async fn accounts(stage: &Stage) -> Result<usize, ApiError> {
    let pages: Vec<_> = TagManager::new(&stage.transport()).accounts().try_collect().await?;
    Ok(pages.iter().map(Vec::len).sum())
}

async fn fault(stage: &Stage, order: Value) {
    stage.control("/faults", &order).await;
}

fn ticket() -> ProvisionAccountTicketRequest {
    ProvisionAccountTicketRequest {
        account: Account {
            display_name: "Harbour".into(),
            region_code: "AT".into(),
            ..Default::default()
        },
        redirect_uri: "http://127.0.0.1:27490/terms".into(),
    }
}

#[tokio::test]
async fn a_read_outlives_an_outage_and_is_recorded_once() {
    let stage = Stage::open().await;
    fault(
        &stage,
        json!({"match": {"host": "tagmanager.googleapis.com"}, "times": 2, "status": 503}),
    )
    .await;
    assert!(accounts(&stage).await.unwrap() > 0);
    assert_eq!(stage.waits.take(), [Duration::from_secs(1), Duration::from_secs(2)]);
    let recorded = &stage.recorded.take()[0];
    assert_eq!(
        (
            recorded.api_method,
            recorded.retries,
            recorded.quota_cost,
            recorded.status
        ),
        ("tagmanager.accounts.list", 2, 3, Some(200))
    );
    assert!(recorded.response_bytes > 0 && recorded.error.is_none());
    assert_eq!(
        recorded.url.split('?').next(),
        Some("https://tagmanager.googleapis.com/tagmanager/v2/accounts")
    );
}

#[tokio::test]
async fn an_outage_that_stays_is_reported_with_what_was_tried() {
    let stage = Stage::open().await;
    fault(
        &stage,
        json!({"match": {"host": "tagmanager.googleapis.com"}, "times": 50, "status": 503}),
    )
    .await;
    let error = accounts(&stage).await.unwrap_err();
    assert_eq!(
        (error.kind, error.status, error.retries),
        (ErrorKind::Unavailable, Some(503), 4)
    );
    let recorded = stage.recorded.take();
    assert_eq!(recorded[0].id, error.activity_id);
    assert_eq!(recorded[0].error.as_ref().unwrap().code, "unavailable");
}

#[tokio::test]
async fn a_403_for_rate_is_waited_out_and_one_for_rights_is_not() {
    let stage = Stage::open().await;
    let body =
        json!({"error": {"code": 403, "message": "Quota exceeded", "errors": [{"reason": "rateLimitExceeded"}]}});
    let to_tag_manager = json!({"host": "tagmanager.googleapis.com"});
    fault(
        &stage,
        json!({"match": to_tag_manager, "status": 403, "body": body, "headers": {"retry-after": "7"}}),
    )
    .await;
    accounts(&stage).await.unwrap();
    assert_eq!(stage.waits.take(), [Duration::from_secs(7)]);

    fault(&stage, json!({"match": to_tag_manager, "status": 403})).await;
    assert_eq!(accounts(&stage).await.unwrap_err().kind, ErrorKind::PermissionDenied);
    assert!(stage.waits.take().is_empty());
}

#[tokio::test]
async fn an_unsafe_call_is_sent_once_and_says_that_it_may_have_worked() {
    let stage = Stage::open().await;
    let admin = AnalyticsAdmin::new(&stage.transport());
    let to_tickets = json!({"path_contains": "provisionAccountTicket"});
    for order in [
        json!({"match": to_tickets, "status": 503}),
        json!({"match": to_tickets, "drop": "after"}),
    ] {
        let before = stage.log().await.len();
        fault(&stage, order).await;
        let error = admin.provision_account_ticket(&ticket()).await.unwrap_err();
        assert!(error.outcome_unknown, "{error:?}");
        assert_eq!(error.retries, 0);
        assert_eq!(stage.log().await.len(), before + 1, "sent once");
    }
    let refused = ProvisionAccountTicketRequest::default();
    let error = admin.provision_account_ticket(&refused).await.unwrap_err();
    assert_eq!((error.kind, error.outcome_unknown), (ErrorKind::InvalidArgument, false));
}

#[tokio::test]
async fn r11_a_refused_token_is_replaced_and_the_read_replayed_once() {
    let stage = Stage::with(&SCOPES, &["ya29.stale"]).await;
    accounts(&stage).await.unwrap();
    let recorded = stage.recorded.take();
    assert_eq!(
        (recorded.len(), recorded[0].retries, recorded[0].status),
        (1, 1, Some(200))
    );

    let stage = Stage::with(&SCOPES, &["ya29.stale", "ya29.stale-too"]).await;
    assert_eq!(accounts(&stage).await.unwrap_err().kind, ErrorKind::Unauthenticated);
}

#[tokio::test]
async fn r11_a_call_that_changes_something_is_not_replayed_and_the_next_one_has_a_new_token() {
    let stage = Stage::with(&SCOPES, &["ya29.stale"]).await;
    let admin = AnalyticsAdmin::new(&stage.transport());
    let error = admin.provision_account_ticket(&ticket()).await.unwrap_err();
    assert_eq!((error.kind, error.outcome_unknown), (ErrorKind::Unauthenticated, false));
    assert_eq!(stage.recorded.take()[0].retries, 0);
    admin.provision_account_ticket(&ticket()).await.unwrap();
}

/// Offline, or an OAuth client that Google no longer knows.
struct NoToken(TokenUnavailableKind);

#[async_trait]
impl AccessTokenSource for NoToken {
    async fn access_token(&self) -> Result<AccessToken, TokenUnavailable> {
        Err(TokenUnavailable {
            kind: self.0,
            message: "None to be had.".into(),
            remedy: Some("Ask somebody else.".into()),
        })
    }

    async fn invalidate(&self, _: &AccessToken) {}
}

#[tokio::test]
async fn what_cannot_be_authorised_is_neither_booked_nor_sent() {
    let stage = Stage::open().await;
    for (why, kind) in [
        (TokenUnavailableKind::Network, ErrorKind::Network),
        (TokenUnavailableKind::OAuthClientRefused, ErrorKind::OAuthClientRefused),
        (TokenUnavailableKind::RefreshLock, ErrorKind::RefreshLock),
        (TokenUnavailableKind::ServiceAccount, ErrorKind::ServiceAccount),
    ] {
        let ledger = Arc::new(Script::default());
        let transport = stage.transport_of(Arc::new(NoToken(why)), Arc::clone(&ledger) as Arc<dyn QuotaLedger>);
        let before = stage.log().await.len();
        let error = AnalyticsAdmin::new(&transport).account("accounts/1").await.unwrap_err();
        assert_eq!(error.kind, kind);
        assert_eq!(error.message, "None to be had.");
        assert_eq!(error.remedy.as_deref(), Some("Ask somebody else."));
        assert!(ledger.asked.lock().unwrap().is_empty(), "booked");
        assert_eq!(stage.log().await.len(), before);
    }
}

#[tokio::test]
async fn a_web_page_is_not_taken_for_an_answer() {
    let stage = Stage::open().await;
    let page = "<!DOCTYPE html><title>Sign in to the hotel network</title>";
    for (status, kind) in [(200, ErrorKind::Network), (404, ErrorKind::UnexpectedAnswer)] {
        let to_tag_manager = json!({"host": "tagmanager.googleapis.com"});
        fault(&stage, json!({"match": to_tag_manager, "status": status, "html": page})).await;
        assert_eq!(accounts(&stage).await.unwrap_err().kind, kind);
    }
}

/// R8: who answers in Google's place is named, and is not asked again at once.
#[tokio::test]
async fn r8_a_sign_in_page_of_the_network_and_a_proxy_are_named() {
    let stage = Stage::open().await;
    let page = "<!DOCTYPE html><title>Sign in to the hotel network</title>";
    for (order, named) in [
        (json!({"status": 200, "html": page}), NetworkFault::CaptivePortal),
        (json!({"status": 511, "html": page}), NetworkFault::CaptivePortal),
        (
            json!({"status": 302, "html": page, "headers": {"location": "http://portal.example/"}}),
            NetworkFault::CaptivePortal,
        ),
        (json!({"status": 407, "html": page}), NetworkFault::ProxyRefused),
    ] {
        let mut order = order;
        order["match"] = json!({"host": "tagmanager.googleapis.com"});
        fault(&stage, order.clone()).await;
        let before = stage.log().await.len();
        let error = accounts(&stage).await.expect_err("Google did not answer");
        assert_eq!(
            (error.kind, error.network),
            (ErrorKind::Network, Some(named)),
            "{order}"
        );
        assert_eq!(stage.log().await.len(), before + 1, "asked once: {order}");
    }
}

/// R8: nothing listens, and something that closes at once.
#[tokio::test]
async fn r8_a_refused_and_a_broken_connection_are_named() {
    let stage = Stage::open().await;
    fault(
        &stage,
        json!({"match": {"host": "tagmanager.googleapis.com"}, "times": 9, "drop": "before"}),
    )
    .await;
    let error = accounts(&stage).await.unwrap_err();
    assert_eq!(error.network, Some(NetworkFault::BrokenOff), "{error:?}");
    let transport = stage.transport();
    stage.sandbox.stop().await;
    let error = AnalyticsAdmin::new(&transport).account("accounts/1").await.unwrap_err();
    assert_eq!(error.network, Some(NetworkFault::Refused), "{error:?}");
}

/// R8: what kept the token endpoint away is handed on.
#[tokio::test]
async fn r8_a_token_that_the_network_kept_away_says_so() {
    let stage = Stage::open().await;
    for (fault, attempts) in [(NetworkFault::CertificateNotTrusted, 1), (NetworkFault::Offline, 3)] {
        let tokens = Arc::new(NoToken(TokenUnavailableKind::Fault(fault)));
        let transport = stage.transport_of(tokens, Arc::new(NoQuotaLedger));
        let error = AnalyticsAdmin::new(&transport).account("accounts/1").await.unwrap_err();
        assert_eq!((error.kind, error.network), (ErrorKind::Network, Some(fault)));
        assert_eq!(error.retries + 1, attempts, "{fault:?}");
    }
}

#[tokio::test]
async fn a_read_is_repeated_when_its_answer_breaks_off() {
    let stage = Stage::open().await;
    let whole = accounts(&stage).await.unwrap();
    for broken in [
        json!({"truncate_bytes": 40}),
        json!({"drop": "before"}),
        json!({"drop": "after"}),
    ] {
        let mut order = broken;
        order["match"] = json!({"host": "tagmanager.googleapis.com"});
        fault(&stage, order).await;
        assert_eq!(accounts(&stage).await.unwrap(), whole);
    }
}

#[tokio::test]
async fn a_missing_scope_is_named() {
    let stage = Stage::with(&["https://www.googleapis.com/auth/analytics.readonly"], &[]).await;
    let error = accounts(&stage).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::ScopeMissing);
    assert_eq!(error.reason.as_deref(), Some("ACCESS_TOKEN_SCOPE_INSUFFICIENT"));
}

#[tokio::test]
async fn nobody_at_the_address_is_a_network_failure() {
    let stage = Stage::open().await;
    let transport = stage.transport();
    stage.sandbox.stop().await;
    let error = AnalyticsAdmin::new(&transport).account("accounts/1").await.unwrap_err();
    assert_eq!((error.kind, error.status, error.retries), (ErrorKind::Network, None, 2));
}

/// A ledger that answers from a script.
#[derive(Default)]
struct Script {
    answers: Mutex<Vec<Reservation>>,
    asked: Mutex<Vec<QuotaAsk>>,
    refused: Mutex<Vec<Refusal>>,
    /// When a refused request may come again.
    admits_at: Option<Timestamp>,
}

#[async_trait]
impl QuotaLedger for Script {
    async fn reserve(&self, ask: &QuotaAsk) -> Result<Reservation, QuotaLedgerError> {
        self.asked.lock().unwrap().push(ask.clone());
        Ok(self.answers.lock().unwrap().pop().unwrap_or(Reservation::Admitted))
    }

    async fn refused(&self, _: &QuotaAsk, refusal: Refusal) -> Option<Timestamp> {
        self.refused.lock().unwrap().push(refusal);
        self.admits_at
    }
}

#[tokio::test]
async fn the_ledger_is_asked_before_every_attempt_and_waited_for() {
    let stage = Stage::open().await;
    let ledger = Arc::new(Script::default());
    ledger
        .answers
        .lock()
        .unwrap()
        .push(Reservation::WaitUntil(Timestamp::now() + SignedDuration::from_secs(90)));
    fault(
        &stage,
        json!({"match": {"host": "tagmanager.googleapis.com"}, "status": 503}),
    )
    .await;
    let transport = stage.transport_with(Arc::clone(&ledger) as Arc<dyn QuotaLedger>).bulk();
    TagManager::new(&transport)
        .accounts()
        .try_collect::<Vec<_>>()
        .await
        .unwrap();
    let asked = ledger.asked.lock().unwrap().clone();
    // Told to wait, admitted, failed with 503, admitted again; further pages ask too.
    assert!(asked.len() >= 3);
    assert!(
        asked
            .iter()
            .all(|ask| (ask.api, ask.priority) == (Api::TagManager, Priority::Bulk))
    );
    let waits = stage.waits.take();
    assert!(waits[0] > Duration::from_secs(80), "{waits:?}");
}

#[tokio::test]
async fn a_spent_day_sends_nothing() {
    let stage = Stage::open().await;
    let ledger = Arc::new(Script::default());
    let resets_at = Timestamp::now() + SignedDuration::from_hours(3);
    ledger
        .answers
        .lock()
        .unwrap()
        .push(Reservation::DayExhausted { resets_at });
    let transport = stage.transport_with(Arc::clone(&ledger) as Arc<dyn QuotaLedger>);
    let before = stage.log().await.len();
    let error = TagManager::new(&transport)
        .live_version("accounts/1/containers/1")
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::QuotaExhausted);
    assert!(error.retry_after.unwrap() > Duration::from_hours(2));
    assert_eq!(stage.log().await.len(), before);
}

#[tokio::test]
async fn a_read_refused_for_its_rate_waits_for_its_turn_in_the_ledger() {
    let stage = Stage::open().await;
    let ledger = Arc::new(Script {
        admits_at: Some(Timestamp::now()),
        ..Default::default()
    });
    let body =
        json!({"error": {"code": 403, "message": "Quota exceeded", "errors": [{"reason": "rateLimitExceeded"}]}});
    let to_tag_manager = json!({"host": "tagmanager.googleapis.com"});
    // More than the retries of a passing fault.
    fault(
        &stage,
        json!({"match": to_tag_manager, "times": 8, "status": 403, "body": body}),
    )
    .await;
    let transport = stage.transport_with(Arc::clone(&ledger) as Arc<dyn QuotaLedger>);
    TagManager::new(&transport)
        .accounts()
        .try_collect::<Vec<_>>()
        .await
        .unwrap();
    assert_eq!(*ledger.refused.lock().unwrap(), [Refusal::Rate { retry_at: None }; 8]);
    assert!(stage.waits.take().is_empty(), "the ledger paces, not the back-off");
    assert_eq!(stage.recorded.take()[0].retries, 8);
}

#[tokio::test]
async fn a_day_that_google_calls_spent_is_told_to_the_ledger_and_not_tried_again() {
    let stage = Stage::open().await;
    let resets_at = Timestamp::now() + SignedDuration::from_hours(3);
    let ledger = Arc::new(Script {
        admits_at: Some(resets_at),
        ..Default::default()
    });
    stage.control("/quota", &json!({"enabled": true, "per_day": 0})).await;
    let transport = stage.transport_with(Arc::clone(&ledger) as Arc<dyn QuotaLedger>);
    let error = TagManager::new(&transport)
        .live_version("accounts/1/containers/1")
        .await
        .unwrap_err();
    assert_eq!((error.kind, error.retries), (ErrorKind::QuotaExhausted, 0));
    assert_eq!(*ledger.refused.lock().unwrap(), [Refusal::Day]);
    assert!(error.message.contains(&format!("{resets_at:.0}")), "{error}");
    assert!(error.retry_after.unwrap() > Duration::from_hours(2));
}
