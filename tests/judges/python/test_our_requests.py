"""Every request that Gantry's own clients send, compared with Google's discovery documents: path, verb, query, body, enums, what is
required. The requests are those of crates/google-apis/tests/sandbox/every_request.rs (each method once) and of the engine's
tests (what a set-up, a sync, reports and an export really send), as the sandbox received them. `cargo test --workspace` keeps
them; GANTRY_OUR_REQUESTS names their folder where it is not target/tmp."""

import functools
import json
import os
import pathlib
import re

import googleapiclient.discovery_cache
import pytest

import dialling

DOCUMENTS = pathlib.Path(googleapiclient.discovery_cache.__file__).parent / "documents"
ROOT = pathlib.Path(__file__).parents[3]
FOLDER = pathlib.Path(os.environ.get("GANTRY_OUR_REQUESTS", ROOT / "target" / "tmp"))
CLIENTS = "our-requests.jsonl"
# What each run must have sent, at the least: without it, the file is not of the run that it should be of.
ENGINE = {
    "engine-set-up-requests.jsonl": {
        "analyticsadmin.accounts.provisionAccountTicket",
        "analyticsadmin.properties.create",
        "analyticsadmin.properties.dataStreams.create",
    },
    "engine-set-up-tag-manager-requests.jsonl": {
        "tagmanager.accounts.list",
        "tagmanager.accounts.containers.create",
        "tagmanager.accounts.containers.snippet",
        "tagmanager.accounts.containers.versions.publish",
        "tagmanager.accounts.containers.workspaces.bulk_update",
        "tagmanager.accounts.containers.workspaces.create_version",
    },
    # Template, apps, people, a Google Ads link and a container.
    "engine-set-up-everything-requests.jsonl": {
        "analyticsadmin.properties.accessBindings.batchCreate",
        "analyticsadmin.properties.customDimensions.create",
        "analyticsadmin.properties.dataStreams.create",
        "analyticsadmin.properties.dataStreams.updateEnhancedMeasurementSettings",
        "analyticsadmin.properties.googleAdsLinks.create",
        "analyticsadmin.properties.keyEvents.create",
        "analyticsadmin.properties.updateDataRetentionSettings",
        "tagmanager.accounts.containers.versions.publish",
    },
    # A container that is there, and its property once more.
    "engine-set-up-container-requests.jsonl": {
        "analyticsadmin.properties.get",
        "tagmanager.accounts.containers.version_headers.latest",
        "tagmanager.accounts.containers.versions.live",
        "tagmanager.accounts.containers.workspaces.create",
    },
    # A property that is there, with streams, key events and people of its own.
    "engine-set-up-property-requests.jsonl": {
        "analyticsadmin.properties.accessBindings.list",
        "analyticsadmin.properties.customDimensions.list",
        "analyticsadmin.properties.dataStreams.list",
        "analyticsadmin.properties.keyEvents.list",
    },
    "engine-set-up-undo-requests.jsonl": {
        "analyticsadmin.accounts.delete",
        "analyticsadmin.properties.delete",
        "tagmanager.accounts.containers.delete",
    },
    "engine-set-up-v3-ticket-requests.jsonl": {"analytics.provisioning.createAccountTicket"},
    "engine-set-up-v3-tree-requests.jsonl": {"analytics.provisioning.createAccountTree"},
    "engine-estate-requests.jsonl": {
        "analyticsadmin.accountSummaries.list",
        "analyticsdata.properties.batchRunReports",
        "analyticsdata.properties.runRealtimeReport",
        "analyticsdata.properties.runReport",
        "tagmanager.accounts.containers.list",
        "tagmanager.accounts.containers.versions.live",
    },
    "engine-exports-requests.jsonl": {"analyticsdata.properties.runReport"},
    "engine-sites-requests.jsonl": {"analyticsdata.properties.runRealtimeReport"},
}
BY_PREFIX = {
    ("analyticsadmin.googleapis.com", "/v1beta/"): "analyticsadmin.v1beta",
    ("analyticsadmin.googleapis.com", "/v1alpha/"): "analyticsadmin.v1alpha",
    ("analyticsdata.googleapis.com", "/v1beta/"): "analyticsdata.v1beta",
    ("tagmanager.googleapis.com", "/tagmanager/v2/"): "tagmanager.v2",
    ("analytics.googleapis.com", "/analytics/v3/"): "analytics.v3",
}


