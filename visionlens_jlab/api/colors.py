"""What a map colours its points by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.web import authenticated

from ..models import ColorsRequest
from . import wire
from .base import Resource
from .guard import authorized_to_read

if TYPE_CHECKING:
    from ..catalog.colors import Coloring


class ColorsHandler(Resource):
    """`datasets/{dataset}/colors`"""

    @authenticated
    @authorized_to_read
    async def post(self, dataset: str) -> None:
        """A field's values by id, the legend before them."""
        request = await self.body(ColorsRequest)
        coloring = await self.dataset(dataset, lambda store: store.colors(request))
        await self._send(await self.work(_frame, coloring), wire.BINARY)


def _frame(coloring: Coloring) -> bytes:
    """The legend's length, the legend, the values; see `ColorLegend`."""
    legend = coloring.legend.model_dump_json().encode()
    legend += b" " * (-len(legend) % 4)
    values = coloring.values
    little = values.astype(values.dtype.newbyteorder("<"), copy=False)
    return len(legend).to_bytes(4, "little") + legend + little.tobytes()
