"""google-auth judges service accounts' assertions, both ways: it verifies those that our code signs, and the sandbox must
accept and refuse those that it signs as Google would. GANTRY_ASSERTION names our signer, google-oauth's example `assertion`."""

import json
import os
import subprocess
import time

import pytest
from cryptography.hazmat.primitives import serialization
from google.auth import crypt, jwt
from google.auth.exceptions import RefreshError
from google.oauth2 import service_account

from conftest import ADMIN

READ = "https://www.googleapis.com/auth/analytics.readonly"
TAGS = "https://www.googleapis.com/auth/tagmanager.readonly"
TOKEN = "https://oauth2.googleapis.com/token"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
NOBODY = "nobody@northlight.example"


@pytest.fixture
def key(google):
    return google.practice()["service_account"]


@pytest.fixture
def ours(key, tmp_path):
    """Signs an assertion with our code: (seconds since 1970, scopes, subject)."""
    file = tmp_path / "key.json"
    file.write_text(json.dumps(key), encoding="utf-8")

    def sign(at, scopes, subject=None):
        command = [os.environ.get("GANTRY_ASSERTION", "assertion"), str(file), str(at), ",".join(scopes)]
        command += [subject] if subject else []
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.strip()

    return sign


def public_key(key):
    private = serialization.load_pem_private_key(key["private_key"].encode(), None)
    return private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def send(google, assertion):
    return google.session().post(TOKEN, data={"grant_type": GRANT, "assertion": assertion})


def test_google_auth_verifies_what_our_code_signs(ours, key):
    now = int(time.time())
    assertion = ours(now, [READ, TAGS])
    # Checks signature, audience and time; Google names the key by its id.
    claims = jwt.decode(assertion, certs={key["private_key_id"]: public_key(key)}, audience=TOKEN)
    assert claims == {
        "iss": key["client_email"], "scope": f"{READ} {TAGS}", "aud": TOKEN, "iat": now - 10, "exp": now - 10 + 3600,
    }
    assert jwt.decode_header(assertion) == {"alg": "RS256", "typ": "JWT", "kid": key["private_key_id"]}


def test_our_assertion_says_what_google_auths_own_says(ours, key):
    theirs = service_account.Credentials.from_service_account_info(key, scopes=[READ], subject=ADMIN)
    theirs = theirs._make_authorization_grant_assertion()
    mine = ours(int(time.time()), [READ], ADMIN)
    header, claims = jwt.decode_header(theirs), jwt.decode(theirs, verify=False)
    assert jwt.decode_header(mine) == header
    ours_says = jwt.decode(mine, verify=False)
    assert set(ours_says) == set(claims)
    assert {name: ours_says[name] for name in ("iss", "aud", "scope", "sub")} == {
        name: claims[name] for name in ("iss", "aud", "scope", "sub")
    }
    assert ours_says["exp"] - ours_says["iat"] <= 3600


def test_another_keys_signature_is_not_ours(google, ours, key):
    other = google.practice()["service_account_without_access"]
    with pytest.raises(ValueError, match="(?i)signature"):
        jwt.decode(ours(int(time.time()), [READ]), certs=public_key(other), audience=TOKEN)


def test_the_sandbox_takes_what_our_code_signs(google, ours):
    answer = send(google, ours(int(time.time()), [READ]))
    assert answer.status_code == 200 and answer.json()["token_type"] == "Bearer", answer.text


def test_the_sandbox_takes_what_google_auth_signs_for_both_accounts(google):
    for name, accounts in (("service_account", 3), ("service_account_without_access", 0)):
        key = google.practice()[name]
        credentials = service_account.Credentials.from_service_account_info(key, scopes=[READ])
        credentials.refresh(google.auth_request())
        summaries = google.session().get(
            "https://analyticsadmin.googleapis.com/v1beta/accountSummaries",
            headers={"authorization": f"Bearer {credentials.token}"},
        ).json()
        assert len(summaries.get("accountSummaries", [])) == accounts


