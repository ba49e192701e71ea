"""Finds the images, XML files, masks and splits of a Pascal VOC dataset.

An XML file belongs to the image with its name, else to the image whose name it states: see
`voc_images`.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import Issue
from visionlens_jlab.formats.folder_names import split_of_folder, split_of_path
from visionlens_jlab.formats.listing import is_folder
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.text.decoding import folded, text_lines
from visionlens_jlab.formats.voc.images import (
    LABEL_FOLDERS,
    MASK_FOLDERS,
    ImageFinder,
    Masks,
    Match,
    Stated,
    is_mask,
    stem_of,
)
from visionlens_jlab.media.headers import is_image
from visionlens_jlab.media.sources import Source

PEEK = 4096
PEEKED_FILES = 20
SET_KINDS = ("main", "segmentation", "layout", "action", "")
USUAL_SETS = ("train", "val", "test", "trainval")


@dataclass
class Plan:
    """Images in order, each with its label file; None: it has none."""

    paths: list[str] = field(default_factory=list)
    labels: list[str | None] = field(default_factory=list)
    splits: list[str | None] = field(default_factory=list)
    masks: list[dict[str, str]] = field(default_factory=list)
    """`class` and `object` -> path of the image's mask."""
    issues: list[Issue] = field(default_factory=list)
    skipped: dict[str, Issue] = field(default_factory=dict)
    """Label files that describe no image of their own -> why."""


def first_xml(source: Source, is_voc: Callable[[bytes], bool]) -> str | None:
    """A VOC file where they usually lie, without listing everything."""
    for place in _places(source):
        if place and not is_folder(source, place):
            continue
        _, files = source.list(place)
        xmls = [entry.path for entry in files if entry.path.lower().endswith(".xml")]
        for xml in xmls[:PEEKED_FILES]:
            with source.open(xml) as file:
                if is_voc(file.read(PEEK)):
                    return xml
    return None


def first_masks(source: Source) -> str | None:
    """The folder of masks of a set that may have no XML file."""
    folders, _ = source.list()
    return next((name for name in folders if name.lower() in MASK_FOLDERS), None)


def _places(source: Source) -> list[str]:
    folders, _ = source.list()
    places = [name for name in folders if name.lower() in LABEL_FOLDERS]
    places += [f"{name}/{sub}" for name in places for sub in source.list(name)[0]]
    for name in folders:
        inner, _ = source.list(name)
        places += [f"{name}/{sub}" for sub in inner if sub.lower() in LABEL_FOLDERS]
        places += [f"{name}/{sub}/Annotations" for sub in inner if sub.startswith("VOC")]
    return [*places, "", *folders]


def make_plan(request: Request, stated: Callable[[str], Stated]) -> Plan:
    """What belongs together. Raises DIR_EMPTY.

    Parameters
    ----------
    stated : callable
        What the XML file at a path says of its image.
    """
    plan = Plan()
    files = request.files(request.image_source)
    labels = request.files(request.label_source)
    xmls = [label for label in labels if label.lower().endswith(".xml")]
    finder = ImageFinder(files, xmls, stated, invent=request.labels_only)
    masks = Masks(labels, [path for path in files if is_image(path) and not is_mask(path)])
    matches = {label: finder.find(label) for label in xmls}
    _place(plan, matches, finder)
    _add_unlabelled(plan, files, matches, masks)
    _take_masks(plan, masks)
    if not plan.paths:
        message = f"There is no image for the label files in {request.address}."
        raise VisionLensError("DIR_EMPTY", message)
    sets = ImageSets(request.label_source, labels)
    request.note_read(request.label_source, *sets.paths)
    plan.splits = [sets.split(path) or split_of_path(path) for path in plan.paths]
    plan.issues += sets.issues(plan.paths)
    return plan


def _place(plan: Plan, matches: dict[str, Match], finder: ImageFinder) -> None:
    """Give each image its label file: of several the one it belongs to most."""
    of_image: dict[str, list[str]] = {}
    for label, match in matches.items():
        if match.image is not None:
            of_image.setdefault(match.image, []).append(label)
    for label, match in matches.items():
        image = match.image
        if match.others:
            listed = " or ".join(match.others[:5])
            message = f"It may describe {listed}: nothing in it tells which."
            _skip(plan, "LABEL_AMBIGUOUS", label, message)
        elif image is None:
            _skip(plan, "LABEL_WITHOUT_IMAGE", label, "There is no image for the label file.")
        elif finder.nearest(of_image[image], image) != label:
            _skip(plan, "DUPLICATE_IMAGE", label, f"Another label file describes {image}.")
        else:
            plan.paths.append(image)
            plan.labels.append(label)


def _take_masks(plan: Plan, masks: Masks) -> None:
    """Give the masks to their images; of several with one name to the labelled one, or to none."""
    keys = [masks.key(path) for path in plan.paths]
    wanted = Counter(keys)
    plan.masks = [
        masks.take(key) if label is not None or wanted[key] == 1 else {}
        for key, label in zip(keys, plan.labels, strict=True)
    ]
    for path in masks.left():
        _skip(plan, "LABEL_WITHOUT_IMAGE", path, "There is no image that is the mask's alone.")


