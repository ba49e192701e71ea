"""Whole YOLO and VOC datasets with a random mixture of oddities: counts add up, and what is well
formed arrives exactly."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from visionlens_jlab.tests.formats.writers import voc_object, voc_xml, write_image, write_text
from visionlens_jlab.tests.jobs.ingest_context import Ingested, ingest_rows

WIDTH, HEIGHT = 40, 30
Box = tuple[float, float, float, float]

names = st.lists(
    st.sampled_from(["a", "b 1", "größe", "画像", "x.y", "IMG_7", "000012", "ñ", "UP", "train1"]),
    unique=True,
    min_size=1,
    max_size=5,
)
suffixes = st.sampled_from([".png", ".jpg", ".PNG", ".Jpeg", ".bmp"])
line_ends = st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\r\n \t\r\n"])
encodings = st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])
fraction = st.floats(0, 1)
position = st.floats(0, 1e4)


@dataclass
class Item:
    """An image with its label file; `rows` None: it has none."""

    name: str
    suffix: str
    rows: list[Any] | None
    readable: bool


def items(row: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Item]]:
    def of(listed: list[str]) -> st.SearchStrategy[list[Item]]:
        each = [
            st.builds(
                Item,
                st.just(name),
                suffixes,
                st.none() | st.lists(row, max_size=5),
                st.booleans() | st.just(True),
            )
            for name in listed
        ]
        return st.tuples(*each).map(list)

    return names.flatmap(of)


def write_picture(path: Path, item: Item) -> None:
    image = write_image(path.with_suffix(".png") if "." not in item.name else path.parent / "p.png")
    image.rename(path)
    if not item.readable:
        path.write_bytes(b"nothing")


def boxes_of(found: Ingested, item: Item) -> list[Box]:
    ids = {r["sample_id"] for r in found.samples if r["filename"] == item.name + item.suffix}
    rows = [row for row in found.annotations if row["sample_id"] in ids]
    return [(row["x"], row["y"], row["w"], row["h"]) for row in rows]


# ---- YOLO ----

YOLO_PLACES = [
    ("images", "labels"), ("images/train", "labels/train"), ("train/images", "train/labels"),
    ("", ""), ("Images", "Labels"), ("data/images", "data/labels"), ("images/val", "labels"),
]  # fmt: skip
YOLO_FILES = {
    None: "",
    "data.yaml": "path: ../elsewhere\ntrain: {images}\nnames: [cat, dog, bird]\n",
    "dataset.yaml": "train: /mnt/x/{images}\nval: nothing\nnames: {{0: cat, 1: dog}}\nnc: 7\n",
    "x.yml": "train: [{images}]\nnc: 2\n",
    "broken/data.yaml": "names: [cat",
    "classes.txt": "cat\r\ndog\n",
}
UNREADABLE = ["x", "0 0.5", "0 nan 0 0 0", "0.5 0 0 0 0", "0 1 2 x 3", "cow 1 1 1 1", "\0"]
SILENT = ["", "   ", "# nothing"]
yolo_line = (
    st.tuples(st.integers(-1, 4), fraction, fraction, fraction, fraction)
    | st.sampled_from(UNREADABLE)
    | st.sampled_from(SILENT)
)


def yolo_text(row: Any) -> str:
    return row if isinstance(row, str) else " ".join(map(repr, row))


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(
    listed=items(yolo_line),
    places=st.sampled_from(YOLO_PLACES),
    config=st.sampled_from(list(YOLO_FILES)),
    end=line_ends,
    encoding=encodings,
    astray=st.lists(yolo_line, max_size=3) | st.none(),
)
def test_yolo(listed, places, config, end, encoding, astray):
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        images, labels = places
        for item in listed:
            path = folder / images / f"{item.name}{item.suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            write_picture(path, item)
            if item.rows is not None:
                text = end.join(map(yolo_text, item.rows))
                write_text(folder / labels / f"{item.name}.txt", "").write_bytes(
                    text.encode(encoding)
                )
        has_label = any(item.rows is not None for item in listed)
        if astray is not None and has_label and labels:
            write_text(folder / labels / "astray.txt", "\n".join(map(yolo_text, astray)))
        else:
            astray = []
        if config is not None:
            write_text(folder / config, YOLO_FILES[config].format(images=images or "."))
        params = {"format": "yolo", "options": {"task": "detect"}, "labels_only": True}
        # Nothing but a dataset file tells a folder without labels from one of plain images.
        if not any(map(_shows_labels, listed)) and config not in (
            "data.yaml",
            "dataset.yaml",
            "x.yml",
        ):
            return
        found = ingest_rows(folder, **params)
    counted = [row for item in listed for row in item.rows or []] + astray
    lines = [row for row in counted if row not in SILENT]
    assert found.summary["images"]["found"] == len(listed)
    assert found.summary["annotations"]["found"] == len(lines)
    labelled = sum(item.rows is not None for item in listed)
    assert found.summary["label_files"]["found"] == labelled + (
        "LABEL_WITHOUT_IMAGE" in found.codes
    )
    for item in listed:
        good = [row for row in item.rows or [] if not isinstance(row, str)]
        exact = [
            ((cx - w / 2) * WIDTH, (cy - h / 2) * HEIGHT, w * WIDTH, h * HEIGHT)
            for _, cx, cy, w, h in good
        ]
        assert boxes_of(found, item) == (exact if item.readable else [])


def _shows_labels(item: Item) -> bool:
    return item.rows is not None and not isinstance((item.rows or [""])[0], str)


# ---- VOC ----

VOC_PLACES = [
    ("JPEGImages", "Annotations"), ("", ""), ("train", "train"), ("VOC2012/JPEGImages",
    "VOC2012/Annotations"), ("images", "annotations/xmls"), ("img", "xml"),
]  # fmt: skip
BROKEN = [
    "<object/>", "<object><name>dog</name></object>", voc_object("dog", ("x", 1, 2, 3)),
    voc_object("dog", (1, 2, "nan", 3)), "<object><deleted>1</deleted></object>",
]  # fmt: skip
corners = st.tuples(position, position, position, position)
voc_row = corners | st.sampled_from(BROKEN)
wrappings = st.sampled_from(["plain", "declared", "namespace", "nameless", "sizeless", "windows"])


def voc_text(item: Item, wrapping: str, encoding: str) -> bytes:
    rows = [
        row if isinstance(row, str) else voc_object("dog", tuple(map(repr, row)))
        for row in item.rows or []
    ]
    stated = item.name + item.suffix if wrapping != "windows" else f"C:\\x\\{item.name}.tif"
    text = voc_xml(stated, "".join(rows), None if wrapping == "sizeless" else (WIDTH, HEIGHT))
    if wrapping == "namespace":
        text = text.replace("<annotation>", '<annotation xmlns="urn:x">', 1)
    if wrapping == "nameless":
        text = text.replace(f"<filename>{stated}</filename>", "")
    if wrapping == "declared" or encoding == "utf-16":
        text = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>\n{text}'
    return text.encode(encoding)


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(
    listed=items(voc_row),
    places=st.sampled_from(VOC_PLACES),
    wrapping=wrappings,
    encoding=encodings,
    broken=st.sampled_from([b"", b"<annotation>", b"<a/>", b'<!DOCTYPE a [<!ENTITY x "y">]><a/>']),
    astray=st.lists(voc_row, max_size=3) | st.none(),
)
def test_voc(listed, places, wrapping, encoding, broken, astray):
    if all(item.rows is None for item in listed):
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        images, labels = places
        for item in [*listed, Item("broken", ".png", [], True)]:
            path = folder / images / f"{item.name}{item.suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            write_picture(path, item)
            if item.rows is not None:
                data = broken if item.name == "broken" else voc_text(item, wrapping, encoding)
                write_text(folder / labels / f"{item.name}.xml", "").write_bytes(data)
        if astray is not None:
            lost = Item("astray", ".png", astray, True)
            write_text(folder / labels / "astray.xml", "").write_bytes(
                voc_text(lost, wrapping, encoding)
            )
        found = ingest_rows(folder, format="voc")
    labelled = [item for item in listed if item.rows is not None]
    skipped = sum(not item.readable for item in listed if item.rows is None)
    assert found.summary["images"] == {
        "found": len(listed) + 1,
        "imported": len(listed) + 1 - skipped,
        "skipped": skipped,
    }
    rows = sum(len(item.rows or []) for item in listed) + len(astray or [])
    assert found.summary["annotations"]["found"] == rows
    assert found.summary["label_files"]["found"] == len(labelled) + 1 + (astray is not None)
    assert found.codes["LABEL_FILE_INVALID"] == 1
    for item in listed:
        good = [row for row in item.rows or [] if not isinstance(row, str)]
        assert boxes_of(found, item) == [
            (min(a, c), min(b, d), max(a, c) - min(a, c), max(b, d) - min(b, d))
            for a, b, c, d in good
        ]
