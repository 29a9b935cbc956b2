"""google-auth and google-auth-oauthlib judge the sandbox's OAuth."""

import base64
import hashlib
import secrets
import threading
import time
import urllib.parse
import webbrowser

import google.auth.exceptions
import pytest
import requests
from google.auth import crypt, jwt
from google.oauth2 import id_token, service_account
from google_auth_oauthlib.flow import Flow, InstalledAppFlow

from conftest import ADMIN, ANALYST, VIEWER
from dialling import SandboxAdapter, query_of

READ = "https://www.googleapis.com/auth/analytics.readonly"
EDIT = "https://www.googleapis.com/auth/analytics.edit"
EMAIL = "https://www.googleapis.com/auth/userinfo.email"
AUTH = "https://accounts.google.com/o/oauth2/v2/auth"
TOKEN = "https://oauth2.googleapis.com/token"
CALLBACK = "http://127.0.0.1:53682/callback"


@pytest.fixture
def installed(google):
    return google.practice()["oauth_clients"]["installed"]


def pkce():
    verifier = secrets.token_urlsafe(48)
    return verifier, base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def request_url(client, **changes):
    verifier, challenge = pkce()
    query = {
        "client_id": client["client_id"], "redirect_uri": CALLBACK, "response_type": "code",
        "scope": f"openid email {READ} {EDIT}", "state": "st", "access_type": "offline",
        "code_challenge": challenge, "code_challenge_method": "S256", **changes,
    }
    return AUTH + "?" + urllib.parse.urlencode({k: v for k, v in query.items() if v is not None}), verifier


def exchange(google, client, code, verifier, **changes):
    form = {
        "grant_type": "authorization_code", "code": code, "code_verifier": verifier, "redirect_uri": CALLBACK,
        "client_id": client["client_id"], "client_secret": client["client_secret"], **changes,
    }
    return google.session().post(TOKEN, data={k: v for k, v in form.items() if v is not None})


def code_for(agent, client, account=ADMIN, untick=(), **changes):
    url, verifier = request_url(client, **changes)
    back = agent.press(agent.open(url), "Allow", account=account, untick=untick)
    assert back.status_code == 302, back.text
    return query_of(back.headers["location"]), verifier


def test_installed_app_flow_signs_in(google, agent, installed):
    flow = InstalledAppFlow.from_client_config(installed, scopes=["openid", EMAIL, READ])
    flow.oauth2session.mount("https://", SandboxAdapter(google.base))

    class Person(webbrowser.BaseBrowser):
        def open(self, url, new=0, autoraise=True):
            def press():
                back = agent.press(agent.open(url), "Allow", account=ANALYST)
                requests.get(back.headers["location"], timeout=60)

            threading.Thread(target=press, daemon=True).start()
            return True

    webbrowser.register("practice-person", None, Person())
    credentials = flow.run_local_server(
        host="127.0.0.1", port=0, browser="practice-person", open_browser=True, prompt="consent", timeout_seconds=30
    )
    assert credentials.refresh_token and credentials.token
    assert set(credentials.granted_scopes) == {"openid", EMAIL, READ}
    claims = id_token.verify_oauth2_token(credentials.id_token, google.auth_request(), credentials.client_id)
    assert claims["email"] == ANALYST and claims["email_verified"] is True

    first = credentials.token
    credentials.refresh(google.auth_request())
    assert credentials.token != first
    info = google.session().get(
        "https://openidconnect.googleapis.com/v1/userinfo", headers={"authorization": f"Bearer {credentials.token}"}
    )
    assert info.json()["email"] == ANALYST and info.json()["sub"] == claims["sub"]


def test_a_web_client_uses_its_registered_redirect_to_the_letter(google, agent):
    web = google.practice()["oauth_clients"]["web"]
    redirect = "http://127.0.0.1:27496/sign-in"
    flow = Flow.from_client_config(web, scopes=["openid", READ], redirect_uri=redirect)
    flow.oauth2session.mount("https://", SandboxAdapter(google.base))
    url, state = flow.authorization_url(access_type="offline")
    back = agent.press(agent.open(url), "Allow").headers["location"]
    assert back.startswith(redirect + "?") and query_of(back)["state"] == state
    flow.fetch_token(code=query_of(back)["code"])
    assert flow.credentials.refresh_token

    wrong = agent.open(url.replace("sign-in", "sign-in%2F"))
    assert wrong.status_code == 400 and "redirect_uri_mismatch" in wrong.text


def test_the_redirect_carries_state_and_issuer(agent, installed):
    answer, _ = code_for(agent, installed["installed"])
    assert answer["state"] == "st" and answer["iss"] == "https://accounts.google.com"


def test_unticked_scopes_are_not_granted(google, agent, installed):
    client = installed["installed"]
    answer, verifier = code_for(agent, client, untick=(EDIT,))
    token = exchange(google, client, answer["code"], verifier).json()
    assert set(token["scope"].split()) == {"openid", EMAIL, READ}
    assert token["token_type"] == "Bearer" and 3500 < token["expires_in"] <= 3600


def test_denying_redirects_with_access_denied(agent, installed):
    url, _ = request_url(installed["installed"])
    back = agent.press(agent.open(url), "Deny")
    assert query_of(back.headers["location"])["error"] == "access_denied"


