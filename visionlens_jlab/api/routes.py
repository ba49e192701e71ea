"""The whole REST API, one line a verb: what tornado serves and what openapi.json says."""

from __future__ import annotations

from ..models import (
    Changed,
    ColorsRequest,
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
    ThumbnailsRequest,
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
from .codes import (
    CHANGE,
    DATASET,
    EVALUATION,
    INGEST,
    PICTURE,
    PLACE,
    RUN,
    SPACE,
    VIEW,
    WORKSPACE,
)
from .colors import ColorsHandler
from .crops import CropHandler
from .datasets import DatasetHandler, DatasetsHandler, ReportHandler
from .embedders import EmbeddersHandler
from .embedding_routes import EMBEDDING_ROUTES
from .evaluation_routes import EVALUATION_ROUTES
from .fields import FieldHandler, TagsHandler
from .folders import FoldersHandler
from .formats import DetectHandler, FormatsHandler
from .jobs import JobHandler, JobLogHandler, JobsHandler
from .operations import ARROW_STREAM, IDS, Binary, Operation, Route
from .samples import ImageHandler, SampleHandler, ThumbnailHandler, ThumbnailsHandler
from .saved_views import SavedViewHandler, SavedViewsHandler
from .shapes import (
    About,
    CropQuery,
    DatasetList,
    EmbedderList,
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

VIEW_IDS = Binary(
    wire.BINARY,
    "Ids as little-endian uint32, in display order; where the view searches, their scores follow "
    "as little-endian float32 and the header VisionLens-Scores is 1.",
)
CONTRACT = Binary("application/json", "This document.")
IMAGE = Binary("image/*", "The image, upright.")
COLORS = Binary(wire.BINARY, "A `ColorLegend` and the values by id; it says how.")
THUMBNAILS = Binary(
    wire.BINARY,
    "The length of each image as little-endian uint32, 0: none; then the images (WebP).",
)
FILE = Binary(wire.BINARY, "The file's bytes.")
VIEW_COUNTS = ("VisionLens-Count", "VisionLens-Total", "VisionLens-Version")
SCORES = "VisionLens-Scores"
SELECTION_COUNTS = ("VisionLens-Count", "VisionLens-Version")

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
    Route("datasets", DatasetsHandler, {"get": Operation("All datasets", response=DatasetList)}),
    Route(
        "datasets/{dataset}",
        DatasetHandler,
        {
            "get": Operation("One dataset", response=DatasetDetail, errors=DATASET),
            "delete": Operation("Delete a dataset", status=204, errors=(*DATASET, *CHANGE)),
        },
    ),
    Route(
        "datasets/{dataset}/report",
        ReportHandler,
        {
            "get": Operation(
                "Ingest report", response=IngestReport, query=ReportQuery, errors=DATASET
            )
        },
    ),
    Route(
        "datasets/{dataset}/view",
        ViewHandler,
        {
            "post": Operation(
                "Ids of a view",
                ViewSpec,
                VIEW_IDS,
                headers=(*VIEW_COUNTS, SCORES),
                errors=VIEW,
            )
        },
    ),
    Route(
        "datasets/{dataset}/table",
        TableHandler,
        {
            "post": Operation(
                "Rows of a view", TableRequest, ARROW_STREAM, errors=(*VIEW, "ID_UNKNOWN")
            )
        },
    ),
    Route(
        "datasets/{dataset}/tiles",
        TilesHandler,
        {"post": Operation("Tiles of the grid", TilesRequest, Tiles, errors=(*VIEW, "ID_UNKNOWN"))},
    ),
    Route(
        "datasets/{dataset}/thumbnails",
        ThumbnailsHandler,
        {"post": Operation("Thumbnails of tiles", ThumbnailsRequest, THUMBNAILS, errors=DATASET)},
    ),
    Route(
        "datasets/{dataset}/facets",
        FacetsHandler,
        {"post": Operation("Facets of a view", FacetsRequest, Facets, errors=VIEW)},
    ),
    Route(
        "datasets/{dataset}/colors",
        ColorsHandler,
        {
            "post": Operation(
                "Values of a field by id", ColorsRequest, COLORS, errors=(*DATASET, "FIELD_UNKNOWN")
            )
        },
    ),
    Route(
        "datasets/{dataset}/predicate",
        PredicateHandler,
        {"post": Operation("Check a predicate", PredicateRequest, Predicate, errors=VIEW)},
    ),
    Route(
        "datasets/{dataset}/sql",
        SqlHandler,
        {"post": Operation("Run one SELECT", SqlRequest, ARROW_STREAM, errors=VIEW)},
    ),
    Route(
        "datasets/{dataset}/samples/{sample_id:int}",
        SampleHandler,
        {
            "post": Operation(
                "One sample", SampleRequest, SampleDetail, errors=(*VIEW, "ID_UNKNOWN")
            )
        },
    ),
    Route(
        "datasets/{dataset}/samples/{sample_id:int}/thumbnail",
        ThumbnailHandler,
        {
            "get": Operation(
                "Thumbnail",
                response=Binary("image/webp", "The thumbnail."),
                query=ThumbnailQuery,
                errors=(*DATASET, "ID_UNKNOWN", "IMAGE_MISSING"),
                cached=True,
            )
        },
    ),
    Route(
        "datasets/{dataset}/samples/{sample_id:int}/image",
        ImageHandler,
        {
            "get": Operation(
                "Image at full resolution",
                response=IMAGE,
                errors=(*DATASET, *PICTURE),
                cached=True,
            )
        },
    ),
    Route(
        "datasets/{dataset}/annotations/{annotation_id:int}/crop",
        CropHandler,
        {
            "get": Operation(
                "Annotation with its surroundings",
                response=Binary("image/webp", "The part of the image, upright."),
                query=CropQuery,
                errors=(*DATASET, *PICTURE),
                cached=True,
            )
        },
    ),
    Route(
        "datasets/{dataset}/fields/{field}",
        FieldHandler,
        {
            "put": Operation(
                "Set a field",
                ARROW_STREAM,
                Changed,
                query=LevelQuery,
                errors=(*DATASET, *CHANGE, "FIELD_TYPE", "FIELD_UNKNOWN", "ID_UNKNOWN"),
            )
        },
    ),
    Route(
        "datasets/{dataset}/tags",
        TagsHandler,
        {
            "post": Operation(
                "Add or remove a tag", TagRequest, Changed, errors=(*VIEW, *CHANGE, "ID_UNKNOWN")
            )
        },
    ),
    Route(
        "datasets/{dataset}/views",
        SavedViewsHandler,
        {"get": Operation("Saved views", response=SavedViewList, errors=DATASET)},
    ),
    Route(
        "datasets/{dataset}/views/{name}",
        SavedViewHandler,
        {
            "put": Operation("Save a view", ViewSpec, SavedView, errors=(*VIEW, *CHANGE)),
            "delete": Operation(
                "Forget a saved view", status=204, errors=(*DATASET, *CHANGE, "VIEW_NOT_FOUND")
            ),
        },
    ),
    *EMBEDDING_ROUTES,
    Route(
        "datasets/{dataset}/uploads",
        UploadsHandler,
        {
            "post": Operation(
                "Ingest the files that were sent",
                response=Job,
                status=202,
                errors=(*INGEST, *PLACE),
            )
        },
    ),
    Route(
        "datasets/{dataset}/uploads/{filename}",
        UploadHandler,
        {
            "put": Operation(
                "Send an image file",
                FILE,
                Uploaded,
                201,
                errors=(
                    *DATASET,
                    *CHANGE,
                    "UPLOAD_INVALID",
                    "UPLOAD_TOO_LARGE",
                    "PERMISSION_DENIED",
                ),
            )
        },
    ),
    Route(
        "datasets/{dataset}/workspaces",
        WorkspacesHandler,
        {
            "post": Operation(
                "Find or make a workspace",
                WorkspaceRequest,
                Workspace,
                errors=(*VIEW, *CHANGE, "PATH_NOT_ALLOWED"),
            )
        },
    ),
    Route(
        "datasets/{dataset}/workspaces/{workspace}",
        WorkspaceHandler,
        {
            "get": Operation("One workspace", response=Workspace, errors=WORKSPACE),
            "patch": Operation(
                "Change a workspace",
                WorkspaceChange,
                Workspace,
                errors=(*WORKSPACE, "WORKSPACE_CONFLICT"),
            ),
        },
    ),
    Route(
        "datasets/{dataset}/workspaces/{workspace}/ids",
        WorkspaceIdsHandler,
        {"get": Operation("Ids of its view", response=IDS, headers=VIEW_COUNTS, errors=WORKSPACE)},
    ),
    Route(
        "datasets/{dataset}/workspaces/{workspace}/selection",
        SelectionHandler,
        {
            "get": Operation(
                "Selected ids", response=IDS, headers=SELECTION_COUNTS, errors=WORKSPACE
            ),
            "put": Operation(
                "Replace the selection",
                IDS,
                Workspace,
                query=SelectionQuery,
                errors=(*WORKSPACE, "WORKSPACE_CONFLICT"),
            ),
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
    *EVALUATION_ROUTES,
]