def requests(name):
    path = FOLDER / name
    assert path.exists(), f"{path} is missing: run cargo test -p google-apis -p gantry-engine first"
    kept = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert kept, f"{path} holds no request"
    return kept


@functools.cache
def read(name):
    return json.loads((DOCUMENTS / f"{name}.json").read_text(encoding="utf-8"))


def document(request):
    for (host, prefix), name in BY_PREFIX.items():
        if request["host"] == host and request["path"].startswith(prefix):
            return read(name)
    raise AssertionError(f"no document speaks of {request['host']}{request['path']}")


def methods(resource):
    for method in resource.get("methods", {}).values():
        yield method
    for child in resource.get("resources", {}).values():
        yield from methods(child)


def template(method, document):
    """The method's path as a pattern: {+name} may hold slashes and has its own pattern, {name} is one segment."""
    path = method.get("flatPath", method["path"]) if "{+" not in method["path"] else method["path"]

    def place(match):
        name = match[1].lstrip("+")
        pattern = method["parameters"][name].get("pattern")
        # A colon ends a name and begins a verb: "containers/2:snippet" is no container.
        return "(?:" + pattern.strip("^$").replace("[^/]+", "[^/:]+") + ")" if pattern else "[^/:]+"

    pieces = re.split(r"\{([^}]+)\}", path)
    out = ""
    for index, piece in enumerate(pieces):
        out += re.escape(piece) if index % 2 == 0 else place([None, piece])
    return "^/" + re.escape(document["servicePath"]) + out + "$"


def the_method(request, document):
    fitting = [
        method
        for method in methods(document)
        if method["httpMethod"] == request["method"] and re.match(template(method, document), request["path"])
    ]
    assert fitting, f"no method {request['method']} {request['path']}"
    return fitting


def check_query(request, method, document):
    known = {**document["parameters"], **method.get("parameters", {})}
    seen = {}
    for name, value in request["query"]:
        assert name in known, f"{method['id']} has no parameter {name}"
        parameter = known[name]
        assert parameter.get("location") == "query", name
        assert name not in seen or parameter.get("repeated"), f"{name} is sent twice"
        seen[name] = value
        if "enum" in parameter:
            assert value in parameter["enum"], (name, value)
        if parameter["type"] == "integer":
            assert re.fullmatch(r"-?\d+", value), (name, value)
        if parameter["type"] == "boolean":
            assert value in ("true", "false"), (name, value)
    for name, parameter in method.get("parameters", {}).items():
        if parameter.get("location") == "query" and parameter.get("required"):
            assert name in seen, f"{method['id']} requires {name}"
    if request["method"] == "PATCH" and "updateMask" in method.get("parameters", {}):
        assert seen.get("updateMask"), f"{method['id']} needs an updateMask"
        assert re.fullmatch(r"[a-z_0-9.,*]+", seen["updateMask"]), "updateMask is snake case"


def check_value(value, schema, document, where):
    if "$ref" in schema:
        return check_object(value, document["schemas"][schema["$ref"]], document, where)
    kind = schema.get("type")
    if kind == "array":
        assert isinstance(value, list), where
        for index, item in enumerate(value):
            check_value(item, schema["items"], document, f"{where}[{index}]")
    elif kind == "object":
        check_object(value, schema, document, where)
    elif kind == "string":
        if schema.get("format") in ("int64", "uint64"):
            assert isinstance(value, int) or re.fullmatch(r"-?\d+", str(value)), where
        else:
            assert isinstance(value, str), f"{where} is {value!r}"
        if "enum" in schema:
            assert value in schema["enum"], f"{where}: {value} is none of {schema['enum']}"
    elif kind == "boolean":
        assert isinstance(value, bool), where
    elif kind == "integer":
        assert isinstance(value, int) and not isinstance(value, bool), where
    elif kind == "number":
        assert isinstance(value, (int, float)), where


