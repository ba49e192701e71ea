"""Keeping the best of groups of duplicates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.duplicates.shapes import ResolveRequest
from visionlens_jlab.duplicates.store import DuplicateGroups, resolve
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.catalog.builders import piece, samples_table


@pytest.fixture
def store(library: Library, tmp_path: Path) -> DatasetStore:
    """Ten samples; the groups 0: 1 (best), 2, 3 and 1: 5, 6 (best)."""
    store = library.create("x")
    store.results.apply(piece(tmp_path, 0, sample=samples_table(0, 10)))
    members = pa.table(
        {
            "group_id": pa.array([0, 0, 0, 1, 1], pa.int32()),
            "sample_id": pa.array([1, 2, 3, 5, 6], pa.uint32()),
            "distance": pa.array([0, 0.1, 0.2, 0.3, 0], pa.float32()),
            "confidence": pa.array([1, 0.9, 0.8, 0.7, 1], pa.float32()),
            "transform": ["identical", "resized", "cropped", "flipped", "identical"],
            "best": [True, False, False, False, True],
        }
    )
    run = {"duplicates": {"kind": "near", "parameters": {}, "samples": 10}}
    store.results.apply(piece(tmp_path, 1, duplicate_member=members, summary=run))
    return store


@pytest.mark.parametrize(
    ("given", "rest"),
    [
        ({}, [2, 3, 5]),
        ({"groups": [1]}, [5]),
        ({"groups": []}, []),
        ({"keep": [3]}, [1, 2, 5]),
        ({"keep": [2, 3], "groups": [0]}, [1]),
        ({"groups": [7]}, []),
    ],
)
def test_all_but_the_best_are_tagged(
    store: DatasetStore, given: dict[str, Any], rest: list[int]
) -> None:
    created = store.part(DuplicateGroups).read("near").created_at
    assert created is not None
    request = ResolveRequest(created_at=created, **given)
    assert resolve(store, request).changed == len(rest)
    tagged = store.sql("SELECT sample_id FROM samples WHERE list_contains(tags, 'duplicate')")
    assert sorted(tagged["sample_id"].to_pylist()) == rest


def test_removing_leaves_the_best_alone(store: DatasetStore) -> None:
    created = store.part(DuplicateGroups).read("near").created_at
    assert created is not None
    request = ResolveRequest(created_at=created, action="remove")
    assert resolve(store, request).changed == 3
    assert store.count("samples") == 7
    assert store.part(DuplicateGroups).read("near").total == 0
    assert resolve(store, request).changed == 0


def test_where_the_best_is_gone_another_takes_its_place(store: DatasetStore) -> None:
    created = store.part(DuplicateGroups).read("near").created_at
    assert created is not None
    store.delete_samples([1])
    resolve(store, ResolveRequest(created_at=created, action="remove", groups=[0]))
    left = store.sql("SELECT sample_id FROM samples ORDER BY sample_id")["sample_id"].to_pylist()
    assert left == [0, 2, 4, 5, 6, 7, 8, 9]


def test_groups_of_another_run_are_not_touched(store: DatasetStore) -> None:
    for request in (
        ResolveRequest(created_at="2020-01-01T00:00:00+00:00", action="remove"),
        ResolveRequest(
            created_at=store.part(DuplicateGroups).read("near").created_at or "", kind="exact"
        ),
    ):
        with pytest.raises(VisionLensError) as caught:
            resolve(store, request)
        assert caught.value.code == "DUPLICATES_CHANGED"
    assert store.count("samples") == 10
