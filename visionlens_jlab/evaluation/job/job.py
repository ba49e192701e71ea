"""The jobs that evaluate a run, add bootstrap intervals, and rank likely label errors."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from visionlens_jlab.core.jobs.context import JobContext
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.capability import MATCH, OUTCOMES, QUALITY
from visionlens_jlab.evaluation.counts import operating_point, recount
from visionlens_jlab.evaluation.evaluate import evaluate
from visionlens_jlab.evaluation.evaluated import Evaluated, load
from visionlens_jlab.evaluation.job.input import read_classes, read_images, read_objects
from visionlens_jlab.evaluation.label_quality import LabelQuality, scores
from visionlens_jlab.evaluation.metrics.bootstrap import intervals
from visionlens_jlab.evaluation.settings import Settings
from visionlens_jlab.evaluation.shapes import EvaluateRequest, EvaluationDetail


def run(context: JobContext) -> dict[str, Any]:
    """Evaluate as `context.params` (an EvaluateRequest, and what its setup adds) say.

    Raises
    ------
    VisionLensError
        EVALUATION_INVALID where geometry or settings cannot be used.
    JobCancelled
    """
    request = EvaluateRequest.model_validate(
        {name: context.params[name] for name in EvaluateRequest.model_fields}
    )
    folder = context.spool / "input"
    context.progress("reading", 0, None)
    images = read_images(folder)
    labels, predictions = read_objects(folder, request)
    context.check_cancelled()
    context.progress("matching", 0, len(images))
    try:
        evaluated = evaluate(
            labels, predictions, images, read_classes(folder), Settings.of(request)
        )
    except (ValueError, TypeError) as error:
        raise VisionLensError("EVALUATION_INVALID", f"{str(error)[:500]}.") from error
    context.check_cancelled()
    context.progress("matching", len(images), len(images))
    detail = detail_of(evaluated, request, context.params)
    path = context.spool / OUTCOMES
    evaluated.save(path)
    made = {
        "detail": detail.model_dump(mode="json"),
        "request": request.model_dump(mode="json"),
        "digest": context.params["digest"],
    }
    context.emit(0, {MATCH: match_table(evaluated)}, {OUTCOMES: path}, {"evaluation": made})
    for warning in detail.warnings:
        context.log("warning", warning)
    return {"evaluation": detail.evaluation, "findings": context.params.get("findings", 0)}


def detail_of(
    evaluated: Evaluated, request: EvaluateRequest, facts: dict[str, Any]
) -> EvaluationDetail:
    """What an evaluation says of itself; `facts`: predicate and trained_on."""
    counts = recount(evaluated)
    settings = evaluated.settings
    warnings = list(evaluated.warnings)
    if facts.get("trained_on"):
        listed = ", ".join(facts["trained_on"])
        warnings.append(f"The model was trained on images among these: {listed}.")
    return EvaluationDetail(
        evaluation=request.name or request.run,
        run=request.run,
        protocol=request.protocol,
        geometry=request.geometry,
        iou=list(settings.metric_iou),
        operating_point=operating_point(evaluated, evaluated.confidence),
        max_dets=request.max_dets,
        predicate=facts.get("predicate"),
        options=request.options,
        samples=len(evaluated.sample_ids),
        groups=evaluated.group_count,
        metrics=evaluated.metrics,
        created_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        stale=False,
        warnings=warnings,
        per_class=counts.per_class,
        errors=counts.errors,
    )


def match_table(evaluated: Evaluated) -> pa.Table:
    """The `match` table: both ends of all matches at the operating IoU, and who has none."""
    partners, labels, predictions = evaluated.operating, evaluated.labels, evaluated.predictions
    of_prediction, of_label = partners.label, partners.prediction
    samples = evaluated.sample_ids
    parts = (
        (predictions, of_prediction, labels.ids, partners.iou, None, partners.ignored),
        (
            labels,
            of_label,
            predictions.ids,
            _at(partners.iou, of_label),
            _at(predictions.scores, of_label),
            labels.ignored,
        ),
    )
    tables = []
    for own, partner, ids, iou, confidence, ignored in parts:
        alone = partner < 0
        scores = np.full(len(alone), np.nan) if confidence is None else confidence
        tables.append(
            pa.table(
                {
                    "annotation_id": pa.array(own.ids, pa.uint32()),
                    "sample_id": pa.array(samples[own.images], pa.uint32()),
                    "partner_id": pa.array(_at(ids, partner), pa.uint32(), mask=alone),
                    "iou": pa.array(iou.astype(np.float32), mask=alone | np.isnan(iou)),
                    "partner_confidence": pa.array(scores, mask=alone | np.isnan(scores)),
                    "is_ignored": pa.array(ignored, pa.bool_()),
                }
            )
        )
    return pa.concat_tables(tables)


def _at(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Values of rows; of -1 whatever is there."""
    return values[rows] if len(values) else np.zeros(len(rows), dtype=values.dtype)


def run_intervals(context: JobContext) -> dict[str, Any]:
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


MISSING, WRONG_CLASS, BADLY_PLACED = "missing", "wrong_class", "badly_placed"


def run_label_quality(context: JobContext) -> dict[str, Any]:
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
