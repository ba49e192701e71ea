# ruff: noqa: E501
"""What is written reads back as it was, or the report of the export says what was lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visionlens_jlab.core.geometry.shapes import encode
from visionlens_jlab.formats.base import ClassEntry
from visionlens_jlab.formats.detect import detect
from visionlens_jlab.formats.shapes import DetectRequest
from visionlens_jlab.formats.writing.losses import Losses
from visionlens_jlab.formats.writing.registry import writer_of
from visionlens_jlab.formats.writing.writer import Content, Label, Picture, Target
from visionlens_jlab.media.sources import LocalSource
from visionlens_jlab.tests.formats.records.test_records import arrived, read
from visionlens_jlab.tests.formats.records.wild import NAMES, SIZE, WRITTEN, Meant, make_images

RUNS = {"counts": [5 * 60 + 5, 10, 50, 10, SIZE[0] * SIZE[1] - 375], "size": [SIZE[1], SIZE[0]]}


def label(number: int, kind: str, class_name: str = "car", **more: Any) -> Label:
    return Label(f"{kind} {number}", class_name, kind, **{"box": None, **more})


def rich() -> list[Label]:
    """A label of each kind, with all that labels may have."""
    ring = [10.0, 10.0, 30.5, 10.0, 20.0, 25.25]
    return [
        label(1, "box", box=(1.5, 2.25, 30.0, 20.5)),
        label(2, "box", "two words", box=(0.0, 0.0, 10.0, 10.0), flags={"occluded": True}),
        label(3, "box", box=(5.0, 5.0, 9.0, 9.0), attributes='{"colour": "red"}'),
        label(4, "polygon", box=(10.0, 10.0, 20.5, 15.25), geometry=encode([ring])),
        label(5, "polygon", box=(10.0, 10.0, 40.0, 30.0), geometry=encode([ring, [40, 30, 50, 30, 50, 40]])),
        label(6, "mask", box=(5.0, 5.0, 2.0, 10.0), geometry=json.dumps(RUNS).encode()),
        label(7, "keypoints", box=(1.0, 1.0, 9.0, 9.0), geometry=encode([1.0, 1.0, 2, 10.0, 10.0, 2])),
        label(8, "oriented_box", box=(10.0, 10.0, 20.0, 20.0), geometry=encode([[20, 10, 30, 20, 20, 30, 10, 20]])),
        label(9, "classification", "rain"),
        label(10, "box", box=(3.0, 3.0, 9.0, 9.0), is_crowd=True),
        label(11, "box", box=(3.0, 3.0, 9.0, 9.0), confidence=0.5, tags=["odd"]),
    ]  # fmt: skip


def write(name: str, folder: Path, labels: list[Label]) -> Losses:
    """Write the three images, the labels on the first."""
    make_images(folder / "in")
    pictures = [
        Picture(str(folder / "in"), image, image, "train", *SIZE, labels=labels if not n else [])
        for n, image in enumerate(NAMES)
    ]
    classes = [ClassEntry(one) for one in sorted({one.class_name or "" for one in labels})]
    kinds = {one.kind for one in labels}

    def again() -> Iterator[Picture]:
        return iter(pictures)

    losses = Losses()
    out = folder / "out"
    out.mkdir()
    target = Target(out, "copy", LocalSource, losses)
    writer_of(name).write(Content(classes, again, kinds, ["train"]), target, losses)
    return losses


@pytest.mark.parametrize("name", list(WRITTEN))
def test_what_is_written_is_recognised_and_read_or_said_to_be_lost(
    tmp_path: Path, name: str
) -> None:
    labels = rich()
    losses = write(name, tmp_path, labels)
    out = tmp_path / "out"
    assert detect(DetectRequest(source=str(out))).format == WRITTEN[name]
    batches = read(out)
    assert not [i for batch in batches for i in batch.issues if i.action == "skipped"]
    found = arrived(batches)
    assert len(found) == len(labels) - losses.annotations_lost
    lost = {item for issue in losses.issues() for item in issue.items}
    whole = [
        one
        for one in labels
        if not lost & {one.item, one.class_name, f"{one.kind} {one.class_name}"}
    ]
    assert whole
    for one in whole:
        wanted = one.box if one.kind not in ("keypoints", "classification") else None
        assert any(
            (got.class_name, got.kind) == (one.class_name, one.kind)
            and (wanted is None or got.box == pytest.approx(wanted, abs=1e-6))
            for got in found
        ), (one, found)
    images = [path for batch in batches if batch.images for path in batch.images.paths]
    assert sorted(Path(path).name for path in images) == sorted(NAMES)


sides = st.floats(0.0625, 30, allow_nan=False, width=32)
boxes = st.tuples(sides, sides, sides, sides)


@given(
    st.sampled_from([n for n in WRITTEN if n != "dota"]), st.lists(boxes, min_size=1, max_size=5)
)
def test_boxes_come_back(name: str, drawn: list[tuple[float, float, float, float]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        labels = [label(number, "box", box=box) for number, box in enumerate(drawn)]
        write(name, Path(folder), labels)
        found = [one.box for one in arrived(read(Path(folder) / "out"))]
        assert len(found) == len(drawn)
        for got, wanted in zip(found, drawn, strict=True):
            assert got == pytest.approx(wanted, abs=1e-4)


def test_nothing_but_boxes_is_left_whole(tmp_path: Path) -> None:
    """The same meaning for each format that holds plain boxes."""
    for name in WRITTEN:
        folder = tmp_path / name
        folder.mkdir()
        write(name, folder, [label(1, "box", box=(1.0, 2.0, 3.0, 4.0))])
        (got,) = arrived(read(folder / "out"))
        kind = "oriented_box" if name == "dota" else "box"
        assert got == Meant(NAMES[0], "car", kind, (1.0, 2.0, 3.0, 4.0))
