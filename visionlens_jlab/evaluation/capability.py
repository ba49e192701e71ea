"""What the capability `evaluation` contributes."""

from __future__ import annotations

from visionlens_jlab.core.capability import Capability, JobKind

CAPABILITY = Capability(
    name="evaluation",
    follow="visionlens_jlab.evaluation.setup:follow",
    files="visionlens_jlab.evaluation.store.stored_files:EvaluationFiles",
    routes=(
        "visionlens_jlab.evaluation.routes.runs:ROUTES",
        "visionlens_jlab.evaluation.routes.evaluations:ROUTES",
    ),
    jobs=(
        JobKind(
            name="predictions",
            lane="cpu",
            request="visionlens_jlab.evaluation.shapes:PredictionsRequest",
            run="visionlens_jlab.evaluation.predictions.job:run",
            setup="visionlens_jlab.evaluation.predictions.setup:PredictionsSetup",
            distinct=True,  # the second must be told that there is one
            rows="visionlens_jlab.evaluation.shapes:FramePredictions",
            confine="visionlens_jlab.evaluation.predictions.routes:confine",
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
            run="visionlens_jlab.evaluation.job.intervals:run",
            setup="visionlens_jlab.evaluation.setup:IntervalsSetup",
        ),
        JobKind(
            name="label_quality",
            lane="cpu",
            request="visionlens_jlab.evaluation.shapes:LabelQualityRequest",
            run="visionlens_jlab.evaluation.job.label_quality:run",
            setup="visionlens_jlab.evaluation.setup:LabelQualitySetup",
        ),
    ),
)
