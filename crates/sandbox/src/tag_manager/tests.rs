//! Behaviour that clients of the API lean on, without sockets.
mod writes;

use std::collections::BTreeSet;

use http::{HeaderMap, Method};
use serde_json::{Value, json};

use super::{Model, SeedAccount, handle};
use crate::http::{ApiReply, ApiRequest, Caller, ReplyBody};

const ADMIN: &str = "ana@agency.example";
const EDITOR: &str = "ben@agency.example";
const READER: &str = "vera@agency.example";
const EVERY_SCOPE: [&str; 7] = [
    "readonly",
    "edit.containers",
    "edit.containerversions",
    "publish",
    "delete.containers",
    "manage.accounts",
    "manage.users",
];

fn agency() -> Model {
    let accounts: Vec<SeedAccount> = (0..40)
        .map(|index| SeedAccount {
            name: format!("Customer {index}"),
            host: format!("www.customer{index}.example"),
            measurement_ids: vec![format!("G-TEST{index:06}")],
            currency_code: "EUR".to_owned(),
            admins: vec![ADMIN.to_owned()],
            editors: if index < 20 { vec![EDITOR.to_owned()] } else { vec![] },
            readers: if index >= 35 { vec![READER.to_owned()] } else { vec![] },
            containers: 5,
        })
        .collect();
    Model::seed(&accounts)
}

fn caller(email: &str, scopes: &[&str]) -> Caller {
    Caller {
        email: email.to_owned(),
        service_account: false,
        scopes: scopes
            .iter()
            .map(|scope| format!("https://www.googleapis.com/auth/tagmanager.{scope}"))
            .collect::<BTreeSet<_>>(),
        client_id: "client".to_owned(),
        project: "project".to_owned(),
    }
}

fn send_as(model: &mut Model, who: &Caller, method: &str, path: &str, body: Value) -> (u16, Value) {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let req = ApiRequest {
        method: Method::from_bytes(method.as_bytes()).unwrap(),
        host: "tagmanager.googleapis.com".to_owned(),
        path: format!("/tagmanager/v2/{path}"),
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers: HeaderMap::new(),
        body: if body.is_null() {
            bytes::Bytes::new()
        } else {
            body.to_string().into()
        },
    };
    let ApiReply { status, body, .. } = handle(model, who, &req, "2026-11-20T10:00:00Z".parse().unwrap());
    match body {
        ReplyBody::Json(value) => (status, value),
        ReplyBody::Bytes { bytes, .. } if bytes.is_empty() => (status, Value::Null),
        ReplyBody::Bytes { content_type, .. } => (status, json!(content_type)),
    }
}

fn send(model: &mut Model, method: &str, path: &str, body: Value) -> (u16, Value) {
    send_as(model, &caller(ADMIN, &EVERY_SCOPE), method, path, body)
}

fn ok(model: &mut Model, method: &str, path: &str, body: Value) -> Value {
    let (status, value) = send(model, method, path, body);
    assert_eq!(
        status,
        if value.is_null() { 204 } else { 200 },
        "{method} {path}: {value}"
    );
    value
}

fn message(answer: &(u16, Value)) -> &str {
    answer.1["error"]["message"].as_str().unwrap_or_default()
}

/// `accounts/A/containers/C` of the first container.
fn first_container(model: &mut Model) -> String {
    let accounts = ok(model, "GET", "accounts", Value::Null);
    let account = accounts["account"][0]["path"].as_str().unwrap().to_owned();
    let containers = ok(model, "GET", &format!("{account}/containers"), Value::Null);
    containers["container"][0]["path"].as_str().unwrap().to_owned()
}

/// `.../workspaces/1` of the first container.
fn first_workspace(model: &mut Model) -> String {
    let container = first_container(model);
    let workspaces = ok(model, "GET", &format!("{container}/workspaces"), Value::Null);
    workspaces["workspace"][0]["path"].as_str().unwrap().to_owned()
}

