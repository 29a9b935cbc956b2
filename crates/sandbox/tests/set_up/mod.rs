//! What a set-up meets: the Terms of Service and their tickets, Tag Manager's own page, the old dialect, lost replies,
//! slow lines and the Admin API's quota.

use std::time::{Duration, Instant};

use gantry_sandbox::{RunningSandbox, Sandbox, SandboxConfig, clock::HeldClock, practice, quota::AdminQuota};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{dial::Dial, started};

const ADMIN: &str = "https://analyticsadmin.googleapis.com/v1beta";
const TAG_MANAGER: &str = "https://tagmanager.googleapis.com/tagmanager/v2";
const REDIRECT: &str = "http://127.0.0.1:27490/terms";

/// A dial with every scope that a set-up needs.
async fn signed_in(sandbox: &RunningSandbox, email: &str) -> Dial {
    let scopes = [
        "analytics.edit",
        "analytics.provision",
        "analytics.manage.users",
        "tagmanager.edit.containers",
        "tagmanager.edit.containerversions",
        "tagmanager.publish",
        "tagmanager.delete.containers",
    ]
    .map(|name| format!("https://www.googleapis.com/auth/{name}"));
    let order = json!({"email": email, "scopes": scopes});
    let issued = Dial::new(sandbox).control("/tokens/issue", &order).await;
    Dial::new(sandbox).bearer(issued["access_token"].as_str().unwrap())
}

async fn get(dial: &Dial, https: &str) -> Value {
    let answer = dial.get(https).await.unwrap();
    assert_eq!(answer.status, 200, "{https}: {}", String::from_utf8_lossy(&answer.body));
    answer.json()
}

async fn post(dial: &Dial, https: &str, body: Value) -> Value {
    let answer = dial.call("POST", https, &body).await;
    assert_eq!(answer.status, 200, "{https}: {}", String::from_utf8_lossy(&answer.body));
    answer.json()
}

async fn ticket(dial: &Dial) -> String {
    let body = json!({"account": {"displayName": "New bakery"}, "redirectUri": REDIRECT});
    let answer = post(dial, &format!("{ADMIN}/accounts:provisionAccountTicket"), body).await;
    answer["accountTicketId"].as_str().unwrap().to_owned()
}

fn terms(id: &str) -> String {
    format!("https://analytics.google.com/_terms/{id}")
}

/// Presses Accept as `email`; the status, and the redirect's query where there is one.
async fn accept(sandbox: &RunningSandbox, id: &str, email: &str) -> (u16, String) {
    let form = [("decision", "accept"), ("account", email)];
    let answer = Dial::new(sandbox).post_form(&terms(id), &form).await.unwrap();
    let location = answer.header("location").unwrap_or_default();
    let query = location.split_once('?').map(|(_, query)| query).unwrap_or_default();
    (answer.status, query.to_owned())
}

