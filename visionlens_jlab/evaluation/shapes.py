"""Prediction runs and evaluations."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from visionlens_jlab.core.shapes import DatasetRequest, Model
from visionlens_jlab.core.views.shapes import ErrorType, ViewSpec

Protocol = Literal["coco", "voc", "classification", "segmentation"]
Geometry = Literal["box", "mask", "keypoints"]


class RunInfo(Model):
    """A prediction run."""

    run: str
    format: str | None
    source: str | None
    annotations: int
    samples: int
    created_at: str
    trained_on: list[str] = []
    """Splits the model was trained on, where the user said so."""


class RunChange(Model):
    """A new name, or the splits its model was trained on."""

    run: str | None = None
    trained_on: list[str] | None = None


class PredictionsRequest(DatasetRequest):
    """Parameters of a job that adds a run; `source` is a file or folder on the server."""

    run: str
    source: str
    format: str | None = None
    """coco, yolo, voc, text, classification, dataframe or fiftyone; null: as it looks."""
    replace: bool = False
    trained_on: list[str] = []
    options: dict[str, Any] = {}
    """`split`: only its images are meant; `categories`: class number -> name, where they are not
    those of the dataset's own label files; yolo: `task`; voc: `voc_origin`; fiftyone: `field`."""


class FramePredictions(PredictionsRequest):
    """Predictions whose rows come with the request; `source` only labels them."""

    source: str = "DataFrame"
    format: str | None = "dataframe"


class EvaluateRequest(DatasetRequest):
    """Parameters of an evaluation.

    `iou`: the thresholds that metrics average over, by default the protocol's (COCO .50:.05:.95,
    VOC .5). Outcomes are counted at `operating_iou`.
    `confidence` null: that of the greatest F1.
    """

    run: str
    name: str | None = None
    protocol: Protocol = "coco"
    geometry: Geometry = "box"
    iou: list[float] | None = None
    operating_iou: float = Field(0.5, gt=0, le=1)
    confidence: float | None = Field(None, ge=0, le=1)
    class_aware: bool = True
    max_dets: int = Field(100, ge=1)
    view: ViewSpec | None = None
    options: dict[str, Any] = {}
    """voc: `interpolation` (11 or all), `inclusive` (pixels counted as in VOC's own code);
    classification: `top_k`; keypoints: `sigmas`; coco: `areas`, a name and two limits in square
    pixels for each area range, instead of small, medium and large."""
    replicates: int = Field(1000, ge=0, le=10_000)
    """Of the bootstrap in the job that follows; 0: no intervals."""


class IntervalsRequest(DatasetRequest):
    """Parameters of the job that adds bootstrap intervals to an evaluation."""

    evaluation: str
    replicates: int = Field(1000, ge=1, le=10_000)
    seed: int = 0


class LabelQualityRequest(DatasetRequest):
    """Parameters of the job that ranks likely label errors by what a run says."""

    evaluation: str


class OperatingPoint(Model):
    """What every count names: at which overlap and confidence, and whether classes must agree."""

    iou: float | None
    confidence: float
    class_aware: bool


class Metric(Model):
    """One figure, -1 never: null where it is undefined."""

    name: str
    """As the protocol names it: AP, AP50, APsmall, AR100, accuracy, mIoU."""
    label: str
    """With its range: `AP at IoU .50:.95`."""
    value: float | None
    low: float | None = None
    high: float | None = None
    reliable: bool | None = None
    """Of the interval; null until there is one."""


class ClassMetrics(Model):
    """One row of the per-class table; counts at the operating point."""

    name: str
    support: int
    predictions: int
    metrics: dict[str, float | None]
    true_positives: int
    false_positives: int
    false_negatives: int
    precision: float | None
    recall: float | None
    f1: float | None
    low: float | None = None
    """Of AP50, or of the protocol's first metric."""
    high: float | None = None
    reliable: bool | None = None


class ErrorShare(Model):
    """One error type: how many, and the ΔAP50 of mending it alone."""

    type: ErrorType
    count: int
    delta_ap50: float | None


class EvaluationInfo(Model):
    """One evaluation of a run."""

    evaluation: str
    run: str
    protocol: Protocol
    geometry: Geometry
    iou: list[float]
    operating_point: OperatingPoint
    max_dets: int
    predicate: str | None
    """Text of the view it was made on; null: the whole dataset."""
    options: dict[str, Any] = {}
    samples: int
    groups: int
    metrics: list[Metric]
    created_at: str
    stale: bool
    """Whether labels, predictions or the view's samples were changed since."""
    intervals: bool = False
    warnings: list[str] = []


class EvaluationDetail(EvaluationInfo):
    """With its tables at its own operating point."""

    per_class: list[ClassMetrics]
    errors: list[ErrorShare]


class CountsRequest(Model):
    """Counts at another confidence, and of a subset."""

    confidence: float | None = Field(None, ge=0, le=1)
    view: ViewSpec | None = None


class ConfusionCell(Model):
    """Pairs of one true and one predicted class; null: background."""

    true: str | None
    predicted: str | None
    count: int


class Counts(Model):
    """What an operating point gives; equal to a fresh evaluation there."""

    operating_point: OperatingPoint
    true_positives: int
    false_positives: int
    false_negatives: int
    ignored: int
    precision: float | None
    recall: float | None
    f1: float | None
    per_class: list[ClassMetrics]
    confusion: list[ConfusionCell]
    """Cells that are not zero."""
    errors: list[ErrorShare]


class Curve(Model):
    """One curve; x ascending."""

    name: str
    x: list[float]
    y: list[float]
    confidence: list[float | None] = []
    """Of each point, where a click on it sets the threshold."""


class HistogramBin(Model):
    """Counts by outcome in [low, high), the last one closed."""

    low: float
    high: float
    counts: dict[str, int]


class Curves(Model):
    """What the plots show, of one class or of all."""

    class_name: str | None
    precision_recall: list[Curve]
    """One for each IoU shown (.50, .75)."""
    f1: Curve
    """By confidence."""
    calibration: Curve
    """Mean confidence against precision, in bins; with `ece`."""
    ece: float | None
    histograms: dict[str, list[HistogramBin]]
    """confidence, iou and area (square pixels, logarithmic bins)."""


class CompareRequest(Model):
    """Another evaluation, over the same samples; both at their own operating points unless said."""

    other: str
    confidence: float | None = None
    other_confidence: float | None = None
    replicates: int = Field(1000, ge=100, le=10_000)
    seed: int = 0


class Difference(Model):
    """One metric of A against B, paired by group; `p` of the two-sided test."""

    name: str
    label: str
    a: float | None
    b: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    reliable: bool


class RunComparison(Model):
    """Run A (the evaluation asked) against run B."""

    a: str
    b: str
    metrics: list[Difference]
    per_class: list[Difference]
    """Of each class's AP50 (or the first metric); `name` is the class."""
    better: int
    """Samples on which B has fewer errors than A."""
    worse: int
    equal: int


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
