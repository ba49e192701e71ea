"""Changes of labels by hand, their history, undo and redo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.core.api.operations import CHANGE, DATASET, VIEW, Operation, Route
from visionlens_jlab.labels.shapes import EditDone, EditRequest, History, HistoryQuery
from visionlens_jlab.labels.store.edits import Edits

if TYPE_CHECKING:
    from collections.abc import Callable

    from visionlens_jlab.core.catalog.store import DatasetStore


class _Changes(Resource):
    """A handler that changes labels."""

    async def change(self, dataset: str, work: Callable[[DatasetStore], EditDone]) -> None:
        """Do it, tell the others, answer."""

        def done(store: DatasetStore) -> tuple[EditDone, str]:
            return work(store), store.slug

        result, slug = await self.dataset(dataset, done)
        self.services.announcer.dataset(slug, result.version, "changed")
        await self.answer(result)


class EditsHandler(_Changes):
    """`datasets/{dataset}/edits`"""

    @Operation("History of labels", response=History, query=HistoryQuery, errors=DATASET)
    async def get(self, dataset: str) -> None:
        """A page of the history, newest first."""
        asked = self.query(HistoryQuery)
        entries = await self.dataset(
            dataset,
            lambda store: store.part(Edits).history(asked.annotation, asked.offset, asked.limit),
        )
        await self.answer(History(entries=entries))

    @Operation("Change labels", EditRequest, EditDone, errors=(*VIEW, *CHANGE))
    async def post(self, dataset: str) -> None:
        """Change labels in one transaction."""
        request = await self.body(EditRequest)
        await self.change(dataset, lambda store: store.part(Edits).edit(request))


class UndoHandler(_Changes):
    """`datasets/{dataset}/edits/undo`"""

    @Operation(
        "Take the last change of labels back",
        response=EditDone,
        errors=(*DATASET, *CHANGE, "NOTHING_TO_UNDO"),
    )
    async def post(self, dataset: str) -> None:
        """Take the last change back."""
        await self.change(dataset, lambda store: store.part(Edits).undo())


class RedoHandler(_Changes):
    """`datasets/{dataset}/edits/redo`"""

    @Operation(
        "Do what was taken back again",
        response=EditDone,
        errors=(*DATASET, *CHANGE, "NOTHING_TO_UNDO"),
    )
    async def post(self, dataset: str) -> None:
        """Do what was taken back again."""
        await self.change(dataset, lambda store: store.part(Edits).redo())


ROUTES = [
    Route("datasets/{dataset}/edits", EditsHandler),
    Route("datasets/{dataset}/edits/undo", UndoHandler),
    Route("datasets/{dataset}/edits/redo", RedoHandler),
]