async fn accounts_of(dial: &Dial) -> Vec<String> {
    let summaries = get(dial, &format!("{ADMIN}/accountSummaries")).await;
    let all = summaries["accountSummaries"].as_array().cloned().unwrap_or_default();
    all.iter()
        .map(|one| one["displayName"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn another_person_may_accept_where_control_says_so_and_the_account_is_theirs() {
    let sandbox = started().await;
    let (asked, other) = (
        signed_in(&sandbox, practice::NEWCOMER).await,
        signed_in(&sandbox, practice::OWNER).await,
    );
    let id = ticket(&asked).await;
    assert_eq!(accept(&sandbox, &id, practice::OWNER).await.0, 403);
    asked.control("/terms", &json!({"acceptor": "anyone"})).await;
    let page = Dial::new(&sandbox)
        .get(&format!("{}?authuser={}", terms(&id), practice::OWNER))
        .await
        .unwrap();
    assert_eq!(page.status, 200, "the page takes them too");
    let switch = Dial::new(&sandbox)
        .get(&format!("{}?authuser=", terms(&id)))
        .await
        .unwrap();
    assert!(String::from_utf8_lossy(&switch.body).contains("Choose an account"));
    assert_eq!(accept(&sandbox, &id, "nobody@nowhere.example").await.0, 403);
    let (status, query) = accept(&sandbox, &id, practice::OWNER).await;
    assert_eq!(status, 302);
    assert!(query.contains(&id) && query.contains("accountId="), "{query}");
    assert_eq!(accounts_of(&asked).await, Vec::<String>::new());
    assert_eq!(accounts_of(&other).await, ["Harbour Bakery", "New bakery"]);
    // A replay, by anybody, makes nothing.
    assert_eq!(accept(&sandbox, &id, practice::OWNER).await.0, 410);
    assert_eq!(accept(&sandbox, &id, practice::NEWCOMER).await.0, 410);
    assert_eq!(accounts_of(&other).await.len(), 2);
}

#[tokio::test]
async fn p8_a_ticket_is_good_for_fifteen_minutes_or_until_control_ends_it() {
    let clock = HeldClock::at("2026-03-01T12:00:00Z".parse().unwrap());
    let sandbox = Sandbox::start(SandboxConfig {
        clock: std::sync::Arc::new(clock.clone()),
        ..SandboxConfig::default()
    })
    .await
    .unwrap();
    let dial = signed_in(&sandbox, practice::NEWCOMER).await;
    let (late, in_time) = (ticket(&dial).await, ticket(&dial).await);
    clock.advance(SignedDuration::from_secs(15 * 60 - 1));
    assert_eq!(accept(&sandbox, &in_time, practice::NEWCOMER).await.0, 302);
    clock.advance(SignedDuration::from_secs(1));
    assert_eq!(Dial::new(&sandbox).get(&terms(&late)).await.unwrap().status, 410);
    assert_eq!(accept(&sandbox, &late, practice::NEWCOMER).await.0, 410);

    let (one, another) = (ticket(&dial).await, ticket(&dial).await);
    let expired = dial.control("/terms/expire", &json!({"ticket": one})).await;
    assert_eq!(expired, json!({"expired": 1}));
    assert_eq!(accept(&sandbox, &one, practice::NEWCOMER).await.0, 410);
    assert_eq!(accept(&sandbox, &another, practice::NEWCOMER).await.0, 302);
    let listed = get(&dial, "https://_control/terms/tickets").await;
    let mut states: Vec<_> = listed["tickets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["state"].as_str().unwrap())
        .collect();
    states.sort_unstable();
    assert_eq!(states, ["expired", "expired", "settled", "settled"]);
    assert_eq!(accounts_of(&dial).await.len(), 2);
}

#[tokio::test]
async fn a_person_makes_a_tag_manager_account_on_the_page() {
    let sandbox = started().await;
    let dial = signed_in(&sandbox, practice::NEWCOMER).await;
    let accounts = format!("{TAG_MANAGER}/accounts");
    assert_eq!(get(&dial, &accounts).await, json!({}));
    let page = "https://tagmanager.google.com/";
    let text = |answer: &crate::dial::Answer| String::from_utf8_lossy(&answer.body).into_owned();
    let strangers = Dial::new(&sandbox).get(page).await.unwrap();
    assert!(text(&strangers).contains("Choose an account"));
    let mine = Dial::new(&sandbox)
        .get(&format!("{page}?authuser={}", practice::NEWCOMER))
        .await
        .unwrap();
    assert!(text(&mine).contains("You have no Tag Manager account yet."));
    let cookie = mine.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let browser = Dial::new(&sandbox).header("cookie", &cookie);

    let form = "https://tagmanager.google.com/_accounts";
    for (fields, words) in [
        (vec![("name", "Noor's <Shop>")], "when you accept the terms"),
        (vec![("name", " "), ("terms", "accept")], "needs a name"),
    ] {
        let refused = browser.post_form(form, &fields).await.unwrap();
        assert_eq!(refused.status, 400);
        assert!(text(&refused).contains(words));
    }
    assert_eq!(get(&dial, &accounts).await, json!({}));
    let made = browser
        .post_form(form, &[("name", "Noor's <Shop>"), ("terms", "accept")])
        .await
        .unwrap();
    assert_eq!(made.status, 302, "a reload makes no other");
    let after = made.header("location").unwrap().trim_start_matches('/');
    let after = Dial::new(&sandbox).get(&format!("https://{after}")).await.unwrap();
    assert!(text(&after).contains("The account <strong><bdi>Noor&#39;s &lt;Shop&gt;</bdi></strong> was created"));
    let order = json!({"email": practice::NEWCOMER, "name": "By control"});
    let ordered = dial.control("/tag-manager/accounts", &order).await;
    let seen = get(&dial, &accounts).await;
    let names: Vec<_> = seen["account"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["name"])
        .collect();
    assert_eq!(names, [&json!("Noor's <Shop>"), &json!("By control")]);
    assert_eq!(seen["account"][1]["path"], ordered["path"]);
    let body = json!({"name": "site", "usageContext": ["web"]});
    let path = ordered["path"].as_str().unwrap();
    post(&dial, &format!("{TAG_MANAGER}/{path}/containers"), body).await;
}

#[tokio::test]
async fn the_old_dialects_tree_is_for_approved_partners() {
    let sandbox = started().await;
    let dial = signed_in(&sandbox, practice::NEWCOMER).await;
    let tree = "https://analytics.googleapis.com/analytics/v3/provisioning/createAccountTree";
    let body = json!({
        "accountName": "Tree", "webpropertyName": "Site", "websiteUrl": "https://tree.example",
        "profileName": "All", "timezone": "Europe/Berlin",
    });
    let refused = dial.call("POST", tree, &body).await;
    assert_eq!(
        (refused.status, &refused.json()["error"]["errors"][0]["reason"]),
        (403, &json!("forbidden"))
    );
    dial.control("/partners", &json!({"approved": true})).await;
    for field in [
        "accountName",
        "webpropertyName",
        "websiteUrl",
        "profileName",
        "timezone",
    ] {
        let mut without = body.clone();
        without.as_object_mut().unwrap().remove(field);
        let refused = dial.call("POST", tree, &without).await;
        assert_eq!(
            (refused.status, &refused.json()["error"]["errors"][0]["reason"]),
            (400, &json!("required"))
        );
    }
    for (field, bad) in [("timezone", "Mars/Olympus"), ("websiteUrl", "tree.example")] {
        let mut wrong = body.clone();
        wrong[field] = json!(bad);
        assert_eq!(dial.call("POST", tree, &wrong).await.status, 400, "{field}");
    }
    let made = post(&dial, tree, body).await;
    assert_eq!(
        made["webproperty"]["id"],
        format!("UA-{}-1", made["account"]["id"].as_str().unwrap())
    );
    assert_eq!(made["profile"]["timezone"], "Europe/Berlin");
    assert_eq!(accounts_of(&dial).await, ["Tree"]);
}

#[tokio::test]
async fn the_old_dialects_ticket_has_a_default_time_zone_and_checks_what_it_is_given() {
    let sandbox = started().await;
    let dial = signed_in(&sandbox, practice::NEWCOMER).await;
    let create = "https://analytics.googleapis.com/analytics/v3/provisioning/createAccountTicket";
    let body = json!({
        "account": {"name": "Old"}, "webproperty": {"name": "Site", "websiteUrl": "https://old.example"},
        "profile": {"name": "All"}, "redirectUri": REDIRECT,
    });
    let made = post(&dial, create, body.clone()).await;
    assert_eq!(made["profile"]["timezone"], "America/Los_Angeles");
    for (pointer, bad) in [
        ("/profile/timezone", "GMT+2"),
        ("/webproperty/websiteUrl", "ftp://old.example"),
        ("/redirectUri", "https://elsewhere.example"),
    ] {
        let mut wrong = body.clone();
        wrong["profile"]["timezone"] = json!("Europe/Berlin");
        *wrong.pointer_mut(pointer).unwrap() = json!(bad);
        let refused = dial.call("POST", create, &wrong).await;
        let reason = refused.json()["error"]["errors"][0]["reason"].clone();
        assert_eq!((refused.status, reason), (400, json!("invalidParameter")), "{pointer}");
    }
    let (status, query) = accept(&sandbox, made["id"].as_str().unwrap(), practice::NEWCOMER).await;
    assert_eq!(status, 302);
    assert!(
        query.contains("webPropertyId=UA-") && query.contains("profileId="),
        "{query}"
    );
}

#[tokio::test]
async fn g4_the_second_version_is_made_and_its_reply_is_lost() {
    let sandbox = started().await;
    let dial = signed_in(&sandbox, practice::OWNER).await;
    let account = get(&dial, &format!("{TAG_MANAGER}/accounts")).await["account"][0]["path"].clone();
    let containers = format!("{TAG_MANAGER}/{}/containers", account.as_str().unwrap());
    let body = json!({"name": "second site", "usageContext": ["web"]});
    let container = post(&dial, &containers, body).await["path"].clone();
    let container = format!("{TAG_MANAGER}/{}", container.as_str().unwrap());
    let fault = json!({"match": {"path_contains": ":create_version"}, "after": 1, "drop": "after"});
    dial.control("/faults", &fault).await;
    let first = post(
        &dial,
        &format!("{container}/workspaces/1:create_version"),
        json!({"name": "1st"}),
    )
    .await;
    let next = first["newWorkspacePath"].as_str().unwrap();
    let create = format!("{TAG_MANAGER}/{next}:create_version");
    assert!(dial.post_json(&create, &json!({"name": "2nd"})).await.is_none());
    let headers = get(&dial, &format!("{container}/version_headers")).await;
    let names: Vec<_> = headers["containerVersionHeader"]
        .as_array()
        .unwrap()
        .iter()
        .map(|header| &header["name"])
        .collect();
    assert_eq!(names, [&json!("1st"), &json!("2nd")]);
    assert_eq!(dial.get(&format!("{TAG_MANAGER}/{next}")).await.unwrap().status, 404);

    dial.control("/tag-manager/compiler", &json!({"create_version": true}))
        .await;
    let workspaces = get(&dial, &format!("{container}/workspaces")).await;
    let workspace = workspaces["workspace"][0]["path"].as_str().unwrap();
    let create = format!("{TAG_MANAGER}/{workspace}:create_version");
    assert_eq!(post(&dial, &create, json!({})).await, json!({"compilerError": true}));
}

#[tokio::test]
async fn a_fault_can_tell_calls_apart_by_their_bodies() {
    let sandbox = started().await;
    let dial = signed_in(&sandbox, practice::NEWCOMER).await;
    let fault = json!({"match": {"body_contains": "Second"}, "status": 503});
    dial.control("/faults", &fault).await;
    let tickets = format!("{ADMIN}/accounts:provisionAccountTicket");
    let mut statuses = Vec::new();
    for name in ["First", "Second", "Second"] {
        let body = json!({"account": {"displayName": name}, "redirectUri": REDIRECT});
        statuses.push(dial.call("POST", &tickets, &body).await.status);
    }
    assert_eq!(statuses, [200, 503, 200]);
}

#[tokio::test]
async fn every_answer_but_controls_takes_as_long_as_the_line_is_slow() {
    let slow = Duration::from_millis(120);
    let sandbox = Sandbox::start(SandboxConfig {
        latency: slow,
        ..SandboxConfig::default()
    })
    .await
    .unwrap();
    let dial = Dial::new(&sandbox);
    let begun = Instant::now();
    dial.get(&format!("{ADMIN}/accounts")).await.unwrap();
    assert!(begun.elapsed() >= slow);
    dial.control("/latency", &json!({"ms": 0})).await;
    dial.control("/reset", &json!({})).await;
    let begun = Instant::now();
    dial.get(&format!("{ADMIN}/accounts")).await.unwrap();
    assert!(begun.elapsed() >= slow, "a reset brings the line back as it was");
}

#[tokio::test]
async fn the_admin_apis_quota_is_counted_per_user() {
    let sandbox = Sandbox::start(SandboxConfig {
        admin_quota: Some(AdminQuota {
            calls_of_user: 3,
            writes_of_user: 1,
            ..AdminQuota::default()
        }),
        ..SandboxConfig::default()
    })
    .await
    .unwrap();
    let (one, other) = (
        signed_in(&sandbox, practice::NEWCOMER).await,
        signed_in(&sandbox, practice::OWNER).await,
    );
    ticket(&one).await;
    let tickets = format!("{ADMIN}/accounts:provisionAccountTicket");
    let refused = one.call("POST", &tickets, &json!({})).await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.json()["error"]["errors"][0]["reason"], "rateLimitExceeded");
    assert_eq!(refused.json()["error"]["details"][0]["reason"], "RATE_LIMIT_EXCEEDED");
    accounts_of(&one).await;
    accounts_of(&one).await;
    assert_eq!(one.get(&format!("{ADMIN}/accounts")).await.unwrap().status, 403);
    accounts_of(&other).await;
    one.control("/quota", &json!({"enabled": false})).await;
    accounts_of(&one).await;
    one.control("/quota", &json!({"enabled": true, "admin": {"calls_of_user": 0}}))
        .await;
    assert_eq!(one.get(&format!("{ADMIN}/accounts")).await.unwrap().status, 403);
}

#[tokio::test]
async fn google_ads_links_are_made_once_and_their_customer_stays() {
    let sandbox = started().await;
    let dial = signed_in(&sandbox, practice::OWNER).await;
    let summaries = get(&dial, &format!("{ADMIN}/accountSummaries")).await;
    let property = summaries["accountSummaries"][0]["propertySummaries"][0]["property"].clone();
    let links = format!("{ADMIN}/{}/googleAdsLinks", property.as_str().unwrap());
    for bad in ["", "123-456-7890", "12345"] {
        assert_eq!(
            dial.call("POST", &links, &json!({"customerId": bad})).await.status,
            400,
            "{bad}"
        );
    }
    let made = post(&dial, &links, json!({"customerId": "1234567890"})).await;
    assert_eq!(made["adsPersonalizationEnabled"], true);
    assert_eq!(made["creatorEmailAddress"], practice::OWNER);
    let twice = dial.call("POST", &links, &json!({"customerId": "1234567890"})).await;
    assert_eq!(
        (twice.status, &twice.json()["error"]["status"]),
        (409, &json!("ALREADY_EXISTS"))
    );
    let link = format!("{ADMIN}/{}", made["name"].as_str().unwrap());
    let off = json!({"adsPersonalizationEnabled": false});
    let patched = dial
        .call("PATCH", &format!("{link}?updateMask=ads_personalization_enabled"), &off)
        .await;
    assert_eq!(patched.json()["adsPersonalizationEnabled"], false);
    let moved = dial
        .call(
            "PATCH",
            &format!("{link}?updateMask=customer_id"),
            &json!({"customerId": "2234567890"}),
        )
        .await;
    assert_eq!(moved.status, 400);
    assert_eq!(get(&dial, &links).await["googleAdsLinks"][0], patched.json());
    assert_eq!(dial.call("DELETE", &link, &Value::Null).await.status, 200);
    assert_eq!(dial.call("DELETE", &link, &Value::Null).await.status, 404);
    assert_eq!(get(&dial, &links).await, json!({}));
}

#[tokio::test]
async fn what_is_in_the_trash_shows_on_request_only_and_takes_no_changes() {
    let sandbox = started().await;
    let dial = signed_in(&sandbox, practice::OWNER).await;
    let summaries = get(&dial, &format!("{ADMIN}/accountSummaries")).await;
    let account = summaries["accountSummaries"][0]["account"].as_str().unwrap();
    let property = summaries["accountSummaries"][0]["propertySummaries"][0]["property"]
        .as_str()
        .unwrap();
    assert_eq!(
        dial.call("DELETE", &format!("{ADMIN}/{account}"), &Value::Null)
            .await
            .status,
        200
    );
    assert_eq!(accounts_of(&dial).await, Vec::<String>::new());
    assert_eq!(get(&dial, &format!("{ADMIN}/accounts")).await, json!({}));
    let shown = get(&dial, &format!("{ADMIN}/accounts?showDeleted=true")).await;
    assert_eq!(shown["accounts"][0]["deleted"], true);
    let properties = format!("{ADMIN}/properties?filter=parent:{account}");
    assert_eq!(get(&dial, &properties).await, json!({}), "its properties went with it");
    let shown = get(&dial, &format!("{properties}&showDeleted=true")).await;
    assert!(shown["properties"][0]["deleteTime"].is_string());
    for (method, path, body) in [
        ("DELETE", account.to_owned(), Value::Null),
        ("DELETE", property.to_owned(), Value::Null),
        (
            "PATCH",
            format!("{account}?updateMask=display_name"),
            json!({"displayName": "x"}),
        ),
        (
            "PATCH",
            format!("{property}?updateMask=display_name"),
            json!({"displayName": "x"}),
        ),
        (
            "POST",
            format!("{property}/googleAdsLinks"),
            json!({"customerId": "1234567890"}),
        ),
        (
            "POST",
            format!("{property}/keyEvents"),
            json!({"eventName": "sign_up", "countingMethod": "ONCE_PER_EVENT"}),
        ),
        (
            "POST",
            format!("{property}/dataStreams"),
            json!({"type": "IOS_APP_DATA_STREAM", "iosAppStreamData": {"bundleId": "com.example.app"}}),
        ),
    ] {
        let refused = dial.call(method, &format!("{ADMIN}/{path}"), &body).await;
        assert_eq!(refused.status, 400, "{method} {path}");
        assert_eq!(
            refused.json()["error"]["status"],
            "FAILED_PRECONDITION",
            "{method} {path}"
        );
    }
}
