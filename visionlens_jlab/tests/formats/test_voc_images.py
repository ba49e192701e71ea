"""Boxes of Pascal VOC files lie on the picture that the file describes, or on none."""

from __future__ import annotations

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from visionlens_jlab.formats.voc.images import ImageFinder, Match, Stated
from visionlens_jlab.tests.formats.writers import voc_object, voc_xml, write_image, write_text
from visionlens_jlab.tests.jobs.ingest_context import ingest_rows

DOG = voc_object("dog", (1, 2, 11, 22))
XML = "Annotations/x.xml"

# images, label files, what the first label file states, its image (None: not decided or none)
PLACES = {
    "a copy in another folder": (["Backup/x.jpg", "JPEGImages/x.jpg"], [XML], {}, 1),
    "a copy that comes later": (["JPEGImages/x.jpg", "Zoo/x.jpg"], [XML], {}, 0),
    "images": (["Backup/x.jpg", "images/x.jpg"], [XML], {}, 1),
    "the folder stated": (
        ["Backup/x.jpg", "JPEGImages/x.jpg"], [XML], {"folder": "Backup"}, 0,
    ),
    "the path stated": (
        ["Backup/x.jpg", "photos/x.jpg"], [XML], {"path": r"D:\work\photos\x.jpg"}, 1,
    ),
    "a path goes before a folder": (
        ["Backup/x.jpg", "photos/x.jpg"], [XML], {"path": "/a/photos/x.jpg", "folder": "Backup"}, 1,
    ),
    "a stale path says nothing": (
        ["Backup/x.jpg", "JPEGImages/x.jpg"], [XML], {"path": "/home/me/old/x.jpg"}, 1,
    ),
    "nothing decides": (["Backup/x.jpg", "photos/x.jpg"], [XML], {}, None),
    "two suffixes": (["JPEGImages/x.jpg", "JPEGImages/x.png"], [XML], {"filename": "x.png"}, 1),
    "two suffixes, none stated": (["JPEGImages/x.jpg", "JPEGImages/x.png"], [XML], {}, None),
    "the suffix stated decides before the layout": (
        ["JPEGImages/x.jpg", "pngs/x.png"], [XML], {"filename": "x.png"}, 1,
    ),
    "folders below Annotations": (
        ["JPEGImages/train/x.jpg", "JPEGImages/val/x.jpg"], ["Annotations/val/x.xml"], {}, 1,
    ),
    "beside it": (
        ["train/x.jpg", "val/x.jpg"], ["val/x.xml"], {"folder": "train", "filename": "x.jpg"}, 1,
    ),
    "one set does not reach into another": (
        ["B/JPEGImages/x.jpg"], ["A/Annotations/x.xml", "B/Annotations/y.xml"], {}, None,
    ),
    "a folder does not reach into another": (
        ["train/y.jpg", "val/x.jpg", "val/z.jpg"], ["train/x.xml", "val/z.xml"], {}, None,
    ),
    "sets share the images above them": (
        ["JPEGImages/x.jpg"], ["A/Annotations/x.xml", "B/Annotations/y.xml"], {}, 0,
    ),
    "place and file contradict": (
        ["A/one/x.jpg", "two/x.jpg"], ["A/Annotations/x.xml"], {"folder": "two"}, None,
    ),
    "the name stated, in two folders": (
        ["Backup/z.jpg", "JPEGImages/z.jpg"], [XML], {"filename": "z.jpg"}, 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PLACES)
def test_the_image_of_a_label_file(name: str) -> None:
    images, labels, stated, wanted = PLACES[name]
    finder = ImageFinder(images, labels, lambda _: Stated(**stated), invent=False)
    found = finder.find(labels[0])
    assert found.image == (None if wanted is None else images[wanted])


def test_what_is_not_decided_is_reported(tmp_path) -> None:
    for folder in ("Backup", "photos"):
        write_image(tmp_path / folder / "x.png")
    write_text(tmp_path / "Annotations" / "x.xml", voc_xml("x.png", DOG))
    write_text(tmp_path / "Annotations" / "y.xml", voc_xml("y.png", DOG))
    write_image(tmp_path / "photos" / "y.png")
    write_image(tmp_path / "elsewhere" / "z.png")
    found = ingest_rows(tmp_path, labels_only=True, format="voc")
    assert found.codes == {
        "LABEL_AMBIGUOUS": 1, "ANNOTATION_WITHOUT_IMAGE": 1, "IMAGE_WITHOUT_LABELS": 2,
        "IMAGE_UNLISTED": 1,
    }  # fmt: skip
    assert found.boxes("photos/y.png") == [(1, 2, 10, 20)]
    assert len(found.annotations) == 1
    [told] = [issue for issue in found.issues if issue["code"] == "LABEL_AMBIGUOUS"]
    assert "Backup/x.png or photos/x.png" in told["message"]


def test_two_files_about_one_image_leave_the_nearer_one(tmp_path) -> None:
    write_image(tmp_path / "B" / "JPEGImages" / "x.png")
    for base in ("A", "B"):
        text = voc_xml("x.png", voc_object(base, (1, 2, 3, 4)))
        write_text(tmp_path / "labels" / base / "x.xml", text)
    found = ingest_rows(tmp_path, labels_only=True, format="voc")
    assert [row["class"] for row in found.annotations] == ["B"]
    assert found.codes == {"DUPLICATE_IMAGE": 1, "ANNOTATION_WITHOUT_IMAGE": 1}


def test_masks_stay_in_their_set(tmp_path) -> None:
    for year, size in (("VOC2007", 3), ("VOC2012", 5)):
        write_image(tmp_path / year / "JPEGImages" / "1.png")
        write_text(tmp_path / year / "Annotations" / "1.xml", voc_xml("1.png"))
        for kind in ("SegmentationClass", "SegmentationObject"):
            path = tmp_path / year / kind / "1.png"
            path.parent.mkdir(parents=True)
            mask = Image.new("P", (40, 30))
            mask.paste(1, (0, 0, size, size))
            mask.save(path)
    found = ingest_rows(tmp_path, labels_only=True, format="voc")
    areas = {row["sample_id"]: row["area"] for row in found.annotations}
    assert {row["path"]: areas[row["sample_id"]] for row in found.samples} == {
        "VOC2007/JPEGImages/1.png": 9, "VOC2012/JPEGImages/1.png": 25,
    }  # fmt: skip


FOLDERS = st.sampled_from(["Backup", "JPEGImages", "aug", "old/JPEGImages", "zip/x"])
SETS = st.lists(st.sampled_from(["", "A", "B", "C/D"]), min_size=1, max_size=3, unique=True)


@given(sets=SETS, copies=st.lists(st.tuples(st.sampled_from(["", "A", "B", "C/D"]), FOLDERS)))
def test_no_label_file_goes_to_a_picture_of_another_set(sets, copies) -> None:
    own = {posixpath.join(base, "JPEGImages/x.jpg") for base in sets}
    images = sorted(own | {posixpath.join(base, folder, "x.jpg") for base, folder in copies})
    labels = [posixpath.join(base, XML) for base in sets]
    finder = ImageFinder(images, labels, lambda _: Stated(), invent=False)
    for base, label in zip(sets, labels, strict=True):
        found = finder.find(label)
        meant = posixpath.join(base, "JPEGImages/x.jpg")
        assert found == Match(meant) or (found.image is None and meant in found.others)
