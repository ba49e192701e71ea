"""Workspaces: one dataset, view and selection, stored by the server."""

from __future__ import annotations

from pydantic import Field

from visionlens_jlab.core.shapes import Level, Model
from visionlens_jlab.core.views.shapes import ViewSpec


class SelectionInfo(Model):
    """The selection without its ids (those are binary)."""

    level: Level = "samples"
    count: int = 0
    version: int = 0
    """Workspace version that set it."""


class Workspace(Model):
    """One dataset, view and selection, stored by the server (invariant 4)."""

    workspace: str
    dataset: str
    notebook: str | None
    version: int
    dataset_version: int
    view: ViewSpec
    view_version: int
    """Workspace version that set the view."""
    predicate: str
    """The view's filter as text; empty: no filter."""
    count: int
    total: int
    selection: SelectionInfo
    origin: str | None = None
    """Who made the last change: a client id or `notebook`."""


class WorkspaceRequest(Model):
    """Find (dataset, notebook) or make a workspace; notebook null: always a new one."""

    notebook: str | None = None


class WorkspaceChange(Model):
    """A change based on a version; a part changed since then by another is a conflict (409)."""

    base_version: int
    origin: str
    view: ViewSpec | None = None
    selection: list[int] | None = None
    select_view: ViewSpec | None = None
    """Select everything a view holds, without sending ids."""
    selection_level: Level = "samples"


class SelectedRowsQuery(Model):
    """Up to how many rows are wanted; of a larger selection only the ids are given."""

    most: int = Field(5000, ge=0, le=10_000)


class SelectionQuery(Model):
    """What a new selection is based on and who sends it."""

    base_version: int
    origin: str
    level: Level = "samples"
