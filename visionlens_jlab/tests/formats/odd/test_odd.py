"""Every odd dataset opens: what can be kept is kept exactly, the rest is listed item by item."""

from __future__ import annotations

from pathlib import Path

import pytest

from visionlens_jlab.tests.formats.odd import (
    class_folder_cases,
    coco_cases,
    coco_image_cases,
    coco_shape_cases,
    image_cases,
    voc_cases,
    voc_object_cases,
    yolo_cases,
    yolo_label_cases,
)
from visionlens_jlab.tests.formats.odd.cases import Case

LISTS = (
    *(class_folder_cases, image_cases),
    *(coco_cases, coco_image_cases, coco_shape_cases),
    *(voc_cases, voc_object_cases),
    *(yolo_cases, yolo_label_cases),
)
CASES: list[Case] = [case for module in LISTS for case in module.CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_odd_dataset(case: Case, tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    folder.mkdir()
    outcome, found = case.ingest(folder)
    assert outcome == case.expected, found and [
        (issue["code"], issue["item"], issue["message"]) for issue in found.issues
    ]
    if found is not None and case.check is not None:
        case.check(found)


def test_names_are_used_once() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
