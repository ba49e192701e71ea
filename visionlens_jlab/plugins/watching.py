"""Hooks of views and selections: noticed in the server, which does not wait for them."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from visionlens_jlab.core.workspace.shapes import Workspace
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.plugins.shapes import HookEvent, HooksRequest

if TYPE_CHECKING:
    from visionlens_jlab.core.api.services import Services

QUIET_SECONDS = 2.0
"""A view or selection has stood still for so long when its hooks are told."""
_waiting: dict[tuple[str, HookEvent], asyncio.Task[None]] = {}
_seen: dict[tuple[str, HookEvent], int] = {}
_log = logging.getLogger(__name__)


def workspace_changed(services: Services, workspace: Workspace, user: str) -> None:
    """Note what has changed; a later change takes the place of one that waits."""
    versions: dict[HookEvent, int] = {
        "view": workspace.view_version,
        "selection": workspace.selection.version,
    }
    for event, version in versions.items():
        key = workspace.workspace, event
        if _seen.get(key, 0) == version:
            continue
        _seen[key] = version
        if (earlier := _waiting.pop(key, None)) is not None:
            earlier.cancel()
        _waiting[key] = asyncio.create_task(_tell(services, workspace, event, user))


async def _tell(services: Services, workspace: Workspace, event: HookEvent, user: str) -> None:
    await asyncio.sleep(QUIET_SECONDS)
    _waiting.pop((workspace.workspace, event), None)
    try:
        request = await services.work(_request, services, workspace, event)
        if request is not None:
            await (await services.runner()).submit(request, user=user)
    except VisionLensError as error:  # too many wait already, or the dataset is gone
        _log.info("Hooks of %s are not told: %s", event, error.message)


def _request(services: Services, workspace: Workspace, event: HookEvent) -> HooksRequest | None:
    """None: no hook wants to know."""
    from visionlens_jlab.core.workspace.service import WorkspaceService
    from visionlens_jlab.plugins.hooks import hooks_of
    from visionlens_jlab.plugins.installed import InstalledPlugins

    if not hooks_of(event, InstalledPlugins.here(services.data_dir)):
        return None
    ids = None
    if event == "selection":
        store = services.library.open(workspace.dataset)
        ids = WorkspaceService(store).selection(workspace.workspace).tolist()
    view = workspace.view
    if event == "selection":
        view = view.model_copy(update={"level": workspace.selection.level})
    return HooksRequest(dataset=workspace.dataset, event=event, view=view, ids=ids)
