"""Exports, as a notebook asks for them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

import numpy as np

from visionlens_jlab.core.notebook.arguments import shaped
from visionlens_jlab.core.notebook.backend import DatasetBackend
from visionlens_jlab.core.notebook.dataset import Dataset
from visionlens_jlab.core.notebook.progress import run_shown
from visionlens_jlab.core.notebook.view import S, V, View
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.export.shapes import ExportReport, ExportRequest
from visionlens_jlab.formats.shapes import WrittenFormat


class Exporting(Dataset[V, S]):
    """The part of a Dataset that writes label formats."""

    def export(
        self,
        path: str | os.PathLike[str],
        format: WrittenFormat | str,
        *,
        view: View | None = None,
        source: str = "ground_truth",
        images: Literal["copy", "link", "none"] = "copy",
        **options: Any,
    ) -> ExportReport:
        """Write the dataset, or a view of it, in a label format; waits, with a progress bar.

        Boxes mean the upright image. The folder appears when it is whole; nothing is left of an
        export that failed or was interrupted.

        Parameters
        ----------
        path : str or path
            A folder that is new or empty.
        format : str
            "coco", "yolo", "voc", "class_folders", "cvat", "labelme", "label_studio", "via",
            "createml", "openimages", "kitti", "dota", "fiftyone", "imagefolder", "croissant",
            "csv", "parquet", "masks", "coco_panoptic", "lvis", "detection_text" (a line `class
            confidence x1 y1 x2 y2` for each box), "webdataset", "tfrecord" or "parquet_images"; or
            a plugin's, "plugin:<name>/<id>".
        view : View, optional
            Only its samples, and of their annotations those that match it.
        source : str
            "ground_truth", or a run: its predictions as labels, with their confidence where the
            format has a place for it.
        images : {"copy", "link", "none"}
            Whether image files are copied, linked (hard links where possible), or left out.
        **options
            yolo: `task` ("detect", "segment", "obb" or "pose"); by default what holds most.
            webdataset, tfrecord, parquet_images: `shard_megabytes`, 256, that a file has at most.

        Returns
        -------
        ExportReport
            `path`, `format`, `images`, `annotations`, `files`, and `issues`: what the format
            cannot hold as it is, each with `code`, `message`, `count` and `items`.

        Raises
        ------
        VisionLensError
            EXPORT_NOT_EMPTY, RUN_NOT_FOUND, PERMISSION_DENIED, DISK_SPACE.
        """
        spec, ids = (None, None) if view is None else view._exported()
        return _export(
            self._backend,
            path,
            format,
            view=spec,
            ids=ids,
            source=source,
            images=images,
            options=options,
        )


class ExportingView(View[V, S]):
    """The part of a View that writes label formats."""

    def export(
        self,
        path: str | os.PathLike[str],
        format: WrittenFormat | str,
        *,
        source: str = "ground_truth",
        images: Literal["copy", "link", "none"] = "copy",
        **options: Any,
    ) -> ExportReport:
        """Write the view's samples with their matching annotations in a label format; waits.

        Boxes mean the upright image. The folder appears when it is whole; nothing is left of an
        export that failed or was interrupted.

        Parameters
        ----------
        path : str or path
            A folder that is new or empty.
        format : str
            "coco", "yolo", "voc", "class_folders", "cvat", "labelme", "label_studio", "via",
            "createml", "openimages", "kitti", "dota", "fiftyone", "imagefolder", "croissant",
            "csv", "parquet", "masks", "coco_panoptic", "lvis", "detection_text" (a line `class
            confidence x1 y1 x2 y2` for each box), "webdataset", "tfrecord" or "parquet_images"; or
            a plugin's, "plugin:<name>/<id>".
        source : str
            "ground_truth", or a run: its predictions as labels, with their confidence where the
            format has a place for it.
        images : {"copy", "link", "none"}
            Whether image files are copied, linked (hard links where possible), or left out.
        **options
            yolo: `task` ("detect", "segment", "obb" or "pose"); by default what holds most.
            webdataset, tfrecord, parquet_images: `shard_megabytes`, 256, that a file has at most.

        Returns
        -------
        ExportReport
            `path`, `format`, `images`, `annotations`, `files`, and `issues`: what the format
            cannot hold as it is, each with `code`, `message`, `count` and `items`.

        Raises
        ------
        VisionLensError
            EXPORT_NOT_EMPTY, RUN_NOT_FOUND, PERMISSION_DENIED, DISK_SPACE.
        """
        spec, ids = self._exported()
        return _export(
            self._backend,
            path,
            format,
            view=spec,
            ids=ids,
            source=source,
            images=images,
            options=options,
        )


def _export(
    backend: DatasetBackend,
    path: str | os.PathLike[str],
    format: str,
    *,
    view: ViewSpec | None,
    ids: np.ndarray | None = None,
    source: str,
    images: str,
    options: dict[str, Any],
) -> ExportReport:
    """Run an export job to its end. Relative paths are those of this process."""
    named = {
        "dataset": backend.dataset,
        "path": str(Path(path).expanduser().absolute()),
        "format": format,
        "view": view,
        "ids": None if ids is None else ids.tolist(),
        "source": source,
        "images": images,
        "options": options,
    }
    request = shaped(ExportRequest, named)
    job = run_shown(backend, request, f"Exporting {backend.dataset}")
    return ExportReport.model_validate(job.result)
