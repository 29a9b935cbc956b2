//! Many changes in one call, versions that are refused, and what others have versioned meanwhile.
use serde_json::{Value, json};

use super::{ADMIN, caller};
use super::{agency, first_workspace, message, ok, send, send_as};

/// A new container with its empty workspace: (`accounts/A/containers/C`, `.../workspaces/1`).
fn new_container(model: &mut super::Model) -> (String, String) {
    let account = ok(model, "GET", "accounts", Value::Null)["account"][0]["path"]
        .as_str()
        .unwrap()
        .to_owned();
    let body = json!({"name": "fresh.example", "usageContext": ["web"]});
    let made = ok(model, "POST", &format!("{account}/containers"), body);
    let container = made["path"].as_str().unwrap().to_owned();
    let workspace = format!("{container}/workspaces/1");
    (container, workspace)
}

fn change(kind: &str, status: &str, entity: Value) -> Value {
    let mut change = json!({"changeStatus": status});
    change[kind] = entity;
    change
}

fn bulk(model: &mut super::Model, workspace: &str, changes: Value) -> (u16, Value) {
    send(
        model,
        "POST",
        &format!("{workspace}/bulk_update"),
        json!({"changes": changes}),
    )
}

fn html(id: &str, name: &str) -> Value {
    json!({"tagId": id, "name": name, "type": "html"})
}

fn trigger(id: &str, name: &str) -> Value {
    json!({"triggerId": id, "name": name, "type": "pageview"})
}

#[test]
fn new_ids_are_resolved_wherever_they_stand_whatever_the_order() {
    let mut model = agency();
    let (_, workspace) = new_container(&mut model);
    let mut tag = html("new_4", "Tag");
    tag["parentFolderId"] = json!("new_3");
    tag["firingTriggerId"] = json!(["new_1", "2147479553"]);
    tag["blockingTriggerId"] = json!(["new_2"]);
    tag["setupTag"] = json!([{"tagName": "Before"}]);
    let group = json!({
        "triggerId": "new_5", "name": "Both", "type": "triggerGroup",
        "parameter": [{"type": "list", "key": "triggerIds", "list": [
            {"type": "triggerReference", "value": "new_1"},
            {"type": "triggerReference", "value": "new_2"},
        ]}],
    });
    let changes = json!([
        change("tag", "added", tag),
        change("trigger", "added", group),
        change("folder", "added", json!({"folderId": "new_3", "name": "Folder"})),
        change("trigger", "added", trigger("new_1", "One")),
        change("trigger", "added", trigger("new_2", "Two")),
        change("tag", "added", html("new_6", "Before")),
        change("builtInVariable", "added", json!({"type": "clickUrl"})),
    ]);
    let (status, answer) = bulk(&mut model, &workspace, changes);
    assert_eq!(status, 200, "{answer}");
    let made = answer["changes"].as_array().unwrap();
    assert_eq!(made.len(), 7);
    assert!(made.iter().all(|one| one["changeStatus"] == "added"));
    let id_of = |index: usize, kind: &str, field: &str| made[index][kind][field].as_str().unwrap().to_owned();
    let (one, two) = (id_of(3, "trigger", "triggerId"), id_of(4, "trigger", "triggerId"));
    let tag = &made[0]["tag"];
    assert_eq!(tag["firingTriggerId"], json!([one, "2147479553"]));
    assert_eq!(tag["blockingTriggerId"], json!([two]));
    assert_eq!(tag["parentFolderId"], made[2]["folder"]["folderId"]);
    assert_eq!(
        made[1]["trigger"]["parameter"][0]["list"],
        json!([{"type": "triggerReference", "value": one}, {"type": "triggerReference", "value": two}])
    );
    assert_eq!(made[6]["builtInVariable"]["name"], "Click URL");
    // What was answered is what is stored, and it compiles.
    let path = tag["path"].as_str().unwrap();
    assert_eq!(ok(&mut model, "GET", path, Value::Null), *tag);
    let version = ok(&mut model, "POST", &format!("{workspace}:create_version"), json!({}));
    assert_eq!(version["containerVersion"]["tag"].as_array().unwrap().len(), 2);
}

