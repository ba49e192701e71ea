"""Finds the images of a YOLO dataset and their splits.

A path in a dataset file is, in this order: relative to `path` and to the dataset file as it
stands; without its leading `../` (Roboflow writes `../train/images` and means `train/images`);
outside the dataset's folder, where it is there and may be read; the longest end of it that is
there (lists written on another machine, darknet's `data/...`) and names the split; the one folder
anywhere that ends like it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import Issue
from visionlens_jlab.formats.folder_names import ordered, split_of_path
from visionlens_jlab.formats.listing import is_folder
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.text.decoding import text_lines
from visionlens_jlab.formats.yolo.config import DEEPEST_PATH, LONGEST_PATH, YoloConfig
from visionlens_jlab.formats.yolo.places import Outside, Place, absolute, folder_alike, own_place
from visionlens_jlab.media.sources import Entry

MISSING = -1
"""In place of a size: a list names the image, but it is not there."""


@dataclass
class Part:
    """Images of one place, in order, each with its split."""

    place: Place
    entries: list[Entry] = field(default_factory=list)
    splits: list[str | None] = field(default_factory=list)
    known: dict[str, str | None] = field(default_factory=dict)
    """Path -> split."""

    def add(self, entries: list[Entry], split: str | None) -> tuple[int, str | None]:
        """Add the images of a split; (number of those there already, their split)."""
        doubled, other = 0, None
        for entry in entries:
            if entry.path in self.known:
                doubled, other = doubled + 1, self.known[entry.path]
                continue
            self.known[entry.path] = own = split or split_of_path(entry.path)
            self.entries.append(entry)
            self.splits.append(own)
        return doubled, other


class _Spot(NamedTuple):
    place: Place
    path: str
    is_list: bool = False


class YoloImages:
    """The images of every split of the dataset file, or all when it names none."""

    def __init__(self, request: Request, config: YoloConfig) -> None:
        self._request = request
        self._config = config
        self._outside = Outside(request)
        self._own = own_place(request)
        self._folder = posixpath.dirname(config.path or "")
        self._base_inside, self._base_outside = self._bases()
        self.issues: list[Issue] = []
        self.parts: dict[int, Part] = {}
        self.lists: set[str] = set()
        """Lists of images in the dataset's own folder."""
        if request.images is None:
            self._add_splits()
        if not any(part.entries for part in self.parts.values()):
            self._add_all()
        self.unlisted = self._unlisted()

    def _bases(self) -> tuple[str | None, str | None]:
        """The folder `path` names: inside the dataset's folder, or an absolute path."""
        stated = self._config.stated_base.replace("\0", "").replace("\\", "/")
        location = self._own.source.location
        if not stated or "://" in location:
            return self._folder, None
        plain = absolute(location, self._folder, stated)
        if plain == location or plain.startswith(location + "/"):
            inside = plain[len(location) :].lstrip("/")
            return (inside if is_folder(self._own.source, inside) else self._folder), None
        alone = plain not in ("/", str(Path.home()))
        there = alone and self._outside.exists(plain) and Path(plain).is_dir()
        return (None, plain) if there else (self._folder, None)

    def _add_splits(self) -> None:
        for split in ordered(list(self._config.splits)):
            seen: set[tuple[int, str]] = set()
            for stated in self._config.splits[split]:
                spot = self._locate(stated)
                if spot is None:
                    self._note_missing(split, stated)
                    continue
                if (id(spot.place), spot.path) in seen:
                    continue  # the same place again adds nothing
                seen.add((id(spot.place), spot.path))
                entries, place = (
                    self._listed(spot, split)
                    if spot.is_list
                    else (spot.place.below(spot.path), spot.place)
                )
                self._add(place, entries, split, f"{split}: {stated}")

    def _add(self, place: Place, entries: list[Entry], split: str | None, item: str) -> None:
        part = self.parts.setdefault(id(place), Part(place))
        doubled, other = part.add(entries, split)
        if doubled:
            message = f"{doubled} images were listed before; they stay in {other}."
            self._note("DUPLICATE_IMAGE", "kept", item, message)

    def _note_missing(self, split: str, stated: str) -> None:
        # One sentence for both: what lies outside is not said to be there.
        reason = "is not there, or may not be read from here"
        self._note("SPLIT_MISSING", "kept", split, f"{split}: {stated[:200]} {reason}.")

    def _note(self, code: str, action: Any, item: str, message: str) -> None:
        self.issues.append(Issue(code, action, "other", item, message))

    def _add_all(self) -> None:
        source = self._own.source
        images = self._request.own_images()
        if self._request.images is None and is_folder(source, "images"):
            images = [entry for entry in images if entry.path.startswith("images/")] or images
        self._add(self._own, images, None, "images")

    def _unlisted(self) -> set[str]:
        """Images of the dataset's own folder that no split names."""
        part = self.parts.get(id(self._own))
        known = part.known if part else {}
        return {entry.path for entry in self._own.below("") if entry.path not in known}

    def _locate(self, stated: str) -> _Spot | None:
        plain = _plain(stated)
        inner = plain.lstrip("/")
        while inner.startswith(("../", "./")):
            inner = inner.partition("/")[2]
        bases = list(dict.fromkeys(b for b in (self._base_inside, self._folder) if b is not None))
        exact = [posixpath.join(base, plain) for base in bases]
        stripped = [posixpath.join(base, inner) for base in bases]
        first = [] if self._base_outside is None else [self._base_outside]
        there = [*first, absolute(self._own.source.location, self._folder, ".")]
        return (
            self._spot_outside(plain, first)
            or self._spot_inside(exact)
            or self._spot_inside(stripped)
            or self._spot_outside(plain, there)
            or self._spot_inside(_telling_ends(inner))
            or self._spot_alike(inner)
        )

    def _spot_alike(self, stated: str) -> _Spot | None:
        """The one folder whose path ends like the one stated."""
        found = folder_alike(map(posixpath.dirname, self._own.files), stated)
        return None if found is None else _Spot(self._own, found)

    def _spot_inside(self, paths: list[str]) -> _Spot | None:
        source = self._own.source
        for path in map(self._inside, paths):
            if path is None:
                continue
            try:
                if source.is_dir(path):
                    return _Spot(self._own, path)
                if path.lower().endswith(".txt") and source.stat(path):
                    self.lists.add(path)
                    return _Spot(self._own, path, is_list=True)
            except (OSError, ValueError):  # a name no system allows
                continue
            except VisionLensError:  # a link that leads outside
                place = self._outside.linked(self._own, path)
                if place is not None:
                    return _Spot(place, "")
        return None

    def _inside(self, path: str) -> str | None:
        location = self._own.source.location
        if path.startswith(location + "/") or path == location:
            path = path[len(location) + 1 :]
        path = posixpath.normpath(path) if path else "."
        if path.startswith(("..", "/")):
            return None
        return "" if path == "." else path

    def _spot_outside(self, stated: str, bases: list[str]) -> _Spot | None:
        for base in bases:
            path = absolute(base, "", stated)
            if self._inside(path) is not None or not self._outside.exists(path):
                continue
            if Path(path).is_dir():
                return _Spot(*self._outside.folder(path))
            if path.lower().endswith(".txt"):
                place = self._outside.listed(path, _folders(path, _read_list(path)))
                return _Spot(place, posixpath.basename(path), is_list=True)
        return None

    def _listed(self, spot: _Spot, split: str) -> tuple[list[Entry], Place]:
        place = spot.place
        with place.source.open(spot.path) as file:
            stated = _list_lines(file.read())
        folder = posixpath.dirname(spot.path)
        by_end = 0
        entries = []
        for line in stated:
            path, exact = self._listed_path(place, folder, line)
            by_end += not exact
            entries.append(Entry(path, place.files.get(path, MISSING)))
        if by_end:
            message = f"{by_end} of {len(stated)} images were found by the end of their paths."
            self._note("IMAGE_PATH_REPAIRED", "repaired", f"{split}: {spot.path}", message)
        return entries, place

    def _listed_path(self, place: Place, folder: str, line: str) -> tuple[str, bool]:
        """(path in the place, whether it is the one stated); the path may not exist."""
        plain = _plain(line)
        location = place.source.location
        stated = plain[len(location) + 1 :] if plain.startswith(location + "/") else plain
        bases = dict.fromkeys([self._base_inside or "", folder, self._folder, ""])
        options = [posixpath.normpath(posixpath.join(base, stated)) for base in bases]
        for option in options:
            if option in place.files:
                return option, True
        inner = stated.lstrip("/")
        while inner.startswith(("../", "./")):
            inner = inner.partition("/")[2]
        inner = posixpath.normpath(inner) if inner else posixpath.basename(plain)
        for option in (*options, *_ends(inner)):
            found = place.find(option)
            if found is not None:
                return found, False
        return inner, True


