"""The whole REST API, one line a verb: what tornado serves and what openapi.json says."""

from __future__ import annotations

from ..models import (
    Changed,
    DatasetDetail,
    Detected,
    DetectRequest,
    Facets,
    FacetsRequest,
    Folder,
    IngestReport,
    Job,
    JobRequest,
    Predicate,
    PredicateRequest,
    SampleDetail,
    SampleRequest,
    SavedView,
    SqlRequest,
    TableRequest,
    TagRequest,
    Tiles,
    TilesRequest,
    Uploaded,
    ViewSpec,
    Workspace,
    WorkspaceChange,
    WorkspaceRequest,
)
from . import wire
from .about import AboutHandler, OpenApiHandler
from .datasets import DatasetHandler, DatasetsHandler, ReportHandler
from .fields import FieldHandler, TagsHandler
from .folders import FoldersHandler
from .formats import DetectHandler, FormatsHandler
from .jobs import JobHandler, JobLogHandler, JobsHandler
from .operations import ARROW_STREAM, IDS, Binary, Operation, Route
from .samples import ImageHandler, SampleHandler, ThumbnailHandler
from .saved_views import SavedViewHandler, SavedViewsHandler
from .shapes import (
    About,
    DatasetList,
    FolderQuery,
    FormatList,
    JobList,
    JobLog,
    LevelQuery,
    ReportQuery,
    SavedViewList,
    SelectionQuery,
    ThumbnailQuery,
    UploadQuery,
)
from .uploads import UploadHandler, UploadsHandler
from .views import (
    FacetsHandler,
    PredicateHandler,
    SqlHandler,
    TableHandler,
    TilesHandler,
    ViewHandler,
)
from .workspaces import (
    SelectionHandler,
    WorkspaceHandler,
    WorkspaceIdsHandler,
    WorkspacesHandler,
)

CONTRACT = Binary("application/json", "This document.")
IMAGE = Binary("image/*", "The image, upright.")
FILE = Binary(wire.BINARY, "The file's bytes.")
VIEW_COUNTS = ("VisionLens-Count", "VisionLens-Total", "VisionLens-Version")
SELECTION_COUNTS = ("VisionLens-Count", "VisionLens-Version")

ROUTES = [
    Route("about", AboutHandler, {"get": Operation("Version and limits", response=About)}),
    Route("openapi.json", OpenApiHandler, {"get": Operation("The contract", response=CONTRACT)}),
    Route("formats", FormatsHandler, {"get": Operation("Formats", response=FormatList)}),
    Route(
        "detect",
        DetectHandler,
        {"post": Operation("What an ingest would find", DetectRequest, Detected)},
    ),
    Route(
        "folders",
        FoldersHandler,
        {"get": Operation("A folder of the server", response=Folder, query=FolderQuery)},
    ),
    Route("datasets", DatasetsHandler, {"get": Operation("All datasets", response=DatasetList)}),
    Route(
        "datasets/{dataset}",
        DatasetHandler,
        {
            "get": Operation("One dataset", response=DatasetDetail),
            "delete": Operation("Delete a dataset", status=204),
        },
    ),
    Route(
        "datasets/{dataset}/report",
        ReportHandler,
        {"get": Operation("Ingest report", response=IngestReport, query=ReportQuery)},
    ),
    Route(
        "datasets/{dataset}/view",
        ViewHandler,
        {"post": Operation("Ids of a view", ViewSpec, IDS, headers=VIEW_COUNTS)},
    ),
    Route(
        "datasets/{dataset}/table",
        TableHandler,
        {"post": Operation("Rows of a view", TableRequest, ARROW_STREAM)},
    ),
    Route(
        "datasets/{dataset}/tiles",
        TilesHandler,
        {"post": Operation("Tiles of the grid", TilesRequest, Tiles)},
    ),
    Route(
        "datasets/{dataset}/facets",
        FacetsHandler,
        {"post": Operation("Facets of a view", FacetsRequest, Facets)},
    ),
    Route(
        "datasets/{dataset}/predicate",
        PredicateHandler,
        {"post": Operation("Check a predicate", PredicateRequest, Predicate)},
    ),
    Route(
        "datasets/{dataset}/sql",
        SqlHandler,
        {"post": Operation("Run one SELECT", SqlRequest, ARROW_STREAM)},
    ),
    Route(
        "datasets/{dataset}/samples/{sample_id:int}",
        SampleHandler,
        {"post": Operation("One sample", SampleRequest, SampleDetail)},
    ),
    Route(
        "datasets/{dataset}/samples/{sample_id:int}/thumbnail",
        ThumbnailHandler,
        {
            "get": Operation(
                "Thumbnail",
                response=Binary("image/webp", "The thumbnail."),
                query=ThumbnailQuery,
            )
        },
    ),
    Route(
        "datasets/{dataset}/samples/{sample_id:int}/image",
        ImageHandler,
        {"get": Operation("Image at full resolution", response=IMAGE)},
    ),
    Route(
        "datasets/{dataset}/fields/{field}",
        FieldHandler,
        {"put": Operation("Set a field", ARROW_STREAM, Changed, query=LevelQuery)},
    ),
    Route(
        "datasets/{dataset}/tags",
        TagsHandler,
        {"post": Operation("Add or remove a tag", TagRequest, Changed)},
    ),
    Route(
        "datasets/{dataset}/views",
        SavedViewsHandler,
        {"get": Operation("Saved views", response=SavedViewList)},
    ),
    Route(
        "datasets/{dataset}/views/{name}",
        SavedViewHandler,
        {
            "put": Operation("Save a view", ViewSpec, SavedView),
            "delete": Operation("Forget a saved view", status=204),
        },
    ),
    Route(
        "datasets/{dataset}/uploads",
        UploadsHandler,
        {"post": Operation("Ingest the files that were sent", response=Job, status=202)},
    ),
    Route(
        "datasets/{dataset}/uploads/{filename}",
        UploadHandler,
        {"put": Operation("Send an image file", FILE, Uploaded, 201)},
    ),
    Route(
        "datasets/{dataset}/workspaces",
        WorkspacesHandler,
        {"post": Operation("Find or make a workspace", WorkspaceRequest, Workspace)},
    ),
    Route(
        "datasets/{dataset}/workspaces/{workspace}",
        WorkspaceHandler,
        {
            "get": Operation("One workspace", response=Workspace),
            "patch": Operation("Change a workspace", WorkspaceChange, Workspace),
        },
    ),
    Route(
        "datasets/{dataset}/workspaces/{workspace}/ids",
        WorkspaceIdsHandler,
        {"get": Operation("Ids of its view", response=IDS, headers=VIEW_COUNTS)},
    ),
    Route(
        "datasets/{dataset}/workspaces/{workspace}/selection",
        SelectionHandler,
        {
            "get": Operation("Selected ids", response=IDS, headers=SELECTION_COUNTS),
            "put": Operation("Replace the selection", IDS, Workspace, query=SelectionQuery),
        },
    ),
    Route(
        "jobs",
        JobsHandler,
        {
            "get": Operation("All jobs", response=JobList),
            "post": Operation(
                "Start a job", JobRequest, Job, 202, query=UploadQuery, also=ARROW_STREAM
            ),
        },
    ),
    Route(
        "jobs/{job}",
        JobHandler,
        {
            "get": Operation("One job", response=Job),
            "delete": Operation("Cancel a job", response=Job, status=202),
        },
    ),
    Route("jobs/{job}/log", JobLogHandler, {"get": Operation("A job's log", response=JobLog)}),
]