#[test]
fn a_bulk_update_is_all_or_nothing() {
    let mut model = agency();
    let workspace = first_workspace(&mut model);
    let before = ok(&mut model, "GET", &format!("{workspace}/status"), Value::Null);
    let taken = ok(&mut model, "GET", &format!("{workspace}/variables/1"), Value::Null)["name"].clone();
    let folder = ok(&mut model, "GET", &format!("{workspace}/folders"), Value::Null)["folder"][0].clone();
    let good = change("trigger", "added", trigger("new_1", "fine"));
    let cases = [
        (
            change(
                "variable",
                "added",
                json!({"variableId": "new_2", "name": taken, "type": "c"}),
            ),
            "Found entity with duplicate name.",
        ),
        (
            change(
                "variable",
                "added",
                json!({"variableId": "new_2", "name": "Page URL", "type": "c"}),
            ),
            "Found entity with duplicate name.",
        ),
        (
            change("builtInVariable", "added", json!({"type": "pageUrl"})),
            "Found entity with duplicate name.",
        ),
        (
            change("trigger", "added", trigger("new_2", "fine")),
            "Found entity with duplicate name.",
        ),
        (
            change("trigger", "added", trigger("new_1", "other")),
            "changes: The entity ID new_1 is not unique.",
        ),
        (
            change("trigger", "added", trigger("7", "other")),
            "changes[1].trigger.triggerId: The value must be new_ and a number.",
        ),
        (
            change("trigger", "added", trigger("new_x", "other")),
            "changes[1].trigger.triggerId: The value must be new_ and a number.",
        ),
        (
            change(
                "tag",
                "added",
                json!({"tagId": "new_2", "name": "t", "type": "html", "firingTriggerId": ["new_9"]}),
            ),
            "changes: No trigger of this request has the entity ID new_9.",
        ),
        (
            change(
                "tag",
                "added",
                json!({"tagId": "new_2", "name": "t", "type": "html", "parentFolderId": "new_1"}),
            ),
            "changes: No folder of this request has the entity ID new_1.",
        ),
        (
            change("tag", "updated", html("99999", "gone")),
            "Not found or permission denied.",
        ),
        (
            change("tag", "deleted", json!({"tagId": "99999"})),
            "Not found or permission denied.",
        ),
        (
            change(
                "tag",
                "added",
                json!({"tagId": "new_2", "name": "t", "type": "html", "colour": "red"}),
            ),
            "Invalid JSON payload received. Unknown name \"colour\" at 'changes[1].tag': Cannot find field.",
        ),
        (
            change("tag", "none", html("1", "t")),
            "changes[1].changeStatus: The value must be added, updated or deleted.",
        ),
        (
            json!({"changeStatus": "added", "folder": folder, "tag": {}}),
            "changes[1]: A change must hold exactly one entity.",
        ),
        (
            change("widget", "added", json!({})),
            "Invalid JSON payload received. Unknown name \"widget\" at 'changes[1]': Cannot find field.",
        ),
    ];
    for (bad, words) in cases {
        let refused = bulk(&mut model, &workspace, json!([good.clone(), bad]));
        assert_eq!((message(&refused), refused.0 / 100), (words, 4));
    }
    let after = ok(&mut model, "GET", &format!("{workspace}/status"), Value::Null);
    assert_eq!(before, after);
}

#[test]
fn a_bulk_update_changes_and_deletes_and_frees_names() {
    let mut model = agency();
    let (_, workspace) = new_container(&mut model);
    let changes = json!([
        change("folder", "added", json!({"folderId": "new_1", "name": "F"})),
        change(
            "tag",
            "added",
            json!({"tagId": "new_2", "name": "Old", "type": "html", "parentFolderId": "new_1"})
        ),
        change("tag", "added", html("new_3", "Gone")),
        change("builtInVariable", "added", json!({"type": "event"})),
    ]);
    let made = bulk(&mut model, &workspace, changes).1["changes"].clone();
    let old = &made[1]["tag"];
    let (_, answer) = bulk(
        &mut model,
        &workspace,
        json!([
            change("tag", "added", html("new_1", "Gone")),
            change(
                "tag",
                "updated",
                json!({"tagId": old["tagId"], "name": "New", "type": "html", "paused": true})
            ),
            change("tag", "deleted", json!({"tagId": made[2]["tag"]["tagId"]})),
            change("folder", "deleted", made[0]["folder"].clone()),
            change("builtInVariable", "deleted", json!({"type": "event"})),
        ]),
    );
    let shown = answer["changes"].as_array().unwrap();
    assert_eq!(shown.len(), 2, "what was deleted is not shown: {answer}");
    assert_eq!(shown[1]["changeStatus"], "updated");
    assert_eq!(shown[1]["tag"]["name"], "New");
    assert_ne!(shown[1]["tag"]["fingerprint"], old["fingerprint"]);
    assert_ne!(
        shown[0]["tag"]["tagId"], made[2]["tag"]["tagId"],
        "ids are never used again"
    );
    let tags = ok(&mut model, "GET", &format!("{workspace}/tags"), Value::Null);
    assert_eq!(tags["tag"].as_array().unwrap().len(), 2);
    assert_eq!(
        ok(
            &mut model,
            "GET",
            &format!("{workspace}/built_in_variables"),
            Value::Null
        ),
        json!({})
    );
    assert_eq!(bulk(&mut model, &workspace, json!([])), (200, json!({})));
}

