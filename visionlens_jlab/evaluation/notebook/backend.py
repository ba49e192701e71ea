"""What notebooks ask about runs and evaluations, of a server or of this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

from visionlens_jlab.core.datasets.shapes import IngestReport
from visionlens_jlab.core.shapes import Model
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.shapes import (
    CompareRequest,
    Counts,
    CountsRequest,
    Curves,
    EvaluationDetail,
    EvaluationInfo,
    RunChange,
    RunComparison,
    RunInfo,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.core.notebook.transport import Transport


class EvaluationBackend(Protocol):
    """Runs and evaluations of one dataset."""

    def runs(self) -> list[RunInfo]:
        """Oldest first."""
        ...

    def run_report(self, run: str, offset: int, limit: int) -> IngestReport | None:
        """What the import of a run found; RUN_NOT_FOUND."""
        ...

    def change_run(self, run: str, change: RunChange) -> RunInfo:
        """RUN_NOT_FOUND, RUN_EXISTS."""
        ...

    def delete_run(self, run: str) -> None:
        """RUN_NOT_FOUND."""
        ...

    def evaluations(self) -> list[EvaluationInfo]:
        """Oldest first."""
        ...

    def evaluation(self, evaluation: str) -> EvaluationDetail:
        """EVALUATION_NOT_FOUND."""
        ...

    def delete_evaluation(self, evaluation: str) -> None:
        """EVALUATION_NOT_FOUND."""
        ...

    def counts(self, evaluation: str, request: CountsRequest) -> Counts:
        """At another confidence, or of a view."""
        ...

    def curves(self, evaluation: str, class_name: str | None) -> Curves:
        """What plots show."""
        ...

    def compare(self, evaluation: str, request: CompareRequest) -> RunComparison:
        """With another evaluation; EVALUATION_INVALID."""
        ...


class RunList(Model):
    """Answer of `runs`."""

    runs: list[RunInfo]


class EvaluationList(Model):
    """Answer of `evaluations`."""

    evaluations: list[EvaluationInfo]


class HttpEvaluations:
    """Over the REST API; mixed into `HttpDataset`."""

    _transport: Transport
    _path: str
    _check_writable: Callable[[], None]

    def runs(self) -> list[RunInfo]:
        """Oldest first."""
        return self._transport.read(RunList, "GET", f"{self._path}/runs").runs

    def run_report(self, run: str, offset: int, limit: int) -> IngestReport | None:
        """What the import of a run found; None: it came with an ingest."""
        path = f"{self._run_path(run)}/report?offset={offset}&limit={limit}"
        try:
            return self._transport.read(IngestReport, "GET", path)
        except VisionLensError as error:
            if error.code == "NOT_FOUND":
                return None
            raise

    def change_run(self, run: str, change: RunChange) -> RunInfo:
        """RUN_NOT_FOUND, RUN_EXISTS."""
        self._check_writable()
        return self._transport.read(RunInfo, "PATCH", self._run_path(run), change)

    def delete_run(self, run: str) -> None:
        """RUN_NOT_FOUND."""
        self._check_writable()
        self._transport.request("DELETE", self._run_path(run))

    def evaluations(self) -> list[EvaluationInfo]:
        """Oldest first."""
        path = f"{self._path}/evaluations"
        return self._transport.read(EvaluationList, "GET", path).evaluations

    def evaluation(self, evaluation: str) -> EvaluationDetail:
        """EVALUATION_NOT_FOUND."""
        return self._transport.read(EvaluationDetail, "GET", self._evaluation_path(evaluation))

    def delete_evaluation(self, evaluation: str) -> None:
        """EVALUATION_NOT_FOUND."""
        self._check_writable()
        self._transport.request("DELETE", self._evaluation_path(evaluation))

    def counts(self, evaluation: str, request: CountsRequest) -> Counts:
        """At another confidence, or of a view."""
        path = f"{self._evaluation_path(evaluation)}/counts"
        return self._transport.read(Counts, "POST", path, request)

    def curves(self, evaluation: str, class_name: str | None) -> Curves:
        """What plots show."""
        query = "" if class_name is None else f"?class={quote(class_name, safe='')}"
        path = f"{self._evaluation_path(evaluation)}/curves{query}"
        return self._transport.read(Curves, "GET", path)

    def compare(self, evaluation: str, request: CompareRequest) -> RunComparison:
        """With another evaluation; EVALUATION_INVALID."""
        path = f"{self._evaluation_path(evaluation)}/compare"
        return self._transport.read(RunComparison, "POST", path, request)

    def _run_path(self, run: str) -> str:
        return f"{self._path}/runs/{quote(run, safe='')}"

    def _evaluation_path(self, evaluation: str) -> str:
        return f"{self._path}/evaluations/{quote(evaluation, safe='')}"


class DirectEvaluations:
    """In this process; mixed into `DirectDataset`."""

    _store: DatasetStore

    def runs(self) -> list[RunInfo]:
        """Oldest first."""
        from visionlens_jlab.evaluation.store.prediction_runs import Runs

        return self._store.part(Runs).all()

    def run_report(self, run: str, offset: int, limit: int) -> IngestReport | None:
        """What the import of a run found; None: it came with an ingest."""
        from visionlens_jlab.evaluation.store.prediction_runs import Runs

        return self._store.part(Runs).report(run, offset, limit)

    def change_run(self, run: str, change: RunChange) -> RunInfo:
        """RUN_NOT_FOUND, RUN_EXISTS, DATASET_READ_ONLY."""
        from visionlens_jlab.evaluation.store.prediction_runs import Runs

        return self._store.part(Runs).change(run, change)

    def delete_run(self, run: str) -> None:
        """RUN_NOT_FOUND, DATASET_READ_ONLY."""
        from visionlens_jlab.evaluation.store.prediction_runs import Runs

        self._store.part(Runs).delete(run)

    def evaluations(self) -> list[EvaluationInfo]:
        """Oldest first."""
        from visionlens_jlab.evaluation.store.evaluations import Evaluations

        return self._store.part(Evaluations).all()

    def evaluation(self, evaluation: str) -> EvaluationDetail:
        """EVALUATION_NOT_FOUND."""
        from visionlens_jlab.evaluation.store.evaluations import Evaluations

        return self._store.part(Evaluations).read(evaluation)

    def delete_evaluation(self, evaluation: str) -> None:
        """EVALUATION_NOT_FOUND, DATASET_READ_ONLY."""
        from visionlens_jlab.evaluation.store.evaluations import Evaluations

        self._store.part(Evaluations).delete(evaluation)

    def counts(self, evaluation: str, request: CountsRequest) -> Counts:
        """At another confidence, or of a view."""
        from visionlens_jlab.evaluation.store.evaluations import Evaluations

        return self._store.part(Evaluations).counts(evaluation, request)

    def curves(self, evaluation: str, class_name: str | None) -> Curves:
        """What plots show."""
        from visionlens_jlab.evaluation.store.evaluations import Evaluations

        return self._store.part(Evaluations).curves(evaluation, class_name)

    def compare(self, evaluation: str, request: CompareRequest) -> RunComparison:
        """With another evaluation; EVALUATION_INVALID."""
        from visionlens_jlab.evaluation.store.evaluations import Evaluations

        return self._store.part(Evaluations).compare(evaluation, request)
