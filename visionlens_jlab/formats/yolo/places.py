"""Where the images of a YOLO dataset lie: the folder itself, or others its dataset file names."""

from __future__ import annotations

import os
import posixpath
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from visionlens_jlab.formats.folder_names import IMAGE_WORDS, split_of_folder, split_of_path
from visionlens_jlab.formats.listing import is_folder
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.text.decoding import folded
from visionlens_jlab.media.headers import is_image
from visionlens_jlab.media.sources import Entry, Source


@dataclass
class Place:
    """A folder with images and its label files.

    `files` and `label_files` (path -> bytes) are all there is in the dataset's own folder, and
    only what was named in one outside.
    """

    root: str
    """A key of `Request.roots`."""
    source: Source
    label_source: Source
    files: dict[str, int] = field(default_factory=dict)
    label_files: dict[str, int] = field(default_factory=dict)
    own_labels: bool = False
    """Whether the label files have a folder of their own."""
    alias: str = ""
    """What labels call this folder, where a link leads to it."""
    _folded: dict[str, str] | None = None
    _images: list[str] | None = None
    _sorted: list[tuple[str, int]] = field(default_factory=list)
    """The images by path, each with its place in their order."""

    def below(self, folder: str) -> list[Entry]:
        """The images in a folder and the folders in it."""
        if self._images is None:
            self._images = [path for path in self.files if is_image(path)]
            self._sorted = sorted((path, n) for n, path in enumerate(self._images))
        if not folder:
            inside = self._images
        else:
            first = bisect_left(self._sorted, (f"{folder}/",))
            last = bisect_left(self._sorted, (f"{folder}0",))  # 0 comes after /
            inside = [self._images[n] for n in sorted(n for _, n in self._sorted[first:last])]
        return [Entry(path, self.files[path]) for path in inside]

    def find(self, path: str) -> str | None:
        """A file by its path, in whatever case and Unicode form."""
        if path in self.files:
            return path
        if self._folded is None:
            self._folded = {folded(known): known for known in self.files}
        return self._folded.get(folded(path))

    def forget(self) -> None:
        """Files are about to be added."""
        self._folded = self._images = None


def own_place(request: Request) -> Place:
    """The dataset's own folder, or that of `images=`."""
    return Place(
        request.image_root,
        request.image_source,
        request.label_source,
        request.files(request.image_source),
        request.files(request.label_source),
        request.labels is not None,
    )


class Outside:
    """Places outside the dataset's own folder, opened when a dataset file names them."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self.places: dict[str, Place] = {}

    def exists(self, path: str) -> bool:
        """Whether a real path is a folder or file that may be read; elsewhere nothing is there."""
        if "://" in self._request.source.location or not self._request.may_read(path):
            return False
        try:
            return Path(path).exists()
        except OSError:  # a name no system allows
            return False

    def folder(self, path: str) -> tuple[Place, str]:
        """The place of a folder of images, and the folder's path in it."""
        base = self._base(path)
        place = self._place(base)
        inside = path[len(base) :].strip("/")
        self._take(place, inside)
        for labels in label_folders(inside):
            if is_folder(place.source, labels):
                self._take(place, labels)
        return place, inside

    def linked(self, own: Place, path: str) -> Place | None:
        """The place that a folder link in the dataset leads to; its labels are the dataset's."""
        target = absolute(own.source.location, "", path)
        if not self.exists(target) or not Path(target).is_dir():
            return None
        root, source = self._request.add_root(target)
        files = {entry.path: entry.bytes for entry in source.walk()}
        return Place(root, source, own.label_source, files, own.label_files, alias=path)

    def listed(self, path: str, folders: Iterable[str]) -> Place:
        """The place of a list of images, with the folders its lines name (relative to it)."""
        place = self._place(posixpath.dirname(path))
        for folder in folders:
            for each in (folder, *label_folders(folder)):
                if is_folder(place.source, each):
                    self._take(place, each)
        return place

    def _place(self, base: str) -> Place:
        if base not in self.places:
            root, source = self._request.add_root(base)
            labels = self._request.labels
            place = Place(root, source, labels or source)
            if labels is not None:
                place.label_files = self._request.files(labels)
                place.own_labels = True
            self.places[base] = place
        return self.places[base]

    def _take(self, place: Place, folder: str) -> None:
        folder = "" if folder == "." else folder
        place.forget()
        for entry in place.source.walk(folder):
            place.files[entry.path] = entry.bytes
            if not place.own_labels:
                place.label_files[entry.path] = entry.bytes

    def _base(self, path: str) -> str:
        """The folder whose other folders may hold the labels, as far as that may be read."""
        parts = path.split("/")
        # Labels lie beside the folder `images`, or, in `train/images`, above the split.
        beside = [
            "/".join(parts[:index])
            for index in range(len(parts) - 1, 1, -1)
            if parts[index].lower() in IMAGE_WORDS
        ]
        above = (*beside[:1], posixpath.dirname(path))
        return next((base for base in above if self._request.may_read(base)), path)


def label_folders(folder: str) -> Iterator[str]:
    """Folders in which the labels of a folder's images may lie."""
    parts = folder.split("/")
    for index in range(len(parts) - 1, -1, -1):
        if parts[index].lower() in IMAGE_WORDS:
            yield "/".join([*parts[:index], "labels", *parts[index + 1 :]])
            break
    else:
        yield f"labels/{folder}" if folder else "labels"


def folder_alike(folders: Iterable[str], stated: str) -> str | None:
    """The folder whose path ends like the one stated; `valid` and `val` are the same.

    The longest end counts, and of several folders the one nearest to the top, if it is alone.
    """
    wanted = _words(stated)
    known = {folder: _words(folder) for folder in _with_parents(folders)}
    split = split_of_path(f"{stated}/")
    for length in range(len(wanted), 0, -1):
        end = wanted[-length:]
        if split is not None and split not in end:
            return None  # what is left of it may be another split
        fits = [folder for folder, words in known.items() if words[-length:] == end]
        fits.sort(key=lambda folder: folder.count("/"))
        if fits:
            alone = len(fits) == 1 or fits[0].count("/") < fits[1].count("/")
            return fits[0] if alone else None
    return None


def _with_parents(folders: Iterable[str]) -> set[str]:
    return {"/".join(parts[: n + 1]) for parts in _parts(folders) for n in range(len(parts))}


def _parts(folders: Iterable[str]) -> Iterator[list[str]]:
    return (folder.split("/") for folder in set(folders) if folder)


def _words(path: str) -> list[str]:
    """The folders of a path, those that name a split in one word."""
    parts = (part for part in path.split("/") if part not in ("", ".", ".."))
    return [split_of_folder(part) or folded(part) for part in parts]


def absolute(location: str, folder: str, stated: str) -> str:
    """A path of a dataset file as an absolute one without links and `..`."""
    return os.path.realpath(os.path.join(location, folder, Path(stated).expanduser()))  # noqa: PTH118
