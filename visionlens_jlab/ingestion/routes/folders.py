"""Folders of the server, for choosing a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.core.api.operations import Operation, Route
from visionlens_jlab.ingestion.routes.places import PLACE
from visionlens_jlab.ingestion.shapes import Folder, FolderQuery

if TYPE_CHECKING:
    from visionlens_jlab.core.api.services import PathPolicy
    from visionlens_jlab.core.datasets.library import Library

MOST_RECENT = 10


class FoldersHandler(Resource):
    """`folders`"""

    @Operation("A folder of the server", response=Folder, query=FolderQuery, errors=PLACE)
    async def get(self) -> None:
        """One folder's content; without a path the server's own root."""
        path = self.query(FolderQuery).path
        policy = self.services.policy
        await self.answer(await self.library(lambda library: _folder(library, policy, path)))


def _folder(library: Library, policy: PathPolicy, named: str | None) -> Folder:
    from visionlens_jlab.ingestion.folders import list_folder

    path = policy.resolve(named) if named else policy.start
    folder = list_folder(path, policy.allows)
    return folder.model_copy(
        update={"places": [str(root) for root in policy.roots], "recent": _recent(library, policy)}
    )


def _recent(library: Library, policy: PathPolicy) -> list[str]:
    newest = sorted(library.list(), key=lambda info: info.created_at, reverse=True)
    sources = dict.fromkeys(info.source for info in newest if info.source)
    there = [source for source in sources if _is_shown(source, policy)]
    return there[:MOST_RECENT]


def _is_shown(source: str, policy: PathPolicy) -> bool:
    try:
        path = Path(source)
        return path.is_absolute() and path.exists() and policy.allows(path.resolve())
    except (OSError, ValueError):
        return False


ROUTES = [
    Route("folders", FoldersHandler),
]
