"""Formats that can be read, what of them lies in a folder, and what they cannot hold."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from visionlens_jlab.core.shapes import Model


class DetectRequest(Model):
    """What would be ingested from here?"""

    source: str
    format: str | None = None
    images: str | None = None
    labels: str | None = None


class Candidate(Model):
    """A format that was looked for, and why it fits or does not."""

    format: str
    label: str
    fits: bool
    reason: str


class Detected(Model):
    """A format and where its parts were found."""

    format: str
    label: str
    source: str
    images: str | None
    labels: list[str]
    splits: list[str]
    reason: str
    suggested_name: str
    unread: list[str]
    """What looks like labels, or images, and would not be read: a sentence for each kind."""
    candidates: list[Candidate] = []
    """Every format, in the order in which they are asked: those that fit first."""

    def __str__(self) -> str:
        told = [f"{self.label}: {self.reason}", *(f"  {sentence}" for sentence in self.unread)]
        for one in self.candidates:
            if one.format != self.format:
                told.append(f"  {'also' if one.fits else 'not'} {one.label}: {one.reason}")
        return "\n".join(told)

    __repr__ = __str__


class FormatInfo(Model):
    """A format that can be read."""

    name: str
    label: str
    description: str
    written: bool
    """Whether an export can be written in it."""


WrittenFormat = Literal[
    "coco",
    "yolo",
    "voc",
    "class_folders",
    "cvat",
    "labelme",
    "label_studio",
    "via",
    "createml",
    "openimages",
    "kitti",
    "dota",
    "fiftyone",
    "imagefolder",
    "croissant",
    "csv",
    "parquet",
    "masks",
    "coco_panoptic",
    "lvis",
    "detection_text",
    "webdataset",
    "tfrecord",
    "parquet_images",
]
"""Formats that an export can write."""
PluginFormatName = Annotated[str, Field(pattern=r"^plugin:[^/]+/[^/]+$", max_length=200)]
"""One that a plugin writes: `plugin:<name>/<id>`."""


class ExportIssue(Model):
    """What a format could not hold as it is."""

    code: str
    message: str
    count: int
    items: dict[str, int]
    """Up to 20 of them with their counts."""
