"""Orders, searches and ranges as people use them, on one small dataset with gaps."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.views.shapes import FacetsRequest, SortKey, ViewSpec
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.catalog.builders import annotations_table, piece, samples_table


@pytest.fixture
def times(library: Library, tmp_path: Path) -> DatasetStore:
    """Five samples; cars on them: 2, 0, 1, 0, 3, of which run `a` predicts one on sample 1."""
    moments = [
        datetime(2024, 1, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2024, 2, 1, tzinfo=UTC),
        datetime(2024, 2, 1, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2024, 2, 2, tzinfo=UTC),
        None,
    ]
    store = library.create("times")
    store.results.apply(
        piece(
            tmp_path,
            sample=samples_table(
                0,
                5,
                filename=["a10.jpg", "B2.JPG", "straße 3.png", "a1.jpg", "100%_x.jpg"],
                captured_at=pa.array(moments, pa.timestamp("us", "UTC")),
                camera=["front", None, "front", "rear", None],
            ),
            annotation=annotations_table(
                [0, 0, 2, 4, 4, 4, 1, 3],
                **{
                    "class": ["car"] * 7 + ["bus"],
                    "source": ["ground_truth"] * 6 + ["a", "ground_truth"],
                    "w": [5.0, 50.0, 20.0, 1.0, 2.0, 90.0, 70.0, 30.0],
                },
            ),
        )
    )
    return store


def ids(store: DatasetStore, where: str | None = None, *sort: str, **spec: object) -> list[int]:
    keys = [SortKey(field=s.removeprefix("-"), descending=s.startswith("-")) for s in sort]
    view = store.view(ViewSpec(where=where, sort=keys, **spec))  # type: ignore[arg-type]
    found: list[int] = view.ids.tolist()
    return found


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        # A date alone means its whole day, in UTC.
        ("captured_at between '2024-01-31' and '2024-02-01'", [0, 1, 2]),
        ("captured_at between '2024-02-01' and '2024-02-01'", [1, 2]),
        ("captured_at between '2024-02-01' and '2024-02-01T00:00:00'", [1]),
        ("captured_at = '2024-02-01'", [1, 2]),
        ("captured_at != '2024-02-01'", [0, 3]),
        ("not captured_at = '2024-02-01'", [0, 3]),
        ("captured_at <= '2024-02-01'", [0, 1, 2]),
        ("captured_at < '2024-02-01'", [0]),
        ("captured_at > '2024-02-01'", [3]),
        ("captured_at >= '2024-02-01'", [1, 2, 3]),
        ("captured_at > '2024-02-01T00:00:00'", [2, 3]),
        ("captured_at >= '2024-02-01T01:00:00+01:00'", [1, 2, 3]),
        ("captured_at <= '9999-12-31'", [0, 1, 2, 3]),
        ("captured_at is null", [4]),
        ("captured_at is not null and camera is null", [1]),
        ("camera in ('rear', null)", [1, 3, 4]),
        ("camera != 'front'", [3]),
        # Text: contains ignores case and knows no wildcards; like and matches do.
        ("filename contains 'b2'", [1]),
        ("filename contains '%_'", [4]),
        ("filename contains 'STRASSE'", []),
        ("filename contains 'Straß'", [2]),
        ("filename like 'a%.jpg'", [0, 3]),
        ("filename matches '^a[0-9]\\.'", [3]),
        ("filename matches '(?i)JPG$'", [0, 1, 3, 4]),
        ("not filename matches 'a'", [1, 4]),
    ],
)
def test_conditions(times: DatasetStore, where: str, expected: list[int]) -> None:
    assert ids(times, where) == expected


def test_a_bad_pattern_is_explained(times: DatasetStore) -> None:
    for use in (
        lambda: ids(times, "filename matches '('"),
        lambda: times.predicate("path matches '['", None),
    ):
        with pytest.raises(VisionLensError) as caught:
            use()
        assert caught.value.code == "PREDICATE_INVALID"


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (["captured_at"], [0, 1, 2, 3, 4]),
        # Missing values come last in either direction.
        (["-captured_at"], [3, 2, 1, 0, 4]),
        (["camera", "-captured_at"], [2, 0, 3, 1, 4]),
        (["-camera", "filename"], [3, 0, 2, 4, 1]),
        (["-annotations"], [4, 0, 2, 3, 1]),
        (["-count(class = 'car')"], [4, 0, 2, 1, 3]),
        (["count(class = 'car')", "-sample_id"], [3, 1, 2, 0, 4]),
        (["-COUNT(source = 'a')"], [1, 0, 2, 3, 4]),
        (["-count(class = 'car' and w > 10)", "filename"], [4, 0, 2, 1, 3]),
        (["-count()"], [4, 0, 2, 3, 1]),
        (["filename"], [4, 1, 3, 0, 2]),
        (["-w"], [4, 0, 3, 2, 1]),
    ],
)
def test_orders(times: DatasetStore, sort: list[str], expected: list[int]) -> None:
    assert ids(times, None, *sort) == expected


def test_annotations_sorted_by_their_samples_counts(times: DatasetStore) -> None:
    found = ids(times, None, "-count(class = 'car')", "-w", level="annotations")
    assert found == [5, 4, 3, 1, 0, 2, 7]


@pytest.mark.parametrize(
    "field", ["count(", "count(nothing = 1)", "count(w > 1) or true", "count()x"]
)
def test_counts_that_cannot_be_read(times: DatasetStore, field: str) -> None:
    with pytest.raises(VisionLensError) as caught:
        ids(times, None, field)
    assert caught.value.code in ("PREDICATE_INVALID", "FIELD_UNKNOWN")


def test_facets_of_times_and_of_missing_values(times: DatasetStore) -> None:
    captured, camera = times.facets(FacetsRequest(fields=["captured_at", "camera"])).facets
    assert captured.missing == 1
    assert captured.low == datetime(2024, 1, 31, 23, 59, 59, tzinfo=UTC).timestamp()
    assert sum(entry.count for entry in captured.bins) == 4
    assert {entry.value: entry.samples for entry in camera.values} == {
        "front": 2,
        None: 2,
        "rear": 1,
    }
    # A bin's edges are numbers that filter to what it counts.
    for entry in captured.bins[:-1]:
        text = f"captured_at >= {entry.low!r} and captured_at < {entry.high!r}"
        assert len(ids(times, text)) == entry.count
