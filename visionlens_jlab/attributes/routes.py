"""Visual attributes of a dataset, their calibration, and the models that can be asked."""

from __future__ import annotations

from visionlens_jlab.attributes.shapes import (
    Attribute,
    AttributeList,
    CalibrationLabels,
    CalibrationQuery,
    CalibrationTask,
    VisionModelList,
)
from visionlens_jlab.attributes.store.attributes import Attributes
from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.core.api.operations import CHANGE, DATASET, Operation, Route

_CALIBRATION = ("ATTRIBUTE_NOT_FOUND", "ATTRIBUTE_INVALID")


class AttributesHandler(Resource):
    """`datasets/{dataset}/attributes`."""

    @Operation("Visual attributes", response=AttributeList, errors=DATASET)
    async def get(self, dataset: str) -> None:
        """Every attribute with its calibrations, oldest first."""
        await self.answer_from(
            dataset, lambda store: AttributeList(attributes=store.part(Attributes).all())
        )


class AttributeHandler(Resource):
    """`datasets/{dataset}/attributes/{attribute}`."""

    @Operation(
        "Remove a visual attribute", status=204, errors=(*DATASET, *CHANGE, "ATTRIBUTE_NOT_FOUND")
    )
    async def delete(self, dataset: str, attribute: str) -> None:
        """Remove an attribute with its answers and labels."""
        await self.remove(dataset, lambda store: store.part(Attributes).delete(attribute))


class CalibrationHandler(Resource):
    """`datasets/{dataset}/attributes/{attribute}/calibration`."""

    @Operation(
        "Images to label next",
        response=CalibrationTask,
        query=CalibrationQuery,
        errors=(*DATASET, *_CALIBRATION),
    )
    async def get(self, dataset: str, attribute: str) -> None:
        """Which images to label next."""
        asked = self.query(CalibrationQuery)
        await self.answer_from(
            dataset,
            lambda store: store.part(Attributes).calibration_task(
                attribute, asked.answer, asked.count
            ),
        )

    @Operation(
        "Say what is true of images",
        CalibrationLabels,
        Attribute,
        errors=(*DATASET, *CHANGE, *_CALIBRATION, "ID_UNKNOWN", "FIELD_UNKNOWN"),
    )
    async def post(self, dataset: str, attribute: str) -> None:
        """Take labels; the attribute with its calibrations."""
        given = await self.body(CalibrationLabels)
        await self.answer_from(
            dataset, lambda store: store.part(Attributes).calibrate(attribute, given)
        )


class VisionModelsHandler(Resource):
    """`vision-models`."""

    @Operation("Models that answer about images", response=VisionModelList)
    async def get(self) -> None:
        """The models that can be named, and the built-in questions."""
        await self.answer(await self.work(self._listed))

    def _listed(self) -> VisionModelList:
        from visionlens_jlab.attributes.models.questions import BUILT_IN
        from visionlens_jlab.attributes.models.registry import vision_models

        models = vision_models(
            self.services.settings["agents"], remote_code=self.services.remote_code
        )
        return VisionModelList(models=models, questions=list(BUILT_IN))


ROUTES = [
    Route("vision-models", VisionModelsHandler),
    Route("datasets/{dataset}/attributes", AttributesHandler),
    Route("datasets/{dataset}/attributes/{attribute}", AttributeHandler),
    Route("datasets/{dataset}/attributes/{attribute}/calibration", CalibrationHandler),
]
