"""Visual attributes of a dataset, their calibration, and the models that can be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.web import authenticated

from ..models import CalibrationLabels
from .base import Resource
from .guard import authorized
from .shapes import AttributeList, CalibrationQuery, VisionModelList

if TYPE_CHECKING:
    from ..catalog.store import DatasetStore


class AttributesHandler(Resource):
    """`datasets/{dataset}/attributes`"""

    @authenticated
    @authorized
    async def get(self, dataset: str) -> None:
        """Every attribute with its calibrations, oldest first."""
        found = await self.dataset(dataset, lambda store: store.attributes())
        await self.answer(AttributeList(attributes=found))


class AttributeHandler(Resource):
    """`datasets/{dataset}/attributes/{attribute}`"""

    @authenticated
    @authorized
    async def delete(self, dataset: str, attribute: str) -> None:
        """Remove an attribute with its answers and labels."""

        def work(store: DatasetStore) -> tuple[str, int]:
            store.delete_attribute(attribute)
            return store.slug, store.version

        slug, version = await self.dataset(dataset, work)
        self.services.announcer.dataset(slug, version, "changed")
        self.set_status(204)
        self.finish()


class CalibrationHandler(Resource):
    """`datasets/{dataset}/attributes/{attribute}/calibration`"""

    @authenticated
    @authorized
    async def get(self, dataset: str, attribute: str) -> None:
        """Which images to label next."""
        asked = self.query(CalibrationQuery)
        await self.answer(
            await self.dataset(
                dataset,
                lambda store: store.calibration_task(attribute, asked.answer, asked.count),
            )
        )

    @authenticated
    @authorized
    async def post(self, dataset: str, attribute: str) -> None:
        """Take labels; the attribute with its calibrations."""
        given = await self.body(CalibrationLabels)
        await self.answer(
            await self.dataset(dataset, lambda store: store.calibrate_attribute(attribute, given))
        )


class VisionModelsHandler(Resource):
    """`vision-models`"""

    @authenticated
    @authorized
    async def get(self) -> None:
        """The models that can be named, and the built-in questions."""
        await self.answer(await self.work(self._listed))

    def _listed(self) -> VisionModelList:
        from ..agents.vision.questions import BUILT_IN
        from ..agents.vision.registry import vision_models

        models = vision_models(self.services.agents, remote_code=self.services.remote_code)
        return VisionModelList(models=models, questions=list(BUILT_IN))