#[test]
fn lists_page_and_every_item_comes_once() {
    let mut model = agency();
    let mut seen = BTreeSet::new();
    let mut query = String::new();
    let mut pages = 0;
    loop {
        let page = ok(&mut model, "GET", &format!("accounts{query}"), Value::Null);
        for account in page["account"].as_array().unwrap() {
            assert!(seen.insert(account["accountId"].as_str().unwrap().to_owned()));
        }
        pages += 1;
        match page["nextPageToken"].as_str() {
            Some(token) => query = format!("?pageToken={token}"),
            None => break,
        }
    }
    assert_eq!((seen.len(), pages), (40, 2));
    let broken = send(&mut model, "GET", "accounts?pageToken=!!", Value::Null);
    assert_eq!(broken.0, 400);
}

#[test]
fn containers_hold_about_sixty_entities_and_are_the_same_each_time() {
    let (mut one, mut two) = (agency(), agency());
    let mut sizes = Vec::new();
    for (a, b) in one.accounts.values_mut().zip(two.accounts.values_mut()) {
        for (a, b) in a.containers.values_mut().zip(b.containers.values_mut()) {
            assert_eq!(a.public_id, b.public_id);
            let size = a.latest_size();
            assert_eq!(size, b.latest_size());
            sizes.extend((size > 0).then_some(size));
        }
    }
    assert!(sizes.len() >= 190, "{} containers have versions", sizes.len());
    let mean = sizes.iter().sum::<usize>() / sizes.len();
    assert!((50..=70).contains(&mean), "mean size {mean}");
    let ids: BTreeSet<String> = one
        .accounts
        .values()
        .flat_map(|a| a.containers.values())
        .map(|c| c.public_id.clone())
        .collect();
    assert_eq!(ids.len(), 200);
}

#[test]
fn every_seeded_workspace_compiles_and_its_tags_fire_on_triggers_that_exist() {
    let mut model = agency();
    for account in model.accounts.values_mut() {
        for container in account.containers.values_mut() {
            let name = container.public_id.clone();
            for workspace in container.contents().workspaces.values() {
                assert!(super::rules::compiles(&workspace.content), "{name} compiles");
                for (id, tag) in workspace.content.of(super::kinds::Kind::Tag) {
                    assert!(
                        super::rules::trigger_ids(tag).all(|trigger| workspace.content.has_trigger(trigger)),
                        "tag {id} of {name}"
                    );
                }
            }
        }
    }
}

#[test]
fn every_seeded_entity_is_a_valid_body() {
    let mut model = agency();
    for account in model.accounts.values_mut().take(6) {
        for container in account.containers.values_mut() {
            for version in container.contents().versions.values() {
                for ((kind, _), fields) in &version.content.entities {
                    let body = serde_json::to_vec(fields.as_ref()).unwrap();
                    super::schema::read(super::schema::Body::Entity(*kind), &body).unwrap();
                }
            }
        }
    }
}

#[test]
fn an_update_replaces_the_whole_entity_and_a_stale_fingerprint_is_refused() {
    let mut model = agency();
    let tags = format!("{}/tags", first_workspace(&mut model));
    let body = json!({"name": "New", "type": "html", "notes": "old note",
                      "parameter": [{"type": "template", "key": "html", "value": "<b>1</b>"}],
                      "firingTriggerId": ["2147479553"]});
    let made = ok(&mut model, "POST", &tags, body);
    let path = made["path"].as_str().unwrap();
    let fingerprint = made["fingerprint"].as_str().unwrap();

    let changed = json!({"name": "New", "type": "html"});
    let after = ok(
        &mut model,
        "PUT",
        &format!("{path}?fingerprint={fingerprint}"),
        changed.clone(),
    );
    assert!(
        after.get("notes").is_none() && after.get("parameter").is_none(),
        "{after}"
    );
    assert_ne!(after["fingerprint"], made["fingerprint"]);

    let stale = send(
        &mut model,
        "PUT",
        &format!("{path}?fingerprint={fingerprint}"),
        changed.clone(),
    );
    assert_eq!(stale.0, 409);
    assert_eq!(ok(&mut model, "GET", path, Value::Null), after);
    ok(&mut model, "PUT", path, changed);
}

