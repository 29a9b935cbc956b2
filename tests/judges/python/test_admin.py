"""google-analytics-admin over REST judges the sandbox's Admin API."""

import pytest
from google.analytics import admin_v1alpha as alpha
from google.analytics import admin_v1beta as beta
from google.api_core import exceptions
from google.protobuf import field_mask_pb2
from googleapiclient.errors import HttpError

from conftest import ADMIN, ANALYST, EDITOR, NEWCOMER, VIEWER
from dialling import error_of

EDIT = ["analytics.edit"]
READ = ["analytics.readonly"]


def mask(*paths):
    return field_mask_pb2.FieldMask(paths=paths)


@pytest.fixture
def editor(google):
    return google.admin_beta(google.credentials(ADMIN, EDIT))


@pytest.fixture
def account(editor):
    return next(iter(editor.list_account_summaries())).account


def new_property(client, account, **changes):
    fields = {"parent": account, "display_name": "A new shop", "time_zone": "Europe/Paris", "currency_code": "EUR", **changes}
    return client.create_property(property=beta.Property(**fields))


def test_summaries_page_through_what_the_user_may_see(google):
    counts = {}
    for email in (ADMIN, EDITOR, ANALYST, VIEWER, NEWCOMER):
        client = google.admin_beta(google.credentials(email, READ))
        summaries = list(client.list_account_summaries(request={"page_size": 7}))
        counts[email] = (len(summaries), sum(len(found.property_summaries) for found in summaries))
        assert len({found.name for found in summaries}) == len(summaries)
    assert counts[ADMIN] == (20, 60)
    assert counts[EDITOR] == (20, 60)
    assert counts[ANALYST] == (20, 60)
    assert counts[VIEWER] == (20, 20)
    assert counts[NEWCOMER] == (0, 0)


def test_awkward_names_survive_the_wire(google):
    names = {s.display_name for s in google.admin_beta(google.credentials(ADMIN, READ)).list_account_summaries()}
    assert {"<img src=x onerror=alert(1)>", '=HYPERLINK("http://example.com","Total")', "مخبز الزيتون"} <= names
    assert any(len(name) == 200 for name in names)


def test_summaries_say_who_can_edit(google):
    for email, can_edit in ((ADMIN, True), (ANALYST, False)):
        first = next(iter(google.admin_beta(google.credentials(email, READ)).list_account_summaries()))
        assert first.property_summaries[0].can_edit is can_edit
        assert first.property_summaries[0].property_type == beta.PropertyType.PROPERTY_TYPE_ORDINARY


def test_accounts_are_read_renamed_and_trashed(google, editor, account):
    found = editor.get_account(name=account)
    assert found.create_time.year >= 2023 and found.region_code == "GB"
    renamed = editor.update_account(account=beta.Account(name=account, display_name="Alder"), update_mask=mask("display_name"))
    assert renamed.display_name == "Alder" and renamed.region_code == "GB"
    assert renamed.update_time > found.update_time
    editor.delete_account(name=account)
    assert account not in {listed.name for listed in editor.list_accounts()}
    assert account in {listed.name for listed in editor.list_accounts(request={"show_deleted": True})}
    assert account not in {s.account for s in editor.list_account_summaries()}
    assert editor.get_data_sharing_settings(name=f"{account}/dataSharingSettings").sharing_with_google_support_enabled


def test_a_property_is_created_changed_and_trashed(editor, account):
    made = new_property(editor, account, industry_category=beta.IndustryCategory.SHOPPING)
    assert made.parent == account and made.service_level == beta.ServiceLevel.GOOGLE_ANALYTICS_STANDARD
    assert made.industry_category == beta.IndustryCategory.SHOPPING
    assert editor.get_property(name=made.name) == made
    changed = editor.update_property(
        property=beta.Property(name=made.name, display_name="Other", time_zone="Asia/Tokyo"), update_mask=mask("time_zone")
    )
    assert (changed.display_name, changed.time_zone, changed.currency_code) == ("A new shop", "Asia/Tokyo", "EUR")
    assert made.name in {p.name for p in editor.list_properties(request={"filter": f"parent:{account}", "page_size": 2})}
    trashed = editor.delete_property(name=made.name)
    assert trashed.delete_time and trashed.expire_time > trashed.delete_time
    assert made.name not in {p.name for p in editor.list_properties(request={"filter": f"ancestor:{account}"})}


