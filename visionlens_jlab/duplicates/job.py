"""The job that looks for duplicates: one piece with all groups, in the place of those before."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from visionlens_jlab.core.jobs.context import JobContext
from visionlens_jlab.duplicates.capability import DUPLICATES, SAMPLES
from visionlens_jlab.duplicates.groups import Member, exact_groups
from visionlens_jlab.duplicates.near import THRESHOLD, NearDuplicates
from visionlens_jlab.duplicates.shapes import SMALL_SIDE
from visionlens_jlab.duplicates.table import Samples, Thumbnails
from visionlens_jlab.embeddings.vectors.segments import read_space


def run(context: JobContext) -> dict[str, Any]:
    """Look for the duplicates that `context.params` describe; the result counts the groups.

    Params are those of `models.DuplicatesRequest` and what `DuplicatesSetup.prepare` adds.

    Raises
    ------
    VisionLensError
        VECTORS_INVALID.
    JobCancelled
    """
    with pa.ipc.open_stream((context.spool / "input" / SAMPLES).read_bytes()) as reader:
        samples = Samples.of(reader.read_all())
    if context.params["kind"] == "exact":
        context.progress("groups", 0, None)
        groups = exact_groups(samples)
    else:
        groups = _near(context, samples)
    parameters = {name: context.params[name] for name in ("space", "threshold")}
    run_of = {"kind": context.params["kind"], "parameters": parameters, "samples": len(samples)}
    context.emit(0, {DUPLICATES: member_table(groups, samples)}, summary={"duplicates": run_of})
    context.log("info", f"{len(groups)} groups among {len(samples)} samples.")
    found = {"groups": len(groups), "samples": sum(map(len, groups))}
    small = int((np.maximum(samples.width, samples.height) < SMALL_SIDE).sum())
    if context.params["kind"] == "exact" or not small:
        return found
    warning = (
        f"{small} of {len(samples)} samples have fewer than {SMALL_SIDE} pixels on their longer "
        "side. Of so small ones copies may be missed, and different pictures taken for copies."
    )
    context.log("warning", warning)
    return {**found, "warnings": [warning]}


def member_table(groups: list[list[Member]], samples: Samples) -> pa.Table:
    """Groups as rows, numbered from 0."""
    members = [member for group in groups for member in group]
    numbers = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    rows = np.asarray([member.row for member in members], dtype=np.int64)
    return pa.table(
        {
            "group_id": pa.array(numbers, pa.int32()),
            "sample_id": pa.array(samples.ids[rows], pa.uint32()),
            "distance": pa.array([member.distance for member in members], pa.float32()),
            "confidence": pa.array([member.confidence for member in members], pa.float32()),
            "transform": pa.array([member.transform for member in members], pa.string()),
            "best": pa.array([member.best for member in members], pa.bool_()),
        }
    )


def _near(context: JobContext, samples: Samples) -> list[list[Member]]:
    def watch(stage: str, done: int, total: int | None) -> None:
        context.check_cancelled()
        context.progress(stage, done, total)

    thumbnails = Thumbnails(Path(context.params["thumbnails"]), samples)
    threshold = context.params.get("threshold") or THRESHOLD
    try:
        with tempfile.TemporaryDirectory(prefix="duplicates-", dir=context.spool) as folder:
            near = NearDuplicates(samples, thumbnails, Path(folder), watch, threshold)
            groups = near.find(_vectors(context, samples))
    finally:
        thumbnails.close()
    context.log("info", f"{near.compared} pairs were laid over each other.")
    if near.left_out:
        context.log(
            "warning",
            f"{near.left_out} samples have no thumbnail, or one of a single colour, and were not "
            "compared.",
        )
    return groups


def _vectors(context: JobContext, samples: Samples) -> tuple[Any, Any] | None:
    """Rows of the samples that have a vector, and the vectors."""
    if context.params.get("space") is None:
        return None
    ids, vectors = read_space(context)
    rows = np.searchsorted(samples.ids, ids)
    there = rows < len(samples)
    there[there] = samples.ids[rows[there]] == ids[there]
    return rows[there], vectors if there.all() else vectors[there]
