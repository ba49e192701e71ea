"""What a notebook works with: the core's classes with the methods of every capability."""

from __future__ import annotations

import warnings
from typing import Any

from visionlens_jlab.agents.notebook import AskingAgents
from visionlens_jlab.analysis.notebook.dataset import Analysing
from visionlens_jlab.attributes.notebook import VisualAttributes
from visionlens_jlab.core.notebook import view as core_view
from visionlens_jlab.core.notebook.arguments import checked, checked_methods
from visionlens_jlab.core.notebook.backend import Factory
from visionlens_jlab.core.notebook.connect import connect
from visionlens_jlab.core.notebook.view import outside
from visionlens_jlab.duplicates.notebook import FindingDuplicates
from visionlens_jlab.embeddings.notebook.dataset import Searching
from visionlens_jlab.evaluation.notebook.dataset import Evaluating, EvaluatingView
from visionlens_jlab.export.notebook import Exporting, ExportingView
from visionlens_jlab.formats.shapes import Detected
from visionlens_jlab.ingestion.notebook import PathLike, detected, ingested
from visionlens_jlab.labels.notebook import Repairs
from visionlens_jlab.map.notebook import Projecting
from visionlens_jlab.media.notebook import pictures_of
from visionlens_jlab.plugins.notebook import RunningPlugins


@checked_methods
class View(EvaluatingView["View", "Selection"], ExportingView["View", "Selection"]):
    """Samples or annotations that satisfy a predicate, in an order.

    A view holds no rows: each reading asks the dataset, so it always shows the present state.
    Make one with `Dataset.where`, `Dataset.view` or `Lens.view`.
    """


@checked_methods
class Selection(core_view.Selection["View", "Selection"], View):
    """A view of exactly these ids, in this order, whatever happens to the dataset."""


@checked_methods
class Dataset(
    Analysing[View, Selection],
    AskingAgents[View, Selection],
    Evaluating[View, Selection],
    Exporting[View, Selection],
    FindingDuplicates[View, Selection],
    Projecting[View, Selection],
    Repairs[View, Selection],
    RunningPlugins[View, Selection],
    Searching[View, Selection],
    VisualAttributes[View, Selection],
):
    """An open dataset; `open` and `ingest` give one.

    Usable as a context manager: leaving it closes the dataset.
    """

    _factory = Factory(View, Selection, pictures_of)


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
        As `detect` calls it, such as coco, yolo or voc; by default found out.
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
    return Dataset(
        ingested(
            source,
            name,
            format=format,
            data_dir=data_dir,
            images=images,
            labels=labels,
            incremental=incremental,
            labels_only=labels_only,
            **options,
        )
    )


@checked
def detect(
    source: PathLike,
    *,
    format: str | None = None,
    images: PathLike | None = None,
    labels: PathLike | None = None,
) -> Detected:
    """Tell what `ingest` would read from a place, and why; reads no labels.

    Parameters
    ----------
    source : path
        A folder or label file, looked up from the working directory.
    format : str, optional
        The one that is meant; by default found out.
    images, labels : path, optional
        Where the images and the labels lie, when apart from `source`.

    Returns
    -------
    Detected
        `format`, `label`, `reason`, `images`, `labels`, `splits`; `unread`: what seems to be
        labels, or images, and would not be read, with what one may do about it; `candidates`: every
        format with `fits` and the `reason`, those that fit first. Printed, it says so by lines.

    Raises
    ------
    VisionLensError
        DIR_NOT_FOUND, DIR_EMPTY, FORMAT_UNKNOWN, LABELS_INVALID, PERMISSION_DENIED.
    """
    return detected(source, format, images, labels)


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
    for trouble in dataset.troubles:
        warnings.warn(trouble, stacklevel=outside())
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
