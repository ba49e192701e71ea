"""The job that asks whether findings still hold: one piece with what it found."""

from __future__ import annotations

from typing import Any

import numpy as np

from visionlens_jlab.analysis.shapes import Effect, SliceRequest
from visionlens_jlab.analysis.slices.input import SliceInput
from visionlens_jlab.analysis.slices.members import members_digest
from visionlens_jlab.analysis.slices.single_test import units_of
from visionlens_jlab.analysis.slices.statistics.contrasts import effect
from visionlens_jlab.analysis.slices.statistics.halves import both
from visionlens_jlab.core.jobs.context import JobContext


def run(context: JobContext) -> dict[str, Any]:
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
