"""Which format predictions are in, and reading them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.dataframe import SUFFIXES, read_table
from visionlens_jlab.media.sources import LocalSource, Source

from .base import PredictionBatch
from .coco_results import looks_like_results, read_coco_results
from .tables import read_prediction_table
from .targets import Targets
from .voc_text import NAME as VOC_NAME
from .voc_text import read_voc_text
from .yolo_text import NOT_LABELS, read_yolo_text

FORMATS = ("coco", "yolo", "voc", "classification", "dataframe")
_HEAD = 1 << 16


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
    source = files.source
    if format == "coco":
        for path in files.ending(".json"):
            yield from read_coco_results(source, path, targets)
    elif format == "voc":
        texts = files.ending(".txt")
        named = [path for path in texts if VOC_NAME.fullmatch(posixpath.basename(path))]
        yield from read_voc_text(source, named or texts, targets, options)
    elif format == "yolo":
        texts = [p for p in files.ending(".txt") if _may_be_labels(p)]
        yield from read_yolo_text(source, texts, targets, options)
    else:
        for path in files.ending(SUFFIXES):
            table = _table(source, path)
            yield from read_prediction_table(table, targets, f"{path}: row")


def _table(source: Source, path: str) -> pa.Table:
    try:
        return read_table(source, path)
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
    names = [posixpath.basename(path) for path in paths]
    if any(VOC_NAME.fullmatch(name) for name in names):
        return "voc"
    jsons = [path for path in paths if path.lower().endswith(".json")]
    if len(paths) == 1 and jsons:
        return "coco"
    if any(_may_be_labels(path) for path in paths if path.lower().endswith(".txt")):
        return "yolo"
    for path in jsons:
        with source.open(path) as file:
            if looks_like_results(file.read(_HEAD)):
                return "coco"
    if any(path.lower().endswith(SUFFIXES) for path in paths):
        return "classification"
    raise VisionLensError(
        "FORMAT_UNKNOWN",
        f"There are no predictions in {address}.",
        f"Name the format: {', '.join(FORMATS)}.",
    )


def _may_be_labels(path: str) -> bool:
    return posixpath.basename(path).lower() not in NOT_LABELS
