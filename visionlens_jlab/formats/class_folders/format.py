"""Class folders: each image's class is the name of its folder.

`<class>/image`, `<split>/<class>/image` or `<class>/<split>/image`, all below a single folder such
as `images` too. Each image gets one annotation of kind `classification`; one that lies in no class
folder gets none. A class folder may have folders of its own; an empty one is a class all the same.
Folders named for a layout (`images`, `masks`, `train`), and folders whose images correspond to each
other one by one, are no classes, unless the user named this format.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np

from visionlens_jlab.formats.base import (
    AnnotationRows,
    Batch,
    ClassEntry,
    Found,
    ImageRows,
    Issue,
    detected,
)
from visionlens_jlab.formats.folder_names import is_class_name, ordered, split_of_folder
from visionlens_jlab.formats.listing import file_rows, has_images, no_images
from visionlens_jlab.formats.mask_images import correspond
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.shapes import Detected
from visionlens_jlab.media.headers import is_image
from visionlens_jlab.media.sources import Source

CONTAINERS = ("images", "data", "imgs", "dataset")
MAX_DESCENT = 4
PEEKED_FOLDERS = 50
COMPARED_FOLDERS = 6


class _Layout(NamedTuple):
    base: str
    """Folder that holds the class (or split) folders."""
    splits: Literal["none", "above", "below"]
    """Where the folders of splits stand, seen from those of the classes."""
    folders: list[str]
    """Those of the splits where they stand above, else those of the classes."""
    any_name: bool = False
    """Whether any folder name is taken for a class."""

    def is_class(self, name: str) -> bool:
        return self.any_name or is_class_name(name)


class ClassFoldersFormat:
    """Folders named by class."""

    name = "class_folders"
    label = "Class folders"
    description = "One folder for each class, with or without train/val/test folders above."

    def detect(self, request: Request) -> Detected | None:
        layout = None if request.file or request.labels else _locate(request)
        if layout is None:
            return None
        source, base = request.image_source, f" in {layout.base}" if layout.base else ""
        if layout.splits == "above":
            splits = ordered([split_of_folder(name) or name for name in layout.folders])
            reason = f"The folders {', '.join(splits)}{base} hold one folder for each class."
        else:
            splits = _splits_below(source, layout)
            reason = f"There are {len(layout.folders)} folders of images{base}: one for each class."
        images = f"{source.location}/{layout.base}" if layout.base else source.location
        return detected(self, request, reason, images=images, splits=splits)

    def read(self, request: Request) -> Iterator[Batch]:
        layout = _locate(request)
        if layout is None:
            raise no_images(request)
        prefix = f"{layout.base}/" if layout.base else ""
        entries = [entry for entry in request.own_images() if entry.path.startswith(prefix)]
        facts = [_split_and_class(entry.path[len(prefix) :], layout) for entry in entries]
        named = {name for _, name in facts if name is not None}
        classes = sorted(named | _empty_classes(request.image_source, layout))
        splits = [split for split, _ in facts]
        for start, rows in file_rows(request, entries, splits, named=False):
            names = [name for _, name in facts[start : start + len(rows.paths)]]
            labelled = [index for index, name in enumerate(names) if name is not None]
            yield Batch(
                images=rows,
                annotations=_classifications(rows, names, labelled, start),
                classes=[ClassEntry(name) for name in classes] if start == 0 else (),
                issues=[
                    Issue(
                        "IMAGE_WITHOUT_LABELS",
                        "kept",
                        "image",
                        rows.paths[index],
                        "The image lies in no class folder.",
                        start + index,
                    )
                    for index, name in enumerate(names)
                    if name is None
                ],
                found=Found(images=len(rows.paths), annotations=len(labelled)),
                images_total=len(entries),
            )


def _classifications(
    rows: ImageRows, names: list[str | None], labelled: list[int], start: int
) -> AnnotationRows:
    return AnnotationRows(
        images=np.array(labelled, dtype=np.int64) + start,
        classes=[names[index] for index in labelled],
        kinds=["classification"] * len(labelled),
        boxes=np.full((len(labelled), 4), np.nan),
        name=lambda row: rows.paths[labelled[row]],
    )


def _split_and_class(path: str, layout: _Layout) -> tuple[str | None, str | None]:
    """Split and class of an image; its path is below the layout's base."""
    folders = path.split("/")[:-1]
    split, name = None, folders[0] if folders else None
    if layout.splits == "above":
        split = split_of_folder(folders[0]) if folders else None
        name = folders[1] if split and len(folders) > 1 else None
    elif layout.splits == "below" and len(folders) > 1:
        split = split_of_folder(folders[1])
    return split, name if name is not None and layout.is_class(name) else None


