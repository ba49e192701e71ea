"""The job that ranks likely label errors by what a run says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from visionlens_jlab.core.jobs.context import JobContext
from visionlens_jlab.evaluation.capability import QUALITY
from visionlens_jlab.evaluation.evaluated import Evaluated, load
from visionlens_jlab.evaluation.label_quality import LabelQuality, scores
from visionlens_jlab.evaluation.shapes import EvaluationDetail

MISSING, WRONG_CLASS, BADLY_PLACED = "missing", "wrong_class", "badly_placed"


def run(context: JobContext) -> dict[str, Any]:
    """Score the labels of the evaluation that `context.params` (a LabelQualityRequest) name."""
    context.progress("labels", 0, None)
    evaluated = load(Path(context.params["file"]))
    table = score_table(evaluated, scores(evaluated))
    context.emit(0, {QUALITY: table}, summary={"label_quality": {"fields": FIELDS}})
    detail = EvaluationDetail.model_validate(context.params["detail"])
    for warning in detail.warnings:
        context.log("warning", warning)
    return {"evaluation": detail.evaluation, "fields": FIELDS, "warnings": detail.warnings}


FIELDS = {kind: f"likely_{kind}" for kind in (MISSING, WRONG_CLASS, BADLY_PLACED)}
"""Kind -> field of annotations that holds its scores."""


def score_table(evaluated: Evaluated, found: LabelQuality) -> pa.Table:
    """The `label_quality` table: annotation_id, kind, score, and the class that is suggested."""
    names = pa.array(evaluated.classes, pa.string())
    suggested = pa.array(np.maximum(found.suggested, 0), pa.int32(), mask=found.suggested < 0)
    parts = (
        (MISSING, found.prediction_ids, found.missing, None),
        (WRONG_CLASS, found.label_ids, found.wrong_class, names.take(suggested)),
        (BADLY_PLACED, found.label_ids, found.badly_placed, None),
    )
    return pa.concat_tables(
        pa.table(
            {
                "annotation_id": pa.array(ids, pa.uint32()),
                "kind": pa.array([kind] * len(ids), pa.string()),
                "score": pa.array(values, pa.float64()),
                "suggested": pa.nulls(len(ids), pa.string()) if classes is None else classes,
            }
        )
        for kind, ids, values, classes in parts
    )
