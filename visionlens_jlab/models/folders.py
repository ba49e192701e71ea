"""Folders of the server as the browser sees them, and files sent from it."""

from __future__ import annotations

from typing import Literal

from .base import Model


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
    places: list[str] = []
    """Folders that everything readable lies in."""
    recent: list[str] = []
    """Sources of datasets, newest first, that are still there."""


class Uploaded(Model):
    """An image file sent to a dataset; it becomes a sample with the next ingest of uploads."""

    filename: str
    """The name it was given: another one where that was taken."""
    bytes: int
