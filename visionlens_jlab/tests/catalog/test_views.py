"""Views: predicates on a real dataset, order, caching."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from visionlens_jlab.core.catalog import snapshot
from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.predicates.shapes import Count, In, Not
from visionlens_jlab.core.shapes import Comparison
from visionlens_jlab.core.views import views
from visionlens_jlab.core.views.shapes import SortKey, TagRequest, ViewSpec
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.catalog.predicates.reference import COMPARE


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ("class = 'car'", [0, 1]),
        # One annotation that is both, not one of each.
        ("class = 'car' and w = 10", []),
        ("any(class = 'car') and any(class = 'person')", [0]),
        ("class = 'person' and source = 'a'", [1]),
        # Confidence asks for predictions.
        ("class = 'car' and confidence > 0.5", [1]),
        ("class is null", [3]),
        ("count() = 0", [4, 5]),
        ("none(class = 'car')", [2, 3, 4, 5]),
        ("all(class = 'person')", [2, 4, 5]),
        ("all(source = 'a' and confidence > 0.5)", [0, 2, 3, 4, 5]),
        ("split = 'val' or class = 'person'", [0, 2, 3, 4]),
        ("not split = 'train'", [3, 4]),
        ("split in ('train', null) and speed is null", [5]),
    ],
)
def test_samples(street: DatasetStore, where: str, ids: list[int]) -> None:
    view = street.view(ViewSpec(where=where))
    assert view.ids.tolist() == ids
    assert view.ids.dtype == np.uint32
    assert view.total == 6
    assert view.predicate == where


@pytest.mark.parametrize(
    ("spec", "ids"),
    [
        (ViewSpec(level="annotations"), [0, 1, 2, 5, 6]),
        (ViewSpec(level="annotations", where="class = 'car' and split = 'train'"), [0, 2]),
        (ViewSpec(level="annotations", where="any(class = 'person' and w = 10)"), [0, 1]),
        (ViewSpec(level="annotations", where="class = 'car'", all=True), [0, 1, 2, 3, 4]),
        (ViewSpec(level="annotations", where="source = 'a'"), [3, 4]),
        (ViewSpec(level="annotations", where="not source = 'b'"), [0, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_annotations(street: DatasetStore, spec: ViewSpec, ids: list[int]) -> None:
    view = street.view(spec)
    assert view.ids.tolist() == ids
    # With all sources, two predictions more.
    assert view.total == (7 if spec.all or "source" in (spec.where or "") else 5)
    assert len(view.ids) <= view.total


@pytest.mark.own_dataset
@pytest.mark.parametrize(
    ("keys", "ids"),
    [
        ([SortKey(field="speed", descending=True)], [3, 2, 1, 0, 4, 5]),
        (
            [SortKey(field="weather"), SortKey(field="sample_id", descending=True)],
            [4, 1, 5, 2, 0, 3],
        ),
        ([SortKey(field="annotations", descending=True)], [0, 1, 2, 3, 4, 5]),
        ([SortKey(field="classes")], [3, 4, 5, 1, 2, 0]),
        # The least, or the greatest, of the matching annotations.
        ([SortKey(field="w")], [0, 2, 3, 1, 4, 5]),
        ([SortKey(field="class", descending=True)], [0, 2, 1, 3, 4, 5]),
        ([SortKey(field="confidence")], [1, 0, 2, 3, 4, 5]),
        ([SortKey(field="tag", descending=True)], [2, 0, 1, 3, 4, 5]),
    ],
)
def test_order(street: DatasetStore, keys: list[SortKey], ids: list[int]) -> None:
    street.tag(TagRequest(tag="a", ids=[0]))
    street.tag(TagRequest(tag="b", ids=[2]))
    assert street.view(ViewSpec(sort=keys)).ids.tolist() == ids


def test_order_of_annotations(street: DatasetStore) -> None:
    def ids(*keys: SortKey) -> list[int]:
        return street.view(ViewSpec(level="annotations", sort=list(keys))).ids.tolist()

    assert ids(SortKey(field="w", descending=True)) == [0, 2, 6, 5, 1]
    assert ids(SortKey(field="class"), SortKey(field="speed", descending=True)) == [2, 0, 5, 1, 6]
    assert ids(SortKey(field="annotations")) == [2, 5, 6, 0, 1]


def test_a_sorted_sample_view_takes_its_matching_annotations(street: DatasetStore) -> None:
    spec = ViewSpec(where="class = 'person'", sort=[SortKey(field="w", descending=True)])
    assert street.view(spec).ids.tolist() == [2, 0]


@pytest.mark.own_dataset
def test_views_are_cached_until_the_data_changes(
    street: DatasetStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    resolve = views.resolve
    monkeypatch.setattr(snapshot, "resolve", lambda *args: calls.append(1) or resolve(*args))
    first = street.view(ViewSpec(where="tag = 'x'"))
    assert street.view(ViewSpec(where="tag = 'x'")) is first
    assert len(calls) == 1
    street.tag(TagRequest(tag="x", ids=[4]))
    assert street.view(ViewSpec(where="tag = 'x'")).ids.tolist() == [4]
    assert len(calls) == 2
    with pytest.raises(ValueError, match="read-only"):
        first.ids[:] = 0


def test_the_cache_is_bounded(street: DatasetStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(street.caches.views, "_limit", 250_000)
    kept = [street.view(ViewSpec(where=f"speed > {n}")) for n in range(4)]
    assert street.view(ViewSpec(where="speed > 3")) is kept[3]
    assert street.view(ViewSpec(where="speed > 0")) is not kept[0]


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ("class = ", "PREDICATE_INVALID"),
        ("path matches '('", "PREDICATE_INVALID"),
        ("colour = 'x'", "FIELD_UNKNOWN"),
        ("speed = 'x'", "FIELD_TYPE"),
    ],
)
def test_errors(street: DatasetStore, where: str, code: str) -> None:
    for call in (
        lambda: street.view(ViewSpec(where=where)),
        lambda: street.predicate(where, None),
    ):
        with pytest.raises(VisionLensError) as caught:
            call()
        assert caught.value.code == code


@pytest.mark.parametrize(("cmp", "holds"), COMPARE.items())
def test_counts_include_samples_without_annotations(
    street: DatasetStore, cmp: Comparison, holds: Callable[[int, int], bool]
) -> None:
    annotations = [2, 1, 1, 1, 0, 0]
    for value in (-1, 0, 1, 2, 3):
        view = street.view(ViewSpec(filter=Count(cmp=cmp, value=value)))
        assert view.ids.tolist() == [i for i, n in enumerate(annotations) if holds(n, value)]


@pytest.mark.parametrize("extra", [None, 2.5])
def test_long_lists(street: DatasetStore, extra: float | None) -> None:
    speeds = In(field="speed", values=[20, 40, *range(1000, 1500), extra])
    expected = [1, 3, 4, 5] if extra is None else [1, 3]
    assert street.view(ViewSpec(filter=speeds)).ids.tolist() == expected
    refused = ViewSpec(filter=Not(arg=speeds))
    assert street.view(refused).ids.tolist() == [0, 2]
    times = In(field="captured_at", values=[f"2026-01-01T00:00:{n % 60:02d}" for n in range(200)])
    assert street.view(ViewSpec(filter=times)).ids.tolist() == []


def test_a_pattern_on_an_empty_field_is_checked_too(street: DatasetStore) -> None:
    with pytest.raises(VisionLensError) as caught:
        street.predicate("caption matches '('", None)
    assert caught.value.code == "PREDICATE_INVALID"


def test_predicate_gives_both_forms(street: DatasetStore) -> None:
    checked = street.predicate(" CLASS == 'car'  AND ((split='val'))", None)
    assert checked.text == "CLASS = 'car' and split = 'val'"
    assert street.predicate(None, checked.filter) == checked
    assert street.predicate("  ", None).text == ""
    both = street.predicate("speed > 1", checked.filter)
    assert both.text == "CLASS = 'car' and split = 'val' and speed > 1"
