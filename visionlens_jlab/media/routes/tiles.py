"""Large images by tiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from visionlens_jlab.core.api.base import Guarded, Resource
from visionlens_jlab.core.api.operations import DATASET, Binary, Operation, Route
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.capability import TILES
from visionlens_jlab.media.routes.images import LASTING, PictureHandler
from visionlens_jlab.media.routes.pictures import PICTURE, version_of
from visionlens_jlab.media.shapes import TileInfo, TileQuery
from visionlens_jlab.media.store.display import Displays
from visionlens_jlab.media.store.images import Images

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.media.pyramids.builds import Pyramids

TILE_IMAGE = Binary("image/*", "The tile, upright.")


def _pyramids(handler: Guarded) -> Pyramids:
    from visionlens_jlab.media.pyramids.builds import pyramids_in

    services = handler.services
    return pyramids_in(services.data_dir / TILES, services.settings["media"])


class TilesHandler(Resource):
    """`datasets/{dataset}/samples/{sample_id}/tiles`"""

    @Operation("Tiles of an image", response=TileInfo, errors=(*DATASET, *PICTURE, "DISK_SPACE"))
    async def get(self, dataset: str, sample_id: str) -> None:
        """Which tiles an image has. They are made where they are not there, as long as one asks."""
        await self.answer_from(dataset, lambda it: _info(it, int(sample_id), _pyramids(self)))


class TileHandler(PictureHandler):
    """`datasets/{dataset}/samples/{sample_id}/tiles/{level}/{column}/{row}`"""

    @Operation(
        "Tile of an image",
        response=TILE_IMAGE,
        query=TileQuery,
        errors=(*DATASET, *PICTURE),
        cached=True,
    )
    async def get(self, dataset: str, sample_id: str, level: str, column: str, row: str) -> None:
        """One tile; cached for ever under its version. IMAGE_MISSING where it is not made yet."""
        asked, place = self.query(TileQuery).v, (int(level), int(column), int(row))
        content, version = await self.dataset(
            dataset, lambda it: _tile(it, int(sample_id), _pyramids(self), place)
        )
        self.set_header("Cache-Control", LASTING if asked == version else "no-cache")
        if self.not_modified(version):
            return
        self.set_header("Content-Type", "image/jpeg" if content[:1] == b"\xff" else "image/webp")
        self.finish(content)


def _info(store: DatasetStore, sample_id: int, pyramids: Pyramids) -> TileInfo:
    from visionlens_jlab.media.pyramids.layout import TILE

    images = store.part(Images)
    file = images.open(*images.path(sample_id))
    layers = store.part(Displays).layers
    version = version_of(file, layers)
    found = pyramids.progress(version, file, layers)
    if found.step is None:
        return TileInfo(version=version, tile=TILE)
    step, about = found.step, found.step.about
    return TileInfo(
        version=version,
        width=about.width,
        height=about.height,
        tile=TILE,
        levels=about.layout.levels,
        finest=about.finest,
        ready=found.is_ready,
        done=step.done,
        coarse=step.coarse,
        region=list(step.region),
        damage=about.damage,
        slower=about.slower,
    )


def _tile(
    store: DatasetStore, sample_id: int, pyramids: Pyramids, place: tuple[int, int, int]
) -> tuple[Any, str]:
    images = store.part(Images)
    with images.open(*images.path(sample_id)) as file:
        version = version_of(file, store.part(Displays).layers)
    content = pyramids.tile(version, *place)
    if content is None:
        raise VisionLensError(
            "IMAGE_MISSING",
            "There is no such tile, or it is not made yet.",
            "Ask which tiles the image has.",
        )
    return content, version


ROUTES = [
    Route("datasets/{dataset}/samples/{sample_id:int}/tiles", TilesHandler),
    Route(
        "datasets/{dataset}/samples/{sample_id:int}/tiles/{level:int}/{column:int}/{row:int}",
        TileHandler,
    ),
]
