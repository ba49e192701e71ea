"""What the capability `evaluation` contributes."""

from __future__ import annotations

from visionlens_jlab.core.capability import (
    Capability,
    JobKind,
    PieceFile,
    PieceKind,
    ViewRestriction,
)

FOLDER = "evaluations"
"""Of its files, below the dataset's."""
OUTCOMES = "outcomes.npz"
MATCH = "match"
QUALITY = "label_quality"

LABELS, PREDICTIONS, ROWS = "labels.arrow", "predictions.arrow", "rows.arrow"
IMAGES, CLASSES = "images.arrow", "classes.arrow"
"""Files of jobs' inputs, in the spool; `ROWS` are those of a DataFrame of predictions."""

CAPABILITY = Capability(
    name="evaluation",
    pieces=(
        PieceKind(name="run", begin="visionlens_jlab.evaluation.store.evaluations:begin_run"),
        PieceKind(
            name="evaluation",
            tables=(MATCH,),
            files=(PieceFile(OUTCOMES, ".npz"),),
            folder=FOLDER,
            write="visionlens_jlab.evaluation.store.evaluations:write_evaluated",
        ),
        PieceKind(
            name="intervals",
            files=(PieceFile(OUTCOMES, ".npz"),),
            folder=FOLDER,
            write="visionlens_jlab.evaluation.store.evaluations:write_intervals",
        ),
        PieceKind(
            name="label_quality",
            tables=(QUALITY,),
            write="visionlens_jlab.evaluation.store.evaluations:write_label_quality",
        ),
    ),
    follow="visionlens_jlab.evaluation.setup:follow",
    files="visionlens_jlab.evaluation.store.evaluations:EvaluationFiles",
    restrictions=(
        ViewRestriction(
            "outcomes",
            read="visionlens_jlab.evaluation.store.outcomes:read_outcomes",
            columns="visionlens_jlab.evaluation.store.outcomes:outcome_columns",
        ),
    ),
    routes=("visionlens_jlab.evaluation.routes:ROUTES",),
    jobs=(
        JobKind(
            name="predictions",
            lane="cpu",
            request="visionlens_jlab.evaluation.shapes:PredictionsRequest",
            run="visionlens_jlab.evaluation.job.predictions:run",
            setup="visionlens_jlab.evaluation.setup:PredictionsSetup",
            distinct=True,  # the second must be told that there is one
            rows="visionlens_jlab.evaluation.shapes:FramePredictions",
            confine="visionlens_jlab.evaluation.routes:confine",
            errors=(
                "RUN_EXISTS",
                "PREDICTIONS_INVALID",
            ),
        ),
        JobKind(
            name="evaluate",
            lane="cpu",
            request="visionlens_jlab.evaluation.shapes:EvaluateRequest",
            run="visionlens_jlab.evaluation.job.job:run",
            setup="visionlens_jlab.evaluation.setup:EvaluateSetup",
            errors=(
                "RUN_NOT_FOUND",
                "EVALUATION_INVALID",
            ),
        ),
        JobKind(
            name="intervals",
            lane="cpu",
            request="visionlens_jlab.evaluation.shapes:IntervalsRequest",
            run="visionlens_jlab.evaluation.job.job:run_intervals",
            setup="visionlens_jlab.evaluation.setup:IntervalsSetup",
        ),
        JobKind(
            name="label_quality",
            lane="cpu",
            request="visionlens_jlab.evaluation.shapes:LabelQualityRequest",
            run="visionlens_jlab.evaluation.job.job:run_label_quality",
            setup="visionlens_jlab.evaluation.setup:LabelQualitySetup",
        ),
    ),
)
