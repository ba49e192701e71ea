"""Checks that an ingest accounts for every file of a folder."""

from __future__ import annotations

import re
from pathlib import Path

from visionlens_jlab.media.headers import is_image
from visionlens_jlab.media.sources import LocalSource
from visionlens_jlab.tests.jobs.ingest_context import Ingested

_SEVERAL = re.compile(r"(\d+) files? ")


def assert_all_accounted(folder: Path, found: Ingested) -> None:
    """Each image is a sample or a skipped one, each other file was read or is in the report.

    What was read is known by its number only, so numbers are compared, and those must be exact.
    """
    files = [entry.path for entry in LocalSource(folder).walk()]
    images = {path for path in files if is_image(path)}
    samples = {row["path"] for row in found.samples}
    named = {issue["item"] for issue in found.issues}
    masks = {issue["item"] for issue in _items(found, "LABELS_UNREAD")} & images
    read = images - samples - named
    """Masks that are labels."""
    assert not read or found.summary["format"] == "masks"
    invented = {row for row in samples if row not in images} | {
        issue["item"]
        for issue in found.issues
        if issue["kind"] == "image" and issue["action"] == "skipped" and issue["item"] not in images
    }
    assert found.summary["images"]["found"] == len(images) - len(masks | read) + len(invented)
    unused = sum(int(_SEVERAL.match(i["message"])[1]) for i in _items(found, "FILES_UNUSED"))  # type: ignore[index]
    others = len(files) - len(images) - unused
    label_files = found.summary["label_files"]["found"] - len(masks | read)
    # Dataset files (data.yaml, lists of splits, names of classes) are read and no label files.
    assert 0 <= others - label_files <= len(_dataset_files(files)), (others, label_files)


def _items(found: Ingested, code: str) -> list[dict[str, str]]:
    return [issue for issue in found.issues if issue["code"] == code]


def _dataset_files(files: list[str]) -> list[str]:
    return [
        path
        for path in files
        if path.endswith((".yaml", ".yml", ".data", ".names"))
        or "ImageSets/" in path
        or path.rpartition("/")[2] in ("classes.txt", "train.txt", "val.txt", "labelmap.txt")
        or path.endswith("_classes.csv")
    ]
