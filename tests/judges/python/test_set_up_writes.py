"""google-api-python-client judges what a whole set-up writes, and what undoes it: answers checked to the field."""

import pytest
from googleapiclient.errors import HttpError

from answers import document, judged
from conftest import ADMIN, EDITOR, NEWCOMER
from dialling import error_of, query_of
from test_tag_manager import CONDITION, TagManager, refused


class Admin:
    """The Admin API through its discovery document, every answer judged."""

    def __init__(self, google, version="v1beta", email=ADMIN, scopes=("analytics.edit", "analytics.manage.users")):
        self.document = document(f"analyticsadmin.{version}")
        self.api = google.discovery("analyticsadmin", version, google.credentials(email, list(scopes)))
        self.accounts = self.api.accounts()
        self.properties = self.api.properties()

    def do(self, request):
        return judged(self.document, request)

    def account(self):
        return self.do(self.api.accountSummaries().list())["accountSummaries"][0]["account"]

    def property(self, account=None, **more):
        body = {"parent": account or self.account(), "displayName": "Set up", "timeZone": "Europe/Paris", **more}
        return self.do(self.properties.create(body=body))


@pytest.fixture
def gtm(google):
    return TagManager(google)


@pytest.fixture
def admin(google):
    return Admin(google)


@pytest.fixture
def container(gtm):
    account = gtm.do(gtm.accounts.list())["account"][0]
    body = {"name": "set-up.example", "usageContext": ["web"]}
    made = gtm.do(gtm.containers.create(parent=account["path"], body=body))
    return made, gtm.workspace(made)


def denied(request, status, name):
    """An Admin call that is refused with this google.rpc code."""
    with pytest.raises(HttpError) as caught:
        request.execute()
    error = error_of(caught.value)
    assert (error["code"], error["status"]) == (status, name)
    return error


def added(kind, id_field, number, **fields):
    return {"changeStatus": "added", kind: {id_field: f"new_{number}", **fields}}


def parameter(key, value):
    return {"type": "template", "key": key, "value": value}


def google_tag_and_an_event():
    """Out of order on purpose: what is named comes after what names it."""
    event = {"name": "Sign-up", "type": "gaawe", "parameter": [parameter("eventName", "sign_up")]}
    return [
        added("tag", "tagId", 1, **event, parentFolderId="new_4", firingTriggerId=["new_2"]),
        added("trigger", "triggerId", 2, name="On sign-up", type="customEvent", customEventFilter=[CONDITION]),
        added("tag", "tagId", 3, name="Google tag", type="googtag", parameter=[parameter("tagId", "{{ID}}")],
              firingTriggerId=["2147479573"]),
        added("folder", "folderId", 4, name="Gantry"),
        added("variable", "variableId", 5, name="ID", type="c", parameter=[parameter("value", "G-1")]),
        {"changeStatus": "added", "builtInVariable": {"type": "clickUrl"}},
    ]


def bulk(gtm, workspace, changes):
    return gtm.workspaces.bulk_update(path=workspace["path"], body={"changes": changes})


def test_a_container_is_filled_in_one_call_versioned_published_and_deleted(gtm, container):
    made, workspace = container
    changes = gtm.do(bulk(gtm, workspace, google_tag_and_an_event()))["changes"]
    assert [change["changeStatus"] for change in changes] == ["added"] * 6
    tag, trigger, folder = changes[0]["tag"], changes[1]["trigger"], changes[3]["folder"]
    assert tag["firingTriggerId"] == [trigger["triggerId"]] and tag["parentFolderId"] == folder["folderId"]
    assert gtm.do(gtm.workspaces.tags().get(path=tag["path"])) == tag
    assert changes[5]["builtInVariable"]["name"] == "Click URL"

    later = gtm.do(bulk(gtm, workspace, [
        {"changeStatus": "updated", "tag": {**tag, "paused": True}},
        {"changeStatus": "deleted", "variable": changes[4]["variable"]},
    ]))["changes"]
    assert len(later) == 1 and later[0]["tag"]["paused"] and later[0]["tag"]["fingerprint"] != tag["fingerprint"]

    answer = gtm.do(gtm.workspaces.create_version(path=workspace["path"], body={"name": "Gantry", "notes": "Set-up"}))
    version = answer["containerVersion"]
    assert (version["name"], version["description"]) == ("Gantry", "Set-up")
    refused(gtm.workspaces.get(path=workspace["path"]), 404)
    gtm.do(gtm.workspaces.get(path=answer["newWorkspacePath"]))
    assert gtm.do(gtm.headers.latest(parent=made["path"]))["name"] == "Gantry"
    gtm.do(gtm.versions.publish(path=version["path"], fingerprint=version["fingerprint"]))
    assert len(gtm.do(gtm.versions.live(parent=made["path"]))["tag"]) == 2
    gtm.do(gtm.containers.delete(path=made["path"]))
    refused(gtm.containers.get(path=made["path"]), 404, "Not found or permission denied.")


