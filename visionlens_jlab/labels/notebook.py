"""Putting labels right from a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from visionlens_jlab.core.notebook.arguments import shaped
from visionlens_jlab.core.notebook.backend import BackendPart, Remote
from visionlens_jlab.core.notebook.dataset import Dataset
from visionlens_jlab.core.notebook.frames import check_text, ids_of, load_pandas
from visionlens_jlab.core.notebook.view import S, V, View
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.labels.shapes import (
    AnnotationEdit,
    EditDone,
    EditRequest,
    History,
    HistoryEntry,
)

if TYPE_CHECKING:
    import pandas as pd

_PAGE = 1000


class EditsBackend(Protocol):
    """Changes of the labels of one dataset."""

    def edit(self, request: EditRequest) -> EditDone:
        """REQUEST_INVALID, ID_UNKNOWN."""
        ...

    def undo(self) -> EditDone:
        """NOTHING_TO_UNDO."""
        ...

    def redo(self) -> EditDone:
        """NOTHING_TO_UNDO."""
        ...

    def history(self, annotation: int | None, offset: int, limit: int) -> list[HistoryEntry]:
        """A page, newest first."""
        ...


class RemoteEdits(Remote):
    """Changes of labels over the REST API."""

    def edit(self, request: EditRequest) -> EditDone:
        """REQUEST_INVALID, ID_UNKNOWN."""
        return self.send("POST", EditDone, request, "edits")

    def undo(self) -> EditDone:
        """NOTHING_TO_UNDO."""
        return self.send("POST", EditDone, None, "edits", "undo")

    def redo(self) -> EditDone:
        """NOTHING_TO_UNDO."""
        return self.send("POST", EditDone, None, "edits", "redo")

    def history(self, annotation: int | None, offset: int, limit: int) -> list[HistoryEntry]:
        """A page, newest first."""
        page = {"annotation": annotation, "offset": offset, "limit": limit}
        return self.get(History, "edits", **page).entries


EDITS: BackendPart[EditsBackend] = BackendPart(
    "visionlens_jlab.labels.store.edits:Edits", RemoteEdits
)


class Repairs(Dataset[V, S]):
    """The part of a Dataset that changes labels."""

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
        return self._backend.part(EDITS).edit(self._bulk(annotations, relabel=class_name))

    def delete_annotations(self, annotations: Any) -> EditDone:
        """Delete ground-truth annotations; parameters and errors as in `relabel`.

        Their ids are not used again, and `undo` brings them back under them.
        """
        return self._backend.part(EDITS).edit(self._bulk(annotations, delete=True))

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
        return self._backend.part(EDITS).edit(shaped(EditRequest, edits=listed))

    def undo(self) -> EditDone:
        """Take the last change of labels back, exactly; of whoever made it.

        Tags and fields are not taken back: set them again.

        Raises
        ------
        VisionLensError
            NOTHING_TO_UNDO, also when an ingest has replaced those labels since.
        """
        return self._backend.part(EDITS).undo()

    def redo(self) -> EditDone:
        """Do the change again that was taken back last. NOTHING_TO_UNDO as in `undo`."""
        return self._backend.part(EDITS).redo()

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
        edits = self._backend.part(EDITS)
        while page := edits.history(annotation, len(entries), _PAGE):
            entries += page
        columns = ["sequence", "description", "created_at", "undone"]
        rows = [entry.model_dump() for entry in entries]
        frame: pd.DataFrame = pandas.DataFrame(rows, columns=columns).set_index("sequence")
        return frame

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
