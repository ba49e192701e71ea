"""Whatever stands in a file, a reader reads it, reports it or refuses it in words of ours."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.formats.test_predictions import read, targets
from visionlens_jlab.tests.formats.writers import (
    coco,
    coco_box,
    coco_image,
    voc_object,
    voc_xml,
    write_image,
)
from visionlens_jlab.tests.jobs.ingest_context import ingest_rows

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4),
    st.sampled_from([2**31, 2**63, -1, 0, "1", "1.png", "../1.png", "nan", [], {}, [[]]]),
    st.just([1, 2, 3, 4]),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
WHOLE = coco(
    [coco_image(1), coco_image(2, license=1, date_captured="2020-01-01 10:00:00")],
    [
        coco_box(1, 1, [1, 2, 3, 4], score=0.5, area=12, segmentation=[[1, 2, 9, 2, 9, 9]]),
        coco_box(2, 2, [1, 2, 3, 4], keypoints=[1, 2, 2], attributes={"a": 1}),
        coco_box(
            3, 2, [1, 2, 3, 4], segments_info=[{"id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}]
        ),
    ],
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value inside a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = [(*path, key) for key, _ in inner]
    for key, one in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(one, dict | list):
            found += places(one, (*path, key))
    return found


@st.composite
def spoilt(draw: st.DrawFn) -> Any:
    """A COCO object of which a few values are something else, or gone."""
    content = copy.deepcopy(WHOLE)
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(places(content)))
        inside: Any = content
        for key in way:
            inside = inside[key]
        if isinstance(inside, dict) and draw(st.booleans()):
            del inside[last]
        else:
            inside[last] = draw(VALUES)
        if not places(content):
            break
    return content


def coded(action: Any, *codes: str) -> None:
    """Do something that may be refused."""
    try:
        action()
    except VisionLensError as error:
        assert error.code in codes, error
        assert error.hint


@given(content=spoilt())
def test_a_spoilt_coco_file(content: Any, tmp_path_factory: Any) -> None:
    folder = tmp_path_factory.mktemp("coco")
    for number in (1, 2):
        write_image(folder / "images" / f"{number}.png")
    path = folder / "labels.json"
    path.write_text(json.dumps(content))
    coded(
        lambda: ingest_rows(folder, labels_only=True, format="coco"), "LABELS_INVALID", "DIR_EMPTY"
    )
    known = targets(["1.png", "2.png"], ["1", "2"])
    coded(lambda: read(path, known, "coco"), "PREDICTIONS_INVALID")
    results = content.get("annotations") if isinstance(content, dict) else content
    path.write_text(json.dumps(results))
    coded(lambda: read(path, known, "coco"), "PREDICTIONS_INVALID")


XML = voc_xml("a.png", voc_object("dog", (1, 2, 3, 4), "<polygon><x1>1</x1><y1>2</y1></polygon>"))
PIECES = st.sampled_from([
    *("<", ">", "&", "</object>", "<object>", "<name>", "2147483648", "1e999", "nan", "-", "\0"),
    *("<part><name>head</name></part>", "<robndbox><cx>1</cx></robndbox>", "é", "<![CDATA["),
])  # fmt: skip


@given(edits=st.lists(st.tuples(st.integers(0, len(XML)), st.integers(0, 30), PIECES), max_size=4))
def test_a_spoilt_voc_file(edits: list[tuple[int, int, str]], tmp_path_factory: Any) -> None:
    folder = tmp_path_factory.mktemp("voc")
    write_image(folder / "JPEGImages" / "a.png")
    text = XML
    for at, length, piece in edits:
        text = text[:at] + piece + text[at + length :]
    (folder / "Annotations").mkdir()
    (folder / "Annotations" / "a.xml").write_text(text)
    coded(
        lambda: ingest_rows(folder, labels_only=True, format="voc"), "DIR_EMPTY", "LABELS_INVALID"
    )


WORDS = st.sampled_from(
    ["0", "1", "99", "-1", "0.5", "1e400", "nan", "x", "2147483648", "a", "#", ",", "é"]
)
LINES = st.lists(st.lists(WORDS, max_size=9).map(" ".join), max_size=4).map("\n".join)


@given(text=LINES, name=st.sampled_from(["a.txt", "comp4_det_test_cat.txt", "b.txt", "notes.txt"]))
def test_spoilt_predictions_in_text(text: str, name: str, tmp_path_factory: Any) -> None:
    folder: Path = tmp_path_factory.mktemp("text")
    (folder / name).write_text(text)
    known = targets(["a.jpg", "b.jpg"], ["1", "2"])
    for format in ("yolo", "voc", "text"):
        coded(lambda format=format: read(folder, known, format), "PREDICTIONS_INVALID")  # type: ignore[misc]
