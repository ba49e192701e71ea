"""Derived files that are damaged or lost are made again by jobs, once somebody looks at them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore

T = TypeVar("T")


class Rebuilding(Resource):
    """What looks at derived files and may find them damaged."""

    async def rebuild(self, dataset: str) -> bool:
        """Queue what makes damaged files of a dataset again, each once; whether there is such."""
        wanted = await self.dataset(dataset, lambda store: store.mending.rebuilds())
        for one in wanted:
            try:
                await (await self.services.runner()).submit_once(one.request, one.job)
            except VisionLensError as error:  # whoever looked at them is told of the damage
                self.log.warning("%s of %s stays damaged: %s", one.what, dataset, error)
        return bool(wanted)

    async def read(self, dataset: str, work: Callable[[DatasetStore], T]) -> T:
        """As `dataset`; what is met damaged and can be made again will be. DATASET_DAMAGED."""
        try:
            return await self.dataset(dataset, work)
        except VisionLensError as error:
            if error.code != "DATASET_DAMAGED" or not await self.rebuild(dataset):
                raise
            hint = "It is made again by a job: look once that is done."
            raise VisionLensError(error.code, error.message, hint, error.details) from error