def test_a_bulk_update_is_all_or_nothing(gtm, container):
    _, workspace = container
    first = google_tag_and_an_event()
    for bad, message in (
        (added("folder", "folderId", 6, name="Gantry"), "Found entity with duplicate name."),
        (added("variable", "variableId", 6, name="Click URL", type="c"), "Found entity with duplicate name."),
        (added("folder", "folderId", 4, name="Other"), "changes: The entity ID new_4 is not unique."),
        (added("tag", "tagId", 6, name="x", type="html", parentFolderId="new_9"),
         "changes: No folder of this request has the entity ID new_9."),
        ({"changeStatus": "deleted", "tag": {"tagId": "12345"}}, None),
    ):
        refused(bulk(gtm, workspace, [*first, bad]), 404 if message is None else 400, message)
        assert gtm.do(gtm.workspaces.getStatus(path=workspace["path"])) == {}


def test_an_empty_workspace_becomes_a_version(gtm, container):
    made, workspace = container
    answer = gtm.do(gtm.workspaces.create_version(path=workspace["path"], body={"name": "Empty"}))
    assert answer["containerVersion"]["containerVersionId"] == "1" and "tag" not in answer["containerVersion"]
    assert gtm.do(gtm.headers.list(parent=made["path"]))["containerVersionHeader"][0]["numTags"] == "0"


def test_a_compiler_error_is_a_200(google, gtm, container):
    made, workspace = container
    google.control("POST", "/tag-manager/compiler", {"create_version": True, "publish": True})
    assert gtm.do(gtm.workspaces.create_version(path=workspace["path"], body={})) == {"compilerError": True}
    assert gtm.do(gtm.headers.list(parent=made["path"])) == {}
    google.control("POST", "/tag-manager/compiler", {"create_version": False})
    version = gtm.do(gtm.workspaces.create_version(path=workspace["path"], body={}))["containerVersion"]
    assert gtm.do(gtm.versions.publish(path=version["path"])) == {"compilerError": True}
    refused(gtm.versions.live(parent=made["path"]), 404, "Published container version not found")


def test_a_workspace_is_synchronised_and_a_conflict_resolved(gtm, container):
    made, workspace = container
    tags = gtm.workspaces.tags()
    gtm.do(bulk(gtm, workspace, [added("tag", "tagId", 1, name="Shared", type="html")]))
    next_path = gtm.do(gtm.workspaces.create_version(path=workspace["path"], body={}))["newWorkspacePath"]
    mine = gtm.do(gtm.workspaces.create(parent=made["path"], body={"name": "Mine"}))
    assert gtm.do(gtm.workspaces.sync(path=mine["path"])) == {}
    for path in (next_path, mine["path"]):
        gtm.do(tags.update(path=f"{path}/tags/1", body={"name": "Shared", "type": "html", "notes": path}))
    gtm.do(gtm.workspaces.create_version(path=next_path, body={}))
    synced = gtm.do(gtm.workspaces.sync(path=mine["path"]))
    conflict = synced["mergeConflict"][0]
    assert synced["syncStatus"] == {"mergeConflict": True}
    assert conflict["entityInWorkspace"]["tag"]["notes"] == mine["path"]
    assert conflict["entityInBaseVersion"]["tag"]["notes"] == next_path
    stopped = gtm.do(gtm.workspaces.create_version(path=mine["path"], body={}))
    assert stopped == {"syncStatus": {"mergeConflict": True}}
    resolve = gtm.workspaces.resolve_conflict
    body = {"tag": {**conflict["entityInWorkspace"]["tag"], "notes": "both"}}
    refused(resolve(path=mine["path"], body=body, fingerprint="1"), 409)
    gtm.do(resolve(path=mine["path"], body=body, fingerprint=body["tag"]["fingerprint"]))
    preview = gtm.do(gtm.workspaces.quick_preview(path=mine["path"]))
    assert preview["containerVersion"]["tag"][0]["notes"] == "both"
    version = gtm.do(gtm.workspaces.create_version(path=mine["path"], body={}))
    assert version["containerVersion"]["tag"][0]["notes"] == "both"


