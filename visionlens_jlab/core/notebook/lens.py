"""The link between a notebook and the panels that show a dataset."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from html import escape
from typing import Any, Generic, Self

import numpy as np

from visionlens_jlab.core.notebook.arguments import checked_methods, shaped
from visionlens_jlab.core.notebook.backend import ORIGIN, DatasetBackend
from visionlens_jlab.core.notebook.comms import State, link, report_failure
from visionlens_jlab.core.notebook.frames import check_text, ids_of
from visionlens_jlab.core.notebook.view import S, Selection, V, View, Viewing, checked_filter
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.core.workspace.shapes import Workspace, WorkspaceChange
from visionlens_jlab.errors import VisionLensError

TILES = 24


def header(workspace: Workspace) -> str:
    """`347 of 1,000 samples, 12 selected`, as every panel says it."""
    return (
        f"{workspace.count:,} of {workspace.total:,} {workspace.view.level},"
        f" {workspace.selection.count:,} selected"
    )


def to_html(name: str, workspace: Workspace, sheet: bytes | None) -> str:
    """The picture as HTML that needs nothing else; what users typed is escaped."""
    predicate = f" <code>{escape(workspace.predicate)}</code>" if workspace.predicate else ""
    image = (
        f'<img alt="{escape(header(workspace))}" style="max-width:100%;border-radius:4px"'
        f' src="data:image/webp;base64,{base64.b64encode(sheet).decode()}">'
        if sheet
        else ""
    )
    return (
        '<div style="font-family:sans-serif;font-size:13px">'
        f'<div style="margin:4px 0"><b>{escape(name)}</b> {header(workspace)}{predicate}</div>'
        f"{image}</div>"
    )


@checked_methods
class Lens(Viewing[V], Generic[V, S]):
    """A workspace: what the panels show and what is selected in them.

    Reading asks whoever keeps the workspace, so a running cell never sees an old selection.
    `Dataset.show` makes one.
    """

    def __init__(self, backend: DatasetBackend, workspace: str) -> None:
        self._backend = backend
        self._workspace = workspace

    @classmethod
    def link(cls, backend: DatasetBackend, workspace: Workspace, notebook: str | None) -> Self:
        """A lens on a workspace, announced to the front end where there is one."""
        if backend.linked:
            link.show(workspace.dataset, workspace.workspace, notebook)
        return cls(backend, workspace.workspace)

    @property
    def workspace(self) -> str:
        """The workspace's uuid; `Dataset.show(workspace=...)` takes it."""
        return self._workspace

    @property
    def view(self) -> V:
        """What the panels show now."""
        return self._view(self._state().view)

    @property
    def selection(self) -> S:
        """What is selected now; its ids stay as they are when the selection changes.

        At level annotations of a selection of samples stand their ground-truth annotations.
        """
        return self._selected()

    def select(self, what: Any, *, level: Level = "samples") -> S:
        """Select in every panel and return the new selection.

        Parameters
        ----------
        what : int, iterable of int, boolean mask, pandas DataFrame or Series, View, or str
            Ids; a mask aligned with all rows in order of ids, or a boolean Series indexed by id; a
            DataFrame with an id column; a view or selection; or a predicate.
        level : {"samples", "annotations"}
            Whether samples or annotations are selected.

        Raises
        ------
        VisionLensError
            ID_UNKNOWN, PREDICATE_INVALID, or WORKSPACE_CONFLICT when another keeps changing it.
        """
        if isinstance(what, str):
            check_text(what)
            chosen = shaped(ViewSpec, level=level, filter=checked_filter(self._backend, what))
            return self._select_view(chosen)
        if isinstance(what, View) and not isinstance(what, Selection) and what.level == level:
            return self._select_view(what.spec)
        ids = ids_of(what, level, lambda: np.sort(self._backend.ids(shaped(ViewSpec, level=level))))
        self._change(
            lambda state: self._backend.set_selection(
                self._workspace, ids, state.version, ORIGIN, level
            )
        )
        return self._selected()

    def filter(self, predicate: str | None) -> V:
        """Show only what satisfies a predicate, None: everything; returns the new view.

        Raises
        ------
        VisionLensError
            PREDICATE_INVALID, FIELD_UNKNOWN, or WORKSPACE_CONFLICT when another keeps changing it.
        """
        tree = checked_filter(self._backend, predicate) if predicate else None

        def change(state: Workspace) -> Workspace:
            view = state.view.model_copy(update={"filter": tree, "where": None, "sql": None})
            return self._backend.change(
                self._workspace,
                WorkspaceChange(base_version=state.version, origin=ORIGIN, view=view),
            )

        return self._view(self._change(change).view)

    def on_selection(self, callback: Callable[[S], object]) -> Callable[[], None]:
        """Call `callback(selection)` after each change of the selection.

        It may run in another thread while a cell runs; what it raises is printed and nothing else
        stops. Returns a function that ends it.
        """
        return self._on_change("selection_version", lambda: callback(self.selection))

    def on_view(self, callback: Callable[[V], object]) -> Callable[[], None]:
        """Call `callback(view)` after each change of the view, as `on_selection` does."""
        return self._on_change("view_version", lambda: callback(self.view))

    def _state(self) -> Workspace:
        return self._backend.workspace(self._workspace)

    def _selected(self) -> S:
        found = self._backend.selected(self._workspace)
        base = shaped(ViewSpec, level=found.level)
        made: S = self._backend.factory.selection(self._backend, base, found.ids, found.known)
        return made

    def _select_view(self, chosen: ViewSpec) -> S:
        def change(state: Workspace) -> Workspace:
            return self._backend.change(
                self._workspace,
                WorkspaceChange(
                    base_version=state.version,
                    origin=ORIGIN,
                    select_view=chosen,
                    selection_level=chosen.level,
                ),
            )

        self._change(change)
        return self._selected()

    def _change(self, change: Callable[[Workspace], Workspace]) -> Workspace:
        """Change the workspace, once more when another was quicker, and tell the front end."""
        try:
            state = change(self._state())
        except VisionLensError as error:
            if error.code != "WORKSPACE_CONFLICT":
                raise
            state = change(self._state())
        if self._backend.linked:
            link.changed(state.dataset, state.workspace, state.version)
        link.receive(_announcement(state))
        return state

    def _on_change(self, key: str, call: Callable[[], object]) -> Callable[[], None]:
        seen = _announcement(self._state())[key]
        lock = threading.RLock()

        def listener(state: State) -> None:
            nonlocal seen
            with lock:
                if state[key] <= seen:
                    return
                seen = state[key]
                try:
                    call()
                except Exception:
                    report_failure("a lens callback")

        return link.listen(self._workspace, listener)

    def __repr__(self) -> str:
        return f"<Lens on {self._backend.dataset}: {header(self._state())}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        state = self._state()
        shown = self._view(state.view).ids_at("samples")[:TILES]
        sheet = self._backend.factory.pictures(self._backend, shown.tolist())
        name = self._backend.detail().name
        return {
            "text/plain": f"<Lens on {self._backend.dataset}: {header(state)}>",
            "text/html": to_html(name, state, sheet),
        }


def _announcement(state: Workspace) -> State:
    """The workspace as the front end announces one."""
    return {
        "workspace": state.workspace,
        "version": state.version,
        "view_version": state.view_version,
        "selection_version": state.selection.version,
    }
