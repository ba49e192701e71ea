"""The whole REST API, one line a verb: what tornado serves and what openapi.json says."""

from __future__ import annotations

from ..models import Detected, DetectRequest, Folder, Job, JobRequest
from .about import AboutHandler, OpenApiHandler
from .agent_routes import AGENT_ROUTES
from .attribute_routes import ATTRIBUTE_ROUTES
from .codes import EVALUATION, INGEST, PLACE, RUN, SPACE, VIEW
from .dataset_routes import DATASET_ROUTES
from .embedders import EmbeddersHandler
from .embedding_routes import EMBEDDING_ROUTES
from .evaluation_routes import EVALUATION_ROUTES
from .finding_routes import FINDING_ROUTES
from .folders import FoldersHandler
from .formats import DetectHandler, FormatsHandler
from .jobs import JobHandler, JobLogHandler, JobsHandler
from .operations import ARROW_STREAM, Binary, Operation, Route
from .shapes import About, EmbedderList, FolderQuery, FormatList, JobList, JobLog, UploadQuery
from .view_routes import VIEW_ROUTES
from .workspace_routes import WORKSPACE_ROUTES

CONTRACT = Binary("application/json", "This document.")

ROUTES = [
    Route("about", AboutHandler, {"get": Operation("Version and limits", response=About)}),
    Route("openapi.json", OpenApiHandler, {"get": Operation("The contract", response=CONTRACT)}),
    Route(
        "embedders",
        EmbeddersHandler,
        {"get": Operation("Models that can embed", response=EmbedderList)},
    ),
    Route("formats", FormatsHandler, {"get": Operation("Formats", response=FormatList)}),
    Route(
        "detect",
        DetectHandler,
        {"post": Operation("What an ingest would find", DetectRequest, Detected, errors=PLACE)},
    ),
    Route(
        "folders",
        FoldersHandler,
        {
            "get": Operation(
                "A folder of the server", response=Folder, query=FolderQuery, errors=PLACE
            )
        },
    ),
    Route(
        "jobs",
        JobsHandler,
        {
            "get": Operation("All jobs", response=JobList),
            "post": Operation(
                "Start a job",
                JobRequest,
                Job,
                202,
                query=UploadQuery,
                also=ARROW_STREAM,
                errors=(
                    *(*INGEST, *PLACE, *SPACE, *VIEW, *RUN, *EVALUATION),
                    *("PREDICTIONS_INVALID", "EXPORT_NOT_EMPTY"),
                    *("ANALYSIS_INVALID", "FINDING_NOT_FOUND", "AGENT_NOT_FOUND"),
                    *("ATTRIBUTE_INVALID", "MODEL_NOT_ALLOWED", "AGENT_UNAVAILABLE"),
                ),
            ),
        },
    ),
    Route(
        "jobs/{job}",
        JobHandler,
        {
            "get": Operation("One job", response=Job, errors=("JOB_NOT_FOUND",)),
            "delete": Operation(
                "Cancel a job", response=Job, status=202, errors=("JOB_NOT_FOUND",)
            ),
        },
    ),
    Route(
        "jobs/{job}/log",
        JobLogHandler,
        {"get": Operation("A job's log", response=JobLog, errors=("JOB_NOT_FOUND",))},
    ),
    *DATASET_ROUTES,
    *VIEW_ROUTES,
    *EMBEDDING_ROUTES,
    *WORKSPACE_ROUTES,
    *EVALUATION_ROUTES,
    *FINDING_ROUTES,
    *AGENT_ROUTES,
    *ATTRIBUTE_ROUTES,
]
