"""Routes of prediction runs, evaluations and changes of labels."""

from __future__ import annotations

from ..models import (
    CompareRequest,
    Counts,
    CountsRequest,
    Curves,
    EditDone,
    EditRequest,
    EvaluationDetail,
    IngestReport,
    RunChange,
    RunComparison,
    RunInfo,
)
from .codes import CHANGE, DATASET, EVALUATION, RUN, VIEW
from .edits import EditsHandler, RedoHandler, UndoHandler
from .evaluations import (
    CompareHandler,
    CountsHandler,
    CurvesHandler,
    EvaluationHandler,
    EvaluationsHandler,
)
from .operations import Operation, Route
from .runs import RunHandler, RunReportHandler, RunsHandler
from .shapes import CurvesQuery, EvaluationList, History, HistoryQuery, ReportQuery, RunList

EVALUATION_ROUTES = [
    Route(
        "datasets/{dataset}/runs",
        RunsHandler,
        {"get": Operation("Prediction runs", response=RunList, errors=DATASET)},
    ),
    Route(
        "datasets/{dataset}/runs/{run}",
        RunHandler,
        {
            "patch": Operation(
                "Rename a run, or say what its model was trained on",
                RunChange,
                RunInfo,
                errors=(*DATASET, *CHANGE, *RUN),
            ),
            "delete": Operation(
                "Remove a run with its evaluations",
                status=204,
                errors=(*DATASET, *CHANGE, "RUN_NOT_FOUND"),
            ),
        },
    ),
    Route(
        "datasets/{dataset}/runs/{run}/report",
        RunReportHandler,
        {
            "get": Operation(
                "What the import of a run found",
                response=IngestReport,
                query=ReportQuery,
                errors=(*DATASET, "RUN_NOT_FOUND"),
            )
        },
    ),
    Route(
        "datasets/{dataset}/evaluations",
        EvaluationsHandler,
        {"get": Operation("Evaluations", response=EvaluationList, errors=DATASET)},
    ),
    Route(
        "datasets/{dataset}/evaluations/{evaluation}",
        EvaluationHandler,
        {
            "get": Operation(
                "One evaluation", response=EvaluationDetail, errors=(*DATASET, *EVALUATION)
            ),
            "delete": Operation(
                "Remove an evaluation", status=204, errors=(*DATASET, *CHANGE, *EVALUATION)
            ),
        },
    ),
    Route(
        "datasets/{dataset}/evaluations/{evaluation}/counts",
        CountsHandler,
        {
            "post": Operation(
                "Counts at another confidence, or of a view",
                CountsRequest,
                Counts,
                errors=(*VIEW, *EVALUATION),
            )
        },
    ),
    Route(
        "datasets/{dataset}/evaluations/{evaluation}/curves",
        CurvesHandler,
        {
            "get": Operation(
                "Curves and histograms",
                response=Curves,
                query=CurvesQuery,
                errors=(*DATASET, *EVALUATION),
            )
        },
    ),
    Route(
        "datasets/{dataset}/evaluations/{evaluation}/compare",
        CompareHandler,
        {
            "post": Operation(
                "Compare with another evaluation",
                CompareRequest,
                RunComparison,
                errors=(*DATASET, *EVALUATION),
            )
        },
    ),
    Route(
        "datasets/{dataset}/edits",
        EditsHandler,
        {
            "get": Operation(
                "History of labels", response=History, query=HistoryQuery, errors=DATASET
            ),
            "post": Operation("Change labels", EditRequest, EditDone, errors=(*VIEW, *CHANGE)),
        },
    ),
    Route(
        "datasets/{dataset}/edits/undo",
        UndoHandler,
        {
            "post": Operation(
                "Take the last change of labels back",
                response=EditDone,
                errors=(*DATASET, *CHANGE, "NOTHING_TO_UNDO"),
            )
        },
    ),
    Route(
        "datasets/{dataset}/edits/redo",
        RedoHandler,
        {
            "post": Operation(
                "Do what was taken back again",
                response=EditDone,
                errors=(*DATASET, *CHANGE, "NOTHING_TO_UNDO"),
            )
        },
    ),
]
