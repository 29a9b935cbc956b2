"""google-api-python-client judges the sandbox's Tag Manager: every method that Gantry calls, answers checked to the field."""

import pytest
from googleapiclient.errors import HttpError

from answers import document, judged
from conftest import ADMIN, ANALYST, EDITOR, NEWCOMER, VIEWER
from dialling import error_of

EVERY = [
    "tagmanager.readonly",
    "tagmanager.edit.containers",
    "tagmanager.edit.containerversions",
    "tagmanager.publish",
    "tagmanager.delete.containers",
    "tagmanager.manage.accounts",
]
DOCUMENT = document("tagmanager.v2")


class TagManager:
    """The API's resources, with every answer judged."""

    def __init__(self, google, email=ADMIN, scopes=tuple(EVERY)):
        self.api = google.discovery("tagmanager", "v2", google.credentials(email, list(scopes)))
        self.accounts = self.api.accounts()
        self.containers = self.accounts.containers()
        self.workspaces = self.containers.workspaces()
        self.versions = self.containers.versions()
        self.headers = self.containers.version_headers()

    def do(self, request):
        return judged(DOCUMENT, request)

    def pages(self, resource, key, **parameters):
        """All items of a list over all its pages, and how many pages there were."""
        items, pages, token = [], 0, None
        while True:
            more = {"pageToken": token} if token else {}
            answer = self.do(resource.list(**parameters, **more))
            items += answer.get(key, [])
            pages += 1
            token = answer.get("nextPageToken")
            if not token:
                return items, pages

    def first(self, usage="web"):
        """The first container of a usage that has a live version."""
        for account in self.pages(self.accounts, "account")[0]:
            for container in self.pages(self.containers, "container", parent=account["path"])[0]:
                if usage in container["usageContext"]:
                    try:
                        self.do(self.versions.live(parent=container["path"]))
                    except HttpError:
                        continue
                    return container
        raise AssertionError(f"no {usage} container")

    def workspace(self, container):
        return self.do(self.workspaces.list(parent=container["path"]))["workspace"][0]


@pytest.fixture
def gtm(google):
    return TagManager(google)


def refused(request, status, message=None):
    with pytest.raises(HttpError) as caught:
        request.execute()
    assert caught.value.resp.status == status
    error = error_of(caught.value)
    assert error["code"] == status and error["errors"][0]["domain"] == "global" and error["status"]
    if message:
        assert error["message"] == message
    return error


def test_everyone_sees_their_own_accounts_over_all_pages(google):
    seen = {}
    for email in (ADMIN, EDITOR, ANALYST, VIEWER, NEWCOMER):
        gtm = TagManager(google, email, ["tagmanager.readonly"])
        accounts, _ = gtm.pages(gtm.accounts, "account")
        assert len({account["accountId"] for account in accounts}) == len(accounts)
        seen[email] = len(accounts)
    assert seen[ADMIN] > 0 and seen[NEWCOMER] == 0
    assert len(set(seen.values())) > 1, seen


def test_an_account_is_read_and_changed(gtm):
    account = gtm.do(gtm.accounts.list())["account"][0]
    assert gtm.do(gtm.accounts.get(path=account["path"])) == account
    body = {**account, "name": "Renamed \u2013 Ltd", "shareData": True}
    changed = gtm.do(gtm.accounts.update(path=account["path"], body=body, fingerprint=account["fingerprint"]))
    assert changed["name"] == "Renamed \u2013 Ltd" and changed["fingerprint"] != account["fingerprint"]
    refused(gtm.accounts.update(path=account["path"], body=body, fingerprint=account["fingerprint"]), 409)


def test_containers_live_from_create_to_delete(gtm):
    account = gtm.do(gtm.accounts.list())["account"][0]
    body = {"name": "brand-new.example", "usageContext": ["web"], "domainName": ["brand-new.example"]}
    made = gtm.do(gtm.containers.create(parent=account["path"], body=body))
    assert made["publicId"].startswith("GTM-")
    refused(gtm.containers.create(parent=account["path"], body=body), 400, "Found entity with duplicate name.")
    assert gtm.do(gtm.containers.get(path=made["path"])) == made
    listed, _ = gtm.pages(gtm.containers, "container", parent=account["path"])
    assert made in listed
    assert gtm.do(gtm.containers.lookup(tagId=made["publicId"])) == made
    refused(gtm.containers.lookup(), 400)
    assert made["publicId"] in gtm.do(gtm.containers.snippet(path=made["path"]))["snippet"]
    changed = gtm.do(
        gtm.containers.update(path=made["path"], body={**made, "notes": "n"}, fingerprint=made["fingerprint"])
    )
    assert changed["notes"] == "n"
    refused(gtm.versions.live(parent=made["path"]), 404, "Published container version not found")
    assert gtm.do(gtm.headers.latest(parent=made["path"]))["containerVersionId"] == "0"
    assert gtm.do(gtm.headers.list(parent=made["path"])) == {}
    gtm.do(gtm.containers.delete(path=made["path"]))
    refused(gtm.containers.get(path=made["path"]), 404, "Not found or permission denied.")