#[test]
fn status_shows_changes_and_revert_takes_them_back() {
    let mut model = agency();
    let workspace = first_workspace(&mut model);
    assert_eq!(
        ok(&mut model, "GET", &format!("{workspace}/status"), Value::Null),
        json!({})
    );
    let tag = ok(&mut model, "GET", &format!("{workspace}/tags"), Value::Null)["tag"][0].clone();
    let path = tag["path"].as_str().unwrap();
    ok(&mut model, "PUT", path, json!({"name": "Other", "type": "html"}));
    ok(&mut model, "DELETE", &format!("{workspace}/tags/3"), Value::Null);
    ok(
        &mut model,
        "POST",
        &format!("{workspace}/triggers"),
        json!({"name": "T", "type": "pageview"}),
    );
    let status = ok(&mut model, "GET", &format!("{workspace}/status"), Value::Null);
    let changes: BTreeSet<&str> = status["workspaceChange"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["changeStatus"].as_str().unwrap())
        .collect();
    assert_eq!(changes, BTreeSet::from(["added", "deleted", "updated"]));

    let back = ok(&mut model, "POST", &format!("{path}:revert"), Value::Null);
    assert_eq!(back["tag"], tag);
    ok(&mut model, "POST", &format!("{workspace}/tags/3:revert"), Value::Null);
    let trigger = status["workspaceChange"]
        .as_array()
        .unwrap()
        .iter()
        .find(|c| c.get("trigger").is_some())
        .unwrap();
    let trigger = trigger["trigger"]["path"].as_str().unwrap();
    assert_eq!(
        ok(&mut model, "POST", &format!("{trigger}:revert"), Value::Null),
        json!({})
    );
    assert_eq!(
        ok(&mut model, "GET", &format!("{workspace}/status"), Value::Null),
        json!({})
    );
}

#[test]
fn a_version_is_made_of_the_workspace_which_is_gone_then_and_publishing_makes_it_live() {
    let mut model = agency();
    let container = first_container(&mut model);
    let workspace = first_workspace(&mut model);
    let live_before = ok(&mut model, "GET", &format!("{container}/versions:live"), Value::Null);
    let tag = ok(
        &mut model,
        "POST",
        &format!("{workspace}/tags"),
        json!({"name": "V", "type": "html", "firingTriggerId": ["2147479553"]}),
    );
    let made = ok(
        &mut model,
        "POST",
        &format!("{workspace}:create_version"),
        json!({"name": "N", "notes": "why"}),
    );
    let version = &made["containerVersion"];
    assert_eq!(
        (&version["name"], &version["description"]),
        (&json!("N"), &json!("why"))
    );
    assert!(
        version["tag"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["tagId"] == tag["tagId"])
    );
    assert_eq!(send(&mut model, "GET", &workspace, Value::Null).0, 404);
    let next = made["newWorkspacePath"].as_str().unwrap();
    assert_eq!(ok(&mut model, "GET", &format!("{next}/status"), Value::Null), json!({}));

    let still = ok(&mut model, "GET", &format!("{container}/versions:live"), Value::Null);
    assert_eq!(still, live_before);
    let path = version["path"].as_str().unwrap();
    let stale = send(
        &mut model,
        "POST",
        &format!("{path}:publish?fingerprint=1"),
        Value::Null,
    );
    assert_eq!(stale.0, 409);
    let published = ok(&mut model, "POST", &format!("{path}:publish"), Value::Null);
    let live = ok(&mut model, "GET", &format!("{container}/versions:live"), Value::Null);
    assert_eq!(published["containerVersion"], live);
    let header = ok(
        &mut model,
        "GET",
        &format!("{container}/version_headers:latest"),
        Value::Null,
    );
    assert_eq!(header["containerVersionId"], live["containerVersionId"]);
    assert_eq!(
        header["numTags"],
        json!(live["tag"].as_array().unwrap().len().to_string())
    );
    let refused = send(&mut model, "DELETE", path, Value::Null);
    assert_eq!(
        (refused.0, message(&refused)),
        (400, "Returned an error response for your request.")
    );
}

