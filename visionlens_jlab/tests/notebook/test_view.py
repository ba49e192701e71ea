"""Views and selections, on a folder opened here and through a real Jupyter server."""

from __future__ import annotations

import numpy as np
import pytest

import visionlens_jlab as vl
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.notebook.small_coco import ANNOTATIONS, IMAGES, PEOPLE


def test_ids_and_rows_come_in_the_same_order(ds: vl.Dataset) -> None:
    view = ds.view("sample_id < 6", sort="-brightness")
    assert view.level == "samples"
    assert view.ids.dtype == np.uint32
    assert view.ids.tolist() == [5, 4, 3, 2, 1, 0]
    assert view.to_pandas().sample_id.tolist() == [5, 4, 3, 2, 1, 0]
    assert view.to_arrow(columns=["filename"])["filename"].to_pylist()[0] == "05.jpg"
    assert view.count() == len(view) == 6
    assert view.scores is None


@pytest.mark.own_dataset
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
    same = ds.view("class = 'person'", level="annotations", all=True)
    assert same.ids.tolist() == everything.annotation_id.tolist()
    assert same.to_pandas().equals(everything)


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


@pytest.mark.own_dataset
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


@pytest.mark.own_dataset
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


def test_a_view_of_sql(ds: vl.Dataset) -> None:
    view = ds.view(sql="SELECT sample_id FROM samples ORDER BY brightness DESC LIMIT 3")
    assert view.ids.tolist() == [11, 10, 9]
    assert view.sql is not None
    assert "chosen by SQL" in repr(view)
    assert view.where("sample_id < 11").ids.tolist() == [10, 9]
    assert ds.view("sample_id < 11", sort="sample_id", sql=view.sql).ids.tolist() == [9, 10]
    boxes = ds.view(sql="SELECT annotation_id FROM annotations WHERE class = 'person'")
    assert boxes.ids.tolist() == PEOPLE
    assert set(boxes.to_pandas(level="annotations")["class"]) == {"person"}
    lens = ds.show()
    assert lens.select(boxes).ids.tolist() == PEOPLE
    with pytest.raises(VisionLensError) as caught:
        ds.view(sql="SELECT filename FROM samples").count()
    assert caught.value.code == "SQL_REFUSED"


@pytest.mark.own_dataset
def test_saved_views(ds: vl.Dataset) -> None:
    assert ds.saved_views() == []
    name = "Nacht/夜 50% 'x'"
    ds.view("class = 'person'", sort="-brightness").save(name)
    ds.view(sql="SELECT 3 AS sample_id").save("three")
    assert [saved.name for saved in ds.saved_views()] == [name, "three"]
    assert ds.saved_views()[0].predicate == "class = 'person'"
    assert ds.view(saved=name).ids.tolist() == PEOPLE[::-1]
    assert ds.view("sample_id > 3", sort="sample_id", saved=name).ids.tolist() == [
        sample for sample in PEOPLE if sample > 3
    ]
    assert ds.view(saved=name, level="annotations").level == "annotations"
    assert ds.view(saved="three").ids.tolist() == [3]
    ds.view("sample_id = 4").save("three")
    assert ds.view(saved="three").ids.tolist() == [4]
    ds.delete_view("three")
    for call in (ds.delete_view, lambda gone: ds.view(saved=gone)):
        with pytest.raises(VisionLensError) as caught:
            call("three")
        assert caught.value.code == "VIEW_NOT_FOUND"
    with pytest.raises(VisionLensError):
        ds.view("nothing = 3").save("bad")
    assert [saved.name for saved in ds.saved_views()] == [name]


@pytest.mark.own_dataset
def test_a_read_only_dataset_can_be_shown(ds: vl.Dataset) -> None:
    name = ds.name
    ds.view("sample_id < 2").save("two")
    ds.close()
    with vl.open(name, read_only=True) as again:
        lens = again.show()
        lens.select([3, 1])
        assert lens.selection.ids.tolist() == [3, 1]
        assert lens.filter("class = 'person'").ids.tolist() == PEOPLE
        assert again.view(saved="two").ids.tolist() == [0, 1]
        with pytest.raises(VisionLensError) as caught:
            again.view("sample_id < 2").save("other")
        assert caught.value.code == "DATASET_READ_ONLY"
