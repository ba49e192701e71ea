"""Masks of classes as images: what their values mean, and what is written as pixels."""

# ruff: noqa: E501  lists as they are

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from visionlens_jlab.core.geometry import rle
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.masks.class_lists import EMPTY, ClassList, read_class_list
from visionlens_jlab.formats.writing.writer import Label, Picture
from visionlens_jlab.tests.formats.test_writers import HEIGHT, WIDTH, content_of, write
from visionlens_jlab.tests.formats.writers import write_image, write_text
from visionlens_jlab.tests.jobs.ingest_context import Ingested, ingest_rows

COLORS = {(255, 0, 0): "car", (0, 255, 0): "road"}
LISTS: dict[str, tuple[str, ClassList]] = {
    "labelmap.txt": ("# l:c\nbackground:0,0,0::\ncar:255,0,0::\n", ClassList({}, {(0, 0, 0): "background", (255, 0, 0): "car"})),
    "classes.txt": ("background\ncar\n", ClassList({0: "background", 1: "car"}, {})),
    "class_names.txt": ("1 car\n3: dog\n", ClassList({1: "car", 3: "dog"}, {})),
    "label_colors.txt": ("255 0 0\tcar\n0 255 0\troad\n", ClassList({}, COLORS)),
    "class_dict.csv": ("name,r,g,b\ncar,255,0,0\nroad,0,255,0\n", ClassList({}, COLORS)),
    "_classes.csv": ("Pixel Value, Class\n0, background\n1, car\n", ClassList({0: "background", 1: "car"}, {})),
    "classes.json": ('["bg", "car"]', ClassList({0: "bg", 1: "car"}, {})),
    "id2label.json": ('{"0": "bg", "7": "car"}', ClassList({0: "bg", 7: "car"}, {})),
    "label_map.json": ('{"car": 7}', ClassList({7: "car"}, {})),
    "palette.json": ('{"car": [255, 0, 0], "road": "#00ff00"}', ClassList({}, COLORS)),
    "colors.json": ('{"classes": [{"name": "car", "color": [255, 0, 0]}]}', ClassList({}, {(255, 0, 0): "car"})),
    "labels.json": ('[{"id": 4, "name": "car"}]', ClassList({4: "car"}, {})),
    "legend.json": ("{", EMPTY),
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_classes(name: str) -> None:
    text, wanted = LISTS[name]
    assert read_class_list(name, text.encode()) == wanted


def masked(folder: Path, pixels: np.ndarray, mode: str = "L") -> Path:
    """An image with a mask."""
    write_image(folder / "images" / "a.jpg", (pixels.shape[1], pixels.shape[0]))
    (folder / "masks").mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).convert(mode).save(folder / "masks" / "a.png")
    return folder


def areas(found: Ingested) -> dict[str | None, float]:
    return {row["class"]: row["area"] for row in found.annotations}


def values(*counts: tuple[int, int]) -> np.ndarray:
    """A mask of 6 x 10 pixels with so many of each value."""
    listed = [value for value, count in counts for _ in range(count)]
    return np.array(listed + [0] * (60 - len(listed)), dtype=np.uint8).reshape(6, 10)


def test_values_without_a_list_are_the_names(tmp_path: Path) -> None:
    found = ingest_rows(masked(tmp_path, values((1, 5), (7, 9), (255, 3))))
    assert areas(found) == {"1": 5, "7": 9}
    assert found.codes == {"CLASS_UNNAMED": 1}
    assert {json.loads(row["attributes"])["semantic"] for row in found.annotations} == {True}


def test_black_and_white_is_a_foreground(tmp_path: Path) -> None:
    for mode in ("L", "RGB", "P"):
        found = ingest_rows(masked(tmp_path / mode, values((255, 8)), mode))
        assert areas(found) == {"foreground": 8}, mode


