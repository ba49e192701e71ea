"""Class folders: each image's class is the name of its folder.

`<class>/image`, `<split>/<class>/image`, either below a single folder such as `images`. Each image
gets one annotation of kind `classification`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from visionlens_jlab.media.headers import is_image
from visionlens_jlab.media.sources import Source
from visionlens_jlab.models import Detected

from .base import AnnotationRows, Batch, ClassEntry, Found, ImageRows, Issue, detected
from .listing import file_rows, has_images, no_images
from .request import Request
from .splits import ordered, split_of_folder

CONTAINERS = ("images", "data", "imgs", "dataset")
MAX_DESCENT = 4
PEEKED_FOLDERS = 50


class _Layout(NamedTuple):
    base: str
    """Folder that holds the class (or split) folders."""
    split_folders: bool
    folders: list[str]


class ClassFoldersFormat:
    """Folders named by class."""

    name = "class_folders"
    label = "Class folders"
    description = "One folder for each class, with or without train/val/test folders above."

    def detect(self, request: Request) -> Detected | None:
        layout = None if request.file or request.labels else _locate(request.image_source)
        if layout is None:
            return None
        source, base = request.image_source, f" in {layout.base}" if layout.base else ""
        if layout.split_folders:
            splits = ordered([split_of_folder(name) or name for name in layout.folders])
            reason = f"The folders {', '.join(splits)}{base} hold one folder for each class."
        else:
            splits = []
            reason = f"There are {len(layout.folders)} folders of images{base}: one for each class."
        images = f"{source.location}/{layout.base}" if layout.base else source.location
        return detected(self, request, reason, images=images, splits=splits)

    def read(self, request: Request) -> Iterator[Batch]:
        layout = _locate(request.image_source)
        if layout is None:
            raise no_images(request)
        prefix = f"{layout.base}/" if layout.base else ""
        entries = [entry for entry in request.image_files() if entry.path.startswith(prefix)]
        facts = [_split_and_class(entry.path[len(prefix) :], layout) for entry in entries]
        classes = sorted({name for _, name in facts if name is not None})
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
    parts = path.split("/")
    if not layout.split_folders:
        return None, parts[0] if len(parts) > 1 else None
    return split_of_folder(parts[0]), parts[1] if len(parts) > 2 else None


def _locate(source: Source) -> _Layout | None:
    path = ""
    for _ in range(MAX_DESCENT):
        folders, files = source.list(path)
        if not folders or any(is_image(entry.path) for entry in files):
            return None
        split_folders = [name for name in folders if split_of_folder(name)]
        if split_folders:
            fits = all(_holds_classes(source, _join(path, name), 1) for name in split_folders)
            return _Layout(path, True, split_folders) if fits else None
        if _holds_classes(source, path, 2):
            return _Layout(path, False, folders)
        inner = [name for name in folders if name.lower() in CONTAINERS] or folders
        if len(inner) != 1:
            return None
        path = _join(path, inner[0])
    return None


def _holds_classes(source: Source, path: str, least: int) -> bool:
    folders, files = source.list(path)
    if any(is_image(entry.path) for entry in files):
        return False
    peeked = folders[:PEEKED_FOLDERS]
    holding = sum(has_images(source, _join(path, name)) for name in peeked)
    return holding >= least and holding >= len(peeked) / 2


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
