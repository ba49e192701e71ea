"""Formats of plugins: found by name, looked at and read in a process of their own, written."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

import visionlens_jlab as vl
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.detect import detect, format_infos
from visionlens_jlab.formats.shapes import DetectRequest
from visionlens_jlab.tests.plugins.conftest import install

NAME = "plugin:class-list/classes"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Three images, a list of classes that speaks of two and of one that is not there."""
    folder = tmp_path / "source"
    folder.mkdir()
    for name in ("grey", "red", "blue"):
        Image.new("RGB", (40, 30), name).save(folder / f"{name}.png")
    lines = ["grey.png\tdull", "red.png\tbright", "gone.png\tdull", "blue.png"]
    (folder / "classes.txt").write_text("\n".join(lines))
    return folder


def put(home: Path, code: str, **more: object) -> None:
    """A format `plugin:kit/kit` of files `*.kit`."""
    given = {"kind": "format", "id": "kit", "target": "read", "patterns": ["*.kit"], **more}
    manifest = {
        "manifest": 1, "name": "kit", "version": "1", "api": ">=1,<2", "contributions": [given]
    }  # fmt: skip
    head = "from visionlens_jlab.plugin_api import Label, LabelledImage\n"
    (home / "plugins" / "kit.py").write_text(f"MANIFEST = {manifest!r}\n{head}{code}")


def test_it_is_offered_found_and_read(home, source):
    install(home, "class_list")
    assert NAME in [one.name for one in format_infos() if one.written]
    found = detect(DetectRequest(source=str(source)))
    assert (found.format, found.labels, found.unread) == (NAME, ["classes.txt"], [])
    with vl.ingest(source) as ds:
        report = ds.report
        labels = ds.to_pandas("annotations")["class"].tolist()
        assert sorted(labels) == ["bright", "dull", "dull"]
        assert report.annotations.found == 4
        for count in (report.images, report.annotations, report.label_files):
            assert count.found == count.imported + count.skipped
        assert "line 4 has no class" in str(report.items)


def test_what_it_writes_is_read_again(home, source, tmp_path):
    install(home, "class_list")
    (source / "classes.txt").write_text("grey.png\tdull\nred.png\tbright\n")
    with vl.ingest(source, format=NAME) as ds:
        report = ds.export(tmp_path / "out", NAME)
        assert (report.images, report.annotations, report.files) == (3, 2, 4)
        with pytest.raises(VisionLensError, match="no format 'plugin:class-list/other'"):
            ds.export(tmp_path / "other", "plugin:class-list/other")
    assert (tmp_path / "out" / "classes.txt").read_text().splitlines() == [
        "images/grey.png\tdull",
        "images/red.png\tbright",
    ]
    with vl.ingest(tmp_path / "out", name="again") as ds:
        assert ds.report.format == NAME
        assert sorted(ds.to_pandas("annotations")["class"]) == ["bright", "dull"]


SHAPES = """
def read(*, context, file, path, **rest):
    assert list(context.files("*.kit")) == ["a.kit"]
    yield LabelledImage(name="", width=40, height=30, split="val", labels=(
        Label(label="car", box=(1, 2, 3, 4), occluded=True, attributes={"n": 1}),
        Label(label="car", kind="polygon", points=((0, 0), (5, 0), (5, 5))),
        Label(label=None, kind="keypoints", points=((1, 1), (2, 2))),
        Label(label="car", kind="oriented_box", points=((0, 0), (5, 0), (5, 5), (0, 5))),
        Label(label="car", box=(1, 2, -3, 4)),
        Label(label="car", box=("x", 2, 3, 4)),
        Label(label="car", kind="cube"),
    ), problems=("half a line",))
    yield LabelledImage(name="many", labels=tuple(
        Label(label="dot", box=(n % 40, 1, 1, 1)) for n in range(1200)))
"""


def test_every_kind_of_label_and_what_cannot_be_one(home, tmp_path):
    put(home, SHAPES)
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "a.kit").write_text("x")
    for name in ("a", "many"):
        Image.new("RGB", (40, 30)).save(folder / f"{name}.png")
    with vl.ingest(folder) as ds:
        assert ds.report.format == "plugin:kit/kit"
        frame = ds.to_pandas("annotations")
        kinds = frame[frame["class"] != "dot"]["kind"].tolist()
        assert sorted(kinds) == ["box", "keypoints", "oriented_box", "polygon"]
        assert (frame["class"] == "dot").sum() == 1200
        assert ds.report.annotations.found == 1208
        assert ds.report.by_code["ANNOTATION_INVALID"] == 4
        assert ds.to_pandas()["split"].tolist().count("val") == 1


def test_one_bad_file_is_reported_and_the_others_are_read(home, tmp_path):
    put(home, "def read(*, file, **r):\n    yield LabelledImage(name=file.read().decode())\n")
    folder = tmp_path / "source"
    folder.mkdir()
    for name in "abc":
        Image.new("RGB", (40, 30)).save(folder / f"{name}.png")
        (folder / f"{name}.kit").write_bytes(b"\xff" if name == "b" else name.encode())
    with vl.ingest(folder) as ds:
        assert ds.report.by_code["LABEL_FILE_INVALID"] == 1
        assert ds.report.label_files.imported == 2 and len(ds) == 3


def test_names_alone_do_not_take_the_place_of_a_format_that_looks(home, tmp_path):
    put(home, "def read(**r):\n    yield LabelledImage(name='')\n", patterns=["*.json"])
    folder = tmp_path / "source"
    folder.mkdir()
    Image.new("RGB", (40, 30)).save(folder / "a.png")
    shape = '{"version": "5", "shapes": [], "imagePath": "a.png", "imageWidth": 40, "flags": {}}'
    (folder / "a.json").write_text(shape)
    assert detect(DetectRequest(source=str(folder))).format == "labelme"
    named = DetectRequest(source=str(folder), format="plugin:kit/kit")
    assert detect(named).format == "plugin:kit/kit"


def test_names_that_no_image_can_have_cost_only_themselves(home, tmp_path):
    names = ["../a.png", "/etc/passwd", "\ud800", "", "a" * 5000, "a\0b", "a.png"]
    box = "Label(label='\\ud83d', box=(1, 1, 1, 1))"
    put(home, f"def read(**r):\n    for name in {names!r}:\n"
              f"        yield LabelledImage(name=name, labels=({box},))\n")  # fmt: skip
    folder = tmp_path / "source"
    folder.mkdir()
    Image.new("RGB", (40, 30)).save(folder / "a.png")
    (folder / "a.kit").write_text("x")
    with vl.ingest(folder) as ds:
        assert ds.report.by_code["IMAGE_MISSING"] >= 3
        frame = ds.to_pandas("annotations")
        assert set(frame["class"]) == {"?"}
        assert ds.report.annotations.found == len(names)
