"""Overlaps of boxes against a plain reading, in parts of any size; settings that are refused."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visionlens_jlab.evaluation.evaluate import evaluate
from visionlens_jlab.evaluation.matching import overlaps
from visionlens_jlab.evaluation.matching.objects import make_objects
from visionlens_jlab.evaluation.metrics.average_precision import iou_label
from visionlens_jlab.evaluation.settings import Settings
from visionlens_jlab.tests.evaluation.generated import dataset
from visionlens_jlab.tests.evaluation.plain import iou
from visionlens_jlab.tests.evaluation.readers import from_coco

NUMBERS = st.floats(0, 100, width=32)
BOXES = st.lists(
    st.tuples(st.integers(0, 2), NUMBERS, NUMBERS, NUMBERS, NUMBERS, st.booleans()), max_size=8
)


def objects(rows):
    rows = sorted(rows, key=lambda row: row[0])
    return make_objects(
        np.arange(len(rows)),
        [row[0] for row in rows],
        np.zeros(len(rows)),
        np.array([row[1:5] for row in rows]).reshape(-1, 4),
        crowd=[row[5] for row in rows],
    )


@given(BOXES, BOXES, st.sampled_from([1, 3, 1 << 17]))
def test_every_pair_of_an_image_and_no_other(labels, seen, chunk):
    labels, seen = objects(labels), objects(seen)
    before, overlaps._CHUNK = overlaps._CHUNK, chunk
    try:
        found = overlaps.box_pairs(labels, seen, 0.1)
    finally:
        overlaps._CHUNK = before
    wanted = {}
    for row in range(len(seen)):
        for label in range(len(labels)):
            if seen.images[row] == labels.images[label]:
                value = iou(seen.boxes[row], labels.boxes[label], labels.crowd[label])
                if value >= 0.1:
                    wanted[row, label] = value
    pairs = list(zip(found.predictions.tolist(), found.labels.tolist(), strict=True))
    assert pairs == sorted(wanted)
    assert found.iou.tolist() == [wanted[pair] for pair in pairs]


def test_inclusive_pixels():
    box, other = np.array([[0.0, 0, 9, 9]]), np.array([[5.0, 0, 9, 9]])
    none = np.zeros(1, dtype=bool)
    assert overlaps.box_iou(box, other, none)[0] == pytest.approx(36 / (162 - 36))
    assert overlaps.box_iou(box, other, none, 1.0)[0] == pytest.approx(50 / 150)


@pytest.mark.parametrize(
    "settings",
    [
        Settings(iou=(0.0,)),
        Settings(operating_iou=1.5),
        Settings("voc", options={"interpolation": "12"}),
        Settings("voc", options={"points": 11}),
        Settings("classification", options={"top_k": 0}),
        Settings(options={"sigmas": [0.1, "a"]}),
    ],
)
def test_what_cannot_be_meant_is_refused(settings):
    with pytest.raises(ValueError):
        evaluate(*from_coco(*dataset(1)).parts, settings)


def test_keypoints_need_a_sigma_each():
    case = from_coco(*dataset(2, keypoints=4))
    for sigmas in (None, [0.1, 0.1]):
        settings = Settings(geometry="keypoints", options={"sigmas": sigmas})
        with pytest.raises(ValueError, match="4 keypoints need 4 sigmas"):
            evaluate(*case.parts, settings)


def test_labels_name_their_range():
    assert iou_label(Settings().metric_iou) == "IoU .50:.95"
    assert iou_label([0.5]) == "IoU .50"
    assert iou_label([0.3, 0.6]) == "IoU .30, .60"
    found = evaluate(*from_coco(*dataset(3)).parts)
    assert all("IoU" in metric.label for metric in found.metrics)


def test_evaluating_boxes_loads_numpy_alone():
    parts = [
        "evaluate",
        "counts",
        "metrics.curves",
        "selection",
        "metrics.bootstrap",
        "comparison",
        "label_quality",
    ]
    names = ", ".join(f"visionlens_jlab.evaluation.{part}" for part in parts)
    heavy = ["hotcoco", "duckdb", "pandas", "pyarrow", "scipy", "sklearn", "tornado", "pycocotools"]
    code = f"import sys, {names}; print(sorted(set(sys.modules) & set({heavy!r})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
