from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.voc.xml import parse_voc
from visionlens_jlab.tests.formats.writers import voc_object, voc_xml, write_image, write_text
from visionlens_jlab.tests.jobs.ingest_context import ingest_rows


def labels(folder, **params):
    return ingest_rows(folder, labels_only=True, **params)


def make(folder, objects: dict[str, str | None]):
    """JPEGImages/<name>.png with Annotations/<name>.xml; None: no XML file."""
    for name, text in objects.items():
        write_image(folder / "JPEGImages" / f"{name}.png")
        if text is not None:
            write_text(folder / "Annotations" / f"{name}.xml", voc_xml(f"{name}.png", text))
    return folder


def test_boxes_flags_and_attributes(tmp_path):
    more = (
        "<pose>Left</pose><truncated>1</truncated><difficult>0</difficult>"
        "<attributes><attribute><name>colour</name><value>red</value></attribute></attributes>"
    )
    polygon = "<polygon><x1>1</x1><y1>2</y1><x2>9</x2><y2>2</y2><x3>9</x3><y3>8.5</y3></polygon>"
    corners = ((1, 2), (9, 2), (9, 8))
    inner = "".join(f"<pt><x>{x}</x><y>{y}</y></pt>" for x, y in corners)
    points = f"<polygon>{inner}</polygon>"
    objects = voc_object("dog", (1, 2.5, 11, 22), more) + voc_object("cat", (1, 2, 9, 8.5), polygon)
    found = labels(make(tmp_path, {"a": objects + voc_object("cat", (1, 2, 9, 8), points)}))
    first, second, third = found.annotations
    assert [first[key] for key in "xywh"] == [1, 2.5, 10, 19.5]
    assert (first["truncated"], first["difficult"], first["occluded"]) == (True, False, None)
    assert json.loads(first["attributes"]) == {"pose": "Left", "colour": "red"}
    assert json.loads(second["geometry"]) == [[1, 2, 9, 2, 9, 8.5]]
    assert json.loads(third["geometry"]) == [[1, 2, 9, 2, 9, 8]]
    assert found.class_names == ["dog", "cat"]
    assert (found.samples[0]["width"], found.samples[0]["height"]) == (40, 30)


def test_splits_come_from_image_sets(tmp_path):
    make(tmp_path, dict.fromkeys("abcd", ""))
    sets = {
        "train": "a\n",
        "val": "b 1\n",
        "test": "c",
        "trainval": "a\nb\nd\n",
        "dog_train": "d -1\n",
    }
    for name, text in sets.items():
        write_text(tmp_path / "ImageSets" / "Main" / f"{name}.txt", text)
    assert [row["split"] for row in labels(tmp_path).samples] == ["train", "val", "test", None]
    (tmp_path / "ImageSets/Main/train.txt").unlink()
    assert [row["split"] for row in labels(tmp_path).samples] == [
        "trainval",
        "val",
        "test",
        "trainval",
    ]


def test_odd_things_are_listed(tmp_path):
    objects = (
        voc_object("dog", (5, 5, 5, 9)) + voc_object("dog", (9, 9, 5, 5))
        + voc_object("dog", (1, 1, "x", 5)) + "<object><name>cat</name></object>"
        + voc_object("dog", (1, 1, 60, 20)) + voc_object("dog", (1, 1, "nan", 5))
    )  # fmt: skip
    make(tmp_path, {"a": objects, "b": None, "c": ""})
    write_text(tmp_path / "Annotations" / "c.xml", "<annotation><object>")
    write_text(
        tmp_path / "Annotations" / "d.xml", voc_xml("d.png", voc_object("dog", (1, 2, 3, 4)))
    )
    write_text(tmp_path / "Annotations" / "second.xml", voc_xml("a.png"))
    found = ingest_rows(tmp_path)
    assert found.codes == {
        "BOX_EMPTY": 1, "BOX_INVERTED": 1, "ANNOTATION_INVALID": 3, "BOX_OUTSIDE": 1,
        "IMAGE_WITHOUT_LABELS": 1, "LABEL_FILE_INVALID": 1, "LABEL_WITHOUT_IMAGE": 1,
        "ANNOTATION_WITHOUT_IMAGE": 1, "DUPLICATE_IMAGE": 1,
    }  # fmt: skip
    assert found.boxes("JPEGImages/a.png") == [(5, 5, 0, 4), (5, 5, 4, 4), (1, 1, 59, 19)]
    assert found.summary["images"] == {"found": 3, "imported": 3, "skipped": 0}
    assert found.summary["label_files"] == {"found": 4, "imported": 1, "skipped": 3}


def test_files_beside_images_and_names_in_the_file(tmp_path):
    for split in ("train", "valid"):
        write_image(tmp_path / split / "same.png")
        text = voc_xml("C:\\data\\same.png", voc_object(split, (1, 2, 3, 4)))
        write_text(tmp_path / split / f"{split}.xml", text)
    found = labels(tmp_path)
    assert [(row["path"], row["split"]) for row in found.samples] == [
        ("train/same.png", "train"),
        ("valid/same.png", "val"),
    ]
    assert [row["class"] for row in found.annotations] == ["train", "valid"]


def test_label_files_alone(tmp_path):
    write_text(
        tmp_path / "Annotations" / "a.xml", voc_xml("a.png", voc_object("dog", (1, 2, 3, 4)))
    )
    found = labels(tmp_path)
    assert [(row["path"], row["width"]) for row in found.samples] == [("a.png", 40)]
    with pytest.raises(VisionLensError, match="DIR_EMPTY"):
        ingest_rows(tmp_path)


def test_devkit_layout(tmp_path):
    make(tmp_path / "VOCdevkit" / "VOC2012", {"a": voc_object("dog", (1, 2, 3, 4))})
    write_text(tmp_path / "VOCdevkit/VOC2012/ImageSets/Main/val.txt", "a\n")
    assert [row["split"] for row in labels(tmp_path).samples] == ["val"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<annotation>",
        "<html></html>",
        '<!DOCTYPE a [<!ENTITY x "y">]><annotation><filename>&x;</filename></annotation>',
    ],
)
def test_files_that_are_none(text):
    with pytest.raises(ValueError, match=r"."):
        parse_voc(text.encode())


corner = st.floats(0, 1e4)


@given(
    boxes=st.lists(st.tuples(corner, corner, corner, corner), max_size=6),
    broken=st.integers(0, 3),
)
def test_every_box_arrives_exactly(tmp_path_factory, boxes, broken):
    folder = tmp_path_factory.mktemp("voc")
    ordered = [(min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in boxes]
    objects = "".join(voc_object("dog", tuple(map(repr, box))) for box in ordered)
    make(folder, {"a": objects + "<object></object>" * broken})
    found = labels(folder)
    assert found.boxes("JPEGImages/a.png") == [(a, b, c - a, d - b) for a, b, c, d in ordered]
    assert found.summary["annotations"]["found"] == len(boxes) + broken
    assert found.codes["ANNOTATION_INVALID"] == broken
