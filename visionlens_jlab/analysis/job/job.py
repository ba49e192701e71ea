"""The job that looks for slices: one piece with the analysis and its findings."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from visionlens_jlab.analysis.job.input import UNITS
from visionlens_jlab.analysis.shapes import AnalyseRequest
from visionlens_jlab.analysis.slices.discovery import analyse
from visionlens_jlab.analysis.slices.input import SliceInput
from visionlens_jlab.core.jobs.context import JobContext


def run(context: JobContext) -> dict[str, Any]:
    """Analyse as `context.params` (an AnalyseRequest, and what its setup adds) say.

    Raises
    ------
    VisionLensError
        ANALYSIS_INVALID where there is nothing to analyse.
    JobCancelled
    """
    request = AnalyseRequest.model_validate(
        {name: context.params[name] for name in AnalyseRequest.model_fields}
    )
    context.progress("reading", 0, None)
    given = SliceInput.load(context.spool / "input" / UNITS)

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