#[test]
fn errors_are_googles() {
    let mut model = agency();
    let workspace = first_workspace(&mut model);
    let missing = send(&mut model, "GET", &format!("{workspace}/tags/999"), Value::Null);
    assert_eq!((missing.0, message(&missing)), (404, "Not found or permission denied."));
    assert_eq!(missing.1["error"]["errors"][0]["reason"], "notFound");
    let hidden = send_as(
        &mut model,
        &caller(READER, &EVERY_SCOPE),
        "GET",
        &workspace,
        Value::Null,
    );
    assert_eq!(
        hidden,
        send(&mut model, "GET", "accounts/1/containers/2/workspaces/3", Value::Null)
    );
    let tag = ok(&mut model, "GET", &format!("{workspace}/tags/1"), Value::Null);
    let twice = send(
        &mut model,
        "POST",
        &format!("{workspace}/tags"),
        json!({"name": tag["name"], "type": "html"}),
    );
    assert_eq!((twice.0, message(&twice)), (400, "Found entity with duplicate name."));
    let clash = send(
        &mut model,
        "POST",
        &format!("{workspace}/variables"),
        json!({"name": "Page URL", "type": "u"}),
    );
    assert_eq!((clash.0, message(&clash)), (400, "Found entity with duplicate name."));
    let two = send(
        &mut model,
        "POST",
        &format!("{workspace}/triggers"),
        json!({"name": "x", "type": "customEvent"}),
    );
    assert_eq!(
        message(&two),
        "customEventFilter: Custom-event trigger must have exactly one custom-event filter."
    );
    let scope = send_as(
        &mut model,
        &caller(ADMIN, &["readonly"]),
        "POST",
        &format!("{workspace}/tags"),
        json!({}),
    );
    assert_eq!(scope.0, 403);
    assert_eq!(scope.1["error"]["errors"][0]["reason"], "insufficientPermissions");
    assert_eq!(
        scope.1["error"]["details"][0]["reason"],
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    );
    let verb = send(&mut model, "PATCH", &workspace, Value::Null);
    assert_eq!(verb, (404, json!("text/html; charset=utf-8")));
}

#[test]
fn rights_are_per_person_and_container() {
    let mut model = agency();
    let editor = caller(EDITOR, &EVERY_SCOPE);
    let accounts = send_as(&mut model, &editor, "GET", "accounts", Value::Null).1;
    assert_eq!(accounts["account"].as_array().unwrap().len(), 20);
    let account = accounts["account"][0]["path"].as_str().unwrap().to_owned();
    let containers = send_as(
        &mut model,
        &editor,
        "GET",
        &format!("{account}/containers"),
        Value::Null,
    )
    .1;
    let second = containers["container"][1]["path"].as_str().unwrap().to_owned();
    let tag = json!({"name": "mine", "type": "html"});
    assert_eq!(
        send_as(
            &mut model,
            &editor,
            "POST",
            &format!("{second}/workspaces/1/tags"),
            tag.clone()
        )
        .0,
        200
    );
    assert_eq!(
        send_as(
            &mut model,
            &editor,
            "POST",
            &format!("{second}/workspaces/1:create_version"),
            json!({})
        )
        .0,
        404
    );
    assert_eq!(send_as(&mut model, &editor, "DELETE", &second, Value::Null).0, 404);

    let reader = caller(READER, &EVERY_SCOPE);
    let accounts = send_as(&mut model, &reader, "GET", "accounts", Value::Null).1;
    let account = accounts["account"][0]["path"].as_str().unwrap().to_owned();
    let containers = send_as(
        &mut model,
        &reader,
        "GET",
        &format!("{account}/containers"),
        Value::Null,
    )
    .1;
    assert_eq!(
        containers["container"].as_array().unwrap().len(),
        4,
        "the last container is hidden"
    );
    let path = containers["container"][0]["path"].as_str().unwrap().to_owned();
    assert_eq!(
        send_as(&mut model, &reader, "POST", &format!("{path}/workspaces/1/tags"), tag).0,
        404
    );
}

