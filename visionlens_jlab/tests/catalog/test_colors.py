"""The values a map colours by, against a plain reading."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.shapes import TagRequest
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.map.shapes import ColorsRequest
from visionlens_jlab.map.store.projections import Projections


def _named(street: DatasetStore, field: str, level: Level = "samples", limit: int = 1000) -> list:
    """Each id's value by name; None: missing, "…": one of the others."""
    coloring = street.part(Projections).colors(ColorsRequest(field=field, level=level, limit=limit))
    names = [entry.value for entry in coloring.legend.values]
    assert coloring.values.dtype == np.uint16
    assert coloring.legend.size == len(coloring.values)
    for code, entry in enumerate(coloring.legend.values):
        assert entry.count == np.count_nonzero(coloring.values == code)
    read = {**dict(enumerate(names)), len(names): "…", 0xFFFF: None}
    return [read[code] for code in coloring.values.tolist()]


def test_a_sample_field(street: DatasetStore) -> None:
    assert _named(street, "split") == ["train"] * 3 + ["val"] * 2 + [None]
    assert _named(street, "weather") == ["sun", "rain", "sun", None, "fog", "sun"]
    legend = street.part(Projections).colors(ColorsRequest(field="weather")).legend
    assert [entry.value for entry in legend.values] == ["sun", "fog", "rain"]
    assert (legend.missing, legend.others) == (1, 0)


def test_a_sample_takes_the_class_that_most_of_its_annotations_have(street: DatasetStore) -> None:
    # 0 has a car and a person: of equals the first class; 3 has an annotation without one
    assert _named(street, "class") == ["car", "car", "person", None, None, None]


def test_annotations_take_their_own_class_and_their_samples_split(street: DatasetStore) -> None:
    assert _named(street, "class", "annotations") == [
        *("car", "person", "car", "car", "person", "person"),
        None,
    ]
    assert _named(street, "split", "annotations") == ["train"] * 6 + ["val"]


@pytest.mark.own_dataset
def test_few_whole_numbers_are_labels(street: DatasetStore) -> None:
    assert _named(street, "speed") == [10, 20, 30, 40, None, None]
    many = pa.array(range(6), pa.int64())
    street.set_field("cluster", np.arange(6), many)
    assert _named(street, "cluster") == list(range(6))


@pytest.mark.own_dataset
def test_numbers_come_as_they_are(street: DatasetStore) -> None:
    street.set_field("score", np.array([0, 2]), pa.array([0.25, 0.75]))
    coloring = street.part(Projections).colors(ColorsRequest(field="score"))
    assert coloring.values.dtype == np.float32
    assert np.array_equal(
        coloring.values, np.array([0.25, np.nan, 0.75] + [np.nan] * 3, np.float32), equal_nan=True
    )
    assert (coloring.legend.low, coloring.legend.high, coloring.legend.missing) == (0.25, 0.75, 4)


def test_a_sample_takes_the_mean_of_its_annotations_numbers(street: DatasetStore) -> None:
    widths = street.part(Projections).colors(ColorsRequest(field="w")).values
    assert widths.tolist()[:4] == [55.0, 50.0, 11.0, 30.0]
    assert np.isnan(widths[4:]).all()
    confidence = street.part(Projections).colors(ColorsRequest(field="confidence")).values
    assert confidence[1] == pytest.approx(0.55)
    own = street.part(Projections).colors(ColorsRequest(field="w", level="annotations")).values
    assert own.tolist() == [100.0, 10.0, 50.0, 52.0, 9.0, 11.0, 30.0]


@pytest.mark.own_dataset
def test_of_several_tags_the_rarest(street: DatasetStore) -> None:
    street.tag(TagRequest(tag="common", ids=[0, 1, 2]))
    street.tag(TagRequest(tag="rare", ids=[1]))
    assert _named(street, "tag") == ["common", "rare", "common", None, None, None]
    assert _named(street, "tag", "annotations")[:3] == ["common", "common", "rare"]
    street.tag(TagRequest(tag="blurred", ids=[5], level="annotations"))
    assert _named(street, "annotation.tag")[2] == "blurred"
    assert _named(street, "annotation.tag", "annotations")[5] == "blurred"


def test_what_is_beyond_the_limit_shares_a_code(street: DatasetStore) -> None:
    assert _named(street, "weather", limit=1) == ["sun", "…", "sun", None, "…", "sun"]
    legend = street.part(Projections).colors(ColorsRequest(field="weather", limit=1)).legend
    assert (legend.others, legend.others_count) == (2, 2)


def test_a_field_that_does_not_exist(street: DatasetStore) -> None:
    with pytest.raises(VisionLensError) as error:
        street.part(Projections).colors(ColorsRequest(field="nothing"))
    assert error.value.code == "FIELD_UNKNOWN"
