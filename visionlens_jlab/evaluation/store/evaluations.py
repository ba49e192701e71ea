"""Prediction runs and their evaluations, as a part of the open dataset."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from visionlens_jlab.core.catalog.removals import describe
from visionlens_jlab.core.datasets.own_files import own_file
from visionlens_jlab.core.datasets.shapes import IngestReport
from visionlens_jlab.core.system.private_files import remove
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.shapes import (
    CompareRequest,
    Counts,
    CountsRequest,
    Curves,
    EvaluateRequest,
    EvaluationDetail,
    EvaluationInfo,
    RunChange,
    RunComparison,
    RunInfo,
)
from visionlens_jlab.evaluation.store import rows as evaluation_rows
from visionlens_jlab.evaluation.store import runs as run_rows
from visionlens_jlab.evaluation.store.input import Input, digest_of, read_input

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.snapshot import Snapshot


class Evaluations:
    """Runs and evaluations of one dataset; mixed into `DatasetStore`."""

    folder: Path

    _snapshot: Callable[[], AbstractContextManager[Snapshot]]
    _commit: Callable[..., Any]
    write: Callable[..., Any]

    # --- runs --------------------------------------------------------------------------------

    def runs(self) -> list[RunInfo]:
        """Every prediction run, oldest first."""
        with self._snapshot() as snapshot:
            return run_rows.read_runs(snapshot.reader)

    def run(self, run: str) -> RunInfo:
        """One run. RUN_NOT_FOUND."""
        with self._snapshot() as snapshot:
            return run_rows.read_run(snapshot.reader, run)

    def run_report(self, run: str, offset: int = 0, limit: int = 1000) -> IngestReport | None:
        """What the import of a run found; None: it came with an ingest. RUN_NOT_FOUND."""
        with self._snapshot() as snapshot:
            return run_rows.read_run_report(snapshot.reader, run, offset, limit)

    def change_run(self, run: str, change: RunChange) -> RunInfo:
        """Rename a run, or say what it was trained on. RUN_NOT_FOUND, RUN_EXISTS."""
        payload = {"run": run, **change.model_dump(exclude_none=True)}
        self._commit(
            lambda cursor: run_rows.change_run(cursor, run, change),
            kind="change_run",
            payload={"change": payload},
            by_hand=True,
        )
        return self.run(change.run or run)

    def delete_run(self, run: str) -> None:
        """Remove a run with its predictions and evaluations. RUN_NOT_FOUND."""
        payload: dict[str, Any] = {"run": run}

        def work(cursor: duckdb.DuckDBPyConnection) -> list[str]:
            removed, files = run_rows.remove_run(cursor, run)
            payload.update(describe({"annotations": removed}))
            return files

        files, _ = self._commit(work, kind="delete_run", payload=payload, by_hand=True)
        self._remove_outcomes(files)

    # --- evaluations -------------------------------------------------------------------------

    def evaluations(self) -> list[EvaluationInfo]:
        """Every evaluation, oldest first."""
        with self._snapshot() as snapshot:
            return [
                EvaluationInfo.model_validate(
                    _with_state(snapshot, stored).model_dump(exclude={"per_class", "errors"})
                )
                for stored in evaluation_rows.read_evaluations(snapshot.reader)
            ]

    def evaluation(self, evaluation: str) -> EvaluationDetail:
        """One evaluation with its tables. EVALUATION_NOT_FOUND."""
        with self._snapshot() as snapshot:
            stored = evaluation_rows.read_evaluation(snapshot.reader, evaluation)
            return _with_state(snapshot, stored)

    def evaluation_file(self, evaluation: str) -> tuple[Path, str]:
        """What re-counts are made from, and the digest of its input. EVALUATION_NOT_FOUND."""
        with self._snapshot() as snapshot:
            stored = evaluation_rows.read_evaluation(snapshot.reader, evaluation)
        return own_file(self.folder, stored.file), stored.digest

    def delete_evaluation(self, evaluation: str) -> None:
        """Remove an evaluation; its run stays. EVALUATION_NOT_FOUND."""
        files: list[str] = self.write(
            lambda cursor: evaluation_rows.remove_evaluation(cursor, evaluation),
            kind="delete_evaluation",
            payload={"evaluation": evaluation},
        )
        self._remove_outcomes(files)

    def evaluation_input(self, request: EvaluateRequest) -> Input:
        """What an evaluation is made from, at one version. RUN_NOT_FOUND, EVALUATION_INVALID."""
        with self._snapshot() as snapshot:
            return read_input(snapshot, request)

    def outcome_counts(self, evaluation: str, request: CountsRequest) -> Counts:
        """Counts at another confidence, or of the samples of a view. EVALUATION_NOT_FOUND."""
        from visionlens_jlab.evaluation.counts import recount

        with self._snapshot() as snapshot:
            evaluated = snapshot.evaluated(evaluation)
            images = None
            if request.view is not None:
                images = snapshot.images_of(evaluated, request.view)
            return recount(evaluated, request.confidence, images)

    def outcome_curves(
        self, evaluation: str, class_name: str | None = None, confidence: float | None = None
    ) -> Curves:
        """What the plots show, of one class or of all. EVALUATION_NOT_FOUND, REQUEST_INVALID."""
        from visionlens_jlab.evaluation.metrics.curves import curves

        with self._snapshot() as snapshot:
            evaluated = snapshot.evaluated(evaluation)
        try:
            return curves(evaluated, class_name, confidence)
        except KeyError as error:
            raise VisionLensError(
                "REQUEST_INVALID", f"The evaluation knows no class {class_name!r}."
            ) from error

    def compare_evaluations(self, evaluation: str, request: CompareRequest) -> RunComparison:
        """Run A against run B, paired by group; takes seconds, and is kept.

        EVALUATION_NOT_FOUND; EVALUATION_INVALID where they are not about the same samples.
        """
        with self._snapshot() as snapshot:
            return snapshot.comparison(evaluation, request)

    def _remove_outcomes(self, files: list[str]) -> None:
        for file in files:
            with suppress(VisionLensError):
                remove(own_file(self.folder, file))


def _with_state(snapshot: Snapshot, stored: evaluation_rows.Stored) -> EvaluationDetail:
    """The evaluation with whether it is out of date."""
    stale = digest_of(snapshot, stored.request) != stored.digest
    return stored.detail.model_copy(update={"stale": stale})
