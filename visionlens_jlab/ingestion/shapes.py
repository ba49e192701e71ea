"""What an ingest is asked for, folders of the server, and files sent from the browser."""

from __future__ import annotations

from typing import Any, Literal

from visionlens_jlab.core.shapes import JobParameters, Model
from visionlens_jlab.formats.shapes import FormatInfo


class IngestRequest(JobParameters):
    """Parameters of an ingest job; `images` / `labels` where they lie apart from `source`."""

    source: str
    name: str | None = None
    format: str | None = None
    images: str | None = None
    labels: str | None = None
    incremental: bool = False
    labels_only: bool = False
    options: dict[str, Any] = {}


class FrameIngest(IngestRequest):
    """An ingest whose rows come with the request; `source` only labels it."""

    source: str = "DataFrame"
    format: str | None = "dataframe"


class FolderEntry(Model):
    """A folder, or a file that may hold labels."""

    name: str
    path: str
    """Absolute."""
    kind: Literal["folder", "labels"]
    bytes: int | None = None


class Folder(Model):
    """One folder: what lies in it, and where else one may go."""

    path: str
    parent: str | None
    """None where the folders end that may be read."""
    entries: list[FolderEntry]
    images: int
    """Number of image files directly in it."""
    truncated: bool = False
    """Whether there is more than was listed."""
    next: str | None = None
    """Leads to the next part, where a listing comes in parts; each counts its own images."""
    places: list[str] = []
    """Folders that everything readable lies in."""
    recent: list[str] = []
    """Sources of datasets, newest first, that are still there."""


class Uploaded(Model):
    """An image file sent to a dataset; it becomes a sample with the next ingest of uploads."""

    filename: str
    """The name it was given: another one where that was taken."""
    bytes: int


class FormatList(Model):
    """Formats that can be read."""

    formats: list[FormatInfo]


class FolderQuery(Model):
    """Which folder; relative ones lie below the server's root."""

    path: str | None = None
    page: str | None = None
    """`Folder.next` of the part before."""
