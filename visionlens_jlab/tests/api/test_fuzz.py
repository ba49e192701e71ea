"""Whatever is sent, the answer has one of the known shapes: nothing ends in a 500."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from visionlens_jlab.core.api.openapi import document
from visionlens_jlab.errors import CODES

SCHEMAS = document()["components"]["schemas"]
WITH_BODY = [
    (verb, path, operation["requestBody"]["content"]["application/json"]["schema"])
    for path, item in document()["paths"].items()
    for verb, operation in item.items()
    if verb != "parameters"
    and "application/json" in operation.get("requestBody", {}).get("content", {})
    and path != "/jobs"  # it would start them
]
WORDS = st.sampled_from(
    ["class", "split", "width", "tag", "x", "car", "class = 'car'", "count(class='car') > 1", ""]
) | st.text(max_size=12)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | WORDS
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)


def like(schema: dict[str, Any], depth: int = 0) -> st.SearchStrategy[Any]:
    """Values that mostly fit a schema, so that they come past the first check."""
    if "$ref" in schema:
        return like(SCHEMAS[schema["$ref"].rsplit("/", 1)[1]], depth)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            options = schema[key] if depth < 4 else schema[key][:1]
            return st.one_of([like(option, depth + 1) for option in options])
    if "const" in schema or "enum" in schema:
        return st.sampled_from(schema.get("enum", [schema.get("const")]))
    match schema.get("type"):
        case "object":
            parts = schema.get("properties", {})
            required = {
                name for name in parts if name in schema.get("required", []) or name == "op"
            }
            return st.fixed_dictionaries(
                {name: like(parts[name], depth + 1) for name in required},
                optional={
                    name: like(part, depth + 1)
                    for name, part in parts.items()
                    if name not in required and depth < 6
                },
            )
        case "array":
            return st.lists(
                like(schema.get("items", {}), depth + 1), max_size=3 if depth < 5 else 0
            )
        case "string":
            return WORDS
        case "integer":
            return st.integers(-(2**70), 2**70) | st.integers(0, 40)
        case "number":
            return st.floats(allow_nan=False, allow_infinity=False) | st.integers()
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
    return ANYTHING


REQUESTS = st.sampled_from(WITH_BODY).flatmap(
    lambda route: st.tuples(
        st.just(route[0]), st.just(route[1]), st.one_of(like(route[2]), like(route[2]), ANYTHING)
    )
)
PARTS = {"sample_id": "3", "workspace": "none", "job": "none"}


def test_no_body_ends_in_a_failure_of_the_server(api, dataset, jp_asyncio_loop):
    assert len(WITH_BODY) > 8

    @settings(
        max_examples=200,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        derandomize=True,
    )
    @example(("post", "/datasets/{dataset}/table", {"columns": []}))
    @given(REQUESTS)
    def check(request):
        verb, path, body = request
        address = re.sub(r"{(\w+)}", lambda part: PARTS.get(part[1], dataset), path).lstrip("/")
        sent = json.dumps(body, allow_nan=True).encode("utf-8", "surrogatepass")
        answer = jp_asyncio_loop.run_until_complete(api(address, verb.upper(), sent))
        assert answer.code < 500, (verb, address, sent, answer.body)
        if answer.code >= 400:
            assert json.loads(answer.body)["code"] in CODES

    check()
