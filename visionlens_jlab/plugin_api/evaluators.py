"""Evaluators: figures of one's own about an evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from visionlens_jlab.plugin_api.samples import Annotation, Sample


@dataclass(frozen=True, kw_only=True)
class Match:
    """A label and the prediction that meets it; None: there is none."""

    sample: int
    truth: Annotation | None
    prediction: Annotation | None
    iou: float | None


class EvaluationContext(Protocol):
    """An evaluation at its operating point: predictions of less confidence are left out."""

    api: str
    """Version of this API."""
    evaluation: str
    run: str
    iou: float | None
    """At which overlap a label and a prediction meet."""
    confidence: float
    """From which predictions count."""
    count: int
    """Number of samples."""

    def samples(self) -> Iterator[Sample]:
        """The samples, with labels (source `ground_truth`) and predictions (source: the run)."""
        ...

    def matches(self) -> Iterator[Match]:
        """Every label and every prediction once; what the protocol ignores is left out."""
        ...

    def progress(self, done: int, message: str = "") -> None:
        """Say how many samples are done."""
        ...


class Evaluator(Protocol):
    """`target` of an evaluator."""

    def __call__(
        self, *, context: EvaluationContext, arguments: Mapping[str, Any], **rest: Any
    ) -> Mapping[str, float | None]:
        """Figures by name; None: undefined. They are kept with the evaluation."""
        ...
