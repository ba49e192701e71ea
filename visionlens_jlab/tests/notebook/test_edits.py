"""Changes of labels from a notebook, in this process and through a server."""

from __future__ import annotations

import pytest

import visionlens_jlab as vl
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.notebook.small_coco import ANNOTATIONS, PEOPLE


@pytest.mark.own_dataset
def test_relabel_undo_redo(ds: vl.Dataset) -> None:
    boxes = ds.to_pandas(level="annotations")
    with pytest.raises(VisionLensError, match="NOTHING_TO_UNDO"):
        ds.undo()
    done = ds.relabel("class = 'person'", "pedestrian")
    assert (done.changed, done.can_undo) == (len(PEOPLE), True)
    assert ds.where("class = 'pedestrian'").count() == len(PEOPLE)
    assert ds.undo().can_redo
    assert ds.to_pandas(level="annotations").equals(boxes)
    ds.redo()
    ds.delete_annotations(ds.where("class = 'pedestrian'"))
    assert ds.count("annotations") == ANNOTATIONS - len(PEOPLE)
    ds.undo()
    added = ds.edit(
        [
            {"annotation_id": 0, "box": (1, 2, 3, 4)},
            {"sample_id": 1, "box": (5, 6, 7, 8), "class_name": "dog"},
        ]
    ).added
    box = ds.to_pandas(level="annotations").loc[added[0]]
    assert (box["class"], box.x, box.sample_id) == ("dog", 5, 1)
    assert ds.history(0).description.tolist() == ["Changed 2 annotations"]
    assert ds.history().undone.tolist() == [False, True, False]