@pytest.mark.parametrize("version", ["v1beta", "v1alpha"])
def test_google_ads_links(google, version):
    admin = Admin(google, version)
    shop = admin.property()["name"]
    links = admin.properties.googleAdsLinks()
    assert admin.do(links.list(parent=shop)) == {}
    for bad in ({}, {"customerId": "123-456-7890"}, {"customerId": "twelve"}):
        denied(links.create(parent=shop, body=bad), 400, "INVALID_ARGUMENT")
    made = admin.do(links.create(parent=shop, body={"customerId": "1234567890"}))
    assert made["adsPersonalizationEnabled"] is True and made["creatorEmailAddress"] == ADMIN
    denied(links.create(parent=shop, body={"customerId": "1234567890"}), 409, "ALREADY_EXISTS")
    off = {"adsPersonalizationEnabled": False}
    changed = admin.do(links.patch(name=made["name"], body=off, updateMask="ads_personalization_enabled"))
    assert changed["adsPersonalizationEnabled"] is False
    moved = links.patch(name=made["name"], body={"customerId": "2234567890"}, updateMask="customer_id")
    denied(moved, 400, "INVALID_ARGUMENT")
    assert admin.do(links.list(parent=shop))["googleAdsLinks"] == [changed]
    admin.do(links.delete(name=made["name"]))
    denied(links.delete(name=made["name"]), 404, "NOT_FOUND")


@pytest.mark.parametrize("kind,data,field", [
    ("ANDROID_APP_DATA_STREAM", "androidAppStreamData", "packageName"),
    ("IOS_APP_DATA_STREAM", "iosAppStreamData", "bundleId"),
])
def test_app_streams(admin, kind, data, field):
    shop = admin.property()["name"]
    streams = admin.properties.dataStreams()
    body = {"type": kind, "displayName": "App", data: {field: "com.example.app", "firebaseAppId": "mine"}}
    made = admin.do(streams.create(parent=shop, body=body))
    assert made[data][field] == "com.example.app" and made[data]["firebaseAppId"] != "mine"
    for bad in ({}, {field: ""}, {field: "no dots"}, {field: "com..example"}):
        denied(streams.create(parent=shop, body={**body, data: bad}), 400, "INVALID_ARGUMENT")
    moved = streams.patch(name=made["name"], body={data: {field: "com.example.other"}}, updateMask=f"{data}.{field}")
    denied(moved, 400, "INVALID_ARGUMENT")
    assert admin.do(streams.list(parent=shop))["dataStreams"] == [made]


def test_property_fields_and_settings_are_checked(admin):
    account = admin.account()
    shop = admin.property(account, industryCategory="SHOPPING")
    assert shop["industryCategory"] == "SHOPPING"
    wrong = {"parent": account, "displayName": "x", "timeZone": "Europe/Paris", "industryCategory": "BAKERIES"}
    denied(admin.properties.create(body=wrong), 400, "INVALID_ARGUMENT")

    retention = {"eventDataRetention": "FOURTEEN_MONTHS"}
    name = shop["name"] + "/dataRetentionSettings"
    patch = admin.properties.updateDataRetentionSettings
    set_ = admin.do(patch(name=name, body=retention, updateMask="event_data_retention"))
    assert set_["eventDataRetention"] == "FOURTEEN_MONTHS"
    long = patch(name=name, body={"eventDataRetention": "FIFTY_MONTHS"}, updateMask="event_data_retention")
    denied(long, 400, "INVALID_ARGUMENT")

    events = admin.properties.keyEvents()
    body = {"eventName": "sign_up", "countingMethod": "ONCE_PER_SESSION",
            "defaultValue": {"numericValue": 12.5, "currencyCode": "EUR"}}
    assert admin.do(events.create(parent=shop["name"], body=body))["defaultValue"] == body["defaultValue"]
    denied(events.create(parent=shop["name"], body=body), 409, "ALREADY_EXISTS")
    for value in ({"numericValue": 1}, {"currencyCode": "EUR"}, {"numericValue": 1, "currencyCode": "euro"}):
        bad = {**body, "eventName": "other", "defaultValue": value}
        denied(events.create(parent=shop["name"], body=bad), 400, "INVALID_ARGUMENT")


