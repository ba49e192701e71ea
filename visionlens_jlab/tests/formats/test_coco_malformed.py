"""Each member of a COCO file missing, of a wrong type or out of range is told or refused."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from visionlens_jlab.tests.formats.writers import coco, coco_box, coco_image, write_image
from visionlens_jlab.tests.jobs.ingest_context import Ingested, ingest_rows

GONE = object()
"""Stands for a member that is not there."""
NUMBERS: dict[str, Any] = {
    "text": "q", "null": None, "a list": [1], "an object": {"a": 1}, "true": True,
    "negative": -5, "zero": 0, "huge": 2**31, "beyond 64 bits": 10**30, "NaN": float("nan"),
    "infinite": float("inf"),
}  # fmt: skip
WRONG: dict[tuple[str, str], dict[str, Any]] = {
    ("images", "id"): {"gone": GONE, "null": None, "a list": [1], "an object": {}, "true": True},
    ("images", "file_name"): {
        "gone": GONE, "null": None, "a number": 5, "empty": "", "a list": ["1.png"], "blank": " ",
        "elsewhere": "../../etc/passwd", "absolute": "/etc/passwd", "a null byte": "a\0b",
        "very long": "x" * 5000,
    },
    ("images", "width"): NUMBERS,
    ("images", "height"): NUMBERS,
    ("categories", "id"): {"gone": GONE, "null": None, "a list": [1], "an object": {}},
    ("categories", "name"): {"gone": GONE, "null": None, "a list": ["car"], "empty": "", "{}": {}},
    ("categories", "keypoints"): {"text": "nose", "numbers": [1, 2], "an object": {"a": 1}},
    ("categories", "skeleton"): {"text": "q", "singles": [1, 2], "beyond": [[1, 99]]},
    ("annotations", "image_id"): {
        "gone": GONE, "null": None, "unknown": 99, "text": "q", "a list": [1], "{}": {},
    },
    ("annotations", "category_id"): {
        "gone": GONE, "null": None, "unknown": 99, "text": "q", "a list": [1], "{}": {},
    },
    ("annotations", "id"): {"a list": [1], "an object": {}},
    ("annotations", "bbox"): {
        "gone": GONE, "text": "q", "three": [1, 2, 3], "five": [1, 2, 3, 4, 5],
        "null inside": [1, 2, None, 4],
        "text inside": ["q", 2, 3, 4], "NaN": [float("nan"), 2, 3, 4],
        "infinite": [float("inf"), 2, 3, 4], "negative": [1, 2, -3, 4], "zero": [1, 2, 0, 4],
        "outside": [1e9, 2, 3, 4], "huge": [1, 2, 1e300, 4], "an object": {"x": 1},
        "nested": [[1, 2, 3, 4]],
        "beyond floats": [10**400, 2, 3, 4],
    },
    ("annotations", "area"): {
        "text": "q", "a list": [1], "an object": {}, "negative": -5.0, "infinite": float("inf"),
    },
    ("annotations", "iscrowd"): {"text": "q", "a list": [1], "seven": 7, "an object": {}},
    ("annotations", "segmentation"): {
        "text": "q", "a number": 5, "two points": [[1, 2, 3, 4]], "odd": [[1, 2, 3, 4, 5, 6, 7]],
        "text inside": [["a", 2, 3, 4, 5, 6]], "no counts": {"size": [30, 40]},
        "short": {"counts": [5], "size": [30, 40]}, "long": {"counts": [5000], "size": [30, 40]},
        "no size": {"counts": [5, 1195]}, "negative": {"counts": [-5, 1205], "size": [30, 40]},
        "another size": {"counts": [9, 1, 90], "size": [10, 10]},
        "broken": {"counts": "\x7f", "size": [30, 40]},
        "huge size": {"counts": [5], "size": [10**9, 10**9]},
    },
    ("annotations", "keypoints"): {
        "text": "q", "two": [1, 2], "text inside": ["a", 1, 2], "an object": {},
    },
    ("annotations", "score"): {"text": "q", "a list": [1], "an object": {}},
    ("annotations", "num_keypoints"): {"text": "q", "a list": [1], "a fraction": 1.5},
}  # fmt: skip
FINE = {
    # as if it were not there: an optional member that is null, a flag that is a number
    ("images", "width", "null"), ("images", "height", "null"),

}  # fmt: skip
CASES = [(section, key, name) for (section, key), values in WRONG.items() for name in values]


def content_with(section: str, key: str, value: Any) -> dict[str, Any]:
    """Two images, two boxes; a member of the first entry of a section is changed."""
    content = coco(
        [coco_image(1), coco_image(2)],
        [coco_box(1, 1, [1, 2, 3, 4], area=12.0), coco_box(2, 2, [1, 2, 3, 4], area=12.0)],
    )
    content = copy.deepcopy(content)
    if value is GONE:
        content[section][0].pop(key, None)
    else:
        content[section][0][key] = value
    return content


def ingest(folder, content: Any) -> Ingested:
    for number in (1, 2):
        write_image(folder / "images" / f"{number}.png")
    path = folder / "annotations" / "instances.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return ingest_rows(folder, labels_only=True, format="coco")


def test_what_is_well_formed_reports_nothing(tmp_path) -> None:
    assert ingest(tmp_path, content_with("images", "width", 40)).codes == {}


@pytest.mark.parametrize(("section", "key", "name"), CASES)
def test_a_malformed_member_is_told(tmp_path, section: str, key: str, name: str) -> None:
    """`ingest_rows` checks that found = imported + skipped, and that each skipped one is listed."""
    found = ingest(tmp_path, content_with(section, key, WRONG[section, key][name]))
    assert bool(found.codes) == ((section, key, name) not in FINE), found.codes
    assert found.summary["annotations"]["found"] == 2
    boxes = found.boxes("images/2.png")
    assert section == "images" or boxes == [(1, 2, 3, 4)]
