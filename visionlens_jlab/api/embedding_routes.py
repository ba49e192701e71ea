"""Routes of embedding spaces, projections, duplicates and encoded queries."""

from __future__ import annotations

from ..models import (
    Changed,
    Duplicates,
    EmbeddingSpace,
    Encoded,
    EncodeRequest,
    QueryVector,
    ResolveRequest,
)
from . import wire
from .codes import CHANGE, DATASET, ENCODE, SPACE
from .duplicates import DuplicatesHandler, ResolveHandler
from .encode import EncodeHandler
from .operations import ARROW_STREAM, Binary, Operation, Route
from .projections import PointsHandler, ProjectionHandler, ProjectionsHandler
from .shapes import DuplicatesQuery, ProjectionList, QueryList, SpaceList, VectorsQuery
from .spaces import QueriesHandler, SpaceHandler, SpacesHandler, VectorsHandler

POINTS = Binary(
    wire.BINARY,
    "Coordinates as little-endian float32, (largest id + 1) x dimensions, NaN where there is none.",
)

EMBEDDING_ROUTES = [
    Route(
        "datasets/{dataset}/spaces",
        SpacesHandler,
        {"get": Operation("Embedding spaces", response=SpaceList, errors=DATASET)},
    ),
    Route(
        "datasets/{dataset}/spaces/{space}",
        SpaceHandler,
        {
            "delete": Operation(
                "Remove a space", status=204, errors=(*DATASET, *CHANGE, "SPACE_NOT_FOUND")
            )
        },
    ),
    Route(
        "datasets/{dataset}/spaces/{space}/vectors",
        VectorsHandler,
        {
            "get": Operation(
                "Vectors of a space", response=ARROW_STREAM, errors=(*DATASET, *SPACE)
            ),
            "put": Operation(
                "Add vectors",
                ARROW_STREAM,
                EmbeddingSpace,
                query=VectorsQuery,
                errors=(*DATASET, *CHANGE, *SPACE, "ID_UNKNOWN", "PATH_NOT_ALLOWED"),
            ),
        },
    ),
    Route(
        "datasets/{dataset}/spaces/{space}/queries",
        QueriesHandler,
        {
            "get": Operation(
                "Encoded queries", response=QueryList, errors=(*DATASET, "SPACE_NOT_FOUND")
            ),
            "post": Operation(
                "Keep a vector to search for",
                QueryVector,
                Encoded,
                errors=(*DATASET, *CHANGE, *SPACE),
            ),
        },
    ),
    Route(
        "datasets/{dataset}/projections",
        ProjectionsHandler,
        {"get": Operation("Projections", response=ProjectionList, errors=DATASET)},
    ),
    Route(
        "datasets/{dataset}/projections/{projection}",
        ProjectionHandler,
        {
            "delete": Operation(
                "Remove a projection",
                status=204,
                errors=(*DATASET, *CHANGE, "PROJECTION_NOT_FOUND"),
            )
        },
    ),
    Route(
        "datasets/{dataset}/projections/{projection}/points",
        PointsHandler,
        {
            "get": Operation(
                "Coordinates by id",
                response=POINTS,
                headers=("VisionLens-Count",),
                errors=(*DATASET, "PROJECTION_NOT_FOUND"),
                cached=True,
            )
        },
    ),
    Route(
        "datasets/{dataset}/duplicates",
        DuplicatesHandler,
        {
            "get": Operation(
                "Groups of duplicates", response=Duplicates, query=DuplicatesQuery, errors=DATASET
            )
        },
    ),
    Route(
        "datasets/{dataset}/duplicates/resolve",
        ResolveHandler,
        {
            "post": Operation(
                "Tag or remove all but the best",
                ResolveRequest,
                Changed,
                errors=(*DATASET, *CHANGE, "ID_UNKNOWN", "DUPLICATES_CHANGED"),
            )
        },
    ),
    Route(
        "datasets/{dataset}/encode",
        EncodeHandler,
        {
            "post": Operation(
                "A text or an image as a query",
                EncodeRequest,
                Encoded,
                errors=(*DATASET, *CHANGE, *SPACE, *ENCODE),
            )
        },
    ),
]
