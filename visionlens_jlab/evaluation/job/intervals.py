"""The job that adds bootstrap intervals to an evaluation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from visionlens_jlab.core.jobs.context import JobContext
from visionlens_jlab.evaluation.capability import OUTCOMES
from visionlens_jlab.evaluation.counts import recount
from visionlens_jlab.evaluation.evaluated import load
from visionlens_jlab.evaluation.metrics.bootstrap import intervals
from visionlens_jlab.evaluation.shapes import EvaluationDetail


def run(context: JobContext) -> dict[str, Any]:
    """Draw the replicates that `context.params` (an IntervalsRequest and its setup's) ask for.

    Raises
    ------
    JobCancelled
    """
    replicates = context.params["replicates"]

    def progress(done: int) -> None:
        context.check_cancelled()
        context.progress("replicates", done, replicates)

    progress(0)
    evaluated = intervals(
        load(Path(context.params["file"])), replicates, context.params["seed"], progress=progress
    )
    path = context.spool / OUTCOMES
    evaluated.save(path)
    detail = EvaluationDetail.model_validate(context.params["detail"]).model_copy(
        update={
            "metrics": evaluated.metrics,
            "per_class": recount(evaluated).per_class,
            "intervals": True,
        }
    )
    made = {"detail": detail.model_dump(mode="json"), "digest": context.params["digest"]}
    context.emit(0, {}, {OUTCOMES: path}, {"intervals": made})
    return {"evaluation": detail.evaluation}
