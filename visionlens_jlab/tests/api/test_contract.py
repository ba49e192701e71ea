"""The running server against its own contract: schemathesis over every operation.

A body or parameter that fits the document and one that does not: no answer is a failure of the
server, none has a status, type or shape that the document does not name.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from PIL import Image
from schemathesis import checks

from visionlens_jlab.config import API_PREFIX
from visionlens_jlab.core.api.openapi import document
from visionlens_jlab.core.api.wire import ARROW, BINARY
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.errors import CODES
from visionlens_jlab.tests.api.servers import analyse, evaluate, fill, give_answers
from visionlens_jlab.tests.notebook.servers import Server, server

DOCUMENT = document()
# Filters are recursive: listing each of their combinations would take hours.
WITHOUT_LISTS = schemathesis.Config.from_dict({"phases": {"coverage": {"enabled": False}}})
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT, config=WITHOUT_LISTS)
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
EXAMPLES = 20
KNOWN = {"dataset": "street", "sample_id": 3, "name": "mine", "field": "speed", "filename": "a.png"}
KNOWN |= {"space": "clip", "run": "model", "evaluation": "model", "attribute": "night"}
KNOWN |= {"finding": "id of split = 'val'", "analysis": "first"}


def _arrow(ids: list[int], values: list[Any]) -> bytes:
    count = min(len(ids), len(values))
    table = pa.table({"id": pa.array(ids[:count], pa.int64()), "value": values[:count]})
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _png(side: int) -> bytes:
    sink = io.BytesIO()
    Image.new("RGB", (side, side)).save(sink, "PNG")
    return sink.getvalue()


IDS = st.lists(st.integers(0, 40), max_size=5)
VALUES = st.lists(st.floats(), max_size=5) | st.lists(st.text(max_size=4), max_size=5)
schemathesis.openapi.media_type(ARROW, st.binary(max_size=64) | st.builds(_arrow, IDS, VALUES))
schemathesis.openapi.media_type(
    BINARY,
    st.binary(max_size=16)
    | IDS.map(lambda ids: b"".join(i.to_bytes(4, "little") for i in ids))
    | st.builds(_png, st.integers(1, 3)),
)


@schemathesis.serializer(ARROW, BINARY)
def _as_it_is(_context: object, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a dataset of 30 samples."""
    folder = tmp_path_factory.mktemp("contract")
    library = Library(folder / "data")
    slug = fill(library, folder / "root" / "street")
    evaluate(library, slug)
    analyse(library, slug)
    give_answers(library, slug)
    library.close()
    with server(folder) as started:
        yield started


@pytest.fixture(scope="module")
def places(running: Server) -> dict[str, Any]:
    """Values of path parameters that exist."""
    workspace = running.request(
        "POST", f"{API_PREFIX}/datasets/street/workspaces", json={"notebook": None}
    ).json()
    return {**KNOWN, "workspace": workspace["workspace"]}


@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
def test_every_answer_is_in_the_document(
    case: schemathesis.Case, running: Server, places: dict[str, Any]
) -> None:
    deletes_it = case.operation.label in (
        "DELETE /datasets/{dataset}",
        "DELETE /datasets/{dataset}/runs/{run}",
        "DELETE /datasets/{dataset}/evaluations/{evaluation}",
        "DELETE /datasets/{dataset}/findings/{finding}",
        "DELETE /datasets/{dataset}/attributes/{attribute}",
    )
    if case.path_parameters and not deletes_it:
        # Existing things, or the rest of the operation would never be reached.
        known = {name: places[name] for name in case.path_parameters if name in places}
        case.path_parameters = {**case.path_parameters, **known}
    headers = {"Authorization": f"token {running.token}"}
    response = case.call(base_url=f"{running.url}/{API_PREFIX}", headers=headers, timeout=60)
    case.validate_response(response, checks=CHECKS)


@SCHEMA.parametrize()
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), database=None)
def test_whatever_is_named(case: schemathesis.Case, running: Server) -> None:
    headers = {"Authorization": f"token {running.token}"}
    response = case.call(base_url=f"{running.url}/{API_PREFIX}", headers=headers, timeout=60)
    case.validate_response(response, checks=CHECKS)


def test_no_default_and_no_failure_of_the_server_is_documented() -> None:
    statuses = {
        status
        for item in DOCUMENT["paths"].values()
        for verb, operation in item.items()
        if verb != "parameters"
        for status in operation["responses"]
    }
    assert all(re.fullmatch(r"\d{3}", status) for status in statuses)
    assert {status for status in statuses if status >= "500"} <= {
        "503",  # a bucket is out of reach
        "507",  # the disk is full
    }
    assert CODES["DISK_SPACE"].status == 507


def test_the_document_is_openapi() -> None:
    assert _is_openapi(DOCUMENT)
    [path, *_] = DOCUMENT["paths"]
    assert not _is_openapi({**DOCUMENT, "paths": {path: {"get": {"responses": "none"}}}})
    assert not _is_openapi({key: value for key, value in DOCUMENT.items() if key != "info"})


def _is_openapi(content: dict[str, Any]) -> bool:
    try:
        schemathesis.openapi.from_dict(content).validate()
    except ValueError:  # of the JSON schema of OpenAPI
        return False
    return True