def _splits_below(source: Source, layout: _Layout) -> list[str]:
    if layout.splits == "none":
        return []
    below = [source.list(_join(layout.base, name))[0] for name in layout.folders[:PEEKED_FOLDERS]]
    found = {split_of_folder(name) for names in below for name in names}
    return ordered([split for split in found if split])


def _empty_classes(source: Source, layout: _Layout) -> set[str]:
    """Class folders with nothing in them."""
    bases = [layout.base]
    if layout.splits == "above":
        bases = [_join(layout.base, name) for name in layout.folders]
    return {
        name
        for base in bases
        for name in source.list(base)[0]
        if layout.is_class(name) and source.list(_join(base, name)) == ([], [])
    }


def _locate(request: Request) -> _Layout | None:
    stated = request.stated_format == ClassFoldersFormat.name
    return _Finder(request.image_source, stated).find()


class _Finder:
    """Finds the layout of a source; `stated`: the user says that folders are classes."""

    def __init__(self, source: Source, stated: bool) -> None:
        self._source = source
        self._stated = stated

    def find(self) -> _Layout | None:
        path = ""
        for _ in range(MAX_DESCENT):
            folders, files = self._source.list(path)
            if not folders:
                return None
            stray = sum(is_image(entry.path) for entry in files)
            found = self._layout(path, folders)
            if found is not None:
                # A picture or two beside the folders does not make them a plain collection.
                return found if stray < len(found.folders) else None
            inner = [name for name in folders if name.lower() in CONTAINERS] or folders
            if stray or len(inner) != 1:
                return None
            path = _join(path, inner[0])
        return None

    def _layout(self, path: str, folders: list[str]) -> _Layout | None:
        """The layout whose class or split folders lie directly in a folder."""
        split_folders = [name for name in folders if split_of_folder(name)]
        if split_folders:
            # Test images often lie in no class folder: one split with classes is enough.
            fits = any(self._holds(_join(path, name)) for name in split_folders)
            return _Layout(path, "above", split_folders, self._stated) if fits else None
        classes = self._classes(folders)
        least = 1 if self._stated else 2
        if self._holds(path, least=least):
            return _Layout(path, "none", classes, self._stated)
        if self._holds(path, least=least, splits=True):
            return _Layout(path, "below", classes, self._stated)
        return None

    def _classes(self, folders: list[str]) -> list[str]:
        return [name for name in folders if self._stated or is_class_name(name)]

    def _holds(self, path: str, *, least: int = 1, splits: bool = False) -> bool:
        """Whether at least half of the classes in a folder hold images, directly or in `splits`."""
        source = self._source
        folders, files = source.list(path)
        folders = self._classes(folders)
        if splits:
            folders = [name for name in folders if _all_splits(source.list(_join(path, name))[0])]
        if sum(is_image(entry.path) for entry in files) > len(folders):
            return False
        peeked = [_join(path, name) for name in folders[:PEEKED_FOLDERS]]
        holding = [folder for folder in peeked if has_images(source, folder, int(splits))]
        empty = sum(source.list(folder) == ([], []) for folder in peeked)
        if len(holding) < least or len(holding) < (len(peeked) - empty) / 2:
            return False
        return self._stated or not self._are_parts(holding)

    def _are_parts(self, folders: list[str]) -> bool:
        """Whether folders hold parts of the same things rather than things of several classes."""
        inside = [self._source.list(folder)[1] for folder in folders[:COMPARED_FOLDERS]]
        pairs = list(pairwise(inside))
        same = sum(correspond(self._source, *pair) for pair in pairs)
        return bool(pairs) and same > len(pairs) / 2


def _all_splits(names: list[str]) -> bool:
    return bool(names) and all(split_of_folder(name) for name in names)


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
