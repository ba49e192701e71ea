"""Findings and analyses as a test wants them."""

from __future__ import annotations

from typing import Any

from visionlens_jlab.analysis.shapes import (
    Action,
    AnalyseRequest,
    AnalysisInfo,
    AnalysisResult,
    Condition,
    Effect,
    Finding,
)
from visionlens_jlab.core.views.shapes import OutcomeFilter, ViewSpec

CREATED = "2026-01-01T00:00:00+00:00"


def effect(rate: float = 0.5, rest: float = 0.1, **given: Any) -> Effect:
    """One half's."""
    values: dict[str, Any] = {
        "units": 100,
        "groups": 40,
        "events": 100 * rate,
        "rate": rate,
        "rest": rest,
        "difference": rate - rest,
        "low": rate - rest - 0.1,
        "high": rate - rest + 0.1,
        "p": 0.0001,
        "p_adjusted": 0.001,
        "method": "cluster-robust",
    }
    return Effect.model_validate(values | given)


def finding(predicate: str = "split = 'val'", **given: Any) -> Finding:
    """A finding of an evaluation `m` whose id is made from its predicate."""
    evaluation = given.get("evaluation", "m")
    slice_view = ViewSpec(
        level="annotations", where=predicate, outcomes=OutcomeFilter(evaluation=evaluation)
    )
    failed = OutcomeFilter(evaluation=evaluation, outcomes=["false_negative"])
    values: dict[str, Any] = {
        "finding": f"id of {predicate}",
        "analysis": "first",
        "evaluation": evaluation,
        "run": "m",
        "target": "miss_rate",
        "level": "annotations",
        "title": f"More is missed where {predicate}",
        "description": "Half of the labels are missed here.",
        "predicate": predicate,
        "sql": "SELECT annotation_id FROM annotations",
        "conditions": [Condition(field="split", text=predicate, label="split is val")],
        "view": slice_view,
        "failures": slice_view.model_copy(update={"outcomes": failed}),
        "count": 8,
        "units": 8,
        "groups": 6,
        "discovery": effect(0.6),
        "confirmation": effect(0.5),
        "action": Action(kind="collect", text="Collect more.", reason="There are few."),
        "created_at": CREATED,
    }
    return Finding.model_validate(values | given)


def analysis(findings: list[Finding], name: str = "first", **asked: Any) -> AnalysisResult:
    """An analysis that found these."""
    evaluation = findings[0].evaluation if findings else "m"
    return AnalysisResult(
        analysis=AnalysisInfo(
            analysis=name,
            evaluation=evaluation,
            request=AnalyseRequest(dataset="any", evaluation=evaluation, **asked),
            tested=120,
            units=300,
            groups=90,
            findings=[one.finding for one in findings],
            unconfirmed=[],
            left_out=[],
            seconds=0.5,
            digest="digest",
            created_at=CREATED,
        ),
        findings=[one.model_copy(update={"analysis": name}) for one in findings],
    )