@pytest.mark.parametrize(
    "bad",
    [
        {"display_name": ""},
        {"display_name": "x" * 101},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": ""},
        {"currency_code": "XYZ"},
        {"parent": "accounts/nonsense"},
    ],
)
def test_a_bad_property_is_refused(editor, account, bad):
    with pytest.raises(exceptions.BadRequest):
        new_property(editor, account, **bad)


def test_listing_properties_needs_a_filter(editor):
    with pytest.raises(exceptions.BadRequest):
        list(editor.list_properties(request={"filter": ""}))


def test_patching_needs_a_mask_of_fields_that_can_change(google, account):
    raw = google.discovery("analyticsadmin", "v1beta", google.credentials(ADMIN, EDIT))
    for bad in (None, "parent", "createTime", "nonsense"):
        with pytest.raises(HttpError) as refused:
            name = raw.properties().list(filter=f"parent:{account}").execute()["properties"][0]["name"]
            raw.properties().patch(name=name, body={"displayName": "x"}, updateMask=bad).execute()
        assert error_of(refused.value)["status"] == "INVALID_ARGUMENT"
    with pytest.raises(HttpError) as refused:
        raw.properties().patch(name=name, body={"nonsense": 1}, updateMask="displayName").execute()
    violation = error_of(refused.value)["details"][0]["fieldViolations"][0]
    assert 'Unknown name "nonsense"' in violation["description"]


def test_a_web_stream_gets_a_measurement_id(google, editor, account):
    shop = new_property(editor, account).name
    web = beta.DataStream.WebStreamData(default_uri="https://shop.example")
    stream = beta.DataStream(type_=beta.DataStream.DataStreamType.WEB_DATA_STREAM, display_name="Web", web_stream_data=web)
    made = editor.create_data_stream(parent=shop, data_stream=stream)
    assert made.web_stream_data.measurement_id.startswith("G-") and len(made.web_stream_data.measurement_id) == 12
    changed = editor.update_data_stream(
        data_stream=beta.DataStream(name=made.name, display_name="Site"), update_mask=mask("display_name")
    )
    assert changed.display_name == "Site" and changed.web_stream_data == made.web_stream_data
    assert [listed.name for listed in editor.list_data_streams(parent=shop)] == [made.name]
    assert editor.get_data_stream(name=made.name) == changed

    a = google.admin_alpha(google.credentials(ADMIN, EDIT))
    tag = a.get_global_site_tag(name=made.name + "/globalSiteTag")
    assert made.web_stream_data.measurement_id in tag.snippet and "gtag('config'" in tag.snippet
    name = made.name + "/enhancedMeasurementSettings"
    assert a.get_enhanced_measurement_settings(name=name).scrolls_enabled
    off = alpha.EnhancedMeasurementSettings(name=name, scrolls_enabled=False, search_query_parameter="find")
    settings = a.update_enhanced_measurement_settings(
        enhanced_measurement_settings=off, update_mask=mask("scrolls_enabled", "search_query_parameter")
    )
    assert (settings.scrolls_enabled, settings.outbound_clicks_enabled) == (False, True)
    assert a.get_enhanced_measurement_settings(name=name).search_query_parameter == "find"
    with pytest.raises(exceptions.BadRequest):
        empty = alpha.EnhancedMeasurementSettings(name=name, search_query_parameter="")
        a.update_enhanced_measurement_settings(
            enhanced_measurement_settings=empty, update_mask=mask("search_query_parameter")
        )

    editor.delete_data_stream(name=made.name)
    with pytest.raises(exceptions.NotFound):
        editor.get_data_stream(name=made.name)


