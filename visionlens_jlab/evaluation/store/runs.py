"""Prediction runs: their rows, and the part of the open dataset."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import numpy as np

from visionlens_jlab.core.catalog.clock import to_iso, utc_now
from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.catalog.dataset import Part
from visionlens_jlab.core.catalog.outbox import describe, forget_annotations
from visionlens_jlab.core.datasets.own_files import remove_own_files
from visionlens_jlab.core.datasets.shapes import IngestReport
from visionlens_jlab.errors import VisionLensError, unknown
from visionlens_jlab.evaluation.shapes import RunChange, RunInfo
from visionlens_jlab.evaluation.store import rows as evaluation_rows

GROUND_TRUTH = "ground_truth"
_LONGEST_NAME = 200


def check_run_name(run: str) -> None:
    """REQUEST_INVALID for a name that no run can have."""
    if not run.strip() or len(run) > _LONGEST_NAME or not run.isprintable():
        raise VisionLensError(
            "REQUEST_INVALID",
            "A run needs a name of 1 to 200 printable characters.",
            "Name it after the model, such as run='yolov8n'.",
        )
    if run == GROUND_TRUTH:
        raise VisionLensError(
            "REQUEST_INVALID", f"{GROUND_TRUTH!r} names the labels.", "Give the run another name."
        )


def begin_run(cursor: duckdb.DuckDBPyConnection, info: dict[str, Any]) -> np.ndarray[Any, Any]:
    """Register a run that is being imported; the ids of the predictions it replaces, uint32.

    Parameters
    ----------
    cursor : duckdb.DuckDBPyConnection
    info : dict
        `run`, `format`, `source`, `trained_on`, `report` (an IngestReport), `replace`.

    Raises
    ------
    VisionLensError
        RUN_EXISTS when there is such a run and it is not to be replaced.
    """
    run = info["run"]
    known = cursor.execute("SELECT count(*) FROM run WHERE name = ?", [run]).fetchall()[0][0]
    removed = np.empty(0, np.uint32)
    if known and not info.get("replace"):
        raise _exists(run)
    if known:
        removed = _remove_predictions(cursor, run)
        cursor.execute("DELETE FROM run WHERE name = ?", [run])
    cursor.execute(
        "INSERT INTO run (name, created_at, format, source, trained_on, report) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [
            run,
            utc_now(),
            info.get("format"),
            info.get("source"),
            info.get("trained_on") or [],
            json.dumps(info["report"]) if info.get("report") else None,
        ],
    )
    return removed


def read_runs(reader: Reader) -> list[RunInfo]:
    """Every run, oldest first."""
    rows = reader.rows(
        """
        SELECT r.name, r.format, r.source, coalesce(n.annotations, 0), coalesce(n.samples, 0),
               r.created_at, coalesce(r.trained_on, [])
        FROM run r LEFT JOIN (
            SELECT source, count(*) AS annotations, count(DISTINCT sample_id) AS samples
            FROM annotation WHERE source <> 'ground_truth' GROUP BY source
        ) n ON n.source = r.name ORDER BY r.created_at, r.name
        """
    )
    return [
        RunInfo(
            run=run,
            format=format_,
            source=source,
            annotations=annotations,
            samples=samples,
            created_at=to_iso(created),
            trained_on=trained,
        )
        for run, format_, source, annotations, samples, created, trained in rows
    ]


def read_run(reader: Reader, run: str) -> RunInfo:
    """One run. RUN_NOT_FOUND."""
    for found in read_runs(reader):
        if found.run == run:
            return found
    raise _unknown(reader.cursor, run)


def read_run_report(reader: Reader, run: str, offset: int, limit: int) -> IngestReport | None:
    """What the import of a run found, with a page of its items; None: it came with an ingest.

    RUN_NOT_FOUND.
    """
    rows = reader.rows("SELECT report FROM run WHERE name = ?", [run])
    if not rows:
        raise _unknown(reader.cursor, run)
    if rows[0][0] is None:
        return None
    report = IngestReport.model_validate_json(rows[0][0])
    return report.model_copy(update={"items": report.items[offset : offset + limit]})


def change_run(cursor: duckdb.DuckDBPyConnection, run: str, change: RunChange) -> None:
    """Rename a run with all that names it, or say what it was trained on.

    Raises
    ------
    VisionLensError
        RUN_NOT_FOUND, RUN_EXISTS, REQUEST_INVALID.
    """
    _check_known(cursor, run)
    if change.trained_on is not None:
        cursor.execute("UPDATE run SET trained_on = ? WHERE name = ?", [change.trained_on, run])
    if change.run is None or change.run == run:
        return
    check_run_name(change.run)
    if cursor.execute("SELECT count(*) FROM run WHERE name = ?", [change.run]).fetchall()[0][0]:
        raise _exists(change.run)
    cursor.execute("UPDATE run SET name = ? WHERE name = ?", [change.run, run])
    cursor.execute("UPDATE annotation SET source = ? WHERE source = ?", [change.run, run])
    evaluation_rows.rename_run(cursor, run, change.run)


def remove_run(
    cursor: duckdb.DuckDBPyConnection, run: str
) -> tuple[np.ndarray[Any, Any], list[str]]:
    """Remove a run with its evaluations; the ids of its predictions and their files.

    RUN_NOT_FOUND.
    """
    _check_known(cursor, run)
    removed = _remove_predictions(cursor, run)
    cursor.execute("DELETE FROM run WHERE name = ?", [run])
    return removed, evaluation_rows.remove_of_run(cursor, run)


def _remove_predictions(cursor: duckdb.DuckDBPyConnection, run: str) -> np.ndarray[Any, Any]:
    columns = cursor.execute(
        "DELETE FROM annotation WHERE source = ? RETURNING annotation_id", [run]
    ).fetchnumpy()
    removed = np.asarray(next(iter(columns.values())), dtype=np.uint32)
    forget_annotations(cursor, removed)
    return removed


def _check_known(cursor: duckdb.DuckDBPyConnection, run: str) -> None:
    if not cursor.execute("SELECT count(*) FROM run WHERE name = ?", [run]).fetchall()[0][0]:
        raise _unknown(cursor, run)


def _unknown(cursor: duckdb.DuckDBPyConnection, run: str) -> VisionLensError:
    known = cursor.execute("SELECT name FROM run ORDER BY created_at, name").fetchall()
    return unknown("RUN_NOT_FOUND", "run", run, [name for (name,) in known])


def _exists(run: str) -> VisionLensError:
    return VisionLensError("RUN_EXISTS", f"There is a run {run!r} already.")


class Runs(Part):
    """The prediction runs of one dataset."""

    def all(self) -> list[RunInfo]:
        """Every prediction run, oldest first."""
        with self.store.snapshot() as snapshot:
            return read_runs(snapshot.reader)

    def read(self, run: str) -> RunInfo:
        """One run. RUN_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            return read_run(snapshot.reader, run)

    def report(self, run: str, offset: int = 0, limit: int = 1000) -> IngestReport | None:
        """What the import of a run found; None: it came with an ingest. RUN_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            return read_run_report(snapshot.reader, run, offset, limit)

    def change(self, run: str, change: RunChange) -> RunInfo:
        """Rename a run, or say what it was trained on. RUN_NOT_FOUND, RUN_EXISTS."""
        payload = {"run": run, **change.model_dump(exclude_none=True)}
        self.store.commit(
            lambda cursor: change_run(cursor, run, change),
            kind="change_run",
            payload={"change": payload},
            by_hand=True,
        )
        return self.read(change.run or run)

    def delete(self, run: str) -> None:
        """Remove a run with its predictions and evaluations. RUN_NOT_FOUND."""
        payload: dict[str, Any] = {"run": run}

        def work(cursor: duckdb.DuckDBPyConnection) -> list[str]:
            removed, files = remove_run(cursor, run)
            payload.update(describe({"annotations": removed}))
            return files

        files, _ = self.store.commit(work, kind="delete_run", payload=payload, by_hand=True)
        remove_own_files(self.store.folder, files)
