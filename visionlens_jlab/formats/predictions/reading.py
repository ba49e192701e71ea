"""Which format predictions are in, and reading them."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import Issue
from visionlens_jlab.formats.predictions.base import Owners, PredictionBatch
from visionlens_jlab.formats.predictions.coco_results import holds_results, read_coco_results
from visionlens_jlab.formats.predictions.detection_text import (
    holds_detections,
    read_detection_text,
)
from visionlens_jlab.formats.predictions.fiftyone import read_fiftyone
from visionlens_jlab.formats.predictions.tables import read_prediction_table
from visionlens_jlab.formats.predictions.targets import Targets
from visionlens_jlab.formats.predictions.voc_text import NAME as VOC_NAME
from visionlens_jlab.formats.predictions.voc_text import read_voc_text
from visionlens_jlab.formats.predictions.yolo_text import (
    NOT_LABELS,
    holds_labels,
    is_blank,
    read_yolo_text,
)
from visionlens_jlab.formats.records.fiftyone import SAMPLES
from visionlens_jlab.formats.tables.files import SUFFIXES, clean, read_table, recoded
from visionlens_jlab.media.sources import LocalSource, Source

PEEKED_FILES = 200
FORMATS = ("coco", "yolo", "voc", "text", "classification", "dataframe", "fiftyone")


def read_predictions(
    address: str,
    format: str | None,
    targets: Targets,
    options: Mapping[str, Any],
    rows: pa.Table | None = None,
) -> tuple[str, Iterator[PredictionBatch]]:
    """The format and the predictions of a file, a folder, or a DataFrame's rows.

    Raises
    ------
    VisionLensError
        DIR_NOT_FOUND, FORMAT_UNKNOWN, PREDICTIONS_INVALID, PERMISSION_DENIED.
    """
    if format is not None and format not in FORMATS:
        raise VisionLensError(
            "FORMAT_UNKNOWN",
            f"There is no format of predictions {format!r}.",
            f"Name one of {', '.join(FORMATS)}.",
        )
    if rows is not None:
        with _as_predictions():
            rows = clean(rows, "The table")
        return "dataframe", read_prediction_table(rows, targets, "row")
    source, paths = _files(address)
    format = format or _detected(source, paths, address)
    return format, _read(_Files(source, paths, address), format, targets, options)


class _Files(NamedTuple):
    """What was named, and the files in it."""

    source: Source
    paths: list[str]
    address: str

    def ending(self, ends: str | tuple[str, ...]) -> list[str]:
        """Those with a suffix. PREDICTIONS_INVALID."""
        found = [path for path in self.paths if path.lower().endswith(ends)]
        if not found:
            listed = ends if isinstance(ends, str) else ", ".join(ends)
            raise VisionLensError(
                "PREDICTIONS_INVALID", f"There is no {listed} file in {self.address}."
            )
        return found


def _read(
    files: _Files, format: str, targets: Targets, options: Mapping[str, Any]
) -> Iterator[PredictionBatch]:
    source, owners = files.source, Owners(targets)
    if format == "coco":
        used = files.ending(".json")
        if len(used) > 1:
            used = [path for path in used if holds_results(source, path)] or used
        renumbered = options.get("categories") is not None
        for path in used:
            for batch in read_coco_results(source, path, targets, renumbered=renumbered):
                owners.claim(path, batch.named)
                yield batch
    elif format == "fiftyone":
        used = files.ending(SAMPLES)[:1]
        yield from read_fiftyone(source, used[0], targets, options)
    elif format == "text":
        used = [p for p in files.ending(".txt") if _may_be_labels(p)]
        yield from read_detection_text(source, used, targets, owners)
    elif format == "voc":
        used = files.ending(".txt")
        used = [path for path in used if VOC_NAME.fullmatch(posixpath.basename(path))] or used
        yield from read_voc_text(source, used, targets, options, owners)
    elif format == "yolo":
        used = [p for p in files.ending(".txt") if _may_be_labels(p)]
        yield from read_yolo_text(source, used, targets, options, owners)
    else:
        used = files.ending(SUFFIXES)
        for path in used:
            yield PredictionBatch(issues=recoded(source, path))
            for batch in read_prediction_table(_table(source, path), targets, f"{path}: row"):
                owners.claim(path, batch.named)
                yield batch
    left = set(used)
    yield _unused([path for path in files.paths if path not in left])


def _unused(paths: list[str]) -> PredictionBatch:
    """The other files that might hold predictions."""
    message = "Not read: it holds no predictions in the format of those beside it."
    issues = [
        Issue("LABEL_FILE_UNUSED", "skipped", "label_file", path, message)
        for path in paths
        if path.lower().endswith((".json", ".txt", *SUFFIXES))
    ]
    return PredictionBatch(issues=issues, files=len(issues), files_skipped=len(issues))


def _table(source: Source, path: str) -> pa.Table:
    with _as_predictions():
        return read_table(source, path)


@contextmanager
def _as_predictions() -> Iterator[None]:
    """What is wrong with a table is wrong with the predictions."""
    try:
        yield
    except VisionLensError as error:
        if error.code != "LABELS_INVALID":
            raise
        raise VisionLensError("PREDICTIONS_INVALID", error.message) from error


def _files(address: str) -> tuple[Source, list[str]]:
    """The source and every file in it, or the one that is named."""
    path = Path(address).expanduser()
    if path.is_file():
        return LocalSource(path.parent), [path.name]
    if not path.exists():
        raise VisionLensError("DIR_NOT_FOUND", f"There is no file or folder {path}.")
    source = LocalSource(path)
    return source, [entry.path for entry in source.walk()]


def _detected(source: Source, paths: list[str], address: str) -> str:
    jsons = [path for path in paths if path.lower().endswith(".json")]
    texts = [path for path in paths if path.lower().endswith(".txt") and _may_be_labels(path)]
    looks: dict[str, Callable[[], bool]] = {
        "voc": lambda: any(VOC_NAME.fullmatch(posixpath.basename(path)) for path in paths),
        "fiftyone": lambda: any(posixpath.basename(path) == SAMPLES for path in jsons),
        "coco": lambda: len(paths) == len(jsons) == 1,
        "text": lambda: any(holds_detections(source, path) for path in texts[:PEEKED_FILES]),
        "yolo": lambda: any(holds_labels(source, path) for path in texts),
    }
    found = next((format for format, look in looks.items() if look()), None)
    if found is not None:
        return found
    if any(holds_results(source, path) for path in jsons):
        return "coco"
    if any(path.lower().endswith(SUFFIXES) for path in paths):
        return "classification"
    if any(is_blank(source, path) for path in texts):
        return "yolo"  # of a model that has found nothing
    raise VisionLensError(
        "FORMAT_UNKNOWN",
        f"There are no predictions in {address}.",
        f"Name the format: {', '.join(FORMATS)}.",
    )


def _may_be_labels(path: str) -> bool:
    return posixpath.basename(path).lower() not in NOT_LABELS
