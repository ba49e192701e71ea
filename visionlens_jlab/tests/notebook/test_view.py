"""Views and selections, on a folder opened here and through a real Jupyter server."""

from __future__ import annotations

import numpy as np
import pytest

import visionlens_jlab as vl
from visionlens_jlab.errors import VisionLensError

from .small_coco import ANNOTATIONS, IMAGES, PEOPLE


def test_ids_and_rows_come_in_the_same_order(ds: vl.Dataset) -> None:
    view = ds.view("sample_id < 6", sort="-brightness")
    assert view.level == "samples"
    assert view.ids.dtype == np.uint32
    assert view.ids.tolist() == [5, 4, 3, 2, 1, 0]
    assert view.to_pandas().sample_id.tolist() == [5, 4, 3, 2, 1, 0]
    assert view.to_arrow(columns=["filename"])["filename"].to_pylist()[0] == "05.jpg"
    assert view.count() == len(view) == 6
    assert view.scores is None


def test_several_sort_keys(ds: vl.Dataset) -> None:
    ds.set_field("half", [number < 6 for number in range(IMAGES)])
    view = ds.view(sort=["half", "-filename"])
    assert view.ids.tolist() == [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]


def test_a_sample_view_knows_its_matching_annotations(ds: vl.Dataset) -> None:
    people = ds.where("class = 'person'")
    assert people.ids.tolist() == PEOPLE
    boxes = people.to_pandas(level="annotations")
    assert boxes.sample_id.tolist() == PEOPLE
    assert set(boxes["class"]) == {"person"}
    assert people.count("annotations") == len(PEOPLE)
    everything = people.to_pandas(level="annotations", all=True)
    assert len(everything) == 2 * len(PEOPLE)


def test_an_annotation_view_knows_its_samples(ds: vl.Dataset) -> None:
    view = ds.view("class = 'person'", sort="-annotation_id", level="annotations")
    assert view.level == "annotations"
    assert view.to_pandas().annotation_id.tolist() == view.ids.tolist()
    assert view.ids.tolist() == sorted(view.ids.tolist(), reverse=True)
    assert view.to_pandas(level="samples").sample_id.tolist() == PEOPLE[::-1]
    assert view.count("samples") == len(PEOPLE)


def test_narrowing_down_speaks_of_the_same_annotation(ds: vl.Dataset) -> None:
    both = ds.where("class = 'person'").where("w > 10")
    assert both.count() == ds.where("class = 'person' and w > 10").count() == 0
    assert ds.where("any(class = 'person') and any(w > 10)").count() > 0
    assert ds.where("class = 'person'").where("sample_id > 3").ids.tolist() == PEOPLE[2:]


def test_the_predicate_reproduces_the_view(ds: vl.Dataset) -> None:
    view = ds.where("width > 5").where("class = 'person' or sample_id in (1, 2)")
    assert ds.where(view.predicate).ids.tolist() == view.ids.tolist()
    assert ds.view().predicate == ""
    assert "where" in repr(view)


@pytest.mark.parametrize(
    ("predicate", "code"), [("nothing = 1", "FIELD_UNKNOWN"), ("width >", "PREDICATE_INVALID")]
)
def test_a_wrong_predicate_is_refused_at_once(ds: vl.Dataset, predicate: str, code: str) -> None:
    with pytest.raises(VisionLensError) as caught:
        ds.where(predicate)
    assert caught.value.code == code


def test_a_view_shows_the_present_state(ds: vl.Dataset) -> None:
    tagged = ds.where("tag = 'new'")
    assert tagged.count() == 0
    assert ds.where("sample_id < 3").tag("new") == 3
    assert tagged.ids.tolist() == [0, 1, 2]


def test_a_sample_of_a_view_keeps_its_order(ds: vl.Dataset) -> None:
    view = ds.view(sort="-sample_id")
    drawn = view.sample(5, seed=3)
    assert drawn.count() == 5
    assert drawn.ids.tolist() == sorted(drawn.ids.tolist(), reverse=True)
    assert drawn.ids.tolist() == view.sample(5, seed=3).ids.tolist()
    assert drawn.to_pandas().sample_id.tolist() == drawn.ids.tolist()
    assert view.sample(100).count() == IMAGES
    assert view.sample(0).count() == 0
    assert view.sample(0).to_arrow().num_rows == 0


def test_a_sample_keeps_the_matching_annotations(ds: vl.Dataset) -> None:
    drawn = ds.where("class = 'person'").sample(2, seed=0)
    boxes = drawn.to_pandas(level="annotations")
    assert set(boxes["class"]) == {"person"}
    assert boxes.sample_id.tolist() == drawn.ids.tolist()
    assert drawn.where("class = 'car'").count() == 0


def test_a_sample_of_annotations(ds: vl.Dataset) -> None:
    drawn = ds.view(level="annotations").sample(4, seed=1)
    assert drawn.level == "annotations"
    assert drawn.to_pandas().annotation_id.tolist() == drawn.ids.tolist()
    holders = drawn.to_pandas(level="samples").sample_id.tolist()
    assert holders == list(dict.fromkeys(drawn.to_pandas().sample_id))
    assert drawn.tag("drawn") == 4
    assert ds.view("annotation.tag = 'drawn'", level="annotations").ids.tolist() == (
        drawn.ids.tolist()
    )


def test_counts_agree_with_the_rows_at_each_level(ds: vl.Dataset) -> None:
    for view in (ds.view(), ds.view(level="annotations"), ds.where("w > 15")):
        for level in ("samples", "annotations"):
            assert view.count(level) == len(view.to_arrow(level)) == len(view.ids_at(level))
    assert ds.view().count("annotations") == ANNOTATIONS
