"""Prediction runs and their evaluations, as a part of the open dataset."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from visionlens_jlab.core.catalog.dataset import Part
from visionlens_jlab.core.datasets.own_files import own_file, remove_own_files
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.shapes import (
    CompareRequest,
    Counts,
    CountsRequest,
    Curves,
    EvaluateRequest,
    EvaluationDetail,
    EvaluationInfo,
    RunComparison,
)
from visionlens_jlab.evaluation.store import rows as evaluation_rows
from visionlens_jlab.evaluation.store.files import comparison_of, evaluated_of, images_of
from visionlens_jlab.evaluation.store.input import Input, digest_of, read_input

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.snapshot import Snapshot


class Evaluations(Part):
    """Runs and evaluations of one dataset."""

    def all(self) -> list[EvaluationInfo]:
        """Every evaluation, oldest first."""
        with self.store.snapshot() as snapshot:
            return [
                EvaluationInfo.model_validate(
                    _with_state(snapshot, stored).model_dump(exclude={"per_class", "errors"})
                )
                for stored in evaluation_rows.read_evaluations(snapshot.reader)
            ]

    def read(self, evaluation: str) -> EvaluationDetail:
        """One evaluation with its tables. EVALUATION_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            stored = evaluation_rows.read_evaluation(snapshot.reader, evaluation)
            return _with_state(snapshot, stored)

    def request(self, evaluation: str) -> EvaluateRequest:
        """What makes it again, under the dataset's name of now. EVALUATION_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            request = evaluation_rows.read_evaluation(snapshot.reader, evaluation).request
        return request.model_copy(update={"dataset": self.store.slug, "name": evaluation})

    def file(self, evaluation: str) -> tuple[Path, str]:
        """What re-counts are made from, and the digest of its input. EVALUATION_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            stored = evaluation_rows.read_evaluation(snapshot.reader, evaluation)
        return own_file(self.store.folder, stored.file), stored.digest

    def delete(self, evaluation: str) -> None:
        """Remove an evaluation; its run stays. EVALUATION_NOT_FOUND."""
        files: list[str] = self.store.write(
            lambda cursor: evaluation_rows.remove_evaluation(cursor, evaluation),
            kind="delete_evaluation",
            payload={"evaluation": evaluation},
        )
        remove_own_files(self.store.folder, files)

    def input(self, request: EvaluateRequest) -> Input:
        """What an evaluation is made from, at one version. RUN_NOT_FOUND, EVALUATION_INVALID."""
        with self.store.snapshot() as snapshot:
            return read_input(snapshot, request)

    def counts(self, evaluation: str, request: CountsRequest) -> Counts:
        """Counts at another confidence, or of the samples of a view. EVALUATION_NOT_FOUND."""
        from visionlens_jlab.evaluation.counts import recount

        with self.store.snapshot() as snapshot:
            evaluated = evaluated_of(snapshot, evaluation)
            images = None
            if request.view is not None:
                images = images_of(snapshot, evaluated, request.view)
            return recount(evaluated, request.confidence, images)

    def curves(
        self, evaluation: str, class_name: str | None = None, confidence: float | None = None
    ) -> Curves:
        """What the plots show, of one class or of all. EVALUATION_NOT_FOUND, REQUEST_INVALID."""
        from visionlens_jlab.evaluation.metrics.curves import curves

        with self.store.snapshot() as snapshot:
            evaluated = evaluated_of(snapshot, evaluation)
        try:
            return curves(evaluated, class_name, confidence)
        except KeyError as error:
            raise VisionLensError(
                "REQUEST_INVALID", f"The evaluation knows no class {class_name!r}."
            ) from error

    def compare(self, evaluation: str, request: CompareRequest) -> RunComparison:
        """Run A against run B, paired by group; takes seconds, and is kept.

        EVALUATION_NOT_FOUND; EVALUATION_INVALID where they are not about the same samples.
        """
        with self.store.snapshot() as snapshot:
            return comparison_of(snapshot, evaluation, request)


def _with_state(snapshot: Snapshot, stored: evaluation_rows.Stored) -> EvaluationDetail:
    """The evaluation with whether it is out of date."""
    stale = digest_of(snapshot, stored.request) != stored.digest
    return stored.detail.model_copy(update={"stale": stale})
