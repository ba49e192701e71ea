"""Routes of visual attributes."""

from __future__ import annotations

from ..models import Attribute, CalibrationLabels, CalibrationTask
from .attributes import (
    AttributeHandler,
    AttributesHandler,
    CalibrationHandler,
    VisionModelsHandler,
)
from .codes import CHANGE, DATASET
from .operations import Operation, Route
from .shapes import AttributeList, CalibrationQuery, VisionModelList

_CALIBRATION = ("ATTRIBUTE_NOT_FOUND", "ATTRIBUTE_INVALID")

ATTRIBUTE_ROUTES = [
    Route(
        "vision-models",
        VisionModelsHandler,
        {"get": Operation("Models that answer about images", response=VisionModelList)},
    ),
    Route(
        "datasets/{dataset}/attributes",
        AttributesHandler,
        {"get": Operation("Visual attributes", response=AttributeList, errors=DATASET)},
    ),
    Route(
        "datasets/{dataset}/attributes/{attribute}",
        AttributeHandler,
        {
            "delete": Operation(
                "Remove a visual attribute",
                status=204,
                errors=(*DATASET, *CHANGE, "ATTRIBUTE_NOT_FOUND"),
            )
        },
    ),
    Route(
        "datasets/{dataset}/attributes/{attribute}/calibration",
        CalibrationHandler,
        {
            "get": Operation(
                "Images to label next",
                response=CalibrationTask,
                query=CalibrationQuery,
                errors=(*DATASET, *_CALIBRATION),
            ),
            "post": Operation(
                "Say what is true of images",
                CalibrationLabels,
                Attribute,
                errors=(*DATASET, *CHANGE, *_CALIBRATION, "ID_UNKNOWN", "FIELD_UNKNOWN"),
            ),
        },
    ),
]