def test_app_streams_and_bad_streams(editor, account):
    shop = new_property(editor, account).name
    kinds = beta.DataStream.DataStreamType
    android = beta.DataStream(
        type_=kinds.ANDROID_APP_DATA_STREAM,
        android_app_stream_data=beta.DataStream.AndroidAppStreamData(package_name="com.example.shop"),
    )
    assert editor.create_data_stream(parent=shop, data_stream=android).android_app_stream_data.firebase_app_id
    bad = [
        beta.DataStream(display_name="no type"),
        beta.DataStream(type_=kinds.WEB_DATA_STREAM, display_name="no address"),
        beta.DataStream(
            type_=kinds.WEB_DATA_STREAM, web_stream_data=beta.DataStream.WebStreamData(default_uri="https://shop.example")
        ),
    ]
    for stream in bad:
        with pytest.raises(exceptions.BadRequest):
            editor.create_data_stream(parent=shop, data_stream=stream)


def test_retention(editor, account):
    shop = new_property(editor, account).name
    name = shop + "/dataRetentionSettings"
    months = beta.DataRetentionSettings.RetentionDuration
    assert editor.get_data_retention_settings(name=name).event_data_retention == months.TWO_MONTHS
    longer = beta.DataRetentionSettings(name=name, event_data_retention=months.FOURTEEN_MONTHS)
    assert (
        editor.update_data_retention_settings(
            data_retention_settings=longer, update_mask=mask("event_data_retention")
        ).event_data_retention
        == months.FOURTEEN_MONTHS
    )
    with pytest.raises(exceptions.BadRequest):
        editor.update_data_retention_settings(
            data_retention_settings=beta.DataRetentionSettings(name=name, event_data_retention=months.FIFTY_MONTHS),
            update_mask=mask("event_data_retention"),
        )


def test_key_events(editor, account):
    shop = new_property(editor, account).name
    purchase = next(iter(editor.list_key_events(parent=shop)))
    assert purchase.event_name == "purchase" and not purchase.deletable
    once = beta.KeyEvent.CountingMethod.ONCE_PER_EVENT
    lead = editor.create_key_event(
        parent=shop,
        key_event=beta.KeyEvent(
            event_name="newsletter_sign_up", counting_method=once,
            default_value=beta.KeyEvent.DefaultValue(numeric_value=5, currency_code="EUR"),
        ),
    )
    assert lead.custom and lead.deletable and lead.default_value.numeric_value == 5
    with pytest.raises(exceptions.Conflict):
        editor.create_key_event(parent=shop, key_event=beta.KeyEvent(event_name="purchase", counting_method=once))
    with pytest.raises(exceptions.BadRequest):
        editor.create_key_event(parent=shop, key_event=beta.KeyEvent(event_name="9 lives", counting_method=once))
    with pytest.raises(exceptions.BadRequest):
        editor.create_key_event(parent=shop, key_event=beta.KeyEvent(event_name="uncounted"))
    per_session = beta.KeyEvent(name=lead.name, counting_method=beta.KeyEvent.CountingMethod.ONCE_PER_SESSION)
    changed = editor.update_key_event(key_event=per_session, update_mask=mask("counting_method"))
    assert changed.counting_method == per_session.counting_method and changed.event_name == lead.event_name
    assert editor.get_key_event(name=lead.name) == changed
    editor.delete_key_event(name=lead.name)
    with pytest.raises(exceptions.NotFound):
        editor.get_key_event(name=lead.name)
    with pytest.raises(exceptions.BadRequest):
        editor.delete_key_event(name=purchase.name)


