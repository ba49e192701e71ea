"""Writes class folders: `<split>/<class>/image`, or `<class>/image` where there are no splits.

An image goes by its annotation of kind `classification`. Where some images have one, those
without are left out: beside class folders they would be taken for a class. Where none has, all
images are written without class folders.
"""

from __future__ import annotations

import re

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.folder_names import split_of_folder
from visionlens_jlab.formats.text.decoding import folded
from visionlens_jlab.formats.writing.losses import Losses
from visionlens_jlab.formats.writing.writer import (
    Content,
    Names,
    Picture,
    SplitFolders,
    Target,
    note_fields,
)

SPLITS = ("train", "val", "test", "trainval")
_UNSAFE = re.compile(r'[\x00-\x1f/\\:*?"<>|]')


class ClassFoldersWriter:
    """Folders named by class."""

    def write(self, content: Content, target: Target, losses: Losses) -> None:
        """Every image that has a class; a folder for each class, empty where it has no image."""
        if target.images == "none":
            raise VisionLensError(
                "REQUEST_INVALID",
                "Class folders are nothing without images.",
                "Copy or link the images.",
            )
        sorts = "classification" in content.kinds and any(
            label.kind == "classification" and label.class_name is not None
            for picture in content.pictures()
            for label in picture.labels
        )
        folders = SplitFolders(content, SPLITS, losses)
        classes = _folder_names(content, losses, split_level=bool(folders.used)) if sorts else {}
        names, used = Names(losses), set[str]()
        for picture in content.pictures():
            name = _class_of(picture, losses)
            note_fields(picture, losses)
            if sorts and name is None:
                losses.add("IMAGE_LEFT_OUT", picture.path)
                continue
            folder = folders.folder(picture)
            if name is not None:
                used.add(name)
                folder += f"{classes[name]}/"
            target.image(f"{folder}{names.name(folder, picture)}", picture)
        above = f"{folders.used[0]}/" if folders.used else ""
        for name in [entry.name for entry in content.classes if entry.name not in used]:
            if sorts:
                target.folder_at(f"{above}{classes[name]}")
            else:
                losses.add("CLASS_LOST", name)


def _class_of(picture: Picture, losses: Losses) -> str | None:
    """The image's class; what else is known of it is noted."""
    found: list[str] = []
    for label in picture.labels:
        if label.kind != "classification":
            losses.add("ANNOTATION_LEFT_OUT", f"{label.kind} {label.class_name or ''}".strip())
            continue
        if label.class_name is None:
            losses.add("CLASS_MISSING", label.item)
        elif label.class_name not in found:
            found.append(label.class_name)
        for tag in label.tags:
            losses.add("TAG_LOST", tag)
        for name in label.fields:
            losses.add("FIELD_LOST", name)
        if label.attributes:
            losses.add("ATTRIBUTE_LOST", label.item)
        if label.confidence is not None:
            losses.add("CONFIDENCE_LOST", label.item)
    if len(found) > 1:
        losses.add("SECOND_CLASS", picture.path)
    return found[0] if found else None


def _folder_names(content: Content, losses: Losses, *, split_level: bool) -> dict[str, str]:
    """Class -> the name of its folder, all different in any case."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for entry in content.classes:
        plain = _UNSAFE.sub("_", entry.name).strip().strip(".")[:120] or "class"
        if not split_level and split_of_folder(plain):
            plain += "_"  # it would be taken for a split
        free, number = plain, 2
        while folded(free) in taken:
            free, number = f"{plain}_{number}", number + 1
        taken.add(folded(free))
        names[entry.name] = free
        if free != entry.name:
            losses.add("CLASS_LOST", f"{entry.name} -> {free}")
    return names
