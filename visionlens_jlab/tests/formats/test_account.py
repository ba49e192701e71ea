"""Every file of a folder is read, or named in the report with what it seems to be."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.detect import detect
from visionlens_jlab.formats.shapes import DetectRequest
from visionlens_jlab.formats.signatures.signatures import Seen, reader_of, seen
from visionlens_jlab.tests.formats.foreign import KITTI_CALIBRATION, LAYOUTS, write_layout
from visionlens_jlab.tests.formats.writers import (
    coco,
    coco_box,
    coco_image,
    voc_xml,
    write_image,
    write_text,
)
from visionlens_jlab.tests.jobs.accounting import assert_all_accounted
from visionlens_jlab.tests.jobs.ingest_context import ingest_rows


def unread(found) -> dict[str, str]:
    return {i["item"]: i["message"] for i in found.issues if i["code"] == "LABELS_UNREAD"}


WITHOUT_IMAGES = ("TFRecord", "a Parquet table", "a tar archive")
"""Read where images are in them; those of these layouts are beside them."""
READ = [
    name
    for name, layout in LAYOUTS.items()
    if name != "masks_by_image"  # several for one image, by names of their own
    and all(
        reader_of(Seen(what, labels=True)) and what not in WITHOUT_IMAGES
        for what in layout.labels.values()
    )
]
UNREAD = [name for name in LAYOUTS if name not in READ]


@pytest.mark.parametrize("name", READ)
def test_labels_of_other_tools_are_read_without_being_told(tmp_path, name):
    layout = LAYOUTS[name]
    folder = write_layout(tmp_path, layout)
    found = ingest_rows(folder, labels_only=True)
    assert unread(found) == {}
    what = next(iter(layout.labels.values()))
    assert found.summary["format"] == reader_of(Seen(what, labels=True))
    assert found.summary["label_files"]["imported"] == len(layout.labels)
    assert found.summary["annotations"]["found"]
    assert_all_accounted(folder, found)


@pytest.mark.parametrize("name", UNREAD)
def test_labels_that_are_not_read_are_named_with_what_they_seem_to_be(tmp_path, name):
    layout = LAYOUTS[name]
    folder = write_layout(tmp_path, layout)
    found = ingest_rows(folder, labels_only=True)
    named = unread(found)
    assert named.keys() == layout.labels.keys()
    for path, what in layout.labels.items():
        assert named[path].startswith(f"It seems to be {what} and was not read."), named[path]
    assert {row["path"] for row in found.samples} == set(layout.images)
    assert not set(found.class_names) & {"images", "masks", "labels", "train", "gtFine", "ds"}
    assert found.summary["label_files"] == {
        "found": len(layout.labels),
        "imported": 0,
        "skipped": len(layout.labels),
    }
    assert_all_accounted(folder, found)
    told = detect(DetectRequest(source=str(folder)))
    assert told.format == found.summary["format"]
    for what in layout.labels.values():
        assert any(f"to be {what}: not read" in line for line in told.unread), told.unread


@pytest.mark.parametrize("name", [n for n in UNREAD if len(LAYOUTS[n].files) == 1])
def test_labels_named_that_cannot_be_read_are_an_error(tmp_path, name):
    folder = write_layout(tmp_path, LAYOUTS[name])
    (path, what), *_ = LAYOUTS[name].labels.items()
    for labels in (folder / path, (folder / path).parent):
        for form in (None, "images", "yolo"):
            with pytest.raises(VisionLensError, match="LABELS_INVALID") as error:
                ingest_rows(folder, labels=str(labels), format=form, labels_only=True)
            assert error.value.hint
            if labels == folder / path:
                assert what in error.value.message


OTHERS = {
    "README.md": b"# About",
    "LICENSE": b"MIT",
    "notes.txt": b"to do: everything",
    "frames.mp4": b"\0\0\0\x18ftypmp42",
    "images.zip": b"PK\x03\x04",
    "results/a.txt": b"0 0.5 0.5 0.5 0.5 0.9\n",
    "metrics.json": b'{"AP": 0.5}',
}
KNOWN = {
    "coco": ("annotations/instances.json", None),
    "voc": ("Annotations/a.xml", voc_xml("a.jpg").encode()),
    "yolo": ("labels/a.txt", b"0 0.5 0.5 0.5 0.5\n"),
}
FOLDERS = ["", "sub/", "data/x/", "train/", "valid/images/", "images/", "labels/", "masks/", "cat/"]


@st.composite
def trees(draw: Any) -> tuple[dict[str, bytes], list[str]]:
    """Label-like and other files, and images, in any folders."""
    files: dict[str, bytes] = {}
    for name in draw(st.lists(st.sampled_from(sorted(LAYOUTS)), max_size=3, unique=True)):
        folder = draw(st.sampled_from(FOLDERS))
        files |= {folder + path: content for path, content in LAYOUTS[name].files.items()}
    for name in draw(st.lists(st.sampled_from(sorted(KNOWN)), max_size=2, unique=True)):
        path, content = KNOWN[name]
        files[draw(st.sampled_from(["", "sub/"])) + path] = (
            content
            or json.dumps(
                coco([coco_image(1, file_name="a.jpg")], [coco_box(1, 1, [1, 2, 3, 4])])
            ).encode()
        )
    for name in draw(st.lists(st.sampled_from(sorted(OTHERS)), max_size=3, unique=True)):
        files[draw(st.sampled_from(FOLDERS)) + name] = OTHERS[name]
    images = st.tuples(st.sampled_from(FOLDERS), st.sampled_from(["a.jpg", "b.png", "a_mask.png"]))
    return files, sorted({"".join(image) for image in draw(st.sets(images, min_size=1))})


@given(trees())
def test_nothing_vanishes_from_any_folder(tree):
    files, images = tree
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in images:
            write_image(folder / path)
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        try:
            found = ingest_rows(folder, labels_only=True)
        except VisionLensError as error:
            assert error.code in ("LABELS_INVALID", "DIR_EMPTY")
            assert error.hint
            return
        assert_all_accounted(folder, found)
        assert not set(found.class_names) & {"images", "masks", "labels", "train", "data"}
        told = detect(DetectRequest(source=str(folder)))
        assert told.format == found.summary["format"]
        # The preview names each kind of file that the report then names.
        named = {text.removeprefix("It seems to be ").partition(" and was")[0]
                 for text in unread(found).values()}  # fmt: skip
        assert {what for what in named if not any(f"to be {what}:" in t for t in told.unread)} <= {
            "YOLO text", "Pascal VOC XML",  # of the format that is read, but of no image
        }  # fmt: skip


def test_calibrations_are_no_labels(tmp_path):
    folder = write_layout(tmp_path, LAYOUTS["kitti"])
    for number in ("000000", "000001"):
        write_text(folder / "calib" / f"{number}.txt", KITTI_CALIBRATION.decode())
    found = ingest_rows(folder, labels_only=True)
    assert unread(found) == {}
    assert found.summary["label_files"]["found"] == 1
    [told] = [issue for issue in found.issues if issue["code"] == "FILES_UNUSED"]
    assert "2 files that seem to be a camera calibration" in told["message"]


def test_links_and_names_that_are_not_followed_are_named(tmp_path):
    home = tmp_path / "home"
    write_image(home / "a.png")
    write_text(tmp_path / "labels.json", "{}")
    (home / "labels.json").symlink_to(tmp_path / "labels.json")
    (home / "gone.csv").symlink_to(tmp_path / "nothing")
    found = ingest_rows(home, labels_only=True)
    assert {i["item"] for i in found.issues if i["code"] == "FILE_REFUSED"} == {
        "labels.json",
        "gone.csv",
    }


def test_unread_labels_do_not_touch_those_imported_before(tmp_path):
    """An incremental ingest of images whose labels cannot be read is one of images alone."""
    folder = write_layout(tmp_path, LAYOUTS["datumaro"])
    existing = pa.table({"sample_id": pa.array([], pa.uint32())})
    found = ingest_rows(folder, incremental=True, existing=existing, labels_only=True)
    assert found.codes["LABELS_UNREAD"] == 1
    assert not found.codes["LABELS_VANISHED"]


def test_many_files_that_seem_the_same_are_not_all_opened(tmp_path, monkeypatch):
    from visionlens_jlab.formats import account

    looked = []
    look = account.look
    monkeypatch.setattr(account, "SURE_AFTER", 5)
    monkeypatch.setattr(
        account, "look", lambda *args, **more: looked.append(args) or look(*args, **more)
    )
    write_image(tmp_path / "images" / "0.png")
    mot = LAYOUTS["mot"].files["gt/gt.txt"]
    for number in range(20):
        write_text(tmp_path / "label_2" / f"{number}.txt", mot.decode())
    write_text(tmp_path / "label_2" / "boxes.json", "{")
    found = ingest_rows(tmp_path, labels_only=True)
    assert found.codes["LABELS_UNREAD"] == 21
    assert len(looked) == 6


def test_a_large_file_is_not_read_whole(tmp_path, monkeypatch):
    from visionlens_jlab.formats.signatures import signatures

    write_image(tmp_path / "a.png")
    with (tmp_path / "labels.json").open("wb") as file:
        file.write(b'[{"image": "a.png", "bbox": [')
        file.truncate(400 * 2**20)
    taken = []
    seen = signatures.seen
    monkeypatch.setattr(
        signatures,
        "seen",
        lambda path, head, **more: taken.append(len(head)) or seen(path, head, **more),
    )
    assert list(unread(ingest_rows(tmp_path, labels_only=True))) == ["labels.json"]
    assert max(taken) <= signatures.HEAD


@given(
    st.sampled_from(["a.json", "labels.txt", "x.xml", "x.csv", "x.mat", "x", "images/a.txt"]),
    st.binary(max_size=400)
    | st.text('{}[]":,<>/= 0.5aimgelbx\n\\', max_size=400).map(str.encode)
    | st.sampled_from(sorted(LAYOUTS)).map(lambda n: next(iter(LAYOUTS[n].files.values()), b"")),
    st.integers(0, 400),
)
def test_any_bytes_seem_to_be_something(path, head, cut):
    told = seen(path, head[:cut])
    assert told.what
    assert isinstance(told.labels, bool)


HOSTILE = [b'"', b'"a', b"{ ", b"<a ", b"1,", b"[\n", b'{"a" ', b"<annotation", b"\\", b" ", b'"\\']


@pytest.mark.parametrize("content", [sign * (2**16 // len(sign)) for sign in HOSTILE])
@pytest.mark.parametrize("name", ["a.json", "a.xml", "a.txt"])
def test_hostile_beginnings_are_looked_at(name, content):
    assert seen(name, content).what