#[test]
fn a_bulk_update_needs_its_scope() {
    let mut model = agency();
    let workspace = first_workspace(&mut model);
    let versions_only = caller(ADMIN, &["readonly", "edit.containerversions"]);
    let refused = send_as(
        &mut model,
        &versions_only,
        "POST",
        &format!("{workspace}/bulk_update"),
        json!({}),
    );
    assert_eq!(refused.0, 403);
    assert_eq!(
        refused.1["error"]["details"][0]["metadata"]["method"],
        "container_tag.apiary_v2.TagManagerServiceV2.BulkUpdateWorkspace"
    );
}

#[test]
fn an_empty_workspace_becomes_a_version_with_its_name_and_notes() {
    let mut model = agency();
    let (container, workspace) = new_container(&mut model);
    let options = json!({"name": "First", "notes": "Nothing yet"});
    let answer = ok(&mut model, "POST", &format!("{workspace}:create_version"), options);
    let version = answer["containerVersion"]["path"].as_str().unwrap();
    let stored = ok(&mut model, "GET", version, Value::Null);
    assert_eq!(
        (&stored["name"], &stored["description"]),
        (&json!("First"), &json!("Nothing yet"))
    );
    let header = ok(
        &mut model,
        "GET",
        &format!("{container}/version_headers:latest"),
        Value::Null,
    );
    assert_eq!(
        (&header["name"], &header["containerVersionId"]),
        (&json!("First"), &json!("1"))
    );
    assert_eq!(send(&mut model, "GET", &workspace, Value::Null).0, 404);
    let next = answer["newWorkspacePath"].as_str().unwrap();
    ok(&mut model, "GET", next, Value::Null);
    assert_eq!(
        send(&mut model, "POST", &format!("{workspace}:create_version"), json!({})).0,
        404
    );
}

#[test]
fn g5_the_compiler_fails_on_request_and_nothing_else_happens() {
    let mut model = agency();
    let (container, workspace) = new_container(&mut model);
    model.compiler.create_version = true;
    let create = format!("{workspace}:create_version");
    assert_eq!(
        ok(&mut model, "POST", &create, json!({})),
        json!({"compilerError": true})
    );
    ok(&mut model, "GET", &workspace, Value::Null);
    model.compiler.create_version = false;
    model.compiler.publish = true;
    let version = ok(&mut model, "POST", &create, json!({}))["containerVersion"]["path"]
        .as_str()
        .unwrap()
        .to_owned();
    let publish = format!("{version}:publish");
    assert_eq!(
        ok(&mut model, "POST", &publish, json!({})),
        json!({"compilerError": true})
    );
    assert_eq!(
        send(&mut model, "GET", &format!("{container}/versions:live"), Value::Null).0,
        404
    );
    model.compiler.publish = false;
    ok(&mut model, "POST", &publish, json!({}));
    ok(&mut model, "GET", &format!("{container}/versions:live"), Value::Null);
}

#[test]
fn what_names_something_that_is_gone_does_not_compile() {
    let mut model = agency();
    let (_, workspace) = new_container(&mut model);
    for broken in [
        json!({"tagId": "new_1", "name": "a", "type": "html", "setupTag": [{"tagName": "nobody"}]}),
        json!({"tagId": "new_1", "name": "b", "type": "html",
            "parameter": [{"type": "tagReference", "key": "after", "value": "nobody"}]}),
        json!({"tagId": "new_1", "name": "c", "type": "html",
            "parameter": [{"type": "triggerReference", "key": "on", "value": "77"}]}),
    ] {
        let made = bulk(&mut model, &workspace, json!([change("tag", "added", broken)])).1;
        let answer = ok(&mut model, "POST", &format!("{workspace}:create_version"), json!({}));
        assert_eq!(answer, json!({"compilerError": true}));
        assert_eq!(
            ok(&mut model, "POST", &format!("{workspace}:quick_preview"), Value::Null),
            answer
        );
        ok(
            &mut model,
            "DELETE",
            made["changes"][0]["tag"]["path"].as_str().unwrap(),
            Value::Null,
        );
    }
    let preview = ok(&mut model, "POST", &format!("{workspace}:quick_preview"), Value::Null);
    assert_eq!(preview["containerVersion"]["containerVersionId"], "0");
}

