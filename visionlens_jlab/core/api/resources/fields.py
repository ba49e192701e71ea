"""Writing columns and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.core.api.codes import CHANGE, DATASET, VIEW
from visionlens_jlab.core.api.operations import ARROW_STREAM, Operation, Route
from visionlens_jlab.core.api.wire import read_arrow
from visionlens_jlab.core.shapes import Level, LevelQuery
from visionlens_jlab.core.views.shapes import Changed, TagRequest
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore


class FieldHandler(Resource):
    """`datasets/{dataset}/fields/{field}`"""

    @Operation(
        "Set a field",
        ARROW_STREAM,
        Changed,
        query=LevelQuery,
        errors=(*DATASET, *CHANGE, "FIELD_TYPE", "FIELD_UNKNOWN", "ID_UNKNOWN"),
    )
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

    @Operation("Add or remove a tag", TagRequest, Changed, errors=(*VIEW, *CHANGE, "ID_UNKNOWN"))
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


ROUTES = [
    Route("datasets/{dataset}/fields/{field}", FieldHandler),
    Route("datasets/{dataset}/tags", TagsHandler),
]
