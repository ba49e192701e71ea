"""What is written is read back, as far as the format can carry it."""

from __future__ import annotations

import hashlib
import json
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visionlens_jlab.core.geometry import rle
from visionlens_jlab.core.geometry.shapes import encode
from visionlens_jlab.formats.base import ClassEntry
from visionlens_jlab.formats.writing.losses import LOSSES, Losses
from visionlens_jlab.formats.writing.registry import writer_of
from visionlens_jlab.formats.writing.writer import Content, Label, Picture, Target, facts_of
from visionlens_jlab.media.sources import LocalSource
from visionlens_jlab.tests.formats.exported import Row, compare, row_of, task_of
from visionlens_jlab.tests.formats.writers import write_image
from visionlens_jlab.tests.jobs.ingest_context import Ingested, ingest_rows

WIDTH, HEIGHT = 40, 30
CLASSES = ["car", "größe 2", "no", "a/b", "person"]

number = st.floats(0, 25, allow_subnormal=False).map(lambda value: round(value, 9))
size = st.floats(0.5, 14).map(lambda value: round(value, 9))
point = st.tuples(number, number)
flags = st.dictionaries(st.sampled_from(["difficult", "truncated", "occluded"]), st.booleans())
attributes = st.none() | st.dictionaries(
    st.sampled_from(["pose", "color of it", "n", "track"]),
    st.sampled_from(["red", "ö & <b>", 3, 2.5, True, ["a", "b"], {"deep": 1}]),
    min_size=1,
)


