"""Changes of labels by hand."""

from __future__ import annotations

from pydantic import Field

from visionlens_jlab.core.shapes import Model
from visionlens_jlab.core.views.shapes import ViewSpec


class AnnotationEdit(Model):
    """One change of ground truth; `annotation_id` null adds a label to `sample_id`."""

    annotation_id: int | None = None
    sample_id: int | None = None
    delete: bool = False
    class_name: str | None = None
    box: tuple[float, float, float, float] | None = None
    """x, y, w, h in pixels of the upright image."""


class EditRequest(Model):
    """One transaction: single edits, or one change of all annotations of a view or of `ids`."""

    edits: list[AnnotationEdit] = Field([], max_length=10_000)
    view: ViewSpec | None = None
    ids: list[int] | None = None
    """Annotations; or all those of `view` where it is given."""
    relabel: str | None = None
    delete: bool = False


class EditDone(Model):
    """What an edit, an undo or a redo did."""

    version: int
    changed: int
    added: list[int] = []
    """Ids of new annotations."""
    description: str
    """`Relabelled 20 annotations to car`."""
    can_undo: bool
    can_redo: bool


class HistoryEntry(Model):
    """One change of labels by hand."""

    sequence: int
    description: str
    created_at: str
    undone: bool = False


class HistoryQuery(Model):
    """Which page of the history of labels, newest first; of one annotation or of all."""

    annotation: int | None = Field(None, ge=0, le=2**32 - 1)
    offset: int = Field(0, ge=0, le=1 << 31)
    limit: int = Field(100, ge=1, le=1000)


class History(Model):
    """Changes of labels by hand."""

    entries: list[HistoryEntry]