def test_a_subject_needs_delegation_of_every_scope(google, key):
    def acting_as(subject, *scopes):
        return service_account.Credentials.from_service_account_info(key, scopes=scopes, subject=subject)

    with pytest.raises(RefreshError) as refused:
        acting_as(ADMIN, READ).refresh(google.auth_request())
    assert refused.value.args[1]["error"] == "unauthorized_client"

    order = {"email": key["client_email"], "delegated_scopes": [READ]}
    google.control("POST", "/service-accounts", order)
    credentials = acting_as(ADMIN, READ)
    credentials.refresh(google.auth_request())
    seen = google.control("GET", "/log")["requests"][-1]["serial"]
    summaries = google.session().get(
        "https://analyticsadmin.googleapis.com/v1beta/accountSummaries",
        headers={"authorization": f"Bearer {credentials.token}"},
    ).json()["accountSummaries"]
    assert len(summaries) == 20
    assert google.control("GET", "/log", after=seen)["requests"][0]["user"] == ADMIN

    with pytest.raises(RefreshError) as refused:
        acting_as(ADMIN, READ, TAGS).refresh(google.auth_request())
    assert refused.value.args[1]["error"] == "unauthorized_client"
    with pytest.raises(RefreshError) as refused:
        acting_as(NOBODY, READ).refresh(google.auth_request())
    assert refused.value.args[1]["error_description"] == "Invalid email or User ID"


@pytest.mark.parametrize(
    ("order", "words"), [({"key_disabled": True}, "Signature"), ({"deleted": True}, "not found")]
)
def test_an_ended_key_is_refused_until_it_is_switched_on_again(google, key, order, words):
    credentials = service_account.Credentials.from_service_account_info(key, scopes=[READ])
    google.control("POST", "/service-accounts", {"email": key["client_email"], **order})
    with pytest.raises(RefreshError) as refused:
        credentials.refresh(google.auth_request())
    assert refused.value.args[1]["error"] == "invalid_grant"
    assert words in refused.value.args[1]["error_description"]
    google.control("POST", "/service-accounts", {"email": key["client_email"], **dict.fromkeys(order, False)})
    credentials.refresh(google.auth_request())
    assert credentials.token


@pytest.mark.parametrize(
    ("changes", "accepted"),
    [
        ({"iat": -10}, True),
        ({"iat": 50}, True),  # a clock that is a little fast
        ({"iat": 120}, False),
        ({"iat": -86400}, False),
        ({"iat": 86400}, False),
        ({"life": 3601}, False),
        ({"life": 60}, True),
        ({"aud": "https://accounts.google.com/o/oauth2/token"}, True),
        ({"aud": "https://oauth2.googleapis.com/token/"}, False),
        ({"aud": "https://evil.example/token"}, False),
        ({"kid": "another"}, False),
        ({"kid": None}, True),  # as of a P12 key
        ({"scope": ""}, False),
    ],
)
def test_time_audience_and_key_are_really_checked(google, key, changes, accepted):
    iat = int(time.time()) + changes.get("iat", 0)
    claims = {
        "iss": key["client_email"], "scope": changes.get("scope", READ), "aud": changes.get("aud", TOKEN),
        "iat": iat, "exp": iat + changes.get("life", 3600),
    }
    signer = crypt.RSASigner.from_string(key["private_key"], changes.get("kid", key["private_key_id"]))
    answer = send(google, jwt.encode(signer, claims).decode())
    assert (answer.status_code == 200) is accepted, answer.text
    if not accepted and "scope" not in changes:
        assert answer.json()["error"] == "invalid_grant"


def test_an_unsigned_or_symmetric_assertion_is_refused(google, ours):
    head, claims, signature = ours(int(time.time()), [READ]).split(".")
    none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0"
    for bad in (f"{none}.{claims}.", f"{head}.{claims}.", f"{head}.{claims}.{signature[:-4]}", "not.a.jwt", "x"):
        answer = send(google, bad)
        assert answer.status_code == 400 and answer.json()["error"] == "invalid_grant", (bad, answer.text)
