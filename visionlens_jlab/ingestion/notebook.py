"""Making a dataset from a notebook, or from the command line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from visionlens_jlab.core.notebook.arguments import shaped
from visionlens_jlab.core.notebook.backend import DatasetBackend
from visionlens_jlab.core.notebook.connect import connect
from visionlens_jlab.core.notebook.frames import as_rows
from visionlens_jlab.core.notebook.progress import make_progress, paced
from visionlens_jlab.core.system.confinement import is_address
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.shapes import Detected, DetectRequest
from visionlens_jlab.ingestion.shapes import IngestRequest

PathLike = str | os.PathLike[str]


def ingested(
    source: Any,
    name: str | None = None,
    *,
    format: str | None = None,
    data_dir: PathLike | None = None,
    images: PathLike | None = None,
    labels: PathLike | None = None,
    incremental: bool = False,
    labels_only: bool = False,
    **options: Any,
) -> DatasetBackend:
    """Run an ingest to its end with a progress bar, and open what it made; see `vl.ingest`."""
    rows = as_rows(source)
    if rows is None and not isinstance(source, str | os.PathLike):
        raise VisionLensError("REQUEST_INVALID", f"{source!r} is no path and no table.")
    if rows is not None and name is None:
        raise VisionLensError(
            "REQUEST_INVALID", "A table has no name of its own.", "Pass name=, such as name='mine'."
        )
    request = shaped(
        IngestRequest,
        source=type(source).__name__ if rows is not None else _absolute(source),
        name=name,
        format=format or ("dataframe" if rows is not None else None),
        images=_absolute(Path.cwd() if images is None and rows is not None else images),
        labels=_absolute(labels),
        incremental=incremental,
        labels_only=labels_only,
        options=options,
    )
    backend = connect(data_dir, create=True)
    progress = make_progress(name or Path(request.source).name)
    try:
        dataset = backend.create(request, rows, paced(progress.update))
    except KeyboardInterrupt:
        progress.finish("cancelled")
        raise
    except VisionLensError as error:
        progress.finish(error.message)
        raise
    opened = backend.open(dataset)
    progress.finish(_outcome(opened))
    return opened


def detected(
    source: PathLike, format: str | None, images: PathLike | None, labels: PathLike | None
) -> Detected:
    """What an ingest would find; see `vl.detect`."""
    from visionlens_jlab.formats.detect import detect

    return detect(
        shaped(
            DetectRequest,
            source=_absolute(source),
            format=format,
            images=_absolute(images),
            labels=_absolute(labels),
        )
    )


def _absolute(path: PathLike | None) -> str | None:
    """The path as seen from here: the server has another working directory."""
    if path is None:
        return None
    text = os.fspath(path)
    if is_address(text):
        return text
    return str(Path(text).expanduser().absolute())


def _outcome(dataset: DatasetBackend) -> str:
    detail, report = dataset.detail(), dataset.report(0, 1)
    text = f"{detail.samples:,} samples, {detail.annotations:,} annotations"
    if report is not None and report.items_total:
        items = "item" if report.items_total == 1 else "items"
        text += f"; {report.items_total:,} {items} in the report"
    return text