#[test]
fn a_new_container_has_never_been_published_and_can_be_found_by_its_tag_id() {
    let mut model = agency();
    let account = ok(&mut model, "GET", "accounts", Value::Null)["account"][0]["path"]
        .as_str()
        .unwrap()
        .to_owned();
    let body = json!({"name": "new.example", "usageContext": ["web"]});
    let made = ok(&mut model, "POST", &format!("{account}/containers"), body.clone());
    assert_eq!(send(&mut model, "POST", &format!("{account}/containers"), body).0, 400);
    let path = made["path"].as_str().unwrap();
    let live = send(&mut model, "GET", &format!("{path}/versions:live"), Value::Null);
    assert_eq!((live.0, message(&live)), (404, "Published container version not found"));
    assert_eq!(
        ok(&mut model, "GET", &format!("{path}/workspaces/1/tags"), Value::Null),
        json!({})
    );
    let id = made["publicId"].as_str().unwrap();
    assert_eq!(
        ok(
            &mut model,
            "GET",
            &format!("accounts/containers:lookup?tagId={id}"),
            Value::Null
        ),
        made
    );
    let by_stream = ok(
        &mut model,
        "GET",
        "accounts/containers:lookup?destinationId=G-TEST000007",
        Value::Null,
    );
    assert_eq!(by_stream["name"], "customer7.example");
    assert_eq!(
        send(&mut model, "GET", "accounts/containers:lookup", Value::Null).0,
        400
    );
    let snippet = ok(&mut model, "GET", &format!("{path}:snippet"), Value::Null);
    assert!(snippet["snippet"].as_str().unwrap().contains(id));
    assert_eq!(ok(&mut model, "DELETE", path, Value::Null), Value::Null);
    assert_eq!(send(&mut model, "GET", path, Value::Null).0, 404);
}

#[test]
fn folders_hold_and_let_go() {
    let mut model = agency();
    let workspace = first_workspace(&mut model);
    let folder = ok(
        &mut model,
        "POST",
        &format!("{workspace}/folders"),
        json!({"name": "F"}),
    );
    let path = folder["path"].as_str().unwrap();
    assert_eq!(
        ok(&mut model, "POST", &format!("{path}:entities"), Value::Null),
        json!({})
    );
    ok(
        &mut model,
        "POST",
        &format!("{path}:move_entities_to_folder?tagId=1&tagId=2&triggerId=1"),
        json!({}),
    );
    let inside = ok(&mut model, "POST", &format!("{path}:entities"), Value::Null);
    assert_eq!(
        (
            inside["tag"].as_array().unwrap().len(),
            inside["trigger"].as_array().unwrap().len()
        ),
        (2, 1)
    );
    ok(&mut model, "DELETE", path, Value::Null);
    let tag = ok(&mut model, "GET", &format!("{workspace}/tags/1"), Value::Null);
    assert!(tag.get("parentFolderId").is_none());
}

#[test]
fn built_in_variables_go_by_type() {
    let mut model = agency();
    let path = format!("{}/built_in_variables", first_workspace(&mut model));
    let made = ok(
        &mut model,
        "POST",
        &format!("{path}?type=randomNumber&type=htmlId"),
        Value::Null,
    );
    assert_eq!(made["builtInVariable"][1]["name"], "HTML ID");
    assert_eq!(
        send(&mut model, "POST", &format!("{path}?type=nonsense"), Value::Null).0,
        400
    );
    let back = ok(
        &mut model,
        "POST",
        &format!("{path}:revert?type=randomNumber"),
        Value::Null,
    );
    assert_eq!(back, json!({"enabled": false}));
    ok(&mut model, "DELETE", &format!("{path}?type=htmlId"), Value::Null);
    let listed = ok(&mut model, "GET", &path, Value::Null);
    assert!(
        listed["builtInVariable"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["type"] != "htmlId")
    );
}

#[test]
fn partial_answers_carry_what_was_asked_for() {
    let mut model = agency();
    let container = first_container(&mut model);
    let path = format!("{container}/versions:live?fields=containerVersionId,fingerprint");
    let live = ok(&mut model, "GET", &path, Value::Null);
    assert_eq!(
        live.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["containerVersionId", "fingerprint"]
    );
}

#[test]
fn a_tag_whose_trigger_is_gone_does_not_compile_and_keeps_its_workspace() {
    let mut model = agency();
    let workspace = first_workspace(&mut model);
    let trigger = ok(
        &mut model,
        "POST",
        &format!("{workspace}/triggers"),
        json!({"name": "soon gone", "type": "pageview"}),
    );
    let fires_on = json!({"name": "left behind", "type": "html", "firingTriggerId": [trigger["triggerId"]]});
    ok(&mut model, "POST", &format!("{workspace}/tags"), fires_on);
    ok(&mut model, "DELETE", trigger["path"].as_str().unwrap(), Value::Null);
    let answer = ok(&mut model, "POST", &format!("{workspace}:create_version"), json!({}));
    assert_eq!(answer, json!({"compilerError": true}));
    ok(&mut model, "GET", &workspace, Value::Null);
}
