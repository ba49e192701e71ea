"""Tools that give statistics: figures of evaluations, findings, tests of slices."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from visionlens_jlab.agents.statements.evidence import Direction, Unit
from visionlens_jlab.agents.tools.base import Desk, Found, Tool, short
from visionlens_jlab.analysis.shapes import Effect, Finding, SliceRequest, SliceTest, Target
from visionlens_jlab.analysis.store.findings import Findings
from visionlens_jlab.core.shapes import Level, Model
from visionlens_jlab.core.views.shapes import ErrorType
from visionlens_jlab.evaluation.shapes import ConfusionCell, CountsRequest, EvaluationDetail
from visionlens_jlab.evaluation.store.evaluations import Evaluations

_MOST_CLASSES = 60
_MOST_CELLS = 20
_MOST_FINDINGS = 12
_UNITS: dict[str, Unit] = {
    "metrics": "score",
    "precision": "score",
    "recall": "score",
    "f1": "score",
    "support": "objects",
    "true_positives": "objects",
    "false_negatives": "objects",
    "predictions": "predictions",
    "false_positives": "predictions",
    "errors": "errors",
}
"""What the figures of an evaluation are in."""
_COUNTS = ("true_positives", "false_positives", "false_negatives", "precision", "recall", "f1")
_OF_CLASS = ("support", "predictions", "precision", "recall", "false_positives", "false_negatives")


class FiguresArguments(Model):
    """Which evaluation."""

    evaluation: str | None = Field(None, description="None: the one in question.")


class FindingsArguments(Model):
    """Which findings."""

    evaluation: str | None = Field(None, description="None: the one in question.")
    limit: int = Field(_MOST_FINDINGS, ge=1, le=30)


class SliceArguments(Model):
    """A slice and what it might have more of."""

    where: str = Field(min_length=1, description="A predicate.")
    target: Target = "miss_rate"
    error: ErrorType | None = Field(None, description="Of target error_type.")
    level: Level = Field("annotations", description="Objects, or whole images.")
    evaluation: str | None = Field(None, description="None: the one in question.")


def figures(desk: Desk, asked: FiguresArguments) -> list[Found]:
    """Metrics, classes, errors and confusions of an evaluation."""
    name = desk.evaluation_of(asked.evaluation)
    detail = desk.store.part(Evaluations).read(name)
    counts = desk.store.part(Evaluations).counts(name, CountsRequest())
    classes = sorted(detail.per_class, key=lambda one: -one.support)[:_MOST_CLASSES]
    cells = sorted(counts.confusion, key=lambda cell: -cell.count)
    result: dict[str, Any] = {
        "evaluation": name,
        "run": detail.run,
        "stale": detail.stale,
        "made_as": made_as(detail),
        "over": detail.predicate,
        "units": _UNITS,
        "samples": detail.samples,
        "groups": detail.groups,
        "operating_point": {
            "iou": detail.operating_point.iou,
            "confidence": short(detail.operating_point.confidence),
        },
        "metrics": {one.name: short(one.value) for one in detail.metrics},
        "counts": {name: short(getattr(counts, name)) for name in _COUNTS},
        "per_class": {
            one.name: {name: short(getattr(one, name)) for name in _OF_CLASS} for one in classes
        },
        "errors": {one.type: {"count": one.count} for one in detail.errors},
        "classes": len(detail.per_class),
        "confused": [
            {"true": cell.true, "predicted": cell.predicted, "count": cell.count}
            for cell in cells
            if _is_confusion(cell)
        ][:_MOST_CELLS],
    }
    return [Found(result, f"Figures of {name} ({detail.run})")]


def findings(desk: Desk, asked: FindingsArguments) -> list[Found]:
    """What the statistics have confirmed, each as a result of its own."""
    name = desk.evaluation_of(asked.evaluation)
    listed = desk.store.part(Findings).all(name)[: asked.limit]
    if not listed:
        analysed = any(one.evaluation == name for one in desk.store.part(Findings).analyses())
        result = {
            "evaluation": name,
            "run": desk.store.part(Evaluations).read(name).run,
            "findings": 0,
            "analysed": analysed,
        }
        said = "No slice was confirmed." if analysed else "Nobody has looked for slices yet."
        return [Found(result, said)]
    return [found_of(finding) for finding in listed]


def found_of(finding: Finding) -> Found:
    """A finding as the result of a tool."""
    result = {
        "finding": finding.finding,
        "title": finding.title,
        "predicate": finding.predicate,
        "run": finding.run,
        **_tested(finding, finding.discovery, finding.confirmation),
        "count": finding.count,
        "units": finding.units,
        "groups": finding.groups,
        "cannot_be_separated_from": [one.predicate for one in finding.inseparable],
        "examples": finding.examples[:8],
        "suggested_action": finding.action.kind,
        "status": finding.status,
        "still_holds": finding.holds,
        "stale": finding.stale,
    }
    return Found(result, finding.title, finding.view, finding.finding)


def try_slice(desk: Desk, asked: SliceArguments) -> list[Found]:
    """Test a slice in both halves; it counts among the tests of the evaluation."""
    name = desk.evaluation_of(asked.evaluation)
    request = SliceRequest(
        evaluation=name,
        target=asked.target,
        error=asked.error,
        level=asked.level,
        where=asked.where,
        asked_by="agent",
    )
    test = desk.store.part(Findings).test_slice(request)
    return [Found(result_of(desk, test), _said(test), test.view)]


def result_of(desk: Desk, test: SliceTest) -> dict[str, Any]:
    """A test as the result of a tool."""
    return {
        "predicate": desk.canonical(test.view.where or ""),
        "asked": test.request.where,
        "evaluation": test.request.evaluation,
        "run": desk.store.part(Evaluations).read(test.request.evaluation).run,
        **_tested(test.request, test.discovery, test.confirmation, confirmed=test.confirmed),
        "count": test.count,
        "tests": test.tests,
        "confirmed": test.confirmed,
        "too_few": test.too_few,
    }


def _tested(
    of: Finding | SliceRequest, discovery: Effect, confirmation: Effect, *, confirmed: bool = True
) -> dict[str, Any]:
    """What a slice was tested for, and what both halves say."""
    difference = confirmation.difference if confirmed else None
    direction: Direction = "unclear"
    if difference:
        direction = "more" if difference > 0 else "less"
    return {
        "target": of.target,
        "error": of.error,
        "metric": f"{of.error} errors" if of.error else of.target,
        "level": of.level,
        "unit": unit_of(of.target, of.error, of.level),
        "direction": direction,
        "discovery": effect(discovery),
        "confirmation": effect(confirmation),
    }


def effect(given: Effect) -> dict[str, Any]:
    """An effect with its numbers shortened."""
    return {
        name: value if isinstance(value, str) else short(value)
        for name, value in given.model_dump(exclude={"method"}).items()
    }


def unit_of(target: Target, error: ErrorType | None, level: Level) -> Unit:
    """What its rates are in: shares of objects or predictions, or means."""
    if level == "samples":
        return "mean of images"
    of_labels = target in ("miss_rate", "label_error") or error == "missed"
    if target in ("confidence_gap", "label_error"):
        return "mean of objects" if of_labels else "mean of predictions"
    return "share of objects" if of_labels else "share of predictions"


def made_as(detail: EvaluationDetail) -> str:
    """How an evaluation was made: figures of two compare only where this is the same."""
    point = detail.operating_point
    parts = (
        detail.protocol,
        detail.geometry,
        list(map(short, detail.iou)),
        point.iou,
        point.class_aware,
    )
    return " ".join(str(part) for part in (*parts, detail.max_dets, detail.samples))


def _said(test: SliceTest) -> str:
    verdict = "confirmed" if test.confirmed else "not confirmed"
    if test.too_few:
        verdict = f"too small to be confirmed, {test.too_few}"
    rates = ", ".join(
        f"{name} {value:.3g}"
        for name, value in (("rate", test.confirmation.rate), ("rest", test.confirmation.rest))
        if value is not None
    )
    return f"Test of {test.request.where}: {verdict} ({rates or 'too few'})"


def _is_confusion(cell: ConfusionCell) -> bool:
    return cell.true != cell.predicted and None not in (cell.true, cell.predicted)


STATISTICS_TOOLS = [
    Tool(
        "evaluation_figures",
        "Metrics, per-class figures, counts of error types and confused classes of an evaluation.",
        FiguresArguments,
        figures,
    ),
    Tool(
        "findings",
        "The slices that the statistics confirmed, best first, with effect and interval in the "
        "confirmation half. Start from them.",
        FindingsArguments,
        findings,
    ),
    Tool(
        "test_slice",
        "Tests whether a slice has more (or less) of a target than the rest, by groups, in both "
        "halves of the data, adjusted for all tests made so far: each further test makes the next "
        "harder to confirm, so test few. The only source of failure rates of a slice. Targets: "
        "miss_rate, false_positive_rate, error_type (with error), confidence_gap, label_error.",
        SliceArguments,
        try_slice,
    ),
]
