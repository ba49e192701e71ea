"""What notebooks ask about runs and evaluations, of a server or of this process."""

from __future__ import annotations

from typing import Protocol

from visionlens_jlab.core.datasets.shapes import IngestReport
from visionlens_jlab.core.notebook.backend import BackendPart, Remote
from visionlens_jlab.evaluation.shapes import (
    CompareRequest,
    Counts,
    CountsRequest,
    Curves,
    EvaluationDetail,
    EvaluationInfo,
    EvaluationList,
    RunChange,
    RunComparison,
    RunInfo,
)


class RunsBackend(Protocol):
    """Prediction runs of one dataset."""

    def report(self, run: str, offset: int, limit: int) -> IngestReport | None:
        """What the import of a run found; None: it came with an ingest. RUN_NOT_FOUND."""
        ...

    def change(self, run: str, change: RunChange) -> RunInfo:
        """RUN_NOT_FOUND, RUN_EXISTS."""
        ...

    def delete(self, run: str) -> None:
        """RUN_NOT_FOUND."""
        ...


class EvaluationsBackend(Protocol):
    """Evaluations of one dataset."""

    def all(self) -> list[EvaluationInfo]:
        """Oldest first."""
        ...

    def read(self, evaluation: str) -> EvaluationDetail:
        """EVALUATION_NOT_FOUND."""
        ...

    def delete(self, evaluation: str) -> None:
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


class RemoteRuns(Remote):
    """Prediction runs over the REST API."""

    def report(self, run: str, offset: int, limit: int) -> IngestReport | None:
        """What the import of a run found; None: it came with an ingest. RUN_NOT_FOUND."""
        return self.find(IngestReport, "runs", run, "report", offset=offset, limit=limit)

    def change(self, run: str, change: RunChange) -> RunInfo:
        """RUN_NOT_FOUND, RUN_EXISTS."""
        return self.send("PATCH", RunInfo, change, "runs", run)

    def delete(self, run: str) -> None:
        """RUN_NOT_FOUND."""
        self.remove("runs", run)


class RemoteEvaluations(Remote):
    """Evaluations over the REST API."""

    def all(self) -> list[EvaluationInfo]:
        """Oldest first."""
        return self.get(EvaluationList, "evaluations").evaluations

    def read(self, evaluation: str) -> EvaluationDetail:
        """EVALUATION_NOT_FOUND."""
        return self.get(EvaluationDetail, "evaluations", evaluation)

    def delete(self, evaluation: str) -> None:
        """EVALUATION_NOT_FOUND."""
        self.remove("evaluations", evaluation)

    def counts(self, evaluation: str, request: CountsRequest) -> Counts:
        """At another confidence, or of a view."""
        return self.ask(Counts, request, "evaluations", evaluation, "counts")

    def curves(self, evaluation: str, class_name: str | None) -> Curves:
        """What plots show."""
        path = ("evaluations", evaluation, "curves")
        return self.get(Curves, *path, **{"class": class_name})

    def compare(self, evaluation: str, request: CompareRequest) -> RunComparison:
        """With another evaluation; EVALUATION_INVALID."""
        return self.ask(RunComparison, request, "evaluations", evaluation, "compare")


RUNS: BackendPart[RunsBackend] = BackendPart(
    "visionlens_jlab.evaluation.store.runs:Runs", RemoteRuns
)
EVALUATIONS: BackendPart[EvaluationsBackend] = BackendPart(
    "visionlens_jlab.evaluation.store.evaluations:Evaluations", RemoteEvaluations
)
