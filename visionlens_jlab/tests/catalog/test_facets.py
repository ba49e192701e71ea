"""Facets on a real dataset; what they mean in general is tested with random ones."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.views.histograms import edges, histogram
from visionlens_jlab.core.views.shapes import Facet, FacetsRequest, ViewSpec
from visionlens_jlab.errors import VisionLensError


def _facet(street: DatasetStore, field: str, where: str | None = None, **more: object) -> Facet:
    request = FacetsRequest(view=ViewSpec(where=where), fields=[field], **more)  # type: ignore[arg-type]
    return street.facets(request).facets[0]


def _values(facet: Facet) -> list[tuple[object, int, int | None, bool]]:
    return [(v.value, v.samples, v.annotations, v.selected) for v in facet.values]


def test_all_but_its_own_condition(street: DatasetStore) -> None:
    where = "class = 'car' and split = 'train'"
    assert _values(_facet(street, "class", where)) == [
        ("car", 2, 2, True),
        ("person", 2, 2, False),
    ]
    assert _values(_facet(street, "split", where)) == [("train", 2, None, True)]
    assert _values(_facet(street, "weather", where)) == [
        ("rain", 1, None, False),
        ("sun", 1, None, False),
    ]


def test_a_source_condition_counts_that_source(street: DatasetStore) -> None:
    facet = _facet(street, "class", "source = 'a'")
    assert _values(facet) == [("car", 1, 1, False), ("person", 1, 1, False)]
    assert _values(_facet(street, "source", "source = 'a'")) == [
        ("ground_truth", 4, 5, False),
        ("a", 1, 2, True),
    ]


def test_missing_is_a_value(street: DatasetStore) -> None:
    facet = _facet(street, "class")
    assert (None, 1, 1, False) in _values(facet)
    assert facet.missing == 1
    assert _facet(street, "speed").missing == 2


def test_the_confidence_histogram_counts_predictions(street: DatasetStore) -> None:
    facet = _facet(street, "confidence")
    assert sum(bin_.count for bin_ in facet.bins) == 2
    assert (facet.low, facet.high) == (0.2, 0.9)
    last = facet.bins[-1]
    clicked = ViewSpec(where=f"confidence between {last.low} and {last.high}")
    assert street.view(clicked).ids.tolist() == [1]


@pytest.mark.own_dataset
def test_selected_values_are_there_even_when_cut_or_gone(street: DatasetStore) -> None:
    street.set_field("name", np.arange(6), pa.array([f"n{i}" for i in range(6)]))
    facet = _facet(street, "name", "name in ('n5', 'gone')", limit=2)
    assert [(v.value, v.samples, v.selected) for v in facet.values] == [
        ("n0", 1, False),
        ("n1", 1, False),
        ("n5", 1, True),
        ("gone", 0, True),
    ]
    assert facet.distinct == 6


def test_search(street: DatasetStore) -> None:
    facet = _facet(street, "weather", "weather = 'fog'", search="U")
    assert [(v.value, v.selected) for v in facet.values] == [("sun", False), ("fog", True)]


def test_the_facets_offered_have_values(street: DatasetStore) -> None:
    facets = street.facets(FacetsRequest(view=ViewSpec(where="split = 'val'")))
    names = [facet.field for facet in facets.facets]
    assert {"class", "source", "split", "speed", "weather", "confidence", "w"} <= set(names)
    assert not {"camera", "tag", "filename", "difficult"} & set(names)
    assert (facets.count, facets.total, facets.version) == (2, 6, street.version)


def test_an_annotation_view(street: DatasetStore) -> None:
    request = FacetsRequest(
        view=ViewSpec(level="annotations", where="class = 'person'"), fields=["class", "split"]
    )
    by_class, by_split = street.facets(request).facets
    assert _values(by_class) == [
        ("car", 2, 2, False),
        ("person", 2, 2, True),
        (None, 1, 1, False),
    ]
    assert _values(by_split) == [("train", 2, 2, False)]
    everything = request.model_copy(
        update={"view": ViewSpec(level="annotations", where="class = 'car'", all=True)}
    )
    assert _values(street.facets(everything).facets[1]) == [("train", 2, 5, False)]


def test_histograms_show_the_dataset_behind_the_view(street: DatasetStore) -> None:
    facet = _facet(street, "speed", "split = 'train' and speed > 15")
    assert sum(bin_.total for bin_ in facet.bins) == 4
    assert sum(bin_.count for bin_ in facet.bins) == 3
    of_a = _facet(street, "w", "source = 'a'")
    assert sum(bin_.total for bin_ in of_a.bins) == sum(bin_.count for bin_ in of_a.bins) == 2
    assert _facet(street, "latitude").bins == []


def test_errors(street: DatasetStore) -> None:
    for where, fields, code in (
        (None, ["colour"], "FIELD_UNKNOWN"),
        ("path matches '('", ["split"], "PREDICATE_INVALID"),
    ):
        with pytest.raises(VisionLensError) as caught:
            street.facets(FacetsRequest(view=ViewSpec(where=where), fields=fields))
        assert caught.value.code == code


# --- bins ------------------------------------------------------------------------------------


def test_edges_are_round() -> None:
    assert edges(0.0, 1.0, whole=False)[:4] == [0.0, 0.05, 0.1, 0.15]
    assert edges(1, 5, whole=True) == [1, 2, 3, 4, 5, 6]
    assert edges(0, 100, whole=True)[:3] == [0, 5, 10]
    assert edges(7, 7, whole=True) == [7, 8]
    assert edges(0.5, 0.5, whole=False) == [0.5, 0.5]
    largest = np.finfo(np.float64).max
    assert edges(-largest, largest, whole=False)[::9] == [-largest, 0, largest]


_numbers = (
    st.floats(-1e9, 1e9)
    | st.integers(-1000, 1000).map(float)
    | st.floats(allow_nan=False, allow_infinity=False)
)


@given(st.lists(_numbers | st.none(), min_size=1), st.booleans())
def test_every_value_is_in_the_bin_that_its_edges_say(
    values: list[float | None], whole: bool
) -> None:
    if whole:
        values = [None if value is None else float(round(value)) for value in values]
    present = [value for value in values if value is not None]
    if not present:
        return
    bounds = edges(min(present), max(present), whole=whole)
    assert len(bounds) <= 24
    assert bounds == sorted(bounds) and np.isfinite(bounds).all()
    counts, missing = histogram(pa.chunked_array([pa.array(values, pa.float64())]), bounds)
    assert sum(counts) == len(present)
    assert missing == len(values) - len(present)
    inner = zip(bounds[1:-2], bounds[2:-1], counts[1:-1], strict=True)
    for low, high, count in inner:
        assert count == sum(low <= value < high for value in present)
    if whole:
        assert all(bound == int(bound) for bound in bounds)
