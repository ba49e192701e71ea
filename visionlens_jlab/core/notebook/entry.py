"""The functions of `import visionlens_jlab as vl`: ingest, open, list, delete."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

from visionlens_jlab.core.notebook.arguments import checked
from visionlens_jlab.core.notebook.connect import connect
from visionlens_jlab.core.notebook.dataset import Dataset
from visionlens_jlab.core.notebook.frames import as_rows
from visionlens_jlab.core.notebook.progress import make_progress, paced
from visionlens_jlab.core.notebook.shapes import shaped
from visionlens_jlab.core.notebook.specs import outside
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.ingestion.shapes import IngestRequest

PathLike = str | os.PathLike[str]


@checked
def ingest(
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
) -> Dataset:
    """Make a dataset out of images and labels; waits, with a progress bar.

    Parameters
    ----------
    source : path, pandas DataFrame or Arrow table
        A folder or label file, looked up from the working directory; or one row for each image or
        annotation.
    name : str, optional
        The dataset's name; by default that of the source. A DataFrame needs one.
    format : str, optional
        coco, yolo, voc, class_folders, images or dataframe; by default found out.
    data_dir : path, optional
        Work on this folder in this process, without a server; made when it is not there.
    images, labels : path, optional
        Where the images and the labels lie, when apart from `source`.
    incremental : bool
        Add what is new to a dataset that exists.
    labels_only : bool
        Read label files and open no image.
    **options
        What the format takes besides.

    Returns
    -------
    Dataset
        The new dataset; `report` on it says what was found and what was odd.

    Raises
    ------
    VisionLensError
        DIR_NOT_FOUND, DIR_EMPTY, FORMAT_UNKNOWN, LABELS_INVALID, DATASET_EXISTS, JOB_FAILED.
    KeyboardInterrupt
        When interrupted; the job is cancelled first.
    """
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
        dataset = backend.ingest(request, rows, paced(progress.update))
    except KeyboardInterrupt:
        progress.finish("cancelled")
        raise
    except VisionLensError as error:
        progress.finish(error.message)
        raise
    result = Dataset(backend.open(dataset))
    progress.finish(_outcome(result))
    return result


@checked
def open(name: str, *, data_dir: PathLike | None = None, read_only: bool = False) -> Dataset:
    """Open a dataset by its name, slug or uuid.

    Parameters
    ----------
    name : str
        As `list_datasets` gives it.
    data_dir : path, optional
        Open it from this folder in this process, without a server.
    read_only : bool
        Refuse changes.

    Raises
    ------
    VisionLensError
        DATASET_NOT_FOUND, DIR_NOT_FOUND; DATASET_BUSY, naming its owner, when another process has
        it open.

    Warns
    -----
    UserWarning
        Of what is not whole: an ingest that never came to its end, files that are damaged or lost.
    """
    dataset = Dataset(connect(data_dir).open(name, read_only=read_only))
    for told in dataset.troubles:
        warnings.warn(told, stacklevel=outside())
    return dataset


@checked
def list_datasets(*, data_dir: PathLike | None = None) -> list[str]:
    """Names of the datasets, as `open` takes them."""
    return [info.name for info in connect(data_dir).datasets()]


@checked
def delete(name: str, *, data_dir: PathLike | None = None) -> None:
    """Delete a dataset for good; the images it was made from stay where they are.

    Raises
    ------
    VisionLensError
        DATASET_NOT_FOUND; DATASET_BUSY, naming its owner, when another process has it open.
    """
    connect(data_dir).delete(name)


def _absolute(path: PathLike | None) -> str | None:
    """The path as seen from here: the server has another working directory."""
    if path is None:
        return None
    text = os.fspath(path)
    if "://" in text:
        raise VisionLensError(
            "FORMAT_UNKNOWN",
            f"{text} is an address; reading from addresses is not supported yet.",
            "Copy the folder to this machine and give its path.",
        )
    return str(Path(text).expanduser().absolute())


def _outcome(dataset: Dataset) -> str:
    report = dataset.report
    text = f"{dataset.count():,} samples, {dataset.count('annotations'):,} annotations"
    if report is not None and report.items_total:
        items = "item" if report.items_total == 1 else "items"
        text += f"; {report.items_total:,} {items} in the report"
    return text