def box_of(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(number, number, size, size).map(lambda box: {"kind": kind, "box": box})


@st.composite
def polygons(draw: Any) -> dict[str, Any]:
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        x, y, w, h = draw(st.tuples(number, number, size, size))
        parts.append([x, y, x + w, y + h / 3, x + w / 2, y + h])
    xs, ys = [x for p in parts for x in p[0::2]], [y for p in parts for y in p[1::2]]
    box = (min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
    return {"kind": "polygon", "box": box, "geometry": encode(parts), "area": 12.5}


@st.composite
def masks(draw: Any) -> dict[str, Any]:
    pixels = np.zeros((HEIGHT, WIDTH), dtype=bool)
    for _ in range(draw(st.integers(1, 2))):
        x, y = draw(st.integers(0, 30)), draw(st.integers(0, 20))
        pixels[y : y + draw(st.integers(1, 9)), x : x + draw(st.integers(1, 9))] = True
    runs = rle.from_pixels(pixels)
    box = rle.bounding_box(runs)
    crowd = draw(st.booleans())
    geometry = rle.to_json(runs)
    area = float(runs.area)
    return {"kind": "mask", "box": box, "geometry": geometry, "is_crowd": crowd, "area": area}


@st.composite
def keypoints(draw: Any) -> dict[str, Any]:
    shape: list[float] = []
    for x, y in draw(st.lists(point, min_size=3, max_size=3)):
        visible = draw(st.sampled_from([0, 1, 2]))
        shape += [x, y, visible] if visible else [0, 0, 0]
    drawn = draw(box_of("keypoints"))
    if not any(shape):
        shape[:3] = [1, 2, 2]
    return {**drawn, "geometry": encode(shape)}


@st.composite
def oriented(draw: Any) -> dict[str, Any]:
    cx, cy, w, h = draw(st.tuples(number, number, size, size))
    angle = draw(st.floats(-3, 3))
    cos, sin = np.cos(angle), np.sin(angle)
    ring: list[float] = []
    for dx, dy in ((-w, -h), (w, -h), (w, h), (-w, h)):
        ring += [
            float(cx + dx / 2 * cos - dy / 2 * sin),
            float(cy + dx / 2 * sin + dy / 2 * cos),
        ]
    xs, ys = ring[0::2], ring[1::2]
    box = (min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
    return {"kind": "oriented_box", "box": box, "geometry": encode([ring]), "area": w * h}


shapes = {
    "box": box_of("box"),
    "polygon": polygons(),
    "mask": masks(),
    "keypoints": keypoints(),
    "oriented_box": oriented(),
    "classification": st.just({"kind": "classification", "box": None}),
}


@st.composite
def contents(draw: Any) -> Content:
    """Up to four pictures with labels of one to three kinds."""
    kinds = draw(st.lists(st.sampled_from(list(shapes)), min_size=1, max_size=3, unique=True))
    splits = draw(st.sampled_from([["train", "val"], ["train", "val", "test"], [None]]))
    placed = [kind for kind in kinds if kind != "classification"] or ["box"]
    pictures = []
    for index in range(draw(st.integers(2, 4))):
        labels = []
        if "classification" in kinds:
            labels.append(Label("x", draw(st.sampled_from(CLASSES)), "classification", None))
        for _ in range(draw(st.integers(0, 3))):
            facts = draw(shapes[draw(st.sampled_from(placed))])
            facts.setdefault("area", facts["box"][2] * facts["box"][3])
            given = draw(attributes)
            labels.append(
                Label(
                    "x",
                    draw(st.sampled_from([*CLASSES, None])),
                    flags=draw(flags),
                    attributes=None if given is None else json.dumps(given),
                    **facts,
                )
            )
        name, split = f"{index}.png", draw(st.sampled_from(splits))
        pictures.append(Picture("", f"/nowhere/{name}", name, split, WIDTH, HEIGHT, labels=labels))
    return content_of(pictures)


def content_of(pictures: list[Picture], **more: Any) -> Content:
    entries = [ClassEntry(name) for name in CLASSES]
    kinds, splits = facts_of(lambda: iter(pictures))
    return Content(entries, lambda: iter(pictures), kinds, splits, **more)


def write(
    format_name: str, content: Content, folder: Path, picture: Path | None, images: Any = "copy"
) -> Losses:
    """Write a content all of whose images are one file."""
    losses = Losses()

    class Same(LocalSource):
        def local(self, path: str) -> Path:
            assert picture is not None
            return picture

    place = str(folder if picture is None else picture.parent)
    writer_of(format_name).write(
        content, Target(folder, images, lambda _: Same(place), losses), losses
    )
    assert {issue.code for issue in losses.issues()} <= set(LOSSES)
    return losses


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_image(tmp_path_factory.mktemp("picture") / "one.png", (WIDTH, HEIGHT))


def rows_of(label: Label) -> Row:
    box = label.box or (None,) * 4
    values = dict(zip("xywh", box, strict=True)) | {
        "class": label.class_name,
        "kind": label.kind,
        "area": label.area,
        "confidence": label.confidence,
        "is_crowd": label.is_crowd,
        "geometry": label.geometry,
        "attributes": label.attributes,
        **label.flags,
    }
    return row_of(values)


def check(format_name: str, content: Content, found: Ingested) -> None:
    """The dataset that was read is what the format can carry of the one written."""
    task = task_of([rows_of(label) for one in content.pictures() for label in one.labels])
    samples = {row["filename"]: row for row in found.samples}
    for one in content.pictures():
        sample = samples[one.filename]
        assert sample["split"] == one.split
        read = [row_of(r) for r in found.annotations if r["sample_id"] == sample["sample_id"]]
        compare(format_name, list(map(rows_of, one.labels)), read, task)


READERS = {"csv": "tables", "parquet": "tables", "lvis": "coco"}
"""Format that reads what is written, where it has another name."""
LISTED = ("coco", "yolo", "fiftyone", "lvis")
"""They write the list of classes."""


@pytest.mark.parametrize(
    "format_name",
    ["coco", "yolo", "voc", "fiftyone", "lvis", "imagefolder", "csv", "parquet", "croissant"],
)
@settings(max_examples=10)
@given(content=contents())
def test_random_datasets_come_back(format_name: str, picture: Path, content: Content) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        losses = write(format_name, content, folder, picture)
        found = ingest_rows(folder)
        assert found.summary["format"] == READERS.get(format_name, format_name)
        check(format_name, content, found)
        given = sum(len(one.labels) for one in content.pictures())
        assert len(found.annotations) == given - losses.annotations_lost
        if not losses.issues():  # then nothing is otherwise than it was
            check("everything", content, found)
        if format_name in LISTED:
            assert found.class_names[: len(CLASSES)] == CLASSES


@settings(max_examples=6)
@given(content=contents())
def test_random_class_folders_come_back(picture: Path, content: Content) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        losses = write("class_folders", content, folder, picture)
        sorts = "classification" in content.kinds
        found = ingest_rows(folder, format="class_folders" if sorts else "images")
        if sorts:
            expected = ["car", "größe 2", "no", "a_b", "person"]
            assert sorted(found.class_names) == sorted(expected)
            assert "a/b -> a_b" in next(
                issue.items for issue in losses.issues() if issue.code == "CLASS_LOST"
            )
        classes = {row["sample_id"]: row["class"] for row in found.annotations}
        wanted = {
            (one.filename, one.split, one.labels[0].class_name.replace("/", "_") if sorts else None)  # type: ignore[union-attr]
            for one in content.pictures()
        }
        assert wanted == {
            (row["filename"], row["split"], classes.get(row["sample_id"])) for row in found.samples
        }


def test_coco_keeps_fields_and_numbers(tmp_path: Path, picture: Path) -> None:
    moment = datetime(2024, 5, 6, 7, 8, 9)
    one = Picture(
        "",
        "/nowhere/1.png",
        "1.png",
        "fold 1",
        WIDTH,
        HEIGHT,
        built_in={"group": "g", "captured_at": moment, "latitude": 1.5},
        fields={"speed": 3, "id": "x", "wet": True, "seen": moment},
        tags=["later"],
        labels=[Label("x", "car", "box", (1, 2, 3, 4), 12.0, tags=["odd"], fields={"worth": 2})],
    )
    losses = write("coco", content_of([one], image_ids=[77]), tmp_path, picture)
    written = json.loads((tmp_path / "annotations" / "instances_fold_1.json").read_text())
    assert written["images"][0]["id"] == 77
    assert written["annotations"][0]["attributes"] == {"worth": 2}
    counts = {issue.code: issue.items for issue in losses.issues()}
    assert counts == {
        "FIELD_AS_ATTRIBUTE": {"worth": 1},
        "FIELD_AS_TEXT": {"seen": 1},
        "FIELD_RENAMED": {"id -> id_": 1},
        "TAG_LOST": {"later": 1, "odd": 1},
    }
    found = ingest_rows(tmp_path)
    (sample,) = found.samples
    kept = {name: sample[name] for name in ("split", "group", "latitude", "speed", "id_", "wet")}
    assert kept == {
        "split": "fold 1",
        "group": "g",
        "latitude": 1.5,
        "speed": 3,
        "id_": "x",
        "wet": True,
    }
    assert sample["captured_at"].replace(tzinfo=None) == moment


def test_names_that_two_images_have(tmp_path: Path, picture: Path) -> None:
    pictures = [
        Picture("/nowhere", f"{folder}/1.{suffix}", f"1.{suffix}", None, WIDTH, HEIGHT)
        for folder, suffix in (("a", "png"), ("b", "png"), ("b", "PNG"), ("c", "jpg"))
    ]
    losses = write("voc", content_of(pictures), tmp_path, picture)
    assert sorted(path.name for path in (tmp_path / "JPEGImages").iterdir()) == [
        "1.png",
        "1_2.PNG",
        "b_1.png",
        "c_1.jpg",
    ]
    assert losses.count("FILE_RENAMED") == 3


@pytest.mark.parametrize("name", ["é" * 3000 + ".png", "a." + "b" * 3000])
@pytest.mark.parametrize("format_name", ["coco", "labelme", "masks"])
def test_names_too_long_for_a_file_are_shortened(
    tmp_path: Path, picture: Path, format_name: str, name: str
) -> None:
    long = Picture(str(picture.parent), name, name, None, WIDTH, HEIGHT)
    losses = write(format_name, content_of([long]), tmp_path, tmp_path / "none.png")
    assert losses.count("FILE_RENAMED") == 1
    assert losses.count("IMAGE_MISSING") + losses.count("IMAGE_REFUSED") == 1


def test_images_that_are_not_there_are_listed(tmp_path: Path) -> None:
    one = Picture("/nowhere", "1.png", "1.png", None, WIDTH, HEIGHT)
    one.labels.append(Label("x", "car", "box", (1, 2, 3, 4), 12.0))
    losses = write("voc", content_of([one]), tmp_path, tmp_path / "none.png")
    assert losses.count("IMAGE_MISSING") == 1
    assert (tmp_path / "Annotations" / "1.xml").exists()


@pytest.mark.parametrize(("name", "content"), [("kernel.json", None), ("a.png", b"{}")])
def test_what_is_no_image_by_name_and_content_is_not_copied(
    tmp_path: Path, picture: Path, name: str, content: bytes | None
) -> None:
    source = tmp_path / "source.png"
    source.write_bytes(content or picture.read_bytes())
    one = Picture("/nowhere", name, name, None, WIDTH, HEIGHT)
    for images in ("copy", "link"):
        folder = tmp_path / images
        folder.mkdir()
        losses = write("coco", content_of([one]), folder, source, images)
        assert losses.count("IMAGE_REFUSED") == 1
        assert not list(folder.rglob(name))


def test_links_lead_to_the_same_file(tmp_path: Path, picture: Path) -> None:
    one = Picture("/nowhere", "1.png", "1.png", None, WIDTH, HEIGHT)
    write("coco", content_of([one]), tmp_path, picture, images="link")
    assert (tmp_path / "images" / "1.png").samefile(picture)


def test_a_run_has_its_confidence(tmp_path: Path, picture: Path) -> None:
    one = Picture("/nowhere", "1.png", "1.png", None, WIDTH, HEIGHT)
    one.labels.append(Label("x", "car", "box", (1, 2, 3, 4), 12.0, confidence=0.25))
    for format_name in ("coco", "yolo"):
        folder = tmp_path / format_name
        folder.mkdir()
        write(format_name, content_of([one], is_run=True), folder, picture)
        assert [row["confidence"] for row in ingest_rows(folder).annotations] == [0.25]


def test_a_yolo_task_that_is_asked_for(tmp_path: Path, picture: Path) -> None:
    ring = [1.0, 1.0, 9.0, 1.0, 9.0, 5.0]
    one = Picture("/nowhere", "1.png", "1.png", None, WIDTH, HEIGHT)
    one.labels.append(Label("x", "car", "polygon", (1, 1, 8, 4), 16.0, geometry=encode([ring])))
    losses = write("yolo", content_of([one], options={"task": "detect"}), tmp_path, picture)
    assert (tmp_path / "labels" / "1.txt").read_text().split()[0] == "0"
    assert len((tmp_path / "labels" / "1.txt").read_text().split()) == 5
    assert losses.count("SHAPE_LOST") == 1


def test_croissant_states_what_its_own_library_asks_for(picture: Path, tmp_path: Path) -> None:
    labels = [Label("x", "car", "box", (1, 2, 3, 4), area=12)]
    content = content_of([Picture("", "/n/0.png", "0.png", "train", WIDTH, HEIGHT, labels=labels)])
    write("croissant", content, tmp_path, picture)
    described = json.loads((tmp_path / "croissant.json").read_text())
    table, images = described["distribution"]
    assert table["sha256"] == hashlib.sha256((tmp_path / "labels.csv").read_bytes()).hexdigest()
    assert {"name", "@id", "encodingFormat", "includes"} <= set(images)
    assert described["@context"]["examples"] == {"@id": "cr:examples", "@type": "@json"}
