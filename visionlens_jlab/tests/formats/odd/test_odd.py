"""Every odd dataset opens: what can be kept is kept exactly, the rest is listed item by item."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import coco_cases, yolo_cases, yolo_label_cases
from .cases import Case

CASES: list[Case] = [*coco_cases.CASES, *yolo_cases.CASES, *yolo_label_cases.CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_odd_dataset(case: Case, tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    folder.mkdir()
    case.run(folder)


def test_names_are_used_once() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