def test_numbers_and_colours_of_a_list(tmp_path: Path) -> None:
    masked(tmp_path / "n", values((1, 5), (2, 9)))
    write_text(tmp_path / "n" / "classes.txt", "background\ncar\nroad\n")
    assert areas(ingest_rows(tmp_path / "n")) == {"car": 5, "road": 9}
    first = values((0, 60), (1, 0))
    masked(tmp_path / "f", first)
    write_text(tmp_path / "f" / "classes.txt", "sky\ncar\n")  # the first is no background
    assert areas(ingest_rows(tmp_path / "f")) == {"sky": 60}
    colored = np.zeros((6, 10, 3), dtype=np.uint8)
    colored[:2], colored[2:3] = (255, 0, 0), (9, 9, 200)
    masked(tmp_path / "c", colored, "RGB")
    write_text(tmp_path / "c" / "labelmap.txt", "background:0,0,0::\ncar:255,0,0::\n")
    assert areas(ingest_rows(tmp_path / "c")) == {"car": 20, "#0909c8": 10}


def test_of_several_masks_the_one_of_numbers_is_read(tmp_path: Path) -> None:
    write_image(tmp_path / "leftImg8bit" / "train" / "ulm" / "ulm_1_leftImg8bit.png", (10, 6))
    folder = tmp_path / "gtFine" / "train" / "ulm"
    folder.mkdir(parents=True)
    for kind, count in (("color", 1), ("instanceIds", 2), ("labelIds", 3)):
        Image.fromarray(values((7, count))).save(folder / f"ulm_1_gtFine_{kind}.png")
    found = ingest_rows(tmp_path)
    assert areas(found) == {"7": 3}
    assert [row["split"] for row in found.samples] == ["train"]
    assert found.codes["LABELS_UNREAD"] == 2


def test_masks_apart_from_their_images(tmp_path: Path) -> None:
    masked(tmp_path / "set", values((3, 4)))
    (tmp_path / "set" / "masks").rename(tmp_path / "elsewhere")
    found = ingest_rows(tmp_path / "set", labels=str(tmp_path / "elsewhere"))
    assert areas(found) == {"3": 4}


