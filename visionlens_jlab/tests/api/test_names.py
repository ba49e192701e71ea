"""Names and paths that no system takes, in every place of every route: refused, never a failure."""

from __future__ import annotations

import re
from typing import Any

import pytest

from visionlens_jlab.core.api.openapi import document
from visionlens_jlab.core.jobs.lane import Lane
from visionlens_jlab.tests.api.servers import code, evaluate

OPERATIONS = [
    (verb, path.strip("/"))
    for path, item in document()["paths"].items()
    for verb in item
    if verb != "parameters" and "{" in path
]
IN_ADDRESSES = (
    "x" * 300,
    "a%00b",
    "%2e%2e%2f%2e%2e%2fetc",
    "%c3%a9" * 200,
    "x" * 5000,
    "%ed%a0%80",
)
IN_BODIES = ("x" * 300, "a\0b", "x/" * 4000, "../" * 500 + "etc")
SPEC = {"name": "night", "question": "Is it night?"}
JOBS: dict[str, dict[str, Any]] = {
    "ingest": {"source": "street", "name": "n", "images": "street", "labels": "street"},
    "embed": {"model": "classical", "space": "s"},
    "project": {"space": "s", "method": "pca"},
    "duplicates": {"space": "s"},
    "predictions": {"run": "r", "source": "street", "format": "coco"},
    "evaluate": {"run": "model", "name": "e"},
    "intervals": {"evaluation": "model"},
    "label_quality": {"run": "model"},
    "export": {"path": "out", "format": "coco", "source": "ground_truth"},
    "analyse": {"evaluation": "model"},
    "recheck": {"evaluation": "model"},
    "attributes": {"attributes": [SPEC], "model": "transformers:org/model"},
    "agent": {"question": "?", "evaluation": "model", "conversation": "c", "model": "openai:m"},
}

PATHS = {"ingest": ("source", "images", "labels"), "predictions": ("source",), "export": ("path",)}


@pytest.fixture
def evaluated(dataset, extension, monkeypatch) -> str:
    """A dataset with a run and its evaluation; what is queued stays so."""
    evaluate(extension.services.library, dataset)
    monkeypatch.setattr(Lane, "wake", lambda self: None)
    return dataset


async def test_in_addresses(api, evaluated):
    for verb, path in OPERATIONS:
        within = path.replace("{dataset}", evaluated)
        for name in IN_ADDRESSES:
            for template in {path, within} - {evaluated}:
                if verb == "delete" and "{" not in template:
                    continue
                address = re.sub(r"{\w+}", name, template)
                body = None if verb in ("get", "delete") else {}
                answer = await api(address, verb.upper(), body)
                assert answer.code < 500, (verb, template, name[:20], answer.body[:300])


def _spoilt(given: Any, name: str) -> list[Any]:
    """The same with one text after the other exchanged."""
    if isinstance(given, dict):
        return [{**given, key: one} for key, part in given.items() for one in _spoilt(part, name)]
    if isinstance(given, list):
        return [[one] for part in given for one in _spoilt(part, name)]
    return [name] if isinstance(given, str) else []


async def test_in_jobs(api, evaluated):
    for kind, job in JOBS.items():
        own = {} if kind == "ingest" else {"dataset": evaluated}
        for name in IN_BODIES:
            for request in _spoilt({**job, **own}, name):
                answer = await api("jobs", "POST", {"kind": kind, kind: request})
                assert answer.code < 500, (kind, request, answer.body[:300])
                if any(request[part] == name for part in PATHS.get(kind, ())):
                    assert code(answer) in ("PATH_NOT_ALLOWED", "REQUEST_INVALID"), request


async def test_in_other_bodies(api, evaluated):
    of_dataset = f"datasets/{evaluated}"
    for path, given in (
        ("detect", {"source": "street", "images": "street", "format": "coco"}),
        (f"{of_dataset}/workspaces", {"notebook": "a.ipynb"}),
        (f"{of_dataset}/tags", {"tag": "t", "ids": [1]}),
        (f"{of_dataset}/view", {"where": "class = 'car'", "sql": "SELECT 1 AS sample_id"}),
        (f"{of_dataset}/encode", {"space": "s", "text": "t"}),
        (f"{of_dataset}/findings-report", {"evaluation": "model"}),
    ):
        for name in IN_BODIES:
            for request in _spoilt(given, name):
                answer = await api(path, "POST", request)
                assert answer.code < 500, (path, request, answer.body[:300])
    for name in IN_BODIES:
        assert 400 <= (await api("folders", params={"path": name})).code < 500