def test_custom_dimensions(editor, account):
    shop = new_property(editor, account).name
    event = beta.CustomDimension.DimensionScope.EVENT
    colour = beta.CustomDimension(parameter_name="colour", display_name="Colour", scope=event)
    made = editor.create_custom_dimension(parent=shop, custom_dimension=colour)
    with pytest.raises(exceptions.Conflict):
        editor.create_custom_dimension(parent=shop, custom_dimension=colour)
    with pytest.raises(exceptions.BadRequest):
        unscoped = beta.CustomDimension(parameter_name="size", display_name="Size")
        editor.create_custom_dimension(parent=shop, custom_dimension=unscoped)
    changed = editor.update_custom_dimension(
        custom_dimension=beta.CustomDimension(name=made.name, display_name="Paint"), update_mask=mask("display_name")
    )
    assert (changed.display_name, changed.parameter_name) == ("Paint", "colour")
    assert editor.get_custom_dimension(name=made.name) == changed
    assert len(list(editor.list_custom_dimensions(parent=shop))) == 1
    editor.archive_custom_dimension(name=made.name)
    assert not list(editor.list_custom_dimensions(parent=shop))
    editor.create_custom_dimension(parent=shop, custom_dimension=colour)


def test_access_bindings(google, account):
    client = google.admin_alpha(google.credentials(ADMIN, ["analytics.manage.users"]))
    before = {b.user: b for b in client.list_access_bindings(parent=account)}
    assert before[ADMIN].roles == ["predefinedRoles/admin"]
    made = client.create_access_binding(
        parent=account, access_binding=alpha.AccessBinding(user=NEWCOMER, roles=["predefinedRoles/viewer"])
    )
    newcomer = google.admin_beta(google.credentials(NEWCOMER, READ))
    assert [s.account for s in newcomer.list_account_summaries()] == [account]
    changed = client.update_access_binding(
        access_binding=alpha.AccessBinding(name=made.name, user=NEWCOMER, roles=["predefinedRoles/editor"])
    )
    assert client.get_access_binding(name=made.name) == changed
    got = client.batch_get_access_bindings(request={"parent": account, "names": [made.name]})
    assert got.access_bindings[0].roles == ["predefinedRoles/editor"]
    with pytest.raises(exceptions.BadRequest):
        client.delete_access_binding(name=before[ADMIN].name)
    with pytest.raises(exceptions.BadRequest):
        client.create_access_binding(
            parent=account, access_binding=alpha.AccessBinding(user=VIEWER, roles=["predefinedRoles/king"])
        )
    client.delete_access_binding(name=made.name)
    assert not list(newcomer.list_account_summaries())


def test_a_propertys_access_bindings_are_its_own(google, editor, account):
    shop = new_property(editor, account).name
    client = google.admin_alpha(google.credentials(ADMIN, ["analytics.manage.users"]))
    of_the_account = len(list(client.list_access_bindings(parent=account)))
    before = {b.name for b in client.list_access_bindings(parent=shop)}
    made = client.create_access_binding(
        parent=shop, access_binding=alpha.AccessBinding(user=NEWCOMER, roles=["predefinedRoles/analyst"])
    )
    assert made.name.startswith(shop + "/accessBindings/")
    listed = {b.name: b for b in client.list_access_bindings(parent=shop)}
    assert set(listed) == before | {made.name}
    assert (listed[made.name].user, listed[made.name].roles) == (NEWCOMER, ["predefinedRoles/analyst"])
    assert len(list(client.list_access_bindings(parent=account))) == of_the_account
    analyst = alpha.AccessBinding(user="two@new.example", roles=["predefinedRoles/analyst"])
    requests = [alpha.CreateAccessBindingRequest(parent=shop, access_binding=analyst)]
    more = client.batch_create_access_bindings(request={"parent": shop, "requests": requests}).access_bindings
    assert [binding.name.rsplit("/", 2)[0] for binding in more] == [shop]


def test_a_batch_of_bindings_is_all_or_nothing(google, account):
    client = google.admin_alpha(google.credentials(ADMIN, ["analytics.manage.users"]))

    def batch(*users):
        bindings = [alpha.AccessBinding(user=user, roles=["predefinedRoles/analyst"]) for user in users]
        requests = [alpha.CreateAccessBindingRequest(parent=account, access_binding=binding) for binding in bindings]
        return client.batch_create_access_bindings(request={"parent": account, "requests": requests})

    before = len(list(client.list_access_bindings(parent=account)))
    with pytest.raises(exceptions.Conflict):
        batch("one@new.example", ADMIN)
    assert len(list(client.list_access_bindings(parent=account))) == before
    made = batch("one@new.example", "two@new.example").access_bindings
    assert len(made) == 2
    updates = [alpha.UpdateAccessBindingRequest(
        access_binding=alpha.AccessBinding(name=b.name, user=b.user, roles=["predefinedRoles/viewer"])) for b in made]
    updated = client.batch_update_access_bindings(request={"parent": account, "requests": updates}).access_bindings
    assert {role for b in updated for role in b.roles} == {"predefinedRoles/viewer"}
    deletes = [alpha.DeleteAccessBindingRequest(name=b.name) for b in made]
    client.batch_delete_access_bindings(request={"parent": account, "requests": deletes})
    assert len(list(client.list_access_bindings(parent=account))) == before