def _skip(plan: Plan, code: str, label: str, message: str) -> None:
    plan.skipped[label] = Issue(code, "skipped", "label_file", label, message)


def _add_unlabelled(
    plan: Plan, files: dict[str, int], matches: dict[str, Match], masks: Masks
) -> None:
    used = set(plan.paths)
    undecided = {image for match in matches.values() for image in match.others}
    folders = {posixpath.dirname(path) for path in used | undecided}
    folders |= {folder for folder in map(posixpath.dirname, files) if _is_image_folder(folder)}
    for path in files:
        if path in used or not is_image(path) or is_mask(path):
            continue
        if posixpath.dirname(path) not in folders:
            continue
        if masks.key(path) is None:
            message = "There is no label file for the image."
            plan.issues.append(
                Issue("IMAGE_WITHOUT_LABELS", "kept", "image", path, message, len(plan.paths))
            )
        plan.paths.append(path)
        plan.labels.append(None)


def _is_image_folder(folder: str) -> bool:
    return posixpath.basename(folder).lower() == "jpegimages"


class ImageSets:
    """The lists in `ImageSets/Main` (or `Segmentation`, `Layout`, `Action`).

    `trainval` only counts where train and val are not given apart. The lists of single classes
    (`car_train.txt`: -1, 0 or 1 after each name) count where the list of all is not there.
    """

    def __init__(self, source: Source, files: dict[str, int]) -> None:
        self._found: dict[str, dict[str, str]] = {}
        self._overlaps: dict[str, list[str]] = {}
        self._listed: dict[str, list[str]] = {}
        self.paths: list[str] = []
        for base, paths in _set_files(files).items():
            self.paths += paths
            self._found[base] = self._read(source, paths)
        self.names = list(dict.fromkeys(s for sets in self._found.values() for s in sets.values()))

    def _read(self, source: Source, paths: list[str]) -> dict[str, str]:
        splits: dict[str, str] = {}
        named = {posixpath.splitext(posixpath.basename(path))[0].lower() for path in paths}
        for path in paths:
            split = _split_of_set(path)
            if split == "trainval" and {"train", "val"} <= named:
                continue
            with source.open(path) as file:
                lines = text_lines(file.read())
            names = [line.split()[0] for line in lines if line.strip()] if split else []
            stems = dict.fromkeys(map(_set_stem, names))
            single = posixpath.splitext(posixpath.basename(path))[0].lower() not in USUAL_SETS
            if not single:
                self._listed[path] = list(stems)
            for stem in stems:
                before = splits.setdefault(stem, split or "")
                if before != split and not single and split != "trainval":
                    self._overlaps.setdefault(path, []).append(stem)
        return splits

    def split(self, path: str) -> str | None:
        """The split of an image; the set nearest to it counts."""
        stem = stem_of(path)
        for base in sorted(self._found, key=len, reverse=True):
            if not base or path.startswith(f"{base}/") or len(self._found) == 1:
                return self._found[base].get(stem)
        return None

    def issues(self, images: list[str]) -> Iterator[Issue]:
        """Names of images that are not there, and those in several splits."""
        known = {stem_of(path) for path in images}
        for path, stems in self._listed.items():
            for stem in stems:
                if stem not in known:
                    message = f"{path} names {stem}, which is not there."
                    yield Issue("SPLIT_ENTRY_MISSING", "kept", "other", f"{path}: {stem}", message)
        for path, stems in self._overlaps.items():
            message = f"{len(stems)} images are in another split before, and stay there: "
            message += ", ".join(stems[:10]) + (" ..." if len(stems) > 10 else ".")
            yield Issue("DUPLICATE_IMAGE", "kept", "other", path, message)


def _set_files(files: dict[str, int]) -> dict[str, list[str]]:
    """Base folder -> its lists; those that count more come first."""
    found: dict[str, list[tuple[int, bool, int, str]]] = {}
    for path in files:
        parts = path.split("/")
        lower = [part.lower() for part in parts]
        if "imagesets" not in lower or not path.lower().endswith(".txt"):
            continue
        at = lower.index("imagesets")
        kind = "/".join(lower[at + 1 : -1])
        if kind not in SET_KINDS or _split_of_set(path) is None:
            continue
        name = posixpath.splitext(lower[-1])[0]
        split = USUAL_SETS.index(_split_of_set(path) or "")
        rank = (SET_KINDS.index(kind), name not in USUAL_SETS, split, path)
        found.setdefault("/".join(parts[:at]), []).append(rank)
    return {
        base: [path for _, single, _, path in sorted(ranks) if not (single and _has_all(ranks))]
        for base, ranks in found.items()
    }


def _has_all(ranks: list[tuple[int, bool, int, str]]) -> bool:
    return any(not single for _, single, _, _ in ranks)


def _split_of_set(path: str) -> str | None:
    name = posixpath.splitext(posixpath.basename(path))[0]
    return split_of_folder(name) or split_of_folder(name.rpartition("_")[2])


def _set_stem(name: str) -> str:
    return stem_of(name) if is_image(name) else folded(posixpath.basename(name.replace("\\", "/")))
