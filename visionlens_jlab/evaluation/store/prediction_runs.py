"""Prediction runs, as a part of the open dataset."""

from __future__ import annotations

from typing import Any

import duckdb

from visionlens_jlab.core.catalog.dataset import Part
from visionlens_jlab.core.catalog.removals import describe
from visionlens_jlab.core.datasets.own_files import remove_own_files
from visionlens_jlab.core.datasets.shapes import IngestReport
from visionlens_jlab.evaluation.shapes import RunChange, RunInfo
from visionlens_jlab.evaluation.store import runs as run_rows


class Runs(Part):
    """The prediction runs of one dataset."""

    def all(self) -> list[RunInfo]:
        """Every prediction run, oldest first."""
        with self.store.snapshot() as snapshot:
            return run_rows.read_runs(snapshot.reader)

    def read(self, run: str) -> RunInfo:
        """One run. RUN_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            return run_rows.read_run(snapshot.reader, run)

    def report(self, run: str, offset: int = 0, limit: int = 1000) -> IngestReport | None:
        """What the import of a run found; None: it came with an ingest. RUN_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            return run_rows.read_run_report(snapshot.reader, run, offset, limit)

    def change(self, run: str, change: RunChange) -> RunInfo:
        """Rename a run, or say what it was trained on. RUN_NOT_FOUND, RUN_EXISTS."""
        payload = {"run": run, **change.model_dump(exclude_none=True)}
        self.store.commit(
            lambda cursor: run_rows.change_run(cursor, run, change),
            kind="change_run",
            payload={"change": payload},
            by_hand=True,
        )
        return self.read(change.run or run)

    def delete(self, run: str) -> None:
        """Remove a run with its predictions and evaluations. RUN_NOT_FOUND."""
        payload: dict[str, Any] = {"run": run}

        def work(cursor: duckdb.DuckDBPyConnection) -> list[str]:
            removed, files = run_rows.remove_run(cursor, run)
            payload.update(describe({"annotations": removed}))
            return files

        files, _ = self.store.commit(work, kind="delete_run", payload=payload, by_hand=True)
        remove_own_files(self.store.folder, files)
