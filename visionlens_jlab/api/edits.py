"""Changes of labels by hand, their history, undo and redo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.web import authenticated

from ..models import EditDone, EditRequest
from .base import Resource
from .guard import authorized
from .shapes import History, HistoryQuery

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..catalog.store import DatasetStore


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

    @authenticated
    @authorized
    async def get(self, dataset: str) -> None:
        """A page of the history, newest first."""
        asked = self.query(HistoryQuery)
        entries = await self.dataset(
            dataset, lambda store: store.history(asked.annotation, asked.offset, asked.limit)
        )
        await self.answer(History(entries=entries))

    @authenticated
    @authorized
    async def post(self, dataset: str) -> None:
        """Change labels in one transaction."""
        request = await self.body(EditRequest)
        await self.change(dataset, lambda store: store.edit(request))


class UndoHandler(_Changes):
    """`datasets/{dataset}/edits/undo`"""

    @authenticated
    @authorized
    async def post(self, dataset: str) -> None:
        """Take the last change back."""
        await self.change(dataset, lambda store: store.undo())


class RedoHandler(_Changes):
    """`datasets/{dataset}/edits/redo`"""

    @authenticated
    @authorized
    async def post(self, dataset: str) -> None:
        """Do what was taken back again."""
        await self.change(dataset, lambda store: store.redo())