def test_custom_dimensions_have_names_and_limits(admin):
    shop = admin.property()["name"]
    dimensions = admin.properties.customDimensions()

    def dimension(name, scope="EVENT"):
        return dimensions.create(parent=shop, body={"parameterName": name, "displayName": "D", "scope": scope})

    for name, scope in (("1st", "EVENT"), ("a-b", "EVENT"), ("a" * 41, "EVENT"), ("a" * 25, "USER"), ("", "ITEM")):
        denied(dimension(name, scope), 400, "INVALID_ARGUMENT")
    for number in range(50):
        admin.do(dimension(f"p_{number}"))
    denied(dimension("p_0"), 409, "ALREADY_EXISTS")
    denied(dimension("p_50"), 429, "RESOURCE_EXHAUSTED")
    admin.do(dimension("p_50", "USER"))


def test_people_are_bound_in_one_call_or_not_at_all(google):
    admin = Admin(google, "v1alpha")
    account = admin.account()
    bindings = admin.accounts.accessBindings()

    def batch(*people, parent=account):
        requests = [{"parent": parent, "accessBinding": {"user": user, "roles": roles}} for user, roles in people]
        return bindings.batchCreate(parent=account, body={"requests": requests})

    viewer = ["predefinedRoles/viewer"]
    before = admin.do(bindings.list(parent=account))["accessBindings"]
    denied(batch(("a@new.example", viewer), ("a@new.example", viewer)), 409, "ALREADY_EXISTS")
    denied(batch(("a@new.example", viewer), (ADMIN, viewer)), 409, "ALREADY_EXISTS")
    denied(batch(("a@new.example", viewer), ("b@new.example", ["predefinedRoles/owner"])), 400, "INVALID_ARGUMENT")
    denied(batch(("a@new.example", viewer), parent="accounts/1"), 400, "INVALID_ARGUMENT")
    assert admin.do(bindings.list(parent=account))["accessBindings"] == before
    made = admin.do(batch(("a@new.example", viewer), ("b@new.example", viewer)))["accessBindings"]
    assert [binding["user"] for binding in made] == ["a@new.example", "b@new.example"]


def test_what_is_undone_lies_in_the_trash(admin):
    summaries = admin.api.accountSummaries()
    account = admin.account()
    shop = admin.property(account)["name"]
    trashed = admin.do(admin.properties.delete(name=shop))
    assert trashed["deleteTime"] and trashed["expireTime"]
    listed = admin.properties.list(filter=f"parent:{account}", pageSize=200)
    assert shop not in {found["name"] for found in admin.do(listed)["properties"]}
    everything = admin.properties.list(filter=f"parent:{account}", pageSize=200, showDeleted=True)
    assert shop in {found["name"] for found in admin.do(everything)["properties"]}
    denied(admin.properties.delete(name=shop), 400, "FAILED_PRECONDITION")
    link = admin.properties.googleAdsLinks().create(parent=shop, body={"customerId": "1234567890"})
    denied(link, 400, "FAILED_PRECONDITION")

    admin.do(admin.accounts.delete(name=account))
    assert admin.do(admin.accounts.get(name=account))["deleted"] is True
    assert account not in {found["account"] for found in admin.do(summaries.list())["accountSummaries"]}
    assert account not in {found["name"] for found in admin.do(admin.accounts.list())["accounts"]}
    assert account in {found["name"] for found in admin.do(admin.accounts.list(showDeleted=True))["accounts"]}
    assert admin.do(admin.properties.list(filter=f"parent:{account}")) == {}
    denied(admin.accounts.delete(name=account), 400, "FAILED_PRECONDITION")


def test_the_admin_quota_is_180_writes_a_minute_for_a_user(google, admin):
    google.control("POST", "/quota", {"enabled": True})
    account = admin.account()
    statuses = []
    for number in range(181):
        rename = admin.accounts.patch(name=account, body={"displayName": f"N {number}"}, updateMask="display_name")
        try:
            rename.execute()
            statuses.append(200)
        except HttpError as error:
            statuses.append(error.resp.status)
            assert error.error_details[0]["reason"] == "RATE_LIMIT_EXCEEDED"
            assert error_of(error)["errors"][0]["reason"] == "rateLimitExceeded"
    assert statuses == [200] * 180 + [403]
    admin.do(admin.accounts.get(name=account))


TREE = {
    "accountName": "Tree", "webpropertyName": "Site", "websiteUrl": "https://tree.example", "profileName": "All",
    "timezone": "Europe/Berlin",
}