def test_a_destination_leads_to_its_container(gtm):
    container = gtm.first()
    version = gtm.do(gtm.versions.live(parent=container["path"]))
    constants = [v for v in version["variable"] if v["name"] == "GA4 Measurement ID"]
    measurement = constants[0]["parameter"][0]["value"]
    assert measurement.startswith("G-")
    assert gtm.do(gtm.containers.lookup(destinationId=measurement))["accountId"] == container["accountId"]


def test_a_server_container_gives_a_configuration(gtm):
    container = gtm.first("server")
    answer = gtm.do(gtm.containers.snippet(path=container["path"]))
    assert set(answer) == {"containerConfig"}
    version = gtm.do(gtm.versions.live(parent=container["path"]))
    assert version["client"] and version["transformation"]


def test_live_is_a_whole_container(gtm):
    container = gtm.first()
    live = gtm.do(gtm.versions.live(parent=container["path"]))
    assert live["container"]["publicId"] == container["publicId"]
    assert {"tag", "trigger", "variable", "builtInVariable", "folder", "customTemplate"} <= set(live)
    known = {trigger["triggerId"] for trigger in live["trigger"]}
    for tag in live["tag"]:
        assert all(int(t) > 2147479000 or t in known for t in tag["firingTriggerId"])
    assert gtm.do(gtm.versions.get(path=live["path"])) == live
    assert gtm.do(gtm.versions.get(path=live["path"], containerVersionId="published")) == live
    partial = gtm.versions.live(parent=container["path"], fields="containerVersionId,tag(name,type)")
    partial = gtm.do(partial)
    assert set(partial) == {"containerVersionId", "tag"} and set(partial["tag"][0]) == {"name", "type"}


def test_workspaces(gtm):
    container = gtm.first()
    made = gtm.do(gtm.workspaces.create(parent=container["path"], body={"name": "W", "description": "d"}))
    refused(gtm.workspaces.create(parent=container["path"], body={"name": "W"}), 400)
    assert gtm.do(gtm.workspaces.get(path=made["path"])) == made
    body = {"name": "W2", "description": ""}
    changed = gtm.do(gtm.workspaces.update(path=made["path"], body=body, fingerprint=made["fingerprint"]))
    assert changed["name"] == "W2" and "description" not in changed
    refused(gtm.workspaces.update(path=made["path"], body=body, fingerprint=made["fingerprint"]), 409)
    assert gtm.do(gtm.workspaces.getStatus(path=made["path"])) == {}
    gtm.do(gtm.workspaces.delete(path=made["path"]))
    refused(gtm.workspaces.get(path=made["path"]), 404)


CONDITION = {
    "type": "equals",
    "parameter": [
        {"type": "template", "key": "arg0", "value": "{{_event}}"},
        {"type": "template", "key": "arg1", "value": "x"},
    ],
}
HTML = {"name": "T", "type": "html", "parameter": [{"type": "template", "key": "html", "value": "<b>"}]}
KINDS = [
    ("tags", "tag", "tagId", "web", HTML),
    ("triggers", "trigger", "triggerId", "web", {"name": "T", "type": "customEvent", "customEventFilter": [CONDITION]}),
    ("variables", "variable", "variableId", "web", {"name": "T", "type": "c", "parameter": [{"type": "template", "key": "value", "value": "1"}]}),
    ("folders", "folder", "folderId", "web", {"name": "T", "notes": "n"}),
    ("templates", "template", "templateId", "web", {"name": "T", "templateData": "___INFO___"}),
    ("zones", "zone", "zoneId", "web", {"name": "T", "childContainer": [{"publicId": "GTM-X", "nickname": "x"}]}),
    ("clients", "client", "clientId", "server", {"name": "T", "type": "gaaw_client", "priority": 3}),
    ("transformations", "transformation", "transformationId", "server", {"name": "T", "type": "tf_allow_params"}),
    ("gtag_config", "gtagConfig", "gtagConfigId", "web", {"type": "googtag", "parameter": [{"type": "template", "key": "tagId", "value": "G-1"}]}),
]


