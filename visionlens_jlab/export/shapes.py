"""Exports."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from visionlens_jlab.core.shapes import DatasetRequest, Model
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.formats.shapes import ExportIssue, PluginFormatName, WrittenFormat


class ExportRequest(DatasetRequest):
    """Parameters of an export; `path` is a folder on the server that is new or empty."""

    changes_dataset: ClassVar[bool] = False

    path: str
    format: WrittenFormat | PluginFormatName
    view: ViewSpec | None = None
    ids: list[int] | None = None
    """A selection of the view's level, instead of all of the view."""
    source: str = "ground_truth"
    """Or a run: its predictions as labels with confidence, where the format has a place."""
    images: Literal["copy", "link", "none"] = "copy"
    """link: hard links where the file system has them, else symbolic ones."""
    options: dict[str, Any] = {}
    """yolo: `task`, one of detect, segment, obb, pose; by default what holds most. Files of images:
    `shard_megabytes`."""


class ExportReport(Model):
    """What an export wrote, and what it could not."""

    path: str
    format: str
    images: int
    annotations: int
    """Written, in whatever form."""
    files: int
    issues: list[ExportIssue]