def test_login_hint_chooses_the_account(google, agent, installed):
    client = installed["installed"]
    answer, verifier = code_for(agent, client, account=None, login_hint=VIEWER)
    token = exchange(google, client, answer["code"], verifier).json()
    assert jwt.decode(token["id_token"], verify=False)["email"] == VIEWER


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"client_id": "nobody.apps.googleusercontent.com"}, 401, "invalid_client"),
        ({"redirect_uri": "http://evil.example/"}, 400, "redirect_uri_mismatch"),
        ({"redirect_uri": None}, 400, "redirect_uri"),
        ({"response_type": "token"}, 400, "unsupported_response_type"),
        ({"scope": "openid https://www.googleapis.com/auth/nonsense"}, 400, "invalid_scope"),
        ({"code_challenge": None, "code_challenge_method": None}, 400, "code_challenge"),
        ({"code_challenge_method": "plain"}, 400, "S256"),
    ],
)
def test_a_bad_request_is_a_page_and_never_a_redirect(agent, installed, changes, status, words):
    url, _ = request_url(installed["installed"], **changes)
    page = agent.open(url)
    assert page.status_code == status and words in page.text and "location" not in page.headers


def test_a_code_is_good_once_and_only_with_its_verifier(google, agent, installed):
    client = installed["installed"]
    answer, verifier = code_for(agent, client)
    cases = [
        ({"code_verifier": "x" * 43}, 400, "invalid_grant"),
        ({"redirect_uri": CALLBACK + "/"}, 400, "redirect_uri_mismatch"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": None}, 400, "invalid_request"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ]
    for changes, status, error in cases:
        refused = exchange(google, client, answer["code"], changes.pop("code_verifier", verifier), **changes)
        assert (refused.status_code, refused.json()["error"]) == (status, error)
    assert exchange(google, client, answer["code"], verifier).status_code == 200
    again = exchange(google, client, answer["code"], verifier)
    assert again.status_code == 400 and again.json()["error"] == "invalid_grant"


def test_a_refresh_token_comes_at_first_and_on_prompt(google, agent, installed):
    client = installed["installed"]

    def token(**changes):
        answer, verifier = code_for(agent, client, **changes)
        return exchange(google, client, answer["code"], verifier).json()

    assert "refresh_token" in token()
    assert "refresh_token" not in token()
    assert "refresh_token" in token(prompt="consent")
    assert "refresh_token" not in token(prompt="consent", access_type=None)


def test_revoking_kills_every_grant_of_the_project(google):
    one = google.credentials(ADMIN, ["openid", "analytics.readonly"])
    two = google.credentials(ADMIN, ["openid", "tagmanager.readonly"])
    other = google.credentials(ANALYST, ["openid"])
    for credentials in (one, two, other):
        credentials.refresh(google.auth_request())
    assert google.session().post("https://oauth2.googleapis.com/revoke", data={"token": one.token}).status_code == 200
    for credentials in (one, two):
        with pytest.raises(google_refresh_error()) as refused:
            credentials.refresh(google.auth_request())
        assert refused.value.args[1] == {
            "error": "invalid_grant", "error_description": "Token has been expired or revoked.",
        }
    other.refresh(google.auth_request())
    userinfo = google.session().get(
        "https://openidconnect.googleapis.com/v1/userinfo", headers={"authorization": f"Bearer {two.token}"}
    )
    assert userinfo.status_code == 401


def google_refresh_error():
    return google.auth.exceptions.RefreshError


def test_a_service_account_signs_its_assertion(google):
    key = google.practice()["service_account"]
    credentials = service_account.Credentials.from_service_account_info(key, scopes=[READ])
    credentials.refresh(google.auth_request())
    summaries = google.session().get(
        "https://analyticsadmin.googleapis.com/v1beta/accountSummaries",
        headers={"authorization": f"Bearer {credentials.token}"},
    ).json()["accountSummaries"]
    assert len(summaries) == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"aud": "https://example.com/"}, "audience"),
        ({"exp_in": 7200}, "60 minutes"),
        ({"iat_in": 600, "exp_in": 1200}, "60 minutes"),
        ({"iat_in": -7200, "exp_in": -3600}, "60 minutes"),
        ({"iss": "nobody@gantry-practice.iam.gserviceaccount.com"}, "not found"),
        ({"tamper": True}, "Signature"),
    ],
)
def test_a_bad_assertion_is_refused(google, changes, words):
    key = google.practice()["service_account"]
    now = int(time.time())
    claims = {
        "iss": changes.get("iss", key["client_email"]), "scope": READ, "aud": changes.get("aud", TOKEN),
        "iat": now + changes.get("iat_in", 0), "exp": now + changes.get("exp_in", 3600),
    }
    assertion = jwt.encode(crypt.RSASigner.from_service_account_info(key), claims).decode()
    if changes.get("tamper"):
        head, body, signature = assertion.split(".")
        assertion = ".".join([head, body, ("B" if signature[0] == "A" else "A") + signature[1:]])
    refused = google.session().post(
        TOKEN, data={"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
    )
    assert refused.status_code == 400 and refused.json()["error"] == "invalid_grant"
    assert words.lower() in refused.json()["error_description"].lower()
