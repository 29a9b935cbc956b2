"""Account tickets of both dialects, the Terms of Service, and the redirects that Google answers with."""

import pytest
from google.analytics import admin_v1beta as beta
from google.api_core import exceptions
from googleapiclient.errors import HttpError

from conftest import ADMIN, EDITOR, NEWCOMER
from dialling import query_of

REDIRECT = "http://127.0.0.1:27490/terms"


def ticket(google, email=NEWCOMER, redirect=REDIRECT, client="installed"):
    admin = google.admin_beta(google.credentials(email, ["analytics.edit"], client))
    account = beta.Account(display_name="Noor's Flowers", region_code="FR")
    request = beta.ProvisionAccountTicketRequest(account=account, redirect_uri=redirect)
    return admin, admin.provision_account_ticket(request=request).account_ticket_id


def terms(agent, id, email=NEWCOMER):
    return agent.open(f"https://analytics.google.com/_terms/{id}?authuser={email}")


def test_accepting_creates_the_account_and_redirects(google, agent):
    admin, id = ticket(google)
    assert not list(admin.list_account_summaries())
    page = terms(agent, id)
    assert page.status_code == 200 and "Noor&#39;s Flowers" in page.text
    back = agent.press(page, "Accept")
    assert back.status_code == 302 and back.headers["location"].startswith(REDIRECT + "?")
    answer = query_of(back.headers["location"])
    assert set(answer) == {"accountTicketId", "accountId"} and answer["accountTicketId"] == id
    made = admin.get_account(name=f"accounts/{answer['accountId']}")
    assert (made.display_name, made.region_code) == ("Noor's Flowers", "FR")
    assert agent.open(f"https://analytics.google.com/_terms/{id}").status_code == 410

    prop = admin.create_property(
        property=beta.Property(parent=made.name, display_name="Shop", time_zone="Europe/Paris", currency_code="EUR")
    )
    assert prop.name in [p.property for s in admin.list_account_summaries() for p in s.property_summaries]


def test_declining_says_user_cancel(google, agent):
    admin, id = ticket(google)
    answer = query_of(agent.press(terms(agent, id), "Decline").headers["location"])
    assert answer == {"accountTicketId": id, "error": "user_cancel"}
    assert not list(admin.list_account_summaries())


@pytest.mark.parametrize("outcome", ["max_accounts_reached", "backend_error"])
def test_google_may_refuse_after_accept(google, agent, outcome):
    google.control("POST", "/terms", {"outcome": outcome})
    admin, id = ticket(google)
    answer = query_of(agent.press(terms(agent, id), "Accept").headers["location"])
    assert answer == {"accountTicketId": id, "error": outcome}
    assert not list(admin.list_account_summaries())


def test_a_user_with_a_hundred_accounts_gets_no_more(google, agent):
    google.control("POST", "/users", {"email": NEWCOMER, "at_account_limit": True})
    _, id = ticket(google)
    assert query_of(agent.press(terms(agent, id), "Accept").headers["location"])["error"] == "max_accounts_reached"


def test_only_the_user_who_asked_may_accept(google, agent):
    _, id = ticket(google)
    assert terms(agent, id, EDITOR).status_code == 403
    forced = agent.session.post(
        f"{agent.base}/analytics.google.com/_terms/{id}", data={"decision": "accept", "account": EDITOR},
        allow_redirects=False,
    )
    assert forced.status_code == 403
    assert terms(agent, id).status_code == 200


def test_the_link_itself_serves_a_page_that_reads_the_fragment(google, agent):
    page = agent.open("https://analytics.google.com/analytics/web/?provisioningSignup=false#/termsofservice/abc")
    assert page.status_code == 200 and "/analytics.google.com/_terms.js" in page.text
    script = agent.open("https://analytics.google.com/_terms.js")
    assert script.headers["content-type"].startswith("text/javascript") and "termsofservice" in script.text


def test_redirects_must_belong_to_the_client(google):
    ticket(google, redirect="http://127.0.0.1:27495/terms", client="web")
    for redirect, client in (
        ("http://127.0.0.1:27495/terms/", "web"),
        ("http://127.0.0.1:27490/terms", "web"),
        ("https://elsewhere.example/terms", "installed"),
        ("", "installed"),
    ):
        with pytest.raises(exceptions.BadRequest):
            ticket(google, redirect=redirect, client=client)
    google.control("POST", "/terms", {"installed_redirect": "refuse"})
    with pytest.raises(exceptions.BadRequest):
        ticket(google)


def test_a_silent_google_creates_and_never_redirects(google, agent):
    google.control("POST", "/terms", {"installed_redirect": "silent"})
    admin, id = ticket(google)
    done = agent.press(terms(agent, id), "Accept")
    assert done.status_code == 200 and "location" not in done.headers
    assert [s.display_name for s in admin.list_account_summaries()] == ["Noor's Flowers"]


V3 = {
    "account": {"name": "Old Flowers"},
    "webproperty": {"name": "Shop", "websiteUrl": "https://flowers.example"},
    "profile": {"name": "All", "timezone": "Europe/Paris"},
    "redirectUri": "http://127.0.0.1:27495/terms",
}


def test_the_v3_dialect_adds_web_property_and_profile(google, agent):
    v3 = google.discovery("analytics", "v3", google.credentials(NEWCOMER, ["analytics.provision"], "web"))
    made = v3.provisioning().createAccountTicket(body=V3).execute()
    assert made["kind"] == "analytics#accountTicket" and made["account"]["name"] == "Old Flowers"
    answer = query_of(agent.press(terms(agent, made["id"]), "Accept").headers["location"])
    assert set(answer) == {"accountTicketId", "accountId", "webPropertyId", "profileId"}
    assert answer["webPropertyId"] == f"UA-{answer['accountId']}-1"


def test_the_v3_dialect_speaks_v3_errors(google):
    v3 = google.discovery("analytics", "v3", google.credentials(ADMIN, ["analytics.edit"], "web"))
    with pytest.raises(HttpError) as refused:
        v3.provisioning().createAccountTicket(body=V3).execute()
    assert refused.value.status_code == 403 and refused.value.error_details[0]["reason"] == "insufficientPermissions"
    v3 = google.discovery("analytics", "v3", google.credentials(ADMIN, ["analytics.provision"], "web"))
    for missing in ("account", "webproperty", "profile", "redirectUri"):
        with pytest.raises(HttpError) as refused:
            body = {key: value for key, value in V3.items() if key != missing}
            v3.provisioning().createAccountTicket(body=body).execute()
        assert refused.value.status_code == 400
    with pytest.raises(HttpError) as refused:
        v3.provisioning().createAccountTree(body={"accountName": "x"}).execute()
    assert refused.value.status_code == 403