def _plain(stated: str) -> str:
    plain = stated[-LONGEST_PATH:].replace("\0", "").strip().strip("\"'").replace("\\", "/")
    return plain[2:] if plain[1:3] == ":/" and plain[0].isalpha() else plain


def _ends(path: str) -> list[str]:
    parts = [part for part in path.split("/") if part not in ("", ".", "..")][-DEEPEST_PATH:]
    return ["/".join(parts[start:]) for start in range(len(parts))]


def _telling_ends(path: str) -> list[str]:
    """Ends that still name the split: `images` alone may be those of another one."""
    split = split_of_path(f"{path}/")
    return [end for end in _ends(path) if split_of_path(f"{end}/") == split]


def _list_lines(data: bytes) -> list[str]:
    lines = (line.strip() for line in text_lines(data))
    return [line for line in lines if line and not line.startswith("#")]


def _read_list(path: str) -> list[str]:
    try:
        return _list_lines(Path(path).read_bytes())
    except OSError:
        return []


def _folders(path: str, lines: list[str]) -> Iterator[str]:
    """Folders of a list's images, relative to that of the list; those elsewhere left out."""
    beside = posixpath.dirname(path) + "/"
    plain = (_plain(line).removeprefix(beside) for line in lines)
    found = dict.fromkeys(posixpath.normpath(posixpath.dirname(line)) for line in plain)
    return (folder for folder in found if not folder.startswith(("..", "/")))
