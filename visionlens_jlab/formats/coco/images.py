"""The images of one or several COCO files, as columns."""

from __future__ import annotations

import posixpath
from typing import Any

import msgspec
from msgspec import UNSET

from visionlens_jlab.formats.base import Action, Issue
from visionlens_jlab.formats.coco.layout import ImageResolver
from visionlens_jlab.formats.coco.records import IdMap, image_decoder
from visionlens_jlab.formats.fields import pixels
from visionlens_jlab.formats.folder_names import split_of_folder, split_of_path
from visionlens_jlab.formats.text.json_records import Decoded
from visionlens_jlab.media.headers import is_image

LEARN_FROM = 200
"""File names from which the folder they are relative to is learnt."""


class CocoImages:
    """All images met so far; the index in the columns is the ordinal.

    Parameters
    ----------
    files : dict
        Path -> bytes of every file of the image source.
    location : str
        Where that lies.
    """

    def __init__(self, files: dict[str, int], location: str = "") -> None:
        self.files = files
        self.location = location
        self.paths: list[str] = []
        self.splits: list[str | None] = []
        self.ids: list[str | None] = []
        """What label files call the images."""
        self.widths: list[int | None] = []
        self.heights: list[int | None] = []
        self.fields: dict[str, list[Any]] = {}
        self.issues: list[Issue] = []
        self.by_path: dict[str, int] = {}
        self.listed = 0
        """Number of images that a file lists; the others lie beside them."""
        self.passed_over: set[str] = set()
        """Folders of pictures that are no images of the dataset."""
        self.invalid = 0
        """Entries that could not be read; each has an issue."""

    def begin(self, name: str, path: str, split: str | None) -> FileImages:
        """Images of one more file; `path` is where it lies among the images, if it does."""
        return FileImages(self, name, path, split)

    def append(
        self,
        path: str,
        split: str | None,
        size: tuple[int | None, int | None],
        identity: Any = None,
    ) -> int:
        """A further image; its ordinal."""
        ordinal = len(self.paths)
        self.by_path[path] = ordinal
        self.paths.append(path)
        self.splits.append(split)
        self.ids.append(None if identity is None else str(identity))
        self.widths.append(size[0])
        self.heights.append(size[1])
        return ordinal

    def extend_field(self, name: str, first: int, values: list[Any]) -> None:
        """Set a field of the images from ordinal `first` to the end of the columns."""
        column = self.fields.setdefault(name, [])
        column += [None] * (first - len(column))
        column += values

    def note(self, code: str, action: Action, ordinal: int, message: str) -> None:
        """Add an item about an image."""
        self.issues.append(Issue(code, action, "image", self.paths[ordinal], message, ordinal))

    def stated_size(self, ordinal: int) -> tuple[int, int] | None:
        """(height, width) as a label file states it."""
        if ordinal < 0:
            return None
        height, width = self.heights[ordinal], self.widths[ordinal]
        return None if height is None or width is None else (height, width)

    def forget_names(self) -> None:
        """Once all images are handed over: annotations need nothing but the stated sizes."""
        self.paths, self.splits, self.by_path, self.fields = [], [], {}, {}

    def add_unlisted(self) -> None:
        """Images that lie beside listed ones but that no file lists; and fill the columns up.

        Where nothing is listed every image counts. Those of other folders are not read.
        """
        self.listed = len(self.paths)
        folders = {path.rpartition("/")[0] for path in self.paths if path in self.files}
        for path in self.files:
            if path in self.by_path or not is_image(path):
                continue
            folder = posixpath.dirname(path)
            if folder in self.passed_over:
                continue
            if folder in folders or not self.listed:
                ordinal = self.append(path, split_of_path(path), (None, None))
                self.note("IMAGE_WITHOUT_LABELS", "kept", ordinal, "No label file lists the image.")
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
        self.ordinals: IdMap[int] = IdMap()

    def add_licenses(self, block: bytes) -> None:
        """Note licence names, which stand for their ids in the field `license`."""
        try:
            entries = msgspec.json.decode(block)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return  # their ids stay
        for entry in entries:
            if isinstance(entry, dict) and _is_id(entry.get("id")) and entry.get("name"):
                self._licenses[entry["id"]] = str(entry["name"])

    def add(self, block: bytes) -> None:
        """Add a block of image entries."""
        decoded = self._decoder.decode(block)
        for index, reason in decoded.invalid:
            self._skip(self._count + index, reason)
        if self._resolver is None:
            first = [name for one in decoded.records[:LEARN_FROM] if (name := self._name_of(one))]
            self._resolver = ImageResolver(self._images.files, self._path, first, self._split)
        first_new = len(self._images.paths)
        new = [
            record
            for position, record in enumerate(decoded.records)
            if self._add(record, position, decoded)
        ]
        self._add_fields(new, first_new)
        self._count += len(decoded.records) + len(decoded.invalid)

    @property
    def recoded(self) -> bool:
        """Whether there was text that is not UTF-8."""
        return self._decoder.recoded

    def _skip(self, index: int, reason: str) -> None:
        item = f"{self._name}: images[{index}]"
        self._images.issues.append(
            Issue("IMAGE_ENTRY_INVALID", "skipped", "image", item, f"{reason}.")
        )
        self._images.invalid += 1

    def finish(self) -> None:
        """Turn licence ids into names: the list of licences may stand after the images."""
        column = self._images.fields.get("license")
        if column:
            for ordinal, identity in self._license_ids:
                column[ordinal] = self._licenses.get(identity, identity)

    def _name_of(self, record: Any) -> str:
        """The file name; LVIS states the address alone, which ends with folder and name."""
        name = record.file_name or ""
        if name.strip():
            return str(name)
        address = getattr(record, self._decoder.extras["coco_url"])
        return "/".join(address.split("/")[-2:]).strip("/") if isinstance(address, str) else ""

    def _find(self, record: Any, name: str, resolver: ImageResolver) -> tuple[str, bool]:
        """See `ImageResolver.resolve`; also by the addresses that the record states."""
        path, by_name = resolver.resolve(name)
        if path not in self._images.files:
            path = self._addressed(record) or path
        if by_name and path in self._images.by_path:
            # Another entry has that file: two images must not become one by a guess.
            return resolver.missing(name), False
        return path, by_name

    def _addressed(self, record: Any) -> str | None:
        images = self._images
        for member in ("coco_url", "flickr_url"):
            address = getattr(record, self._decoder.extras[member])
            if isinstance(address, str) and address.startswith(f"{images.location}/"):
                path = address[len(images.location) + 1 :]
                if path in images.files:
                    return path
        return None

    def _add(self, record: Any, position: int, decoded: Decoded) -> bool:
        """Add the image of a record; False: it is known already, or has no name."""
        images = self._images
        resolver = self._resolver
        assert resolver is not None
        name = self._name_of(record)
        if not name:
            at = decoded.positions[position] if decoded.positions else position
            self._skip(self._count + at, "It has no file name")
            return False
        path, by_name = self._find(record, name, resolver)
        others = resolver.rivals(path, name)
        if others:
            path = name.replace("\\", "/").lstrip("/")
        known = images.by_path.get(path)
        if known is not None:
            message = f"{self._name} lists the image again."
            images.issues.append(Issue("DUPLICATE_IMAGE", "kept", "other", path, message, known))
            if record.id is not None:
                self.ordinals.add(record.id, known)
            return False
        split = self._split or split_of_path(path)
        size = pixels(record.width), pixels(record.height)
        ordinal = images.append(path, split, size, record.id)
        for member, (_, reason) in decoded.dropped.get(position, {}).items():
            images.note("VALUE_INVALID", "kept", ordinal, f"{member}: {reason}.")
        for side, stated, found in zip(
            ("width", "height"), (record.width, record.height), size, strict=True
        ):
            if stated is not None and found is None:
                message = f"{side} {str(stated)[:40]!r} is no number of pixels; left out."
                images.note("VALUE_INVALID", "kept", ordinal, message)
        if record.id is None:
            message = "The entry has no id; no annotation can mean the image."
            images.note("VALUE_INVALID", "kept", ordinal, message)
        elif not self.ordinals.add(record.id, ordinal):
            message = f"The id {record.id} occurs twice; annotations mean the first."
            images.note("DUPLICATE_ID", "kept", ordinal, message)
        if others:
            message = f"{1 + len(others)} folders hold an image of that name, among them "
            message += f"{posixpath.dirname(others[0]) or '.'}; none was taken."
            images.note("IMAGE_AMBIGUOUS", "kept", ordinal, message)
        elif by_name:
            message = f"{name} is not there; the file of that name was taken."
            images.note("IMAGE_PATH_REPAIRED", "repaired", ordinal, message)
        return True

    def _add_fields(self, records: list[Any], first: int) -> None:
        """Fields of new images, of which `first` is the first one's ordinal."""
        for key, attribute in self._decoder.extras.items():
            values = [getattr(record, attribute) for record in records]
            for index, value in enumerate(values):
                if value is UNSET or value is None:
                    values[index] = None
                elif key == "license" and _is_id(value):
                    self._license_ids.append((first + index, value))
                elif key == "split" and isinstance(value, str):
                    values[index] = None
                    self._images.splits[first + index] = (
                        _split(value) or self._images.splits[first + index]
                    )
            if any(value is not None for value in values):
                self._images.extend_field(key, first, values)


def _is_id(value: Any) -> bool:
    return isinstance(value, int | float | str)


def _split(value: str | None) -> str | None:
    return (split_of_folder(value) or value) if value else None
