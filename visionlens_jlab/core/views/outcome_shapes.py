"""What a view keeps of an evaluation's outcomes."""

from __future__ import annotations

from typing import Literal

from visionlens_jlab.core.shapes import Model

Outcome = Literal["true_positive", "false_positive", "false_negative", "ignored"]
ErrorType = Literal["classification", "localisation", "both", "duplicate", "background", "missed"]
"""After TIDE (Bolya et al., ECCV 2020)."""


class Cell(Model):
    """A cell of the confusion matrix; null: background."""

    true: str | None
    predicted: str | None


class OutcomeFilter(Model):
    """Of a view: annotations that an evaluation gave an outcome, and-ed; both ends of a match."""

    evaluation: str
    confidence: float | None = None
    """The threshold; null: the evaluation's own."""
    outcomes: list[Outcome] = []
    classes: list[str] = []
    """Under which an outcome is counted: the label's, or a false positive's own."""
    cell: Cell | None = None
    errors: list[ErrorType] = []
    confidence_range: tuple[float, float] | None = None
    """[low, high) of predictions; 1 is included."""
    iou_range: tuple[float, float] | None = None
    area_range: tuple[float, float] | None = None
    against: str | None = None
    """Another evaluation: with `change`, the samples on which it does better or worse."""
    change: Literal["better", "worse", "equal"] | None = None
