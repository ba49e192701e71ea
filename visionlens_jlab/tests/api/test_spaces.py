"""Embedding spaces over HTTP, and views that search."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from visionlens_jlab.tests.api.servers import code, read_table
from visionlens_jlab.tests.api.test_writing import stream


def vectors(ids: list[int], matrix: Any) -> bytes:
    """The body that adds vectors."""
    rows = np.asarray(matrix, np.float32)
    flat = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), rows.shape[1])
    return stream(id=pa.array(ids, pa.uint32()), vector=flat)


MATRIX = np.random.default_rng(0).normal(size=(30, 6)).astype(np.float32)
SPACE = "datasets/street/spaces/clip"


async def test_vectors_are_put_and_read(api, dataset):
    assert (await api.json(f"datasets/{dataset}/spaces"))["spaces"] == []
    made = await api.json(
        f"{SPACE}/vectors?model=mine&version=7", "PUT", vectors([*range(20)], MATRIX[:20])
    )
    assert (made["space"], made["level"], made["model"], made["version"]) == (
        "clip",
        "samples",
        "mine",
        "7",
    )
    assert (made["dimension"], made["vectors"], made["missing"]) == (6, 20, 10)
    [found] = (await api.json(f"datasets/{dataset}/spaces"))["spaces"]
    assert {**found, "index": None} == {**made, "index": None}  # the index is built meanwhile
    table = read_table(await api(f"{SPACE}/vectors"))
    assert table["id"].to_pylist() == list(range(20))
    unit = MATRIX[:20] / np.linalg.norm(MATRIX[:20], axis=1, keepdims=True)
    np.testing.assert_allclose(np.array(table["vector"].to_pylist()), unit, atol=1e-6)
    assert (await api(SPACE, "DELETE")).code == 204
    assert code(await api(f"{SPACE}/vectors")) == "SPACE_NOT_FOUND"
    assert code(await api(SPACE, "DELETE")) == "SPACE_NOT_FOUND"


async def test_queries_say_what_they_were_made_from(api, dataset):
    assert code(await api(f"{SPACE}/queries")) == "SPACE_NOT_FOUND"
    await api.json(f"{SPACE}/vectors", "PUT", vectors([*range(20)], MATRIX[:20]))
    assert (await api.json(f"{SPACE}/queries"))["queries"] == []
    made = await api.json(f"{SPACE}/queries", "POST", {"vector": MATRIX[3].tolist()})
    again = await api.json(f"{SPACE}/queries", "POST", {"vector": MATRIX[3].tolist()})
    other = await api.json(f"{SPACE}/queries", "POST", {"vector": MATRIX[4].tolist()})
    assert again["query"] == made["query"] != other["query"]
    assert (await api.json(f"{SPACE}/queries"))["queries"] == [
        {"query": query, "kind": "vector", "text": None}
        for query in (other["query"], made["query"])
    ]


async def test_a_view_that_searches_has_scores(api, dataset):
    await api.json(f"{SPACE}/vectors", "PUT", vectors([*range(30)], MATRIX))
    view = {"search": {"space": "clip", "like": [4], "k": 7}}
    answer = await api(f"datasets/{dataset}/view", "POST", view)
    assert answer.headers["VisionLens-Scores"] == "1"
    assert answer.headers["VisionLens-Count"] == "7"
    ids, scores = np.frombuffer(answer.body[:28], "<u4"), np.frombuffer(answer.body[28:], "<f4")
    assert len(ids) == len(scores) == 7 and ids[0] == 4
    assert (np.diff(scores) <= 0).all() and scores[0] == pytest.approx(1)
    plain = await api(f"datasets/{dataset}/view", "POST", {})
    assert "VisionLens-Scores" not in plain.headers and len(plain.body) == 4 * 30


async def test_a_workspace_keeps_a_search(api, dataset):
    await api.json(f"{SPACE}/vectors", "PUT", vectors([*range(30)], MATRIX))
    workspace = await api.json(f"datasets/{dataset}/workspaces", "POST", {"notebook": None})
    path = f"datasets/{dataset}/workspaces/{workspace['workspace']}"
    view = {"search": {"space": "clip", "like": [4], "k": 7}}
    change = {"view": view, "base_version": workspace["version"], "origin": "test"}
    assert (await api.json(path, "PATCH", change))["count"] == 7
    ids = np.frombuffer((await api(f"{path}/ids")).body, "<u4")
    assert len(ids) == 7 and ids[0] == 4
    # A search that cannot be any more: the workspace opens, its ids say why there are none.
    assert (await api(SPACE, "DELETE")).code == 204
    assert (await api.json(path))["count"] == 0
    assert code(await api(f"{path}/ids")) == "SPACE_NOT_FOUND"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"nonsense", "REQUEST_INVALID"),
        (stream(id=pa.array([1], pa.uint32())), "REQUEST_INVALID"),
        (stream(id=pa.array([1], pa.uint32()), vector=[[1.0, 2.0]]), "REQUEST_INVALID"),
        (vectors([1, 2], [[1, 2], [0, 0]]), "VECTORS_INVALID"),
        (vectors([1, 1], [[1, 2], [1, 0]]), "VECTORS_INVALID"),
        (vectors([1], [[np.nan, 2]]), "VECTORS_INVALID"),
        (vectors([99], [[1, 2]]), "ID_UNKNOWN"),
    ],
)
async def test_wrong_vectors_are_refused(api, dataset, body, expected):
    assert code(await api(f"{SPACE}/vectors", "PUT", body)) == expected
    assert (await api.json(f"datasets/{dataset}/spaces"))["spaces"] == []


async def test_what_cannot_be_searched(api, dataset):
    for search, expected in (
        ({"space": "clip", "like": [1]}, "SPACE_NOT_FOUND"),
        ({"space": "clip", "like": [1], "k": 0}, "REQUEST_INVALID"),
        ({"like": [1]}, "REQUEST_INVALID"),
    ):
        answer = await api(f"datasets/{dataset}/view", "POST", {"search": search})
        assert code(answer) == expected
