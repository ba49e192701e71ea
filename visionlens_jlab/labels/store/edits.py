"""Changes of labels by hand: one transaction each, kept so that it can be taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import numpy as np
import pyarrow as pa

from visionlens_jlab.core.catalog.dataset import Part
from visionlens_jlab.core.catalog.outbox import describe
from visionlens_jlab.core.catalog.rows import class_id_of
from visionlens_jlab.core.views.tables import Ids, as_ids
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.labels.edited_shapes import checked_box, moved
from visionlens_jlab.labels.shapes import AnnotationEdit, EditDone, EditRequest, HistoryEntry
from visionlens_jlab.labels.store import rows as edit_rows
from visionlens_jlab.labels.store.rows import KEY, Moved, exist_exactly

if TYPE_CHECKING:
    pass

_NOTHING_LEFT = "The labels that the change was about were replaced or removed since."


class _NoChangeError(Exception):
    """Leaves the transaction: everything is so already."""


class _Change(NamedTuple):
    """The states of the annotations concerned, and what was done in words."""

    before: pa.Table
    after: pa.Table
    description: str
    changed: int


class Edits(Part):
    """Edits of one dataset."""

    def edit(self, request: EditRequest) -> EditDone:
        """Change ground truth. REQUEST_INVALID, ID_UNKNOWN, and what reading a view raises."""
        make = self._make(request)
        payload: dict[str, Any] = {}

        def work(cursor: duckdb.DuckDBPyConnection) -> tuple[_Change, Moved]:
            change = make(cursor)
            if change.before.equals(change.after):
                raise _NoChangeError(change.description)
            edit_rows.store_edit(cursor, change.description, change.before, change.after)
            moved = edit_rows.bring(cursor, change.before, change.after)
            payload.update(_payload(change.description, change.changed, moved))
            return change, moved

        try:
            (change, moved), version = self.store.commit(
                work, kind="edit", payload=payload, by_hand=True
            )
        except _NoChangeError as same:
            with self.store.snapshot() as snapshot:
                version = snapshot.reader.version
            return self._done(version, 0, str(same), np.empty(0, np.uint32))
        return self._done(version, change.changed, change.description, moved.inserted)

    def undo(self) -> EditDone:
        """Take the last edit back. NOTHING_TO_UNDO."""
        return self._step("undo")

    def redo(self) -> EditDone:
        """Do the edit again that was taken back last; its annotations have the ids they had.

        NOTHING_TO_UNDO.
        """
        return self._step("redo")

    def history(
        self, annotation: int | None = None, offset: int = 0, limit: int = 100
    ) -> list[HistoryEntry]:
        """Edits, of one annotation or all, newest first."""
        with self.store.snapshot() as snapshot:
            return edit_rows.read_history(snapshot.reader, annotation, offset, limit)

    def _step(self, kind: str) -> EditDone:
        back = kind == "undo"
        payload: dict[str, Any] = {}

        def work(cursor: duckdb.DuckDBPyConnection) -> tuple[str, int, Moved]:
            found = edit_rows.last_done(cursor) if back else edit_rows.first_undone(cursor)
            if found is None:
                what = "There is no change to take back."
                again = "Nothing was taken back that could be done again."
                raise VisionLensError("NOTHING_TO_UNDO", what if back else again)
            old, new = (found.after, found.before) if back else (found.before, found.after)
            if not exist_exactly(cursor, old, new):
                raise VisionLensError("NOTHING_TO_UNDO", _NOTHING_LEFT)
            moved = edit_rows.bring(cursor, old, new)
            edit_rows.mark(cursor, found.sequence, undone=back)
            ids = np.union1d(edit_rows.ids_of(old), edit_rows.ids_of(new))
            payload.update(_payload(found.description, len(ids), moved))
            payload["edit"] = found.sequence
            return found.description, len(ids), moved

        (description, changed, moved), version = self.store.commit(
            work, kind=kind, payload=payload, by_hand=True
        )
        return self._done(version, changed, description, moved.inserted)

    def _done(self, version: int, changed: int, description: str, inserted: Ids) -> EditDone:
        with self.store.snapshot() as snapshot:
            cursor = snapshot.reader.cursor
            last, next_ = edit_rows.last_done(cursor), edit_rows.first_undone(cursor)
            can_undo = last is not None and exist_exactly(cursor, last.after, last.before)
            can_redo = next_ is not None and exist_exactly(cursor, next_.before, next_.after)
        return EditDone(
            version=version,
            changed=changed,
            added=inserted.tolist(),
            description=description,
            can_undo=can_undo,
            can_redo=can_redo,
        )

    def _make(self, request: EditRequest) -> Callable[[duckdb.DuckDBPyConnection], _Change]:
        """What makes the change in the writer; views are read before."""
        bulk = request.ids is not None or request.view is not None
        if bulk == bool(request.edits) or (request.ids is not None and request.view is not None):
            raise VisionLensError(
                "REQUEST_INVALID", "Give single edits, ids, or a view, and one of them only."
            )
        if not bulk:
            return lambda cursor: _single(cursor, request.edits)
        if (request.relabel is None) == (not request.delete):
            raise VisionLensError("REQUEST_INVALID", "Say either relabel or delete.")
        with self.store.snapshot() as snapshot:
            if request.view is not None:
                ids = snapshot.ids_at_level(snapshot.view(request.view), "annotations")
            else:
                ids = as_ids(request.ids or [])
                snapshot.check_exist("annotations", ids)
        if request.delete:
            return lambda cursor: _deleted(cursor, ids)
        name = _checked_name(request.relabel or "")
        return lambda cursor: _relabelled(cursor, ids, name)


def _payload(description: str, changed: int, moved: Moved) -> dict[str, Any]:
    said = {"description": description, "count": changed}
    return said | describe({"annotations": moved.removed}, moved.inserted)


def _checked_name(name: str) -> str:
    plain = name.strip()
    if not plain or len(plain) > 200 or not plain.isprintable():
        raise VisionLensError("REQUEST_INVALID", "A class has a name of 1 to 200 characters.")
    return plain


def _relabelled(cursor: duckdb.DuckDBPyConnection, ids: Ids, name: str) -> _Change:
    before = edit_rows.read_classes(cursor, ids)
    class_id = class_id_of(cursor, name)
    listed = before["class_id"].to_pylist()
    differs = pa.array([known != class_id for known in listed], pa.bool_())
    if not listed:
        raise _no_labels(ids)
    before = before.filter(differs)
    after = before.set_column(
        1, "class_id", pa.array([class_id] * before.num_rows, before.schema.field(1).type)
    )
    count = before.num_rows
    return _Change(before, after, f"Relabelled {_counted(count)} to {name}", count)


def _deleted(cursor: duckdb.DuckDBPyConnection, ids: Ids) -> _Change:
    labels = edit_rows.ids_of(edit_rows.read_classes(cursor, ids))
    if not len(labels):
        raise _no_labels(ids)
    before = edit_rows.read_whole(cursor, labels)
    return _Change(before, before.slice(0, 0), f"Deleted {_counted(len(labels))}", len(labels))


def _no_labels(ids: Ids) -> VisionLensError:
    if not len(ids):
        return VisionLensError(
            "REQUEST_INVALID", "No annotation matches.", "Look at what the view holds first."
        )
    return VisionLensError(
        "REQUEST_INVALID",
        "There is no ground truth among these annotations.",
        "Predictions are not edited; import the run again instead.",
    )


def _single(cursor: duckdb.DuckDBPyConnection, edits: list[AnnotationEdit]) -> _Change:
    """Edits one after the other: a later one of the same annotation counts on top."""
    named = [edit.annotation_id for edit in edits if edit.annotation_id is not None]
    before = edit_rows.read_whole(cursor, np.unique(as_ids(named)))
    rows = {row[KEY]: row for row in before.to_pylist()}
    names: dict[int, str | None] = {}
    words: Counter[str] = Counter()
    first = next_id = int(cursor.execute("SELECT next_annotation_id FROM meta").fetchall()[0][0])
    deleted: set[int] = set()
    for edit in edits:
        if edit.annotation_id is None:
            rows[next_id] = _added(cursor, edit, next_id, before.column_names)
            names[next_id] = edit.class_name
            words["Added"] += 1
            next_id += 1
            continue
        number = edit.annotation_id
        row = rows.get(number)
        if row is None or number in deleted:
            raise VisionLensError("ID_UNKNOWN", f"There is no annotation {number}.")
        if row["source"] != edit_rows.GROUND_TRUTH:
            raise _no_labels(np.array([number]))
        if edit.delete:
            deleted.add(number)
            words["Deleted"] += 1
            continue
        words[_changed(cursor, row, edit)] += 1
        names[number] = edit.class_name
    if next_id > first:
        cursor.execute("UPDATE meta SET next_annotation_id = ?", [next_id])
    kept = [row for number, row in sorted(rows.items()) if number not in deleted]
    after = pa.Table.from_pylist(kept, schema=before.schema)
    return _Change(before, after, _described(words, names), words.total())


def _added(
    cursor: duckdb.DuckDBPyConnection, edit: AnnotationEdit, number: int, columns: list[str]
) -> dict[str, Any]:
    if edit.delete or edit.sample_id is None or (edit.box is None and edit.class_name is None):
        raise VisionLensError("REQUEST_INVALID", "A new label needs sample_id, and box or class.")
    known = cursor.execute("SELECT 1 FROM sample WHERE sample_id = ?", [edit.sample_id]).fetchall()
    if not known:
        raise VisionLensError("ID_UNKNOWN", f"There is no sample {edit.sample_id}.")
    row: dict[str, Any] = dict.fromkeys(columns)
    row |= {
        KEY: number,
        "sample_id": edit.sample_id,
        "source": edit_rows.GROUND_TRUTH,
        "kind": "classification" if edit.box is None else "box",
        "is_crowd": False,
        edit_rows.TAGS: [],
    }
    if edit.box is not None:
        box = checked_box(edit.box)
        row |= {**dict(zip("xywh", box, strict=True)), "area": box[2] * box[3]}
    if edit.class_name is not None:
        row["class_id"] = class_id_of(cursor, _checked_name(edit.class_name))
    return row


def _changed(cursor: duckdb.DuckDBPyConnection, row: dict[str, Any], edit: AnnotationEdit) -> str:
    """Change a row in place; the word for it."""
    if edit.box is None and edit.class_name is None:
        raise VisionLensError("REQUEST_INVALID", "An edit says delete, class_name or box.")
    if edit.class_name is not None:
        row["class_id"] = class_id_of(cursor, _checked_name(edit.class_name))
    if edit.box is None:
        return "Relabelled"
    resized = [row["w"], row["h"]] != [float(side) for side in edit.box[2:]]
    row |= moved(row, edit.box)
    if edit.class_name is not None:
        return "Changed"
    return "Resized" if resized else "Moved"


def _described(words: Counter[str], names: dict[int, str | None]) -> str:
    if len(words) > 1:
        return f"Changed {_counted(words.total())}"
    ((word, count),) = words.items()
    classes = {name for name in names.values() if name}
    text = f"{word} {_counted(count)}"
    if len(classes) != 1:
        return text
    (name,) = classes
    if word == "Relabelled":
        return f"{text} to {name}"
    return f"{text} ({name})" if word == "Added" else text


def _counted(count: int) -> str:
    return f"{count:,} annotation{'' if count == 1 else 's'}"
