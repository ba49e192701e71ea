"""The jobs that look for slices, and ask whether findings still hold: one piece each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np

from visionlens_jlab.analysis.shapes import AnalyseRequest, Effect, SliceRequest
from visionlens_jlab.analysis.slices.confirmation import units_of
from visionlens_jlab.analysis.slices.contrasts import effect
from visionlens_jlab.analysis.slices.discovery import analyse
from visionlens_jlab.analysis.slices.units import INPUT, SliceInput, both, members_digest
from visionlens_jlab.core.jobs.context import JobContext


def run(context: JobContext) -> dict[str, Any]:
    """Analyse as `context.params` (an AnalyseRequest, and what its setup adds) say.

    ANALYSIS_INVALID where there is nothing to analyse. JobCancelled.
    """
    request = AnalyseRequest.model_validate(
        {name: context.params[name] for name in AnalyseRequest.model_fields}
    )
    context.progress("reading", 0, None)
    given = SliceInput.load(context.spool / "input" / INPUT)

    def progress(stage: str, done: int, total: int) -> None:
        context.check_cancelled()
        context.progress(stage, done, total)

    result = analyse(
        given,
        request,
        earlier=[(first, second) for first, second in context.params["earlier"]],
        progress=progress,
        now=datetime.now(UTC).isoformat(timespec="milliseconds"),
    )
    made = {"result": result.model_dump(mode="json"), "digest": context.params["digest"]}
    context.emit(0, {}, summary={"analysis": made})
    info = result.analysis
    for warning in info.warnings:
        context.log("warning", warning)
    return {
        "analysis": info.analysis,
        "evaluation": info.evaluation,
        "findings": len(info.findings),
        "tested": info.tested,
    }


def recheck(context: JobContext) -> dict[str, Any]:
    """Check the findings that the setup has put into `context.params`."""
    folder, checks = context.spool / "input", context.params["checks"]
    inputs: dict[str, SliceInput] = {}
    done, lost = [], 0
    for number, check in enumerate(checks):
        context.check_cancelled()
        context.progress("checking", number, len(checks))
        if check["units"] not in inputs:
            inputs[check["units"]] = SliceInput.load(folder / check["units"])
        given = inputs[check["units"]]
        ids = np.load(folder / check["ids"], allow_pickle=False)
        now = effect_now(given, ids, SliceRequest.model_validate(check["request"]))
        holds = still_holds(now, check["direction"])
        if not holds:
            lost += 1
            context.log("info", f"No longer holds: {check['title']}")
        done.append(
            {
                "finding": check["finding"],
                "run": given.run,
                "digest": check["digest"],
                "count": len(ids),
                "members": members_digest(ids),
                "now": now.model_dump(mode="json"),
                "holds": holds,
            }
        )
    context.emit(0, {}, summary={"checks": done})
    return {"checked": len(done), "lost": lost}


def effect_now(given: SliceInput, ids: np.ndarray, request: SliceRequest) -> Effect:
    """The slice's effect over both halves together; `ids` are the rows of its predicate."""
    units = units_of(given, request)
    part = both(given, units)
    mask = np.isin(given.ids(units.population), ids)[part.rows]
    return effect(part, mask, binary=units.scale == "rate")


def still_holds(now: Effect, direction: float | None) -> bool:
    """Whether the interval lies on the side of zero that the finding named."""
    if now.low is None or now.high is None:
        return False
    return now.high < 0 if (direction or 0.0) < 0 else now.low > 0
