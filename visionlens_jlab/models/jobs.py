"""Jobs, what an ingest is asked for, and what would be found."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import model_validator

from .agents import AskRequest
from .analysis import AnalyseRequest, RecheckRequest
from .attributes import AttributeRequest
from .base import Model
from .embeddings import DuplicatesRequest, EmbedRequest, ProjectRequest
from .evaluations import (
    EvaluateRequest,
    ExportRequest,
    IntervalsRequest,
    LabelQualityRequest,
    PredictionsRequest,
)

JobKind = Literal[
    "ingest",
    "embed",
    "project",
    "duplicates",
    "predictions",
    "evaluate",
    "intervals",
    "label_quality",
    "export",
    "analyse",
    "recheck",
    "attributes",
    "agent",
]
JobState = Literal["queued", "running", "cancelling", "done", "failed", "cancelled"]
UNFINISHED: tuple[JobState, ...] = ("queued", "running", "cancelling")


class ErrorBody(Model):
    """The one error shape."""

    code: str
    message: str
    hint: str
    details: dict[str, Any] = {}
    request_id: str | None = None


class IngestRequest(Model):
    """Parameters of an ingest job; `images` / `labels` where they lie apart from `source`."""

    source: str
    name: str | None = None
    format: str | None = None
    images: str | None = None
    labels: str | None = None
    incremental: bool = False
    labels_only: bool = False
    options: dict[str, Any] = {}


class Job(Model):
    """A job; `eta_seconds` null until a rate is known."""

    job: str
    kind: str
    dataset: str | None
    dataset_uuid: str | None = None
    """Of the dataset that is meant: another one may have its name by now."""
    state: JobState
    stage: str | None = None
    done: int = 0
    total: int | None = None
    rate: float | None = None
    """Items per second in the present stage."""
    eta_seconds: float | None = None
    message: str | None = None
    created_at: str
    started_at: str | None = None
    finished_at: str | None = None
    attempt: int = 1
    error: ErrorBody | None = None
    result: dict[str, Any] = {}
    """What a job that is done has made, such as the name of an embedding space."""
    ingest: IngestRequest | None = None
    """What an ingest was asked for: the same again, incrementally, goes on with it."""
    embed: EmbedRequest | None = None
    """What an embed job was asked for, with the model and space that were chosen."""
    project: ProjectRequest | None = None
    duplicates: DuplicatesRequest | None = None
    predictions: PredictionsRequest | None = None
    evaluate: EvaluateRequest | None = None
    intervals: IntervalsRequest | None = None
    label_quality: LabelQualityRequest | None = None
    export: ExportRequest | None = None
    analyse: AnalyseRequest | None = None
    recheck: RecheckRequest | None = None
    attributes: AttributeRequest | None = None
    agent: AskRequest | None = None


JobParameters = (
    IngestRequest
    | EmbedRequest
    | ProjectRequest
    | DuplicatesRequest
    | PredictionsRequest
    | EvaluateRequest
    | IntervalsRequest
    | LabelQualityRequest
    | ExportRequest
    | AnalyseRequest
    | RecheckRequest
    | AttributeRequest
    | AskRequest
)


class JobRequest(Model):
    """A new job; the member named like its kind holds its parameters."""

    kind: JobKind = "ingest"
    ingest: IngestRequest | None = None
    embed: EmbedRequest | None = None
    project: ProjectRequest | None = None
    duplicates: DuplicatesRequest | None = None
    predictions: PredictionsRequest | None = None
    evaluate: EvaluateRequest | None = None
    intervals: IntervalsRequest | None = None
    label_quality: LabelQualityRequest | None = None
    export: ExportRequest | None = None
    analyse: AnalyseRequest | None = None
    recheck: RecheckRequest | None = None
    attributes: AttributeRequest | None = None
    agent: AskRequest | None = None

    @model_validator(mode="after")
    def _one_member(self) -> Self:
        given = [kind for kind in PARAMETERS if getattr(self, kind) is not None]
        if given != [self.kind]:
            raise ValueError(f"give the parameters of {self.kind!r} under this name, and no others")
        return self

    @property
    def parameters(self) -> JobParameters:
        """The member named like the kind."""
        found: JobParameters = getattr(self, self.kind)
        return found

    @classmethod
    def of(cls, parameters: JobParameters) -> JobRequest:
        """The request of a job with these parameters."""
        kind = kind_of(parameters)
        return cls.model_validate({"kind": kind, kind: parameters})


PARAMETERS: dict[JobKind, type[Model]] = {
    "ingest": IngestRequest,
    "embed": EmbedRequest,
    "project": ProjectRequest,
    "duplicates": DuplicatesRequest,
    "predictions": PredictionsRequest,
    "evaluate": EvaluateRequest,
    "intervals": IntervalsRequest,
    "label_quality": LabelQualityRequest,
    "export": ExportRequest,
    "analyse": AnalyseRequest,
    "recheck": RecheckRequest,
    "attributes": AttributeRequest,
    "agent": AskRequest,
}
"""What each kind of job takes."""


def kind_of(parameters: JobParameters) -> JobKind:
    """The kind of job that takes these parameters."""
    return next(kind for kind, model in PARAMETERS.items() if isinstance(parameters, model))


class DetectRequest(Model):
    """What would be ingested from here?"""

    source: str
    format: str | None = None
    images: str | None = None
    labels: str | None = None


class Detected(Model):
    """A format and where its parts were found."""

    format: str
    label: str
    source: str
    images: str | None
    labels: list[str]
    splits: list[str]
    reason: str
    suggested_name: str
    unread: list[str]
    """What looks like labels and would not be read: a sentence for each kind."""


class FormatInfo(Model):
    """A format that can be read."""

    name: str
    label: str
    description: str
