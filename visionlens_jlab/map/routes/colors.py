"""What a map colours its points by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from visionlens_jlab.core.api import wire
from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.core.api.operations import DATASET, Binary, Operation, Route
from visionlens_jlab.map.shapes import ColorsRequest
from visionlens_jlab.map.store.projections import Projections

if TYPE_CHECKING:
    from visionlens_jlab.map.store.colors import Coloring

COLORS = Binary(wire.BINARY, "A `ColorLegend` and the values by id; it says how.")


class ColorsHandler(Resource):
    """`datasets/{dataset}/colors`"""

    @Operation(
        "Values of a field by id",
        ColorsRequest,
        COLORS,
        errors=(*DATASET, "FIELD_UNKNOWN"),
        reads=True,
    )
    async def post(self, dataset: str) -> None:
        """A field's values by id, the legend before them."""
        request = await self.body(ColorsRequest)
        coloring = await self.dataset(
            dataset, lambda store: store.part(Projections).colors(request)
        )
        await self._send(await self.work(_frame, coloring), wire.BINARY)


def _frame(coloring: Coloring) -> bytes:
    """The legend's length, the legend, the values; see `ColorLegend`."""
    legend = coloring.legend.model_dump_json().encode()
    legend += b" " * (-len(legend) % 4)
    values = coloring.values
    little = values.astype(values.dtype.newbyteorder("<"), copy=False)
    return len(legend).to_bytes(4, "little") + legend + little.tobytes()


ROUTES = [
    Route("datasets/{dataset}/colors", ColorsHandler),
]