@pytest.mark.parametrize("segment,key,id_field,usage,body", KINDS, ids=[kind[0] for kind in KINDS])
def test_entities_of_every_kind(gtm, segment, key, id_field, usage, body):
    workspace = gtm.workspace(gtm.first(usage))
    resource = getattr(gtm.workspaces, segment)()
    made = gtm.do(resource.create(parent=workspace["path"], body=body))
    assert made["path"] == f"{workspace['path']}/{segment}/{made[id_field]}"
    assert {name: made[name] for name in body} == body
    assert gtm.do(resource.get(path=made["path"])) == made
    listed, _ = gtm.pages(resource, key, parent=workspace["path"])
    assert made in listed and len({one[id_field] for one in listed}) == len(listed)

    replaced = dict(body)
    dropped = next((name for name in ("parameter", "notes", "childContainer", "priority") if name in body), None)
    if dropped and segment != "gtag_config":
        del replaced[dropped]
    changed = gtm.do(resource.update(path=made["path"], body=replaced, fingerprint=made["fingerprint"]))
    assert int(changed["fingerprint"]) > int(made["fingerprint"])
    assert segment == "gtag_config" or dropped not in changed, "an update replaces the whole entity"
    refused(resource.update(path=made["path"], body=replaced, fingerprint=made["fingerprint"]), 409)

    if segment != "gtag_config":
        assert gtm.do(resource.revert(path=made["path"], fingerprint=changed["fingerprint"])) == {}
        made = gtm.do(resource.create(parent=workspace["path"], body=body))
        duplicate = resource.create(parent=workspace["path"], body=body)
        refused(duplicate, 400, "Found entity with duplicate name.")
    gtm.do(resource.delete(path=made["path"]))
    refused(resource.get(path=made["path"]), 404, "Not found or permission denied.")


def test_revert_brings_back_what_the_base_version_has(gtm):
    workspace = gtm.workspace(gtm.first())
    tags = gtm.workspaces.tags()
    before = gtm.do(tags.get(path=f"{workspace['path']}/tags/1"))
    gtm.do(tags.update(path=before["path"], body=HTML))
    changes = gtm.do(gtm.workspaces.getStatus(path=workspace["path"]))["workspaceChange"]
    assert [change["changeStatus"] for change in changes if change.get("tag", {}).get("tagId") == "1"] == ["updated"]
    assert gtm.do(tags.revert(path=before["path"]))["tag"] == before


def test_folders_take_in_and_show(gtm):
    workspace = gtm.workspace(gtm.first())
    folders = gtm.workspaces.folders()
    folder = gtm.do(folders.create(parent=workspace["path"], body={"name": "F"}))
    gtm.do(folders.move_entities_to_folder(path=folder["path"], body={}, tagId=["1", "2"], variableId=["1"]))
    inside = gtm.do(folders.entities(path=folder["path"]))
    assert [tag["tagId"] for tag in inside["tag"]] == ["1", "2"] and len(inside["variable"]) == 1


def test_built_in_variables(gtm):
    workspace = gtm.workspace(gtm.first())
    built_ins = gtm.workspaces.built_in_variables()
    made = gtm.do(built_ins.create(parent=workspace["path"], type=["htmlId", "randomNumber"]))["builtInVariable"]
    assert [one["type"] for one in made] == ["htmlId", "randomNumber"]
    path = f"{workspace['path']}/built_in_variables"
    listed, _ = gtm.pages(built_ins, "builtInVariable", parent=workspace["path"])
    assert "htmlId" in {one["type"] for one in listed}
    assert gtm.do(built_ins.revert(path=workspace["path"], type="htmlId")) in ({}, {"enabled": False})
    gtm.do(built_ins.delete(path=path, type=["randomNumber"]))