/// Two workspaces of one container, in which `shared` was changed on both sides, `theirs` in the versioned one only.
fn diverged(model: &mut super::Model) -> (String, Value, Value) {
    let (container, workspace) = new_container(model);
    let changes = json!([
        change("tag", "added", html("new_1", "shared")),
        change("tag", "added", html("new_2", "theirs")),
    ]);
    assert_eq!(bulk(model, &workspace, changes).0, 200);
    let next = ok(model, "POST", &format!("{workspace}:create_version"), json!({}))["newWorkspacePath"].clone();
    let next = next.as_str().unwrap().to_owned();
    let mine = ok(
        model,
        "POST",
        &format!("{container}/workspaces"),
        json!({"name": "Mine"}),
    )["path"]
        .clone();
    let mine = mine.as_str().unwrap().to_owned();
    for (workspace, note, ids) in [(&next, "theirs", vec!["1", "2"]), (&mine, "mine", vec!["1"])] {
        for id in ids {
            let path = format!("{workspace}/tags/{id}");
            let mut tag = ok(model, "GET", &path, Value::Null);
            tag["notes"] = json!(note);
            ok(model, "PUT", &path, tag);
        }
    }
    let version = ok(model, "POST", &format!("{next}:create_version"), json!({}));
    assert_eq!(version["containerVersion"]["containerVersionId"], "2");
    let theirs = version["containerVersion"]["tag"][0].clone();
    let ours = ok(model, "GET", &format!("{mine}/tags/1"), Value::Null);
    (mine, ours, theirs)
}

#[test]
fn g6_a_conflict_stops_the_version_until_it_is_resolved() {
    let mut model = agency();
    let (mine, ours, theirs) = diverged(&mut model);
    let create = format!("{mine}:create_version");
    let stopped = json!({"syncStatus": {"mergeConflict": true}});
    assert_eq!(ok(&mut model, "POST", &create, json!({})), stopped);
    let answer = ok(&mut model, "POST", &format!("{mine}:sync"), Value::Null);
    assert_eq!(answer["syncStatus"], stopped["syncStatus"]);
    let conflict = &answer["mergeConflict"][0];
    assert_eq!(conflict["entityInWorkspace"]["tag"], ours);
    assert_eq!(conflict["entityInBaseVersion"]["tag"]["notes"], theirs["notes"]);
    let status = ok(&mut model, "GET", &format!("{mine}/status"), Value::Null);
    assert_eq!(status["mergeConflict"], answer["mergeConflict"]);
    // What only they changed came in.
    assert_eq!(
        ok(&mut model, "GET", &format!("{mine}/tags/2"), Value::Null)["notes"],
        "theirs"
    );

    let mut resolved = ours.clone();
    resolved["notes"] = json!("both");
    let resolve = format!("{mine}:resolve_conflict");
    let stale = send(
        &mut model,
        "POST",
        &format!("{resolve}?fingerprint=1"),
        json!({"tag": resolved}),
    );
    assert_eq!(stale.0, 409);
    ok(
        &mut model,
        "POST",
        &format!("{resolve}?fingerprint={}", ours["fingerprint"].as_str().unwrap()),
        json!({"tag": resolved}),
    );
    let version = ok(&mut model, "POST", &create, json!({}));
    assert_eq!(version["containerVersion"]["tag"][0]["notes"], "both");
}

#[test]
fn reverting_a_conflicting_entity_takes_the_base_versions() {
    let mut model = agency();
    let (mine, _, theirs) = diverged(&mut model);
    ok(&mut model, "POST", &format!("{mine}:sync"), Value::Null);
    let back = ok(&mut model, "POST", &format!("{mine}/tags/1:revert"), Value::Null);
    assert_eq!(back["tag"]["notes"], theirs["notes"]);
    assert_eq!(ok(&mut model, "GET", &format!("{mine}/status"), Value::Null), json!({}));
    assert_eq!(ok(&mut model, "POST", &format!("{mine}:sync"), Value::Null), json!({}));
}