def test_scopes_and_roles_are_enforced(google, account):
    reader = google.admin_beta(google.credentials(ADMIN, READ))
    with pytest.raises(exceptions.Forbidden) as refused:
        new_property(reader, account)
    assert refused.value.reason == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    assert refused.value.metadata["service"] == "analyticsadmin.googleapis.com"
    stranger = google.admin_beta(google.credentials(NEWCOMER, EDIT))
    for name in (account, "accounts/1"):
        with pytest.raises(exceptions.Forbidden) as refused:
            stranger.get_account(name=name)
        assert refused.value.reason is None
    analyst = google.admin_beta(google.credentials(ANALYST, EDIT))
    theirs = next(iter(analyst.list_account_summaries())).property_summaries[0].property
    analyst.get_property(name=theirs)
    with pytest.raises(exceptions.Forbidden):
        analyst.delete_property(name=theirs)
    with pytest.raises(exceptions.Forbidden):
        google.admin_alpha(google.credentials(ADMIN, EDIT)).get_access_binding(name=account + "/accessBindings/1")


def test_missing_and_dead_tokens_are_401_with_a_challenge(google):
    url = "https://analyticsadmin.googleapis.com/v1beta/accountSummaries"
    bare = google.session().get(url)
    assert bare.status_code == 401 and bare.headers["www-authenticate"] == 'Bearer realm="https://accounts.google.com/"'
    dead = google.session().get(url, headers={"authorization": "Bearer ya29.nonsense"})
    assert dead.status_code == 401 and 'error="invalid_token"' in dead.headers["www-authenticate"]
    assert dead.json()["error"]["status"] == "UNAUTHENTICATED"


def test_routing_errors_are_html(google):
    for method, path in (("GET", "/v1beta/nonsense"), ("PUT", "/v1beta/accounts"), ("GET", "/v1beta/accounts/1/accessBindings")):
        answer = google.session().request(method, "https://analyticsadmin.googleapis.com" + path)
        assert answer.status_code == 404 and answer.headers["content-type"].startswith("text/html")
        assert "Error 404 (Not Found)!!1" in answer.text


def test_page_tokens_hold_for_their_own_list(google, account):
    raw = google.discovery("analyticsadmin", "v1beta", google.credentials(ADMIN, READ))
    first = raw.accountSummaries().list(pageSize=3).execute()
    second = raw.accountSummaries().list(pageSize=3, pageToken=first["nextPageToken"]).execute()
    assert not {s["name"] for s in first["accountSummaries"]} & {s["name"] for s in second["accountSummaries"]}
    for bad in (
        raw.accountSummaries().list(pageToken="nonsense"),
        raw.accounts().list(pageToken=first["nextPageToken"]),
        raw.accountSummaries().list(pageSize=-1),
    ):
        with pytest.raises(HttpError) as refused:
            bad.execute()
        assert refused.value.status_code == 400


def test_unknown_query_parameters_are_refused(google):
    credentials = google.credentials(ADMIN, READ)
    credentials.refresh(google.auth_request())
    url = "https://analyticsadmin.googleapis.com/v1beta/accountSummaries"
    for query, status in (("prettyPrint=false&pageSize=1", 200), ("maxResults=1", 400)):
        headers = {"authorization": f"Bearer {credentials.token}"}
        assert google.session().get(f"{url}?{query}", headers=headers).status_code == status
