"""Pascal VOC: one XML file for each image, splits in ImageSets/Main."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.headers import is_image
from visionlens_jlab.media.sources import Source
from visionlens_jlab.models import Detected

from .base import (
    BATCH_IMAGES,
    AnnotationRows,
    Batch,
    ClassEntry,
    Found,
    ImageRows,
    Issue,
    detected,
)
from .geometry import encode
from .request import Request
from .splits import ordered, split_of_path
from .voc_xml import FLAGS, VocFile, VocObject, parse_voc

PEEK = 4096


class VocFormat:
    """Pascal VOC XML."""

    name = "voc"
    label = "Pascal VOC"
    description = "One XML file for each image, with splits in ImageSets/Main."

    def detect(self, request: Request) -> Detected | None:
        if request.file or request.labels_file:
            return None
        source = request.label_source
        found = _first_xml(source)
        if found is None:
            return None
        folder = posixpath.dirname(found)
        return detected(
            self,
            request,
            f"{folder or source.location} holds Pascal VOC XML files.",
            images=request.image_source.location,
            labels=[folder],
            splits=ordered(list(_sets_in(source, posixpath.dirname(folder)))),
        )

    def read(self, request: Request) -> Iterator[Batch]:
        plan = _plan(request)
        known: set[str] = set()
        yield Batch(images_total=len(plan.paths))
        for start in range(0, len(plan.paths), BATCH_IMAGES):
            yield _batch(request, plan, start, known)
        yield Batch(issues=plan.issues)
        for label, issue in plan.skipped.items():
            yield _skipped_batch(request, label, issue)


@dataclass
class _Plan:
    """Images in order, each with its label file; None: it has none."""

    paths: list[str] = field(default_factory=list)
    labels: list[str | None] = field(default_factory=list)
    splits: list[str | None] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    skipped: dict[str, Issue] = field(default_factory=dict)
    """Label files that describe no image of their own -> why."""


def _first_xml(source: Source) -> str | None:
    """A VOC file where they usually lie: Annotations/, up to two folders down, split folders."""
    folders, _ = source.list()
    places = [name for name in folders if name.lower() == "annotations"]
    for name in folders:
        inner, _ = source.list(name)
        places += [f"{name}/{sub}" for sub in inner if sub.lower() == "annotations"]
        places += [f"{name}/{sub}/Annotations" for sub in inner if sub.startswith("VOC")]
    places += ["", *folders]
    for place in places:
        if place and not source.is_dir(place):
            continue
        _, files = source.list(place)
        xml = next((entry.path for entry in files if entry.path.lower().endswith(".xml")), None)
        if xml is not None:
            with source.open(xml) as file:
                if b"<annotation" in file.read(PEEK):
                    return xml
    return None


def _plan(request: Request) -> _Plan:
    plan = _Plan()
    files = request.files(request.image_source)
    labels = request.files(request.label_source)
    by_stem = _images_by_stem(files)
    sets = _sets(request.label_source, labels)
    used: set[str] = set()
    for label in labels:
        if not label.lower().endswith(".xml"):
            continue
        image = _image_of(request, label, by_stem)
        if image is None:
            message = "There is no image for the label file."
            plan.skipped[label] = Issue(
                "LABEL_WITHOUT_IMAGE", "skipped", "label_file", label, message
            )
        elif image in used:
            message = f"Another label file describes {image}."
            plan.skipped[label] = Issue("DUPLICATE_IMAGE", "skipped", "label_file", label, message)
        else:
            used.add(image)
            plan.paths.append(image)
            plan.labels.append(label)
    _add_unlabelled(plan, files, used)
    plan.splits = [sets.get(_stem(path)) or split_of_path(path) for path in plan.paths]
    if not plan.paths:
        raise VisionLensError(
            "DIR_EMPTY", f"There is no image for the label files in {request.address}."
        )
    return plan


def _skipped_batch(request: Request, label: str, issue: Issue) -> Batch:
    parsed = _parsed(request, label)
    count = len(parsed.objects) + len(parsed.invalid) if parsed else 0
    return Batch(
        issues=[
            issue,
            *(
                Issue(
                    "ANNOTATION_WITHOUT_IMAGE",
                    "skipped",
                    "annotation",
                    f"{label}: object {number}",
                    issue.message,
                )
                for number in range(1, count + 1)
            ),
        ],
        found=Found(label_files=1, annotations=count),
    )


def _add_unlabelled(plan: _Plan, files: dict[str, int], used: set[str]) -> None:
    folders = {posixpath.dirname(path) for path in used}
    for path in files:
        if path not in used and is_image(path) and posixpath.dirname(path) in folders:
            message = "There is no label file for the image."
            plan.issues.append(
                Issue("IMAGE_WITHOUT_LABELS", "kept", "image", path, message, len(plan.paths))
            )
            plan.paths.append(path)
            plan.labels.append(None)


def _images_by_stem(files: dict[str, int]) -> dict[str, list[str]]:
    by_stem: dict[str, list[str]] = {}
    for path in filter(is_image, files):
        by_stem.setdefault(_stem(path), []).append(path)
    return by_stem


def _image_of(request: Request, label: str, by_stem: dict[str, list[str]]) -> str | None:
    options = by_stem.get(_stem(label), [])
    if not options:
        named = _parsed(request, label)
        filename = posixpath.basename((named.filename or "").replace("\\", "/")) if named else ""
        options = by_stem.get(_stem(filename), []) if filename else []
        if not options and request.labels_only and named:
            return filename or None
    # Several folders may hold the same name: the image nearest to the label file is meant.
    wanted = label.split("/")
    return max(options, key=lambda path: _shared(path.split("/"), wanted), default=None)


def _shared(a: list[str], b: list[str]) -> int:
    count = 0
    for left, right in zip(a, b, strict=False):
        if left != right:
            break
        count += 1
    return count


def _stem(path: str) -> str:
    return posixpath.splitext(posixpath.basename(path))[0]


def _sets(source: Source, files: dict[str, int]) -> dict[str, str]:
    bases = {path.partition("ImageSets/")[0] for path in files if "ImageSets/Main/" in path}
    found: dict[str, str] = {}
    for base in sorted(bases):
        for split, stems in _sets_in(source, base.rstrip("/")).items():
            for stem in stems:
                found.setdefault(stem, split)
    return found


def _sets_in(source: Source, base: str) -> dict[str, list[str]]:
    """Split -> stems; `trainval` only counts where train and val are not given apart."""
    found: dict[str, list[str]] = {}
    for split in ("train", "val", "test", "trainval"):
        if split == "trainval" and {"train", "val"} <= set(found):
            continue
        path = posixpath.join(base, "ImageSets/Main", f"{split}.txt")
        if source.stat(path) is not None:
            with source.open(path) as file:
                lines = file.read().decode("utf-8-sig", "replace").splitlines()
            found[split] = [line.split()[0] for line in lines if line.strip()]
    return found


def _parsed(request: Request, label: str) -> VocFile | None:
    try:
        with request.label_source.open(label) as file:
            return parse_voc(file.read())
    except ValueError:
        return None


def _batch(request: Request, plan: _Plan, start: int, known: set[str]) -> Batch:
    part = slice(start, start + BATCH_IMAGES)
    paths, labels = plan.paths[part], plan.labels[part]
    files = request.files(request.image_source)
    batch = Batch(found=Found(images=len(paths), label_files=sum(p is not None for p in labels)))
    columns = _Columns()
    sizes: list[tuple[int | None, int | None]] = []
    for index, label in enumerate(labels):
        parsed = _read(request, label, start + index, batch.issues) if label else None
        sizes.append((parsed.width, parsed.height) if parsed else (None, None))
        if parsed and label:
            batch.found.annotations += len(parsed.objects) + len(parsed.invalid)
            columns.add(parsed, label, start + index, batch.issues)
    batch.images = ImageRows(
        root=request.image_root,
        paths=paths,
        bytes=[files.get(path) for path in paths],
        splits=plan.splits[part],
        named=[label is not None for label in labels],
        widths=[width for width, _ in sizes],
        heights=[height for _, height in sizes],
    )
    batch.annotations = columns.rows()
    new = [name for name in dict.fromkeys(columns.classes) if name and name not in known]
    known.update(new)
    batch.classes = [ClassEntry(name) for name in new]
    return batch


def _read(request: Request, label: str, image: int, issues: list[Issue]) -> VocFile | None:
    try:
        with request.label_source.open(label) as file:
            return parse_voc(file.read())
    except ValueError as error:
        message = f"The file cannot be parsed: {error}."
        issues.append(Issue("LABEL_FILE_INVALID", "skipped", "label_file", label, message, image))
        return None


class _Columns:
    def __init__(self) -> None:
        self.classes: list[str | None] = []
        self._images: list[int] = []
        self._names: list[str] = []
        self._objects: list[VocObject] = []

    def add(self, file: VocFile, label: str, image: int, issues: list[Issue]) -> None:
        for number, reason in file.invalid:
            item = f"{label}: object {number}"
            issues.append(
                Issue("ANNOTATION_INVALID", "skipped", "annotation", item, f"{reason}.", image)
            )
        for number, thing in enumerate(file.objects, 1):
            item = f"{label}: {thing.name} {number}"
            if thing.inverted:
                message = "The corners were swapped."
                issues.append(Issue("BOX_INVERTED", "repaired", "annotation", item, message, image))
            self.classes.append(thing.name)
            self._images.append(image)
            self._names.append(item)
            self._objects.append(thing)

    def rows(self) -> AnnotationRows:
        flags: dict[str, Any] = {flag: [o.flags[flag] for o in self._objects] for flag in FLAGS}
        return AnnotationRows(
            images=np.array(self._images, dtype=np.int64),
            classes=self.classes,
            kinds=["polygon" if o.polygon else "box" for o in self._objects],
            boxes=np.array([o.box for o in self._objects], dtype=np.float64).reshape(-1, 4),
            name=self._names.__getitem__,
            geometry=[encode([o.polygon]) if o.polygon else None for o in self._objects],
            attributes=[o.attributes for o in self._objects],
            **flags,
        )
