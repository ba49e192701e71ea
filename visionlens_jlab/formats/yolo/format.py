"""YOLO: one text file for each image, shapes as fractions of its size.

See `yolo_config` (dataset files), `yolo_layout` (images), `yolo_pairs` (label files),
`yolo_task` (what the lines mean) and `yolo_lines`. Options: `task`; `units="pixels"` where the
numbers are pixels.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import Batch, Found, ImageRows, Issue, batch_slices, detected
from visionlens_jlab.formats.class_folders.format import ClassFoldersFormat
from visionlens_jlab.formats.folder_names import IMAGE_WORDS, LABEL_WORDS, ordered, split_of_folder
from visionlens_jlab.formats.listing import is_folder, no_images
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.shapes import Detected
from visionlens_jlab.formats.signatures.contents import is_row_of_numbers, is_yolo
from visionlens_jlab.formats.text.decoding import stream_lines, text_lines
from visionlens_jlab.formats.yolo.config import NOT_LABELS, YoloConfig, is_config, read_config
from visionlens_jlab.formats.yolo.labels import BATCH_LINES, LabelReader
from visionlens_jlab.formats.yolo.layout import MISSING, Part, YoloImages
from visionlens_jlab.formats.yolo.lines import split_words
from visionlens_jlab.formats.yolo.pairs import Pairs, image_name
from visionlens_jlab.formats.yolo.places import Place
from visionlens_jlab.formats.yolo.task import TASKS, line_layout, stated_task
from visionlens_jlab.media.headers import is_image
from visionlens_jlab.media.sources import Entry, Source, reading

PEEKED_FOR_TASK = 50
"""Label files looked at to tell the task."""
PEEKED_FILES = 20
PEEKED_LINES = 10
PEEK = 4096


class YoloFormat:
    """YOLO text files."""

    name = "yolo"
    label = "YOLO"
    description = "One text file for each image: boxes, polygons, oriented boxes or keypoints."

    def detect(self, request: Request) -> Detected | None:
        if (request.file and not is_config(request.file)) or request.labels_file:
            return None
        if stated_task(request.options) == "classify":
            found = ClassFoldersFormat().detect(request)
            return found and found.model_copy(update={"format": self.name, "label": self.label})
        config = read_config(request.source, request.file)
        labels = _first_labels(request, config)
        stated = config.splits or config.task in TASKS
        if not stated and not _looks_like_labels(request, request.label_source, labels):
            return None
        if not labels and not request.file and _is_classify(request, config):
            return None
        folder = posixpath.dirname(labels[0]) if labels else ""
        reasons = [f"{config.path} names the splits"] if config.splits else []
        if config.task in TASKS and not config.splits:
            reasons = [f"{config.path} names the task"]
        if labels:
            place = folder or request.label_source.location
            reasons.append(f"text files in {place} hold a class number and fractions")
        return detected(
            self,
            request,
            f"{'; '.join(reasons)}.",
            images=request.image_source.location,
            labels=[folder] if labels else [],
            splits=ordered(list(config.splits)),
        )

    def read(self, request: Request) -> Iterator[Batch]:
        classify = stated_task(request.options) == "classify"
        config = YoloConfig() if classify else read_config(request.source, request.file)
        if classify or (
            request.file and not _first_labels(request, config) and _is_classify(request, config)
        ):
            yield from ClassFoldersFormat().read(request)
            return
        images = YoloImages(request, config)
        parts = [part for part in images.parts.values() if part.entries]
        if not parts:
            raise no_images(request)
        request.note_read(request.source, *filter(None, (config.path, config.names_path)))
        request.note_read(request.image_source, *images.lists)
        pairs = _pairs(parts, images)
        reader = LabelReader(
            config,
            line_layout(
                request.options,
                config,
                _lines(parts, pairs, slice(PEEKED_FOR_TASK)),
                _lines(parts, pairs, slice(PEEKED_FOR_TASK, None)),
            ),
            normalised=request.options.get("units") != "pixels",
        )
        yield Batch(
            classes=config.classes(),
            images_total=sum(len(part.entries) for part in parts),
            issues=config.issues + images.issues,
        )
        ordinal = 0
        for part, paired in zip(parts, pairs, strict=True):
            for batch in batch_slices(0, len(part.entries)):
                rows, labels = _rows(part, paired, batch)
                found = list(filter(None, labels))
                request.note_read(part.place.label_source, *found)
                with reading(part.place.label_source, found):
                    yield from reader.batches(part.place, rows, labels, ordinal)
                ordinal += len(rows.paths)
        for source, path, doubtful in _all_astray(parts, pairs):
            if not doubtful or _looks_like_labels(request, source, [path]):
                yield from _astray(source, path)


def _pairs(parts: list[Part], images: YoloImages) -> list[Pairs]:
    """The label files of each part; parts that links lead to share those of the dataset."""
    spoken = [[_spoken(part.place, entry.path) for entry in part.entries] for part in parts]
    names: dict[str, Counter[str]] = {}
    for part, paths in zip(parts, spoken, strict=True):
        count = names.setdefault(part.place.label_source.location, Counter())
        count.update(image_name(path.rpartition(".")[0]) for path in paths)
    return [
        Pairs(
            part.place,
            paths,
            images.unlisted,
            images.lists,
            names[part.place.label_source.location],
        )
        for part, paths in zip(parts, spoken, strict=True)
    ]


def _all_astray(parts: list[Part], pairs: list[Pairs]) -> Iterator[tuple[Source, str, bool]]:
    """Label files that belong to no image of any part, each once."""
    told = {
        posixpath.join(part.place.label_source.location, path)
        for part, paired in zip(parts, pairs, strict=True)
        for path in paired.used
    }
    for part, paired in zip(parts, pairs, strict=True):
        source = part.place.label_source
        for path, doubtful in paired.astray():
            whole = posixpath.join(source.location, path)
            if whole not in told:
                told.add(whole)
                yield source, path, doubtful


def _spoken(place: Place, path: str) -> str:
    """What labels call an image."""
    return f"{place.alias}/{path}" if place.alias else path


def _rows(part: Part, pairs: Pairs, batch: slice) -> tuple[ImageRows, list[str | None]]:
    entries = part.entries[batch]
    labels = [pairs.labels[_spoken(part.place, entry.path)] for entry in entries]
    rows = ImageRows(
        root=part.place.root,
        paths=[entry.path for entry in entries],
        bytes=[None if entry.bytes == MISSING else entry.bytes for entry in entries],
        splits=part.splits[batch],
        named=[label is not None for label in labels],
    )
    return rows, labels


def _lines(parts: list[Part], pairs: list[Pairs], files: slice) -> Iterator[str]:
    """Lines of some label files of each part."""
    for part, paired in zip(parts, pairs, strict=True):
        paths = [path for path in paired.labels.values() if path]
        for path in paths[files]:
            try:
                with part.place.label_source.open(path) as file:
                    yield from stream_lines(file)
            except (VisionLensError, OSError):
                continue  # reported when it is read


def _astray(source: Source, path: str) -> Iterator[Batch]:
    message = "There is no image for the label file."
    issue = Issue("LABEL_WITHOUT_IMAGE", "skipped", "label_file", path, message)
    batch = Batch(issues=[issue], found=Found(label_files=1))
    try:
        with source.open(path) as file:
            for number, line in enumerate(stream_lines(file), 1):
                if not split_words(line):
                    continue
                item = f"{path}:{number}"
                lost = Issue("ANNOTATION_WITHOUT_IMAGE", "skipped", "annotation", item, message)
                batch.issues.append(lost)
                batch.found.annotations += 1
                if len(batch.issues) >= BATCH_LINES:
                    yield batch
                    batch = Batch()
    except (VisionLensError, OSError):
        pass  # it is named in any case
    yield batch


def _is_classify(request: Request, config: YoloConfig) -> bool:
    """Whether the folders of the splits hold one folder for each class."""
    stated = (place.replace("\\", "/") for places in config.splits.values() for place in places)
    if any(part.lower() in IMAGE_WORDS for place in stated for part in place.split("/")):
        return False
    whole = Request(request.address, request.source, images=request.images, kinds=request.kinds)
    return ClassFoldersFormat().detect(whole) is not None


def _looks_like_labels(request: Request, source: Source, paths: list[str]) -> bool:
    """Whether one of the first of these text files begins with a YOLO line among others."""
    pixels = request.options.get("units") == "pixels"
    return any(_has_label(source, path, pixels=pixels) for path in paths[:PEEKED_FILES])


def _has_label(source: Source, path: str, *, pixels: bool) -> bool:
    with source.open(path) as file:
        data = file.read(PEEK)
    rows = [split_words(line) for line in text_lines(data)[:PEEKED_LINES]]
    return any(map(is_row_of_numbers if pixels else is_yolo, rows))


def _first_labels(request: Request, config: YoloConfig) -> list[str]:
    """Some label files where they usually lie, without listing everything."""
    source = request.label_source
    own = request.labels is not None
    for base in dict.fromkeys(("", "" if own else posixpath.dirname(config.path or ""))):
        for start in _label_folders(source, base):
            if start and not is_folder(source, start):
                continue
            inner, files = source.list(start)
            apart = own or posixpath.basename(start).lower() in LABEL_WORDS
            texts = _label_texts(files)
            for name in inner if apart else []:
                texts += _label_texts(source.list(posixpath.join(start, name))[1])
                if len(texts) >= PEEKED_FILES:
                    break
            if texts and (apart or any(is_image(entry.path) for entry in files)):
                return texts
    return []


def _label_folders(source: Source, base: str) -> list[str]:
    folders, _ = source.list(base)
    found = [name for name in folders if name.lower() in LABEL_WORDS]
    for name in folders:
        if split_of_folder(name) or len(folders) <= 3:
            found += [f"{name}/labels", f"{name}/Labels", name]
    return [*(posixpath.join(base, name) for name in found), base]


def _label_texts(files: list[Entry]) -> list[str]:
    paths = [entry.path for entry in files if entry.path.lower().endswith(".txt")]
    return [path for path in paths if posixpath.basename(path).lower() not in NOT_LABELS]
