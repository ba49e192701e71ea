"""JSON shapes that only the REST API has: lists, limits and query parameters."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ..models import (
    AgentRun,
    AnalysisInfo,
    Attribute,
    AttributeSpec,
    DatasetInfo,
    EmbedderInfo,
    EmbeddingSpace,
    EvaluationInfo,
    Finding,
    FormatInfo,
    HistoryEntry,
    IngestRequest,
    Job,
    Level,
    Model,
    PredictionsRequest,
    Projection,
    ProjectionMethod,
    Query,
    RunInfo,
    SavedView,
    VisionModelInfo,
)


class Limits(Model):
    """What one request may ask for."""

    tile_ids: int
    body_bytes: int


class About(Model):
    """Version of the extension and its limits."""

    name: Literal["visionlens-jlab"] = "visionlens-jlab"
    version: str
    api: Literal["v1"] = "v1"
    limits: Limits


class DatasetList(Model):
    """Every dataset of the data directory."""

    datasets: list[DatasetInfo]


class EmbedderList(Model):
    """Models that can embed, and methods that can project."""

    embedders: list[EmbedderInfo]
    projections: list[ProjectionMethod]


class FormatList(Model):
    """Formats that can be read."""

    formats: list[FormatInfo]


class SavedViewList(Model):
    """Saved views by name."""

    views: list[SavedView]


class SpaceList(Model):
    """Embedding spaces, oldest first."""

    spaces: list[EmbeddingSpace]


class QueryList(Model):
    """Encoded queries of a space, the latest first."""

    queries: list[Query]


class JobList(Model):
    """Jobs, newest first."""

    jobs: list[Job]


class LogLine(Model):
    """One line of a job's log."""

    time: str
    level: str
    message: str


class JobLog(Model):
    """A job's log, oldest line first; the last 1,000 lines."""

    lines: list[LogLine]


class ReportQuery(Model):
    """Which page of a report's items."""

    offset: int = Field(0, ge=0, le=1 << 31)
    limit: int = Field(1000, ge=1, le=10_000)


class FolderQuery(Model):
    """Which folder; relative ones lie below the server's root."""

    path: str | None = None


class LevelQuery(Model):
    """Whether ids are those of samples or of annotations."""

    level: Level = "samples"


class VectorsQuery(LevelQuery):
    """What vectors are of, and what made them."""

    model: str = Field("matrix", min_length=1, max_length=200)
    version: str = Field("1", min_length=1, max_length=200)
    """Another version of the model is another space."""


class ProjectionList(Model):
    """Projections of a dataset."""

    projections: list[Projection]


class DuplicatesQuery(Model):
    """Which groups."""

    kind: Literal["exact", "near"] = "near"
    offset: int = Field(0, ge=0, le=1 << 31)
    limit: int = Field(100, ge=1, le=1000)


class ThumbnailQuery(Model):
    """`v` is the tile's version key; with it the answer may be cached for ever."""

    v: str | None = None


class CropQuery(Model):
    """How an annotation's picture is wanted."""

    v: str | None = None
    """The tile's version key; with it the answer may be cached for ever."""
    size: int = Field(256, ge=16, le=2048)
    """Pixels on the longer side, at most."""
    aspect: float | None = Field(None, ge=0.1, le=10, allow_inf_nan=False)
    """Width by height to which the surroundings grow."""


class SelectionQuery(Model):
    """What a new selection is based on and who sends it."""

    base_version: int
    origin: str
    level: Level = "samples"


class UploadQuery(Model):
    """With a DataFrame as body: the parameters as JSON, of an ingest or of predictions."""

    ingest: str | None = None
    predictions: str | None = None


class FrameIngest(IngestRequest):
    """An ingest whose rows come with the request; `source` only labels it."""

    source: str = "DataFrame"
    format: str | None = "dataframe"


class FramePredictions(PredictionsRequest):
    """Predictions whose rows come with the request; `source` only labels them."""

    source: str = "DataFrame"
    format: str | None = "dataframe"


class RunList(Model):
    """Prediction runs, oldest first."""

    runs: list[RunInfo]


class EvaluationList(Model):
    """Evaluations, oldest first."""

    evaluations: list[EvaluationInfo]


class CurvesQuery(Model):
    """Of which class; null: of all together."""

    class_name: str | None = Field(None, alias="class")
    confidence: float | None = Field(None, ge=0, le=1, allow_inf_nan=False)
    """Of the histograms of IoU and area; null: the evaluation's own."""


class FindingsQuery(Model):
    """Of which evaluation; null: of all."""

    evaluation: str | None = None


class FindingList(Model):
    """Findings: those of the newest analysis first, as it ranks them."""

    findings: list[Finding]


class AnalysisList(Model):
    """Analyses, newest first."""

    analyses: list[AnalysisInfo]


class HistoryQuery(Model):
    """Which page of the history of labels, newest first; of one annotation or of all."""

    annotation: int | None = Field(None, ge=0, le=2**32 - 1)
    offset: int = Field(0, ge=0, le=1 << 31)
    limit: int = Field(100, ge=1, le=1000)


class History(Model):
    """Changes of labels by hand."""

    entries: list[HistoryEntry]


class AgentRunList(Model):
    """Runs of agents without their steps, newest first."""

    runs: list[AgentRun]


class StepsQuery(Model):
    """Which steps of a run: those after a number."""

    after: int = Field(0, ge=0, le=1 << 31)


class AttributeList(Model):
    """Visual attributes, oldest first."""

    attributes: list[Attribute]


class CalibrationQuery(Model):
    """Which images to label next."""

    answer: str = "yes"
    count: int = Field(20, ge=1, le=200)


class VisionModelList(Model):
    """Models that answer questions about images, and the questions that come with the product."""

    models: list[VisionModelInfo]
    questions: list[AttributeSpec]