def test_an_approved_partner_makes_a_whole_tree(google):
    v3 = google.discovery("analytics", "v3", google.credentials(NEWCOMER, ["analytics.provision"]))
    create = v3.provisioning().createAccountTree
    with pytest.raises(HttpError) as caught:
        create(body=TREE).execute()
    assert error_of(caught.value)["errors"][0]["reason"] == "forbidden"
    google.control("POST", "/partners", {"approved": True})
    for field in TREE:
        with pytest.raises(HttpError) as caught:
            create(body={key: value for key, value in TREE.items() if key != field}).execute()
        error = error_of(caught.value)
        assert (error["code"], error["errors"][0]["reason"]) == (400, "required") and field in error["message"]
    made = judged(document("analytics.v3"), create(body=TREE))
    assert made["webproperty"]["id"] == f"UA-{made['account']['id']}-1" == made["profile"]["webPropertyId"]
    summaries = Admin(google, email=NEWCOMER).api.accountSummaries().list().execute()["accountSummaries"]
    assert [found["displayName"] for found in summaries] == ["Tree"]


def test_a_v3_ticket_fills_in_the_time_zone(google, agent):
    v3 = google.discovery("analytics", "v3", google.credentials(NEWCOMER, ["analytics.provision"], "web"))
    body = {
        "account": {"name": "Old"}, "webproperty": {"name": "Site", "websiteUrl": "https://old.example"},
        "profile": {"name": "All"}, "redirectUri": "http://127.0.0.1:27495/terms",
    }
    made = judged(document("analytics.v3"), v3.provisioning().createAccountTicket(body=body))
    assert made["profile"]["timezone"] == "America/Los_Angeles"
    page = agent.open(f"https://analytics.google.com/_terms/{made['id']}?authuser={NEWCOMER}")
    answer = query_of(agent.press(page, "Accept").headers["location"])
    assert set(answer) == {"accountTicketId", "accountId", "webPropertyId", "profileId"}


def ticket(admin):
    body = {"account": {"displayName": "Terms"}, "redirectUri": "http://127.0.0.1:27490/terms"}
    return admin.do(admin.accounts.provisionAccountTicket(body=body))["accountTicketId"]


def test_another_account_may_accept_where_control_says_so(google, agent):
    asked = Admin(google, email=NEWCOMER)
    google.control("POST", "/terms", {"acceptor": "anyone"})
    id = ticket(asked)
    page = agent.open(f"https://analytics.google.com/_terms/{id}?authuser={EDITOR}")
    answer = query_of(agent.press(page, "Accept").headers["location"])
    assert asked.do(asked.api.accountSummaries().list()) == {}
    theirs = Admin(google, email=EDITOR)
    assert theirs.do(theirs.accounts.get(name=f"accounts/{answer['accountId']}"))["displayName"] == "Terms"


def test_an_expired_ticket_is_gone(google, agent):
    admin = Admin(google, email=NEWCOMER)
    old = ticket(admin)
    google.control("POST", "/clock", {"offset_seconds": 15 * 60})
    assert agent.open(f"https://analytics.google.com/_terms/{old}?authuser={NEWCOMER}").status_code == 410
    google.control("POST", "/clock", {"offset_seconds": 0})
    new = ticket(admin)
    google.control("POST", "/terms/expire", {"ticket": new})
    assert agent.open(f"https://analytics.google.com/_terms/{new}?authuser={NEWCOMER}").status_code == 410
    assert admin.do(admin.api.accountSummaries().list()) == {}


def test_a_person_makes_a_tag_manager_account_on_the_page(google, agent):
    gtm = TagManager(google, NEWCOMER)
    assert gtm.do(gtm.accounts.list()) == {}
    page = agent.open(f"https://tagmanager.google.com/?authuser={NEWCOMER}#/admin/accounts/create")
    assert page.status_code == 200 and "Create an account" in page.text
    form = {"account": NEWCOMER, "name": "Noor", "terms": "accept"}
    made = agent.session.post(f"{agent.base}/tagmanager.google.com/_accounts", data=form, timeout=60)
    assert made.status_code == 200 and "was created" in made.text
    account = gtm.do(gtm.accounts.list())["account"][0]
    assert account["name"] == "Noor"
    gtm.do(gtm.containers.create(parent=account["path"], body={"name": "site", "usageContext": ["web"]}))
