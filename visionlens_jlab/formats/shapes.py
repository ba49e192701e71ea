"""Formats that can be read, what of them lies in a folder, and what they cannot hold."""

from __future__ import annotations

from typing import Literal

from visionlens_jlab.core.shapes import Model


class DetectRequest(Model):
    """What would be ingested from here?"""

    source: str
    format: str | None = None
    images: str | None = None
    labels: str | None = None


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
    """What looks like labels and would not be read: a sentence for each kind."""


class FormatInfo(Model):
    """A format that can be read."""

    name: str
    label: str
    description: str


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
]
"""Formats that an export can write."""


class ExportIssue(Model):
    """What a format could not hold as it is."""

    code: str
    message: str
    count: int
    items: dict[str, int]
    """Up to 20 of them with their counts."""
