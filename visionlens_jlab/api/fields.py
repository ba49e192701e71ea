"""Writing columns and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.web import authenticated

from ..errors import VisionLensError
from ..models import Changed, Level, TagRequest
from .base import Resource
from .guard import authorized
from .shapes import LevelQuery
from .wire import read_arrow

if TYPE_CHECKING:
    from ..catalog.store import DatasetStore


class FieldHandler(Resource):
    """`datasets/{dataset}/fields/{field}`"""

    @authenticated
    @authorized
    async def put(self, dataset: str, field: str) -> None:
        """Set a field's values for some ids; a new name makes a new field."""
        level = self.query(LevelQuery).level
        changed, slug = await self.dataset(
            dataset,
            lambda store: (_set_field(store, field, self.request.body, level), store.slug),
        )
        self.services.announcer.dataset(slug, changed.version, "changed")
        await self.answer(changed)


class TagsHandler(Resource):
    """`datasets/{dataset}/tags`"""

    @authenticated
    @authorized
    async def post(self, dataset: str) -> None:
        """Add or remove a tag."""
        request = await self.body(TagRequest)
        changed, slug = await self.dataset(dataset, lambda store: (store.tag(request), store.slug))
        self.services.announcer.dataset(slug, changed.version, "changed")
        await self.answer(changed)


def _set_field(store: DatasetStore, field: str, body: bytes, level: Level) -> Changed:
    import pyarrow as pa

    table = read_arrow(body)
    if table.column_names != ["id", "value"]:
        raise VisionLensError("REQUEST_INVALID", "The table must have the columns id and value.")
    try:
        ids = table["id"].cast(pa.uint32()).combine_chunks()
    except pa.ArrowException as error:
        raise VisionLensError("REQUEST_INVALID", f"id must hold uint32: {error}") from error
    if ids.null_count:
        raise VisionLensError("REQUEST_INVALID", "id must not hold missing values.")
    return store.set_field(
        field, ids.to_numpy(zero_copy_only=False), table["value"].combine_chunks(), level=level
    )
