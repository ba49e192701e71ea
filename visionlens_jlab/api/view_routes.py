"""Routes of what a view shows: ids, rows, tiles, facets, samples and their pictures."""

from __future__ import annotations

from ..models import (
    ColorsRequest,
    Facets,
    FacetsRequest,
    Predicate,
    PredicateRequest,
    SampleDetail,
    SampleRequest,
    SqlRequest,
    TableRequest,
    ThumbnailsRequest,
    Tiles,
    TilesRequest,
    ViewSpec,
)
from . import wire
from .codes import DATASET, PICTURE, VIEW
from .colors import ColorsHandler
from .crops import CropHandler
from .operations import ARROW_STREAM, Binary, Operation, Route
from .samples import ImageHandler, SampleHandler, ThumbnailHandler, ThumbnailsHandler
from .shapes import CropQuery, ThumbnailQuery
from .views import (
    FacetsHandler,
    PredicateHandler,
    SqlHandler,
    TableHandler,
    TilesHandler,
    ViewHandler,
)

VIEW_IDS = Binary(
    wire.BINARY,
    "Ids as little-endian uint32, in display order; where the view searches, their scores follow "
    "as little-endian float32 and the header VisionLens-Scores is 1.",
)
IMAGE = Binary("image/*", "The image, upright.")
COLORS = Binary(wire.BINARY, "A `ColorLegend` and the values by id; it says how.")
THUMBNAILS = Binary(
    wire.BINARY,
    "The length of each image as little-endian uint32, 0: none; then the images (WebP).",
)
VIEW_COUNTS = ("VisionLens-Count", "VisionLens-Total", "VisionLens-Version")
SCORES = "VisionLens-Scores"

VIEW_ROUTES = [
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
]
