"""FiftyOne: `samples.json`, `metadata.json` and `data/`, as `FiftyOneDataset` exports them.

Source: github.com/voxel51/fiftyone, fiftyone/utils/data/exporters.py and core/labels.py.

A sample has any number of fields with labels. The one named `ground_truth`, or by the option
`ground_truth`, else the first without a confidence, is ground truth; so are others without
confidence, unless they hold shapes of the same sort: those, and fields with confidences, are runs.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, cast

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import ClassEntry, Issue, RunFound
from visionlens_jlab.formats.folder_names import split_of_folder
from visionlens_jlab.formats.listing import is_file
from visionlens_jlab.formats.records.fiftyone_labels import (
    Labels,
    Size,
    documents,
    has_confidence,
    is_label,
    labels_of,
    plain,
)
from visionlens_jlab.formats.records.format import RecordFormat
from visionlens_jlab.formats.records.json_files import members, read_json
from visionlens_jlab.formats.records.record import NotMineError, Record, side, text
from visionlens_jlab.formats.request import Request

SAMPLES, METADATA, FRAMES = "samples.json", "metadata.json", "frames.json"
GROUND_TRUTH = "ground_truth"
TAGS = "source_tags"
"""Field of the tags that are no split."""
PRIVATE = {"filepath", "tags", "metadata", "id", "created_at", "last_modified_at", "frames"}
_LONGEST = 100
"""A list of more numbers is a vector, no field."""


class FiftyOneFormat(RecordFormat):
    """FiftyOne's dataset folder."""

    name = "fiftyone"
    label = "FiftyOne"
    description = "FiftyOne's dataset folder: samples.json, metadata.json and data/."
    suffixes = (SAMPLES,)
    signature = "FiftyOne JSON"
    options = ("ground_truth",)
    normalised = True
    has_fields = True

    def parse(self, data: bytes, path: str, request: Request) -> Iterator[Record]:
        """What the file says of itself, then a record for each sample."""
        samples = samples_of(data)
        folder = posixpath.dirname(path)
        plan = _Plan(path, samples, _metadata(request, folder), request.options)
        frames = posixpath.join(folder, FRAMES)
        if is_file(request.label_source, frames):
            plan.issues.append(_frames(frames))
        yield Record(None, classes=plan.classes, issues=plan.issues, runs=plan.runs)
        for sample in samples:
            yield plan.record(sample)

    def _label_files(self, request: Request) -> list[str]:
        found = super()._label_files(request)
        return [
            posixpath.join(posixpath.dirname(path), SAMPLES) if _is_metadata(path) else path
            for path in found
        ]

    def is_mine(self, path: str) -> bool:
        return posixpath.basename(path) == SAMPLES


def _is_metadata(path: str) -> bool:
    return posixpath.basename(path) == METADATA


def samples_of(data: bytes) -> list[Any]:
    """The samples of a file. ValueError, NotMineError."""
    content = read_json(data)
    samples = content.get("samples") if isinstance(content, dict) else None
    if not isinstance(samples, list):
        raise NotMineError
    return samples


def size_of(sample: dict[str, Any]) -> Size:
    """Width and height of a sample's image, as far as they are stated."""
    stated = sample.get("metadata")
    stated = stated if isinstance(stated, dict) else {}
    return side(plain(stated.get("width"))), side(plain(stated.get("height")))


def _metadata(request: Request, folder: str) -> dict[str, Any]:
    """What lies beside the samples; empty where it is broken or not there."""
    source, path = request.label_source, posixpath.join(folder, METADATA)
    if not is_file(source, path):
        return {}
    request.note_read(source, path)
    try:
        with source.open(path) as file:
            content = members(read_json(file.read()), "metadata")
    except (ValueError, VisionLensError, OSError):
        return {}
    info = content.get("info")
    return {**info, **content} if isinstance(info, dict) else content


def _frames(path: str) -> Issue:
    message = "Labels of the frames of videos are not read."
    return Issue("FIELD_UNREAD", "skipped", "other", path, message)


class _Plan:
    """What becomes of each field, decided from all samples of a file."""

    def __init__(
        self, path: str, samples: list[Any], metadata: dict[str, Any], options: Any
    ) -> None:
        self._path = path
        self.issues: list[Issue] = []
        kinds: dict[str, str] = {}
        counts: Counter[str] = Counter()
        sure: set[str] = set()
        lost: Counter[str] = Counter()
        named: dict[str, dict[str, None]] = {}
        for sample in samples:
            for name, value in sample.items() if isinstance(sample, dict) else ():
                if is_label(value):
                    kinds.setdefault(name, value["_cls"])
                    counts[name] += _count(value)
                    if has_confidence(value):
                        sure.add(name)
                    named.setdefault(name, {}).update(_names(value))
                elif not _is_private(name) and _is_lost(value):
                    lost[name] += 1
        self._truth = _truths(kinds, sure, options.get("ground_truth"))
        self.runs = [
            RunFound(name, FiftyOneFormat.name, {"field": name})
            for name in kinds
            if name not in self._truth
        ]
        pointed = {name: named[name] for name in self._truth if _sort(kinds[name]) == "Keypoint"}
        self.classes = _classes(metadata, self._truth, pointed)
        known = {entry.name for entry in self.classes}
        others = dict.fromkeys(one for names in named.values() for one in names)
        self.classes += [ClassEntry(name) for name in others if name not in known]
        for run in self.runs:
            message = f"The field's {counts[run.run]} labels are predictions: they become a run."
            self.issues.append(Issue("RUN_FOUND", "kept", "other", f"{path}: {run.run}", message))
        for name, count in lost.items():
            message = f"The field is neither labels nor a plain value; left out of {count} samples."
            self.issues.append(
                Issue("FIELD_UNREAD", "skipped", "other", f"{path}: {name}", message)
            )

    def record(self, sample: Any) -> Record:
        """What one sample says."""
        name = sample.get("filepath") if isinstance(sample, dict) else None
        if not isinstance(name, str) or not name:
            return self._no_image(str(name), "An entry of the list has no filepath.")
        if sample.get("_media_type") not in (None, "image"):
            return self._no_image(name, f"It is of the kind {str(sample['_media_type'])[:40]}.")
        record = Record(name, *size_of(sample))
        size = record.width, record.height
        for field in self._truth:
            if is_label(sample.get(field)):
                self._take(record, field, labels_of(sample[field], size))
        record.split, rest = _split_and_tags(sample.get("tags"))
        record.fields = _fields(sample)
        if rest:
            record.fields[TAGS] = ", ".join(rest)
        return record

    def _take(self, record: Record, field: str, found: Labels) -> None:
        if field != next(iter(self._truth)):
            for thing in found.objects if not field.startswith(f"{GROUND_TRUTH}_") else ():
                thing.attributes.setdefault("field", field)
        record.objects += found.objects
        record.invalid += found.invalid

    def _no_image(self, name: str, message: str) -> Record:
        item = f"{self._path}: {name[:200]}"
        issue = Issue("IMAGE_ENTRY_INVALID", "skipped", "image", item, message)
        return Record(None, issues=[issue])