def test_a_photograph_is_no_mask(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    found = ingest_rows(masked(tmp_path, noise, "RGB"))
    assert found.annotations == []
    assert found.codes["LABEL_FILE_INVALID"] == 1


def test_broken_masks_are_reported(tmp_path: Path) -> None:
    masked(tmp_path, values((1, 5), (7, 9)))
    path = tmp_path / "masks" / "a.png"
    good = path.read_bytes()
    for seed in range(30):
        chance = random.Random(seed)
        spoilt = bytearray(good[: chance.randrange(len(good) - 12)] if seed % 2 else good)
        for _ in range(0 if seed % 2 else 8):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        path.write_bytes(bytes(spoilt))
        found = ingest_rows(tmp_path)  # found = imported + reported
        assert len(found.samples) == 1
        assert found.annotations or found.codes["LABEL_FILE_INVALID"] == 1, (seed, found.issues)


@st.composite
def rectangles(draw: st.DrawFn) -> list[Label]:
    """Masks that may share pixels."""
    labels = []
    for number in range(draw(st.integers(1, 4))):
        pixels = np.zeros((HEIGHT, WIDTH), dtype=bool)
        x, y = draw(st.integers(0, WIDTH - 2)), draw(st.integers(0, HEIGHT - 2))
        pixels[y : y + draw(st.integers(1, 9)), x : x + draw(st.integers(1, 9))] = True
        runs = rle.from_pixels(pixels)
        name = draw(st.sampled_from(["car", "größe 2", "person"]))
        labels.append(
            Label(f"{number}", name, "mask", rle.bounding_box(runs), geometry=rle.to_json(runs))
        )
    return labels


def pixels_of(rows: list[dict[str, object]]) -> dict[str, np.ndarray]:
    """Class -> its pixels."""
    found: dict[str, np.ndarray] = {}
    for row in rows:
        geometry = row["geometry"]
        assert isinstance(geometry, bytes)
        mask = rle.to_pixels(rle.parse(geometry)[0]).astype(bool)
        name = str(row["class"])
        found[name] = found[name] | mask if name in found else mask
    return found


@pytest.mark.parametrize("format_name", ["masks", "coco_panoptic"])
@settings(max_examples=10)
@given(labels=rectangles())
def test_pixels_come_back(
    format_name: str, labels: list[Label], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("masks")
    picture = write_image(tmp_path_factory.mktemp("picture") / "one.png", (WIDTH, HEIGHT))
    one = Picture("", "/nowhere/1.png", "1.png", None, WIDTH, HEIGHT, labels=labels)
    losses = write(format_name, content_of([one]), folder, picture)
    found = ingest_rows(folder)
    assert found.summary["format"] == {"coco_panoptic": "coco"}.get(format_name, format_name)
    wanted: dict[str, np.ndarray] = {}
    for label in labels:  # the later one on top
        assert label.geometry is not None
        mask = rle.to_pixels(rle.parse(label.geometry)[0]).astype(bool)
        wanted = {name: pixels & ~mask for name, pixels in wanted.items()}
        name = str(label.class_name)
        wanted[name] = wanted.get(name, False) | mask
    wanted = {name: pixels for name, pixels in wanted.items() if pixels.any()}
    read = pixels_of(found.annotations)
    assert read.keys() == wanted.keys()
    assert all((read[name] == wanted[name]).all() for name in wanted)
    merged = losses.count("INSTANCES_MERGED")
    if not losses.count("PIXELS_COVERED"):
        assert len(found.annotations) == len(labels) - losses.annotations_lost - merged


def test_what_pixels_cannot_hold_is_counted(tmp_path: Path) -> None:
    picture = write_image(tmp_path / "one.png", (WIDTH, HEIGHT))
    ring = b"[[1,1,9,1,9,9,1,9]]"
    labels = [
        Label("a", "car", "box", (1, 2, 3, 4)),
        Label("b", "car", "polygon", (1, 1, 8, 8), geometry=ring, is_crowd=True),
        Label("c", "a/b", "polygon", (1, 1, 8, 8), geometry=ring, confidence=0.5),
        Label("d", None, "polygon", (1, 1, 8, 8), geometry=ring),
    ]
    pictures = [
        Picture("", "/nowhere/1.png", "1.png", "fold 1", WIDTH, HEIGHT, labels=labels),
        Picture("", "/nowhere/2.png", "2.png", None, labels=labels[1:2]),
    ]
    for format_name, further in (("masks", {"CROWD_AS_OBJECT": 2}), ("coco_panoptic", {})):
        folder = tmp_path / format_name
        folder.mkdir()
        losses = write(format_name, content_of(pictures), folder, picture)
        counts = {issue.code: issue.count for issue in losses.issues()}
        left = {"ANNOTATION_LEFT_OUT": 1} if format_name == "masks" else {"ANNOTATION_LEFT_OUT": 2}
        assert counts == {
            "CLASS_MISSING": 1,
            "CONFIDENCE_LOST": 1,
            "IMAGE_WITHOUT_SIZE": 1,
            "PIXELS_COVERED": 1,
            "SHAPE_AS_PIXELS": 2,
            **left,
            **further,
            **({"SPLIT_LOST": 1} if format_name == "masks" else {}),
        }
    panoptic = ingest_rows(tmp_path / "coco_panoptic")
    assert sorted(str(row["split"]) for row in panoptic.samples) == ["None", "fold 1"]


def test_more_classes_than_a_byte_holds_are_refused(tmp_path: Path) -> None:
    content = content_of([])
    content.classes *= 60
    with pytest.raises(VisionLensError, match="REQUEST_INVALID"):
        write("masks", content, tmp_path, None)
