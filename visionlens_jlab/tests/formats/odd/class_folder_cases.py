"""Odd class folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from visionlens_jlab.tests.formats.odd.cases import Cases, Check
from visionlens_jlab.tests.formats.writers import write_image, write_text
from visionlens_jlab.tests.jobs.ingest_context import Ingested

CASES = Cases("class folders")


def make(folder: Path, *paths: str) -> None:
    for path in paths:
        write_image(folder / path)


def facts(expected: dict[str, tuple[str | None, str | None]], *classes: str) -> Check:
    """A check: path -> (split, class) of every image, and the names of all classes."""

    def check(found: Ingested) -> None:
        labels = {row["sample_id"]: row["class"] for row in found.annotations}
        assert {
            row["path"]: (row["split"], labels.get(row["sample_id"])) for row in found.samples
        } == expected
        assert found.summary["format"] == "class_folders"
        assert found.class_names == list(classes)

    return check


TWO: dict[str, Any] = {"images": 2, "annotations": 2}


@CASES.add(
    "splits below the classes",
    **TWO,
    check=facts(
        {"cat/train/1.png": ("train", "cat"), "dog/val/2.png": ("val", "dog")}, "cat", "dog"
    ),
)
def _(folder: Path) -> None:
    make(folder, "cat/train/1.png", "dog/val/2.png")


@CASES.add(
    "many words for splits",
    images=4,
    annotations=4,
    check=facts(
        {
            "Train/a/1.png": ("train", "a"),
            "VALIDATION/a/2.png": ("val", "a"),
            "test_set/b/3.png": ("test", "b"),
            "training2/b/4.png": ("train", "b"),
        },
        "a",
        "b",
    ),
)
def _(folder: Path) -> None:
    make(folder, "Train/a/1.png", "VALIDATION/a/2.png", "test_set/b/3.png", "training2/b/4.png")


@CASES.add(
    "test images in no class folder",
    images=3,
    annotations=2,
    codes={"IMAGE_WITHOUT_LABELS": 1},
    check=facts(
        {
            "train/a/1.png": ("train", "a"),
            "train/b/2.png": ("train", "b"),
            "test/3.png": ("test", None),
        },
        "a",
        "b",
    ),
)
def _(folder: Path) -> None:
    make(folder, "train/a/1.png", "train/b/2.png", "test/3.png")


@CASES.add(
    "empty classes",
    **TWO,
    check=facts({"a/1.png": (None, "a"), "b/2.png": (None, "b")}, "a", "b", "c", "d", "e"),
)
def _(folder: Path) -> None:
    make(folder, "a/1.png", "b/2.png")
    for name in "cde":
        (folder / name).mkdir()


@CASES.add(
    "a class that is empty in one split",
    **TWO,
    check=facts({"train/a/1.png": ("train", "a"), "val/a/2.png": ("val", "a")}, "a", "b"),
)
def _(folder: Path) -> None:
    make(folder, "train/a/1.png", "val/a/2.png")
    (folder / "val" / "b").mkdir()


@CASES.add(
    "nested folders, other and hidden files",
    images=3,
    annotations=3,
    check=facts(
        {
            "images/a/deep/er/1.png": (None, "a"),
            "images/a/2.png": (None, "a"),
            "images/b/3.JPG": (None, "b"),
        },
        "a",
        "b",
    ),
    codes={"FILES_UNUSED": 3, "LABELS_UNREAD": 1},
)
def _(folder: Path) -> None:
    make(folder, "images/a/deep/er/1.png", "images/a/2.png", "images/b/3.JPG")
    make(folder, "images/a/.4.png", "images/.c/5.png")
    for name in ("images/a/notes.txt", "images/b/labels.csv", "images/LICENSE", "README.md"):
        write_text(folder / name, "hello")


@CASES.add(
    "a picture beside the folders",
    images=3,
    annotations=2,
    codes={"IMAGE_WITHOUT_LABELS": 1},
    check=facts(
        {"a/1.png": (None, "a"), "b/2.png": (None, "b"), "grid.png": (None, None)}, "a", "b"
    ),
)
def _(folder: Path) -> None:
    make(folder, "a/1.png", "b/2.png", "grid.png")


@CASES.add(
    "names with spaces, dots, numbers and other scripts",
    images=4,
    annotations=4,
    check=facts(
        {
            "0/1.png": (None, "0"),
            "a b/1.png": (None, "a b"),
            "n02.x/1.png": (None, "n02.x"),
            "\u732b/1.png": (None, "\u732b"),
        },
        "0",
        "a b",
        "n02.x",
        "\u732b",
    ),
)
def _(folder: Path) -> None:
    make(folder, "0/1.png", "a b/1.png", "n02.x/1.png", "\u732b/1.png")


@CASES.add(
    "a folder named like an image",
    **TWO,
    check=facts({"a.png/1.png": (None, "a.png"), "b/2.png": (None, "b")}, "a.png", "b"),
)
def _(folder: Path) -> None:
    make(folder, "a.png/1.png", "b/2.png")


@CASES.add(
    "images that cannot be read",
    images=1,
    annotations=1,
    codes={"IMAGE_UNREADABLE": 2, "ANNOTATION_WITHOUT_IMAGE": 2},
    params={"labels_only": False},
)
def _(folder: Path) -> None:
    make(folder, "a/1.png")
    write_text(folder / "a" / "2.png", "")
    write_text(folder / "b" / "3.jpg", "text")


@CASES.add("a folder linked to another class", images=4, annotations=4)
def _(folder: Path) -> None:
    make(folder, "a/1.png", "b/2.png", "b/3.png")
    (folder / "c").symlink_to(folder / "a")
    (folder / "a" / "up").symlink_to(folder)
