"""One evaluation as a notebook holds it: figures, tables, plots, and views of what is behind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Generic, Literal

from visionlens_jlab.core.notebook.arguments import checked_methods, shaped
from visionlens_jlab.core.notebook.backend import DatasetBackend
from visionlens_jlab.core.notebook.frames import load_pandas, number_frame, to_frame
from visionlens_jlab.core.notebook.progress import run_shown
from visionlens_jlab.core.notebook.view import V, View, Viewing, outcome_spec
from visionlens_jlab.core.views.shapes import (
    Cell,
    ErrorType,
    Outcome,
    OutcomeFilter,
    TableRequest,
    ViewSpec,
)
from visionlens_jlab.errors import VisionLensError, unknown
from visionlens_jlab.evaluation.notebook import plots
from visionlens_jlab.evaluation.notebook.backend import EVALUATIONS
from visionlens_jlab.evaluation.notebook.comparison import ComparedRuns
from visionlens_jlab.evaluation.shapes import (
    CompareRequest,
    Counts,
    CountsRequest,
    Curves,
    EvaluationDetail,
    IntervalsRequest,
    LabelQualityRequest,
)

if TYPE_CHECKING:
    import pandas as pd

_MATCH_COLUMNS = [
    "annotation_id",
    "sample_id",
    "source",
    "class",
    "x",
    "y",
    "w",
    "h",
    "confidence",
    "area",
    "outcome",
    "partner_id",
    "iou",
    "error",
]


@checked_methods
class Evaluation(Viewing[V], Generic[V]):
    """A run against the labels, at an operating point.

    `metrics` are over all confidences; everything that counts outcomes (`per_class`, `confusion`,
    `errors`, `matches`, `view`) counts at `iou` and `confidence`. `at` gives another confidence.
    """

    def __init__(
        self, backend: DatasetBackend, evaluation: str, confidence: float | None = None
    ) -> None:
        self._backend = backend
        self._confidence = confidence
        self.name = evaluation
        self._counted: Counts | None = None

    @property
    def detail(self) -> EvaluationDetail:
        """Everything the server says of it, as it is now."""
        return self._backend.part(EVALUATIONS).read(self.name)

    @property
    def run(self) -> str:
        """The prediction run."""
        return self.detail.run

    @property
    def stale(self) -> bool:
        """Whether labels, predictions or the samples of its view were changed since."""
        return self.detail.stale

    @property
    def warnings(self) -> list[str]:
        """What one should know of the figures."""
        return self.detail.warnings

    @property
    def iou(self) -> float | None:
        """Overlap at which outcomes are counted."""
        return self.detail.operating_point.iou

    @property
    def confidence(self) -> float:
        """Predictions from here on are counted."""
        if self._confidence is not None:
            return self._confidence
        return self.detail.operating_point.confidence

    @property
    def metrics(self) -> dict[str, float]:
        """Figures as the protocol names them: `AP`, `AP50`, `APsmall`, `AR100`; NaN: undefined."""
        return {metric.name: _number(metric.value) for metric in self.detail.metrics}

    @property
    def intervals(self) -> pd.DataFrame:
        """Each metric with its 95% interval, and whether that is reliable.

        Empty columns until the bootstrap was run: see `add_intervals`.
        """
        rows = [metric.model_dump() for metric in self.detail.metrics]
        return number_frame(rows, ["name", "label", "value", "low", "high", "reliable"], "name")

    @property
    def per_class(self) -> pd.DataFrame:
        """One row for each class: support, metrics, counts, precision, recall, F1."""
        rows = []
        for one in self.counts().per_class:
            row = one.model_dump()
            metrics = row.pop("metrics")
            head = {name: row.pop(name) for name in ("name", "support", "predictions")}
            rows.append(head | metrics | row)
        return number_frame(rows, list(rows[0]) if rows else ["name"], "name")

    @property
    def confusion(self) -> pd.DataFrame:
        """Confusion matrix: rows are labels' classes, columns predictions', then background."""
        pandas = load_pandas()
        cells = self.counts().confusion
        known = {name for cell in cells for name in (cell.true, cell.predicted) if name is not None}
        classes = [one.name for one in self._backend.detail().class_list if one.name in known]
        names = [*classes, *sorted(known.difference(classes)), plots.BACKGROUND]
        frame: pd.DataFrame = pandas.DataFrame(0, index=names, columns=names)
        for cell in cells:
            frame.loc[cell.true or plots.BACKGROUND, cell.predicted or plots.BACKGROUND] = (
                cell.count
            )
        return frame.rename_axis(index="true", columns="predicted")

    @property
    def errors(self) -> pd.DataFrame:
        """Types of errors after TIDE, how many, and what mending each alone adds to AP50."""
        rows = [share.model_dump() for share in self.counts().errors]
        return number_frame(rows, ["type", "count", "delta_ap50"], "type")

    @property
    def matches(self) -> pd.DataFrame:
        """Every annotation that takes part: `outcome`, `partner_id`, `iou`, `error`."""
        spec = self._spec(shaped(OutcomeFilter, evaluation=self.name, confidence=self._confidence))
        request = TableRequest(view=spec, level="annotations", columns=_MATCH_COLUMNS)
        return to_frame(self._backend.table(request), "annotations")

    def at(self, confidence: float) -> Evaluation[V]:
        """The same at another confidence: equal to a fresh evaluation there.

        Raises
        ------
        VisionLensError
            REQUEST_INVALID unless it lies between 0 and 1.
        """
        if not 0 <= confidence <= 1:
            raise VisionLensError(
                "REQUEST_INVALID", f"confidence is {confidence}: it lies between 0 and 1."
            )
        return Evaluation(self._backend, self.name, confidence)

    def counts(self, *, view: View | None = None) -> Counts:
        """Counts of outcomes, of all samples or of those that a view shows."""
        if view is not None:
            request = shaped(CountsRequest, confidence=self._confidence, view=view.spec)
            return self._backend.part(EVALUATIONS).counts(self.name, request)
        if self._counted is None:
            request = shaped(CountsRequest, confidence=self._confidence)
            self._counted = self._backend.part(EVALUATIONS).counts(self.name, request)
        return self._counted

    def curves(self, class_name: str | None = None) -> Curves:
        """What the plots show, of one class or of all."""
        return self._backend.part(EVALUATIONS).curves(self.name, class_name)

    def view(
        self,
        outcomes: Outcome | Sequence[Outcome] = (),
        *,
        classes: str | Sequence[str] = (),
        cell: tuple[str | None, str | None] | None = None,
        errors: ErrorType | Sequence[ErrorType] = (),
        level: Literal["samples", "annotations"] = "annotations",
        **further: Any,
    ) -> V:
        """The annotations behind a number, or their samples.

        Parameters
        ----------
        outcomes : str or sequence of str
            `true_positive`, `false_positive`, `false_negative`, `ignored`; both ends of a match.
        classes : str or sequence of str
            Of the label, of a prediction alone its own.
        cell : (true, predicted), optional
            Of the confusion matrix; None is background.
        errors : str or sequence of str
            `classification`, `localisation`, `both`, `duplicate`, `background`, `missed`.
        level : {"annotations", "samples"}
            What the rows are.
        **further
            `confidence_range`, `iou_range`, `area_range`: (low, high).

        Raises
        ------
        VisionLensError
            REQUEST_INVALID for what cannot be an outcome, and for a class that does not exist.
        """
        self._check_classes(*_listed(classes), *(name for name in cell or () if name is not None))
        wanted = outcome_spec(
            {
                "evaluation": self.name,
                "confidence": self._confidence,
                "outcomes": _listed(outcomes),
                "classes": _listed(classes),
                "cell": None if cell is None else Cell(true=cell[0], predicted=cell[1]),
                "errors": _listed(errors),
                **further,
            }
        )
        return self._view(self._spec(wanted).model_copy(update={"level": level}))

    def compare(
        self, other: Evaluation, *, replicates: int = 1000, seed: int = 0
    ) -> ComparedRuns[V]:
        """The run (A) against another (B), paired by group, with significance.

        Raises
        ------
        VisionLensError
            EVALUATION_INVALID where they have no sample or protocol in common.
        """
        request = shaped(
            CompareRequest,
            other=other.name,
            confidence=self._confidence,
            other_confidence=other._confidence,
            replicates=replicates,
            seed=seed,
        )
        found = self._backend.part(EVALUATIONS).compare(self.name, request)
        return ComparedRuns(self._backend, found, self._confidence)

    def add_intervals(self, replicates: int = 1000, *, seed: int = 0) -> pd.DataFrame:
        """Bootstrap over groups for 95% intervals; waits, with a progress bar. See `intervals`."""
        request = shaped(
            IntervalsRequest,
            dataset=self._backend.dataset,
            evaluation=self.name,
            replicates=replicates,
            seed=seed,
        )
        run_shown(self._backend, request, f"Intervals of {self.name}")
        self._counted = None
        return self.intervals

    def label_quality(self) -> dict[str, str]:
        """Rank likely label errors by what the run says; waits, with a progress bar.

        The scores (0 to 1, the likeliest errors highest) are fields of annotations, of predictions
        where a label is missing: sort a view by one, such as `ds.view("likely_wrong_class > 0.5",
        sort="-likely_wrong_class", level="annotations")`. `suggested_class` is what the run says.
        Of classes of whole images a score above 0.5 means that the run prefers another.

        Returns
        -------
        dict
            `missing`, `wrong_class` and `badly_placed` -> the field that holds its scores.
        """
        request = LabelQualityRequest(dataset=self._backend.dataset, evaluation=self.name)
        job = run_shown(self._backend, request, f"Label quality by {self.name}")
        for warning in job.result.get("warnings", ()):
            print(warning)  # noqa: T201
        fields: dict[str, str] = job.result["fields"]
        return fields

    def delete(self) -> None:
        """Remove the evaluation; the run stays."""
        self._backend.part(EVALUATIONS).delete(self.name)

    def plot(self, class_name: str | None = None) -> Any:
        """Precision-recall, F1, calibration and errors in one matplotlib figure."""
        return plots.overview(self, class_name)

    def plot_precision_recall(self, class_name: str | None = None, ax: Any = None) -> Any:
        """Precision by recall on matplotlib axes, which are returned."""
        return plots.precision_recall(self, class_name, ax)

    def plot_f1(self, class_name: str | None = None, ax: Any = None) -> Any:
        """F1 by confidence, with the operating point."""
        return plots.f1(self, class_name, ax)

    def plot_calibration(self, class_name: str | None = None, ax: Any = None) -> Any:
        """Precision by mean confidence in bins."""
        return plots.calibration(self, class_name, ax)

    def plot_confusion(self, classes: Sequence[str] | None = None, ax: Any = None) -> Any:
        """The confusion matrix, each row in shares; of `classes`, or of the 20 most confused."""
        self._check_classes(*_listed(classes or ()))
        return plots.confusion(self, None if classes is None else _listed(classes), ax)

    def plot_errors(self, ax: Any = None) -> Any:
        """What mending each type of error alone adds to AP50."""
        return plots.errors(self, ax)

    def _check_classes(self, *names: str) -> None:
        known = [item.name for item in self._backend.detail().class_list]
        for name in names:
            if name not in known:
                raise unknown("REQUEST_INVALID", "class", name, known)

    def _spec(self, wanted: OutcomeFilter) -> ViewSpec:
        return ViewSpec(level="annotations", outcomes=wanted)

    def __repr__(self) -> str:
        detail = self.detail
        first = ", ".join(
            f"{metric.name} {_number(metric.value):.4f}" for metric in detail.metrics[:3]
        )
        stale = ", out of date" if detail.stale else ""
        return f"<Evaluation {self.name} of {detail.run}: {first}{stale}>"


def _listed(values: Any) -> list[Any]:
    return [values] if isinstance(values, str) else list(values)


def _number(value: float | None) -> float:
    return float("nan") if value is None else value
