"""How Google's clients are made to dial the sandbox: every https://HOST/PATH goes to BASE/HOST/PATH, and nothing else changes."""

import json
import urllib.parse

import google.auth.transport.requests
import google_auth_httplib2
import googleapiclient.discovery
import httplib2
import requests
import requests.adapters
from google.analytics import admin_v1alpha, admin_v1beta, data_v1beta
from google.oauth2 import credentials as user_credentials


# What Google's clients asked for with success in this session: (verb, host, path).
asked = set()


def note(method, url, status):
    parts = urllib.parse.urlsplit(url)
    if 200 <= status < 300:
        asked.add((method, parts.netloc, urllib.parse.unquote(parts.path)))


def dial(base, url):
    """The sandbox's address for one of Google's."""
    return base + "/" + url.removeprefix("https://") if url.startswith("https://") else url


class SandboxAdapter(requests.adapters.HTTPAdapter):
    """For everything built on requests."""

    def __init__(self, base):
        super().__init__()
        self.base = base

    def send(self, request, **kwargs):
        request.url = dial(self.base, request.url)
        return super().send(request, **kwargs)


class ClientAdapter(SandboxAdapter):
    """For Google's clients that are built on requests."""

    def send(self, request, **kwargs):
        url = request.url
        answer = super().send(request, **kwargs)
        note(request.method, url, answer.status_code)
        return answer


class SandboxHttp(httplib2.Http):
    """For google-api-python-client, which is built on httplib2."""

    def __init__(self, base):
        super().__init__()
        self.base = base

    def request(self, uri, method="GET", *args, **kwargs):
        answer, content = super().request(dial(self.base, uri), method, *args, **kwargs)
        note(method, uri, answer.status)
        return answer, content


class Dialler:
    """Makes Google's clients for one running sandbox."""

    def __init__(self, base):
        self.base = base

    def session(self):
        session = requests.Session()
        session.mount("https://", SandboxAdapter(self.base))
        return session

    def auth_request(self):
        """The transport with which google-auth refreshes."""
        return google.auth.transport.requests.Request(session=self.session())

    def control(self, method, path, body=None, **params):
        answer = requests.request(method, f"{self.base}/_control{path}", json=body, params=params, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def practice(self):
        return self.control("GET", "/practice")

    def credentials(self, email, scopes, client="installed"):
        """A user's credentials with these short scopes, refreshable, without the consent page."""
        file = self.practice()["oauth_clients"][client][client]
        full = [s if s == "openid" else "https://www.googleapis.com/auth/" + s for s in scopes]
        order = {"email": email, "scopes": full, "client_id": file["client_id"]}
        issued = self.control("POST", "/tokens/issue", order)
        return user_credentials.Credentials(
            token=None,
            refresh_token=issued["refresh_token"],
            token_uri=file["token_uri"],
            client_id=file["client_id"],
            client_secret=file["client_secret"],
            scopes=None,
        )

    def discovery(self, name, version, credentials):
        """A google-api-python-client from the discovery document in the package."""
        credentials.refresh(self.auth_request())
        http = google_auth_httplib2.AuthorizedHttp(credentials, http=SandboxHttp(self.base))
        return googleapiclient.discovery.build(name, version, http=http, static_discovery=True)

    def _rest(self, client):
        session = client.transport._session
        session.mount("https://", ClientAdapter(self.base))
        session._auth_request.session.mount("https://", SandboxAdapter(self.base))
        return client

    def admin_beta(self, credentials):
        return self._rest(admin_v1beta.AnalyticsAdminServiceClient(credentials=credentials, transport="rest"))

    def admin_alpha(self, credentials):
        return self._rest(admin_v1alpha.AnalyticsAdminServiceClient(credentials=credentials, transport="rest"))

    def data(self, credentials):
        return self._rest(data_v1beta.BetaAnalyticsDataClient(credentials=credentials, transport="rest"))


def error_of(http_error):
    """The error body of a googleapiclient HttpError."""
    return json.loads(http_error.content)["error"]


def query_of(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
