"""Whether an answer is one that Google could have given: every field in the discovery document, with its type and enums."""

import json
import pathlib
import re

import googleapiclient.discovery_cache

DOCUMENTS = pathlib.Path(googleapiclient.discovery_cache.__file__).parent / "documents"


def document(name):
    return json.loads((DOCUMENTS / f"{name}.json").read_text())


def method(about, method_id):
    def walk(resource):
        for found in resource.get("methods", {}).values():
            yield found
        for child in resource.get("resources", {}).values():
            yield from walk(child)

    return next(found for found in walk(about) if found["id"] == method_id)


def check(value, schema, about, where):
    if "$ref" in schema:
        return check(value, about["schemas"][schema["$ref"]], about, where)
    kind = schema.get("type")
    if kind == "array":
        assert isinstance(value, list) and value, f"{where}: proto JSON leaves empty lists out"
        for index, item in enumerate(value):
            check(item, schema["items"], about, f"{where}[{index}]")
    elif kind == "object":
        assert isinstance(value, dict), where
        fields = schema.get("properties", {})
        for name, item in value.items():
            assert name in fields, f"{where} has no field {name}"
            check(item, fields[name], about, f"{where}.{name}")
    elif kind == "string":
        assert isinstance(value, str), f"{where} is {value!r}"
        if schema.get("format") in ("int64", "uint64"):
            assert re.fullmatch(r"-?\d+", value), where
        assert value in schema.get("enum", [value]), f"{where}: {value}"
    elif kind == "boolean":
        assert isinstance(value, bool), where
    elif kind == "integer":
        assert isinstance(value, int) and not isinstance(value, bool), where
    return None


def judged(about, request):
    """Executes a googleapiclient request and checks its answer against the document."""
    answer = request.execute()
    response = method(about, request.methodId).get("response")
    if response is None:
        assert answer in ("", b"", {}, None), f"{request.methodId} has an empty answer, not {answer!r}"
    else:
        check(answer, about["schemas"][response["$ref"]], about, request.methodId)
    return answer
