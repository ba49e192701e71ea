"""Routes of findings, analyses, tests of slices, and reports."""

from __future__ import annotations

from ..models import AnalysisInfo, Finding, FindingChange, FindingReport, SliceRequest, SliceTest
from .codes import CHANGE, DATASET, VIEW
from .findings import (
    AnalysesHandler,
    AnalysisHandler,
    FindingHandler,
    FindingReportHandler,
    FindingsHandler,
    SlicesHandler,
)
from .operations import Binary, Operation, Route
from .shapes import AnalysisList, FindingList, FindingsQuery

HTML = Binary("text/html", "The report, one file that needs nothing else.")
ARCHIVE = Binary("application/zip", "The report as Markdown with its pictures.")

FINDING_ROUTES = [
    Route(
        "datasets/{dataset}/findings",
        FindingsHandler,
        {"get": Operation("Findings", response=FindingList, query=FindingsQuery, errors=DATASET)},
    ),
    Route(
        "datasets/{dataset}/findings/{finding}",
        FindingHandler,
        {
            "get": Operation(
                "One finding", response=Finding, errors=(*DATASET, "FINDING_NOT_FOUND")
            ),
            "patch": Operation(
                "Say what one makes of a finding",
                FindingChange,
                Finding,
                errors=(*DATASET, *CHANGE, "FINDING_NOT_FOUND"),
            ),
            "delete": Operation(
                "Remove a finding", status=204, errors=(*DATASET, *CHANGE, "FINDING_NOT_FOUND")
            ),
        },
    ),
    Route(
        "datasets/{dataset}/analyses",
        AnalysesHandler,
        {"get": Operation("Analyses", response=AnalysisList, query=FindingsQuery, errors=DATASET)},
    ),
    Route(
        "datasets/{dataset}/analyses/{analysis}",
        AnalysisHandler,
        {
            "get": Operation(
                "One analysis", response=AnalysisInfo, errors=(*DATASET, "ANALYSIS_NOT_FOUND")
            )
        },
    ),
    Route(
        "datasets/{dataset}/slices",
        SlicesHandler,
        {
            "post": Operation(
                "Test a slice",
                SliceRequest,
                SliceTest,
                errors=(*VIEW, *CHANGE, "EVALUATION_NOT_FOUND", "ANALYSIS_INVALID"),
            )
        },
    ),
    Route(
        "datasets/{dataset}/findings-report",
        FindingReportHandler,
        {
            "post": Operation(
                "A report of findings",
                FindingReport,
                HTML,
                also_response=ARCHIVE,
                errors=(*DATASET, "FINDING_NOT_FOUND"),
            )
        },
    ),
]
