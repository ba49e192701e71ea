"""Putting labels right from a notebook, and writing them out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from visionlens_jlab.core.notebook.backend import DatasetBackend
from visionlens_jlab.core.notebook.frames import load_pandas
from visionlens_jlab.core.notebook.ids import check_text, ids_of
from visionlens_jlab.core.notebook.shapes import shaped
from visionlens_jlab.core.notebook.view import View
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.export.notebook import export
from visionlens_jlab.export.shapes import ExportReport
from visionlens_jlab.labels.shapes import AnnotationEdit, EditDone, EditRequest, HistoryEntry

if TYPE_CHECKING:
    import pandas as pd

_PAGE = 1000


class Repairs:
    """The part of a Dataset that changes labels and exports them."""

    _backend: DatasetBackend
    _ascending: Callable[[Level], np.ndarray]
    view: Callable[..., View]

    def relabel(self, annotations: Any, class_name: str) -> EditDone:
        """Give ground-truth annotations another class; predictions among them are left alone.

        Parameters
        ----------
        annotations : int, iterable of int, boolean mask, pandas DataFrame or Series, View, or str
            Which annotations; text is a predicate. Of a sample view those that match.
        class_name : str
            A class, made when it does not exist.

        Returns
        -------
        EditDone
            `changed`, `description`, `version`, `can_undo`, `can_redo`.

        Raises
        ------
        VisionLensError
            ID_UNKNOWN, PREDICATE_INVALID, REQUEST_INVALID when there is no ground truth among
            them, DATASET_READ_ONLY.
        """
        return self._backend.edit(self._bulk(annotations, relabel=class_name))

    def delete_annotations(self, annotations: Any) -> EditDone:
        """Delete ground-truth annotations; parameters and errors as in `relabel`.

        Their ids are not used again, and `undo` brings them back under them.
        """
        return self._backend.edit(self._bulk(annotations, delete=True))

    def edit(self, edits: Iterable[Mapping[str, Any]] | Mapping[str, Any]) -> EditDone:
        """Change single labels in one transaction.

        Parameters
        ----------
        edits : iterable of dict, or one
            `annotation_id` with `class_name`, `box` (x, y, w, h in pixels of the upright image) or
            `delete=True`; without it, `sample_id` with `box` and `class_name`: a new label. The
            shape of a polygon or of keypoints moves with its box.

        Returns
        -------
        EditDone
            `added` are the ids of new annotations.

        Raises
        ------
        VisionLensError
            ID_UNKNOWN, REQUEST_INVALID, DATASET_READ_ONLY.
        """
        changes = [edits] if isinstance(edits, Mapping) else edits
        listed = [
            shaped(AnnotationEdit, dict(edit) if isinstance(edit, Mapping) else edit)
            for edit in changes
        ]
        return self._backend.edit(shaped(EditRequest, edits=listed))

    def undo(self) -> EditDone:
        """Take the last change of labels back, exactly; of whoever made it.

        Tags and fields are not taken back: set them again.

        Raises
        ------
        VisionLensError
            NOTHING_TO_UNDO, also when an ingest has replaced those labels since.
        """
        return self._backend.undo()

    def redo(self) -> EditDone:
        """Do the change again that was taken back last. NOTHING_TO_UNDO as in `undo`."""
        return self._backend.redo()

    def history(self, annotation: int | None = None) -> pd.DataFrame:
        """Changes of labels by hand, newest first: `description`, `created_at`, `undone`.

        Parameters
        ----------
        annotation : int, optional
            Only those of this annotation.

        Raises
        ------
        ImportError
            When pandas is not installed.
        """
        pandas = load_pandas()
        entries: list[HistoryEntry] = []
        while page := self._backend.history(annotation, len(entries), _PAGE):
            entries += page
        columns = ["sequence", "description", "created_at", "undone"]
        rows = [entry.model_dump() for entry in entries]
        frame: pd.DataFrame = pandas.DataFrame(rows, columns=columns).set_index("sequence")
        return frame

    def export(
        self,
        path: str | os.PathLike[str],
        format: Literal["coco", "yolo", "voc", "class_folders"],
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
        format : {"coco", "yolo", "voc", "class_folders"}
            What to write.
        view : View, optional
            Only its samples, and of their annotations those that match it.
        source : str
            "ground_truth", or a run: its predictions as labels, with their confidence where the
            format has a place for it.
        images : {"copy", "link", "none"}
            Whether image files are copied, linked (hard links where possible), or left out.
        **options
            yolo: `task` ("detect", "segment", "obb" or "pose"); by default what holds most.

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
        if view is not None:
            return view.export(path, format, source=source, images=images, **options)
        return export(
            self._backend,
            path,
            format,
            view=None,
            source=source,
            images=images,
            options=options,
        )

    def _bulk(self, annotations: Any, **change: Any) -> EditRequest:
        spec: ViewSpec | None = None
        if isinstance(annotations, str):
            check_text(annotations)
            spec = self.view(annotations, level="annotations").spec
        elif isinstance(annotations, View):
            spec = annotations.spec
        if spec is not None:
            return shaped(EditRequest, view=spec, **change)
        ids = ids_of(annotations, "annotations", lambda: self._ascending("annotations"))
        return shaped(EditRequest, ids=ids.tolist(), **change)
