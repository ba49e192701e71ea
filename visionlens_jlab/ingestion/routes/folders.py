"""Folders of the server, for choosing a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.core.api.operations import Operation, Route
from visionlens_jlab.core.system.confinement import is_address
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
        asked = self.query(FolderQuery)
        policy = self.services.policy
        await self.answer(await self.library(lambda library: _folder(library, policy, asked)))


def _folder(library: Library, policy: PathPolicy, asked: FolderQuery) -> Folder:
    from visionlens_jlab.ingestion.folders import list_folder

    named = asked.path
    if not named and not policy.roots and policy.addresses:
        named = policy.addresses[0]
    if named and is_address(named):
        folder = _address(policy, named, asked.page)
    else:
        folder = list_folder(policy.resolve(named) if named else policy.start, policy.allows)
    places = list(policy.confinement.folders)
    return folder.model_copy(update={"places": places, "recent": _recent(library, policy)})


def _address(policy: PathPolicy, named: str, page: str | None) -> Folder:
    from visionlens_jlab.ingestion.folders import list_above, list_address
    from visionlens_jlab.media.registry import source_kinds
    from visionlens_jlab.media.sources import connect

    allowed = policy.confinement
    if not allowed.holds(named.rstrip("/")) and (above := list_above(named, policy.addresses)):
        return above
    return list_address(connect(allowed.resolve(named), source_kinds()), allowed.holds, page)


def _recent(library: Library, policy: PathPolicy) -> list[str]:
    newest = sorted(library.list(), key=lambda info: info.created_at, reverse=True)
    sources = dict.fromkeys(info.source for info in newest if info.source)
    there = [source for source in sources if _is_shown(source, policy)]
    return there[:MOST_RECENT]


def _is_shown(source: str, policy: PathPolicy) -> bool:
    if is_address(source):
        return policy.confinement.holds(source)
    try:
        path = Path(source)
        return path.is_absolute() and path.exists() and policy.allows(path.resolve())
    except (OSError, ValueError):
        return False


ROUTES = [
    Route("folders", FoldersHandler),
]