def check_object(value, schema, document, where):
    assert isinstance(value, dict), f"{where} is {value!r}"
    properties = schema.get("properties", {})
    for name, item in value.items():
        if name not in properties:
            assert "additionalProperties" in schema, f"{where} has no field {name}"
            continue
        check_value(item, properties[name], document, f"{where}.{name}")


def check_body(request, method, document):
    body = request.get("body")
    if "request" not in method:
        assert body is None, f"{method['id']} takes no body"
        return
    schema = document["schemas"][method["request"]["$ref"]]
    assert body is not None, f"{method['id']} takes a body"
    check_object(body, schema, document, schema["id"])
    for name, field in schema.get("properties", {}).items():
        required = method["id"] in field.get("annotations", {}).get("required", [])
        # The newer documents say it in words, and mean creation.
        required |= request["method"] == "POST" and method["id"].endswith(".create") and field.get(
            "description", ""
        ).startswith("Required.")
        assert not required or name in body, f"{method['id']} requires {name}"


def method_of(request):
    """The method that a request calls and its document: by the recorded name where there is one, else by the path alone."""
    about = document(request)
    candidates = the_method(request, about)
    ids = [method["id"] for method in candidates]
    name = request.get("api_method", ids[0])
    assert name in ids, (name, ids)
    assert "api_method" in request or len(ids) == 1, ids
    return candidates[ids.index(name)], about


def called(request):
    """A method's name, with the version in which it was called."""
    method, about = method_of(request)
    return about["version"], method["id"]


@pytest.mark.parametrize("request_", requests(CLIENTS), ids=lambda one: f"{one['api_method']}-{one['serial']}")
def test_request_is_as_the_discovery_document_says(request_):
    # Where two paths fit ("properties/{+name}" alike), the recorded method decides; the name must be Google's own.
    method, about = method_of(request_)
    check_query(request_, method, about)
    check_body(request_, method, about)


@pytest.mark.parametrize("file", ENGINE)
def test_what_the_engine_sends_is_as_the_discovery_documents_say(file):
    sent = set()
    for request in requests(file):
        method, about = method_of(request)
        where = f"{file}, request {request['serial']}, {method['id']}"
        try:
            check_query(request, method, about)
            check_body(request, method, about)
        except AssertionError as error:
            raise AssertionError(f"{where}: {error}") from error
        sent.add(method["id"])
    assert ENGINE[file] <= sent


def test_every_method_of_our_clients_is_recorded():
    source = ROOT / "crates" / "google-apis" / "src"
    code = "".join(path.read_text(encoding="utf-8").split("#[cfg(test)]")[0] for path in source.rglob("*.rs"))
    known = {method["id"] for name in BY_PREFIX.values() for method in methods(read(name))}
    named = known & set(re.findall(r'"([A-Za-z_.]+)"', code))
    assert named, "the clients name no method"
    assert named == {request["api_method"] for request in requests(CLIENTS)}


@pytest.mark.looks_back
def test_googles_clients_called_every_method_that_we_call(whole_session):
    judged = set()
    for verb, host, path in dialling.asked:
        if any(host == known and path.startswith(prefix) for known, prefix in BY_PREFIX):
            request = {"method": verb, "host": host, "path": path}
            about = document(request)
            judged |= {(about["version"], method["id"]) for method in the_method(request, about)}
    ours = {called(request) for name in (CLIENTS, *ENGINE) for request in requests(name)}
    assert not ours - judged, f"no judge calls {sorted(ours - judged)}"


def test_every_api_is_judged():
    hosts = {request["host"] for request in requests(CLIENTS)}
    assert hosts == {host for host, _ in BY_PREFIX}
