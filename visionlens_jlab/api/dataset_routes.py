"""Routes of datasets: the list, fields, tags, saved views, and files sent to one."""

from __future__ import annotations

from ..models import (
    Changed,
    DatasetDetail,
    IngestReport,
    Job,
    SavedView,
    TagRequest,
    Uploaded,
    ViewSpec,
)
from . import wire
from .codes import CHANGE, DATASET, INGEST, PLACE, VIEW
from .datasets import DatasetHandler, DatasetsHandler, ReportHandler
from .fields import FieldHandler, TagsHandler
from .operations import ARROW_STREAM, Binary, Operation, Route
from .saved_views import SavedViewHandler, SavedViewsHandler
from .shapes import DatasetList, LevelQuery, ReportQuery, SavedViewList
from .uploads import UploadHandler, UploadsHandler

FILE = Binary(wire.BINARY, "The file's bytes.")

DATASET_ROUTES = [
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
]