def _truths(kinds: dict[str, str], sure: set[str], stated: Any) -> dict[str, None]:
    """The fields that are ground truth, the one that decides first."""
    plain_ones = [name for name in kinds if name not in sure]
    if stated is not None and stated not in kinds:
        listed = ", ".join(kinds) or "none"
        raise VisionLensError(
            "REQUEST_INVALID", f"No field of labels is named {stated!r}.", f"There are {listed}."
        )
    first = stated or (GROUND_TRUTH if GROUND_TRUTH in kinds else next(iter(plain_ones), None))
    if first is None:
        return {}
    taken, found = {_sort(kinds[first])}, {first: None}
    for name in plain_ones:
        if _sort(kinds[name]) == "Classification" or _sort(kinds[name]) not in taken:
            taken.add(_sort(kinds[name]))
            found[name] = None
    return found


def _sort(kind: str) -> str:
    return kind.removesuffix("s")


def _count(value: dict[str, Any]) -> int:
    try:
        return len(documents(value))
    except ValueError:
        return 1


def _names(value: dict[str, Any]) -> dict[str, None]:
    try:
        listed = documents(value)
    except ValueError:
        return {}
    return {
        name: None for one in listed if isinstance(one, dict) and (name := text(one.get("label")))
    }


def _classes(
    metadata: dict[str, Any], fields: dict[str, None], pointed: dict[str, dict[str, None]]
) -> list[ClassEntry]:
    """The classes that are listed, and those of keypoints with their skeleton."""
    listed, skeletons = metadata.get("classes"), metadata.get("skeletons")
    usual = metadata.get("default_classes")
    names: list[Any] = list(usual) if isinstance(usual, list) else []
    found: dict[str, ClassEntry] = {}
    for field in fields:
        own = listed.get(field) if isinstance(listed, dict) else None
        names += own if isinstance(own, list) else []
        stated = skeletons.get(field) if isinstance(skeletons, dict) else None
        points = _skeleton(stated or metadata.get("default_skeleton"))
        found |= {name: ClassEntry(name, None, None, *points) for name in pointed.get(field, ())}
    plain_names = dict.fromkeys(name for name in names if isinstance(name, str) and name)
    return [found.pop(name, ClassEntry(name)) for name in plain_names] + list(found.values())


def _skeleton(stated: Any) -> tuple[list[str] | None, list[list[int]] | None]:
    if not isinstance(stated, dict) or not isinstance(stated.get("labels"), list):
        return None, None
    labels, edges = [str(one) for one in stated["labels"]], stated.get("edges")
    places = range(len(labels))
    pairs = [
        list(pair)
        for line in (edges if isinstance(edges, list) else [])
        if isinstance(line, list)
        for pair in pairwise(line)
        if all(type(end) is int and end in places for end in pair)
    ]
    return labels, cast(list[list[int]], pairs) or None


def _split_and_tags(tags: Any) -> tuple[str | None, list[str]]:
    """The only split among tags, and the others."""
    listed = [str(tag) for tag in tags] if isinstance(tags, list) else []
    splits = {split for tag in listed if (split := split_of_folder(tag))}
    if len(splits) != 1:
        return None, listed
    return splits.pop(), [tag for tag in listed if not split_of_folder(tag)]


def _is_private(name: str) -> bool:
    return name.startswith("_") or name in PRIVATE


def _is_lost(value: Any) -> bool:
    """Whether no field can hold a value: masks, vectors, what FiftyOne knows of alone."""
    if isinstance(value, dict):
        known = "_cls" in value and value["_cls"] not in ("GeoLocation", "Regression")
        return known or "$binary" in value
    return isinstance(value, list) and len(value) > _LONGEST


def _fields(sample: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in sample.items():
        if _is_private(name) or value is None or is_label(value) or _is_lost(value):
            continue
        if isinstance(value, dict) and value.get("_cls") == "GeoLocation":
            found |= _place(value)
        elif isinstance(value, dict) and value.get("_cls") == "Regression":
            found[name] = plain(value.get("value"))
        else:
            found[name] = plain(value)
    return found


def _place(value: dict[str, Any]) -> dict[str, Any]:
    point = value.get("point")
    point = point.get("coordinates") if isinstance(point, dict) else point
    if not isinstance(point, list) or len(point) != 2:
        return {}
    return {"longitude": plain(point[0]), "latitude": plain(point[1])}
