"""The images of one or several COCO files, as columns."""

from __future__ import annotations

import posixpath
from typing import Any

import msgspec
from msgspec import UNSET

from visionlens_jlab.media.headers import is_image

from .base import Issue
from .coco_layout import ImageResolver
from .coco_records import image_decoder
from .splits import split_of_folder, split_of_path

LEARN_FROM = 200
"""File names from which the folder they are relative to is learnt."""


class CocoImages:
    """All images met so far; the index in the columns is the ordinal.

    Parameters
    ----------
    files : dict
        Path -> bytes of every file of the image source.
    """

    def __init__(self, files: dict[str, int]) -> None:
        self.files = files
        self.paths: list[str] = []
        self.splits: list[str | None] = []
        self.widths: list[int | None] = []
        self.heights: list[int | None] = []
        self.fields: dict[str, list[Any]] = {}
        self.issues: list[Issue] = []
        self.by_path: dict[str, int] = {}
        self.listed = 0
        """Number of images that a file lists; the others lie beside them."""
        self.invalid = 0
        """Entries that could not be read; each has an issue."""

    def begin(self, name: str, path: str, split: str | None) -> FileImages:
        """Images of one more file; `path` is where it lies among the images, if it does."""
        return FileImages(self, name, path, split)

    def append(self, path: str, split: str | None, size: tuple[int | None, int | None]) -> int:
        """A further image; its ordinal."""
        ordinal = len(self.paths)
        self.by_path[path] = ordinal
        self.paths.append(path)
        self.splits.append(split)
        self.widths.append(size[0])
        self.heights.append(size[1])
        return ordinal

    def extend_field(self, name: str, first: int, values: list[Any]) -> None:
        """Set a field of the images from ordinal `first` to the end of the columns."""
        column = self.fields.setdefault(name, [])
        column += [None] * (first - len(column))
        column += values

    def add_unlisted(self) -> None:
        """Images that lie beside listed ones but that no file lists; and fill the columns up."""
        self.listed = len(self.paths)
        folders = {path.rpartition("/")[0] for path in self.paths if path in self.files}
        for path in self.files:
            if path in self.by_path or not is_image(path):
                continue
            if posixpath.dirname(path) in folders:
                ordinal = self.append(path, split_of_path(path), (None, None))
                message = "No label file lists the image."
                self.issues.append(
                    Issue("IMAGE_WITHOUT_LABELS", "kept", "image", path, message, ordinal)
                )
        for column in self.fields.values():
            column.extend([None] * (len(self.paths) - len(column)))


class FileImages:
    """Collects the `images` list of one file; `ordinals` maps its ids to ordinals."""

    def __init__(self, images: CocoImages, name: str, path: str, split: str | None) -> None:
        self._images = images
        self._name = name
        self._path = path
        self._split = split
        self._decoder = image_decoder()
        self._licenses: dict[Any, str] = {}
        self._license_ids: list[tuple[int, Any]] = []
        self._resolver: ImageResolver | None = None
        self._count = 0
        self.ordinals: dict[Any, int] = {}

    def add_licenses(self, block: bytes) -> None:
        """Note licence names, which stand for their ids in the field `license`."""
        for entry in msgspec.json.decode(block):
            if isinstance(entry, dict) and "id" in entry and entry.get("name"):
                self._licenses[entry["id"]] = str(entry["name"])

    def add(self, block: bytes) -> None:
        """Add a block of image entries."""
        records, invalid = self._decoder.decode(block)
        for index, reason in invalid:
            item = f"{self._name}: images[{self._count + index}]"
            self._images.issues.append(
                Issue("IMAGE_ENTRY_INVALID", "skipped", "image", item, f"{reason}.")
            )
        self._images.invalid += len(invalid)
        self._count += len(records) + len(invalid)
        if self._resolver is None:
            first = [record.file_name for record in records[:LEARN_FROM]]
            self._resolver = ImageResolver(self._images.files, self._path, first)
        first_new = len(self._images.paths)
        new = [record for record in records if self._add(record, self._resolver)]
        self._add_fields(new, first_new)

    def finish(self) -> None:
        """Turn licence ids into names: the list of licences may stand after the images."""
        column = self._images.fields.get("license")
        if column:
            for ordinal, identity in self._license_ids:
                column[ordinal] = self._licenses.get(identity, identity)

    def _add(self, record: Any, resolver: ImageResolver) -> bool:
        """Add an image; False: it is known already."""
        images = self._images
        path, by_name = resolver.resolve(record.file_name)
        known = images.by_path.get(path)
        if known is not None:
            message = f"{self._name} lists the image again."
            images.issues.append(Issue("DUPLICATE_IMAGE", "kept", "other", path, message, known))
            self.ordinals.setdefault(record.id, known)
            return False
        split = self._split or split_of_path(path)
        ordinal = images.append(path, split, (_pixels(record.width), _pixels(record.height)))
        if record.id in self.ordinals:
            message = f"The id {record.id} occurs twice; annotations mean the first."
            images.issues.append(Issue("DUPLICATE_ID", "kept", "image", path, message, ordinal))
        self.ordinals.setdefault(record.id, ordinal)
        if by_name:
            message = f"{record.file_name} is not there; the file of that name was taken."
            images.issues.append(
                Issue("IMAGE_PATH_REPAIRED", "repaired", "image", path, message, ordinal)
            )
        return True

    def _add_fields(self, records: list[Any], first: int) -> None:
        """Fields of new images, of which `first` is the first one's ordinal."""
        for key, attribute in self._decoder.extras.items():
            values = [getattr(record, attribute) for record in records]
            for index, value in enumerate(values):
                if value is UNSET or value is None:
                    values[index] = None
                elif key == "license":
                    self._license_ids.append((first + index, value))
                elif key == "split" and isinstance(value, str):
                    values[index] = None
                    self._images.splits[first + index] = (
                        _split(value) or self._images.splits[first + index]
                    )
            if any(value is not None for value in values):
                self._images.extend_field(key, first, values)


def _split(value: str | None) -> str | None:
    return (split_of_folder(value) or value) if value else None


def _pixels(value: Any) -> int | None:
    if type(value) is int and value > 0:
        return value
    try:
        pixels = int(float(value))
    except (TypeError, ValueError, OverflowError):
        return None
    return pixels if pixels > 0 else None