def test_a_version_is_created_published_archived_and_brought_back(gtm):
    container = gtm.first()
    workspace = gtm.workspace(container)
    gtm.do(gtm.workspaces.tags().create(parent=workspace["path"], body={**HTML, "firingTriggerId": ["2147479553"]}))
    options = {"name": "Judged", "notes": "why"}
    answer = gtm.do(gtm.workspaces.create_version(path=workspace["path"], body=options))
    version = answer["containerVersion"]
    assert (version["name"], version["description"]) == ("Judged", "why")
    assert not answer.get("compilerError") and not answer.get("syncStatus")
    refused(gtm.workspaces.get(path=workspace["path"]), 404)
    assert gtm.do(gtm.workspaces.get(path=answer["newWorkspacePath"]))
    refused(gtm.versions.publish(path=version["path"], fingerprint="1"), 409)
    published = gtm.do(gtm.versions.publish(path=version["path"], fingerprint=version["fingerprint"]))
    live = gtm.do(gtm.versions.live(parent=container["path"]))
    assert live == published["containerVersion"] and "T" in {tag["name"] for tag in live["tag"]}
    latest = gtm.do(gtm.headers.latest(parent=container["path"]))
    assert latest["containerVersionId"] == version["containerVersionId"]
    assert latest["numTags"] == str(len(live["tag"]))
    refused(gtm.versions.delete(path=version["path"]), 400, "Returned an error response for your request.")

    second = gtm.do(gtm.workspaces.create_version(path=answer["newWorkspacePath"], body={}))["containerVersion"]
    renamed = gtm.do(gtm.versions.update(path=second["path"], body={"name": "R"}, fingerprint=second["fingerprint"]))
    assert renamed["name"] == "R"
    gtm.do(gtm.versions.delete(path=second["path"]))
    ids = {h["containerVersionId"] for h in gtm.pages(gtm.headers, "containerVersionHeader", parent=container["path"])[0]}
    everything, _ = gtm.pages(gtm.headers, "containerVersionHeader", parent=container["path"], includeDeleted=True)
    gone = {h["containerVersionId"] for h in everything} - ids
    assert second["containerVersionId"] in gone
    assert "deleted" not in gtm.do(gtm.versions.undelete(path=second["path"]))
    assert gtm.do(gtm.versions.set_latest(path=version["path"]))["containerVersionId"] == version["containerVersionId"]


def test_a_trigger_needs_exactly_one_custom_event_filter(gtm):
    workspace = gtm.workspace(gtm.first())
    body = {"name": "x", "type": "customEvent", "customEventFilter": [CONDITION, CONDITION]}
    refused(
        gtm.workspaces.triggers().create(parent=workspace["path"], body=body),
        400,
        "customEventFilter: Custom-event trigger must have exactly one custom-event filter.",
    )


SCOPED = [
    (["tagmanager.readonly"], lambda gtm, c, w: gtm.workspaces.tags().create(parent=w["path"], body=HTML)),
    (["tagmanager.readonly"], lambda gtm, c, w: gtm.workspaces.create_version(path=w["path"], body={})),
    (["tagmanager.edit.containers"], lambda gtm, c, w: gtm.workspaces.create_version(path=w["path"], body={})),
    (["tagmanager.edit.containers"], lambda gtm, c, w: gtm.workspaces.delete(path=w["path"])),
    (["tagmanager.edit.containerversions"], lambda gtm, c, w: gtm.versions.publish(path=c["path"] + "/versions/1")),
    (["tagmanager.edit.containers"], lambda gtm, c, w: gtm.containers.delete(path=c["path"])),
    (["tagmanager.readonly"], lambda gtm, c, w: gtm.accounts.update(path="accounts/" + c["accountId"], body={"name": "x"})),
]


@pytest.mark.parametrize("scopes,call", SCOPED)
def test_a_method_needs_its_own_scope(google, gtm, scopes, call):
    container = gtm.first()
    error = refused(
        call(TagManager(google, ADMIN, scopes), container, gtm.workspace(container)),
        403,
        "Request had insufficient authentication scopes.",
    )
    assert error["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    assert error["errors"][0]["reason"] == "insufficientPermissions"


def test_what_is_not_yours_is_not_there(google, gtm):
    container = gtm.first()
    stranger = TagManager(google, NEWCOMER)
    refused(stranger.containers.get(path=container["path"]), 404, "Not found or permission denied.")
    refused(stranger.versions.live(parent=container["path"]), 404, "Not found or permission denied.")


def test_the_quota_is_twenty_five_calls_in_a_hundred_seconds(google, gtm):
    google.control("POST", "/quota", {"enabled": True})
    statuses = []
    for _ in range(30):
        try:
            gtm.accounts.list().execute()
            statuses.append(200)
        except HttpError as error:
            statuses.append(error.resp.status)
    assert statuses[:20] == [200] * 20 and set(statuses[25:]) <= {403, 429}
