"""Plugins, and what is asked of them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from visionlens_jlab.core.shapes import DatasetRequest, Model
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.plugins.kinds import Kind

Permission = Literal["images", "tags", "fields", "network"]
PluginState = Literal["on", "off", "not_allowed", "broken"]


class Contribution(Model):
    """What a plugin adds; `form` is the JSON schema of its arguments."""

    kind: Kind
    id: str
    title: str
    description: str
    form: dict[str, Any] | None


class Plugin(Model):
    """A plugin; `reason` says why it is broken or not allowed."""

    name: str
    title: str
    description: str
    version: str
    api: str
    origin: Literal["package", "file"]
    place: str
    """The file, or the package."""
    state: PluginState
    reason: str | None = None
    permissions: list[Permission]
    contributions: list[Contribution]
    log: bool
    """Whether a run of it has left a log."""


class PluginList(Model):
    """All plugins; Python files put into `folder` are plugins too."""

    plugins: list[Plugin]
    folder: str


class PluginChange(Model):
    """Whether a plugin is switched on."""

    enabled: bool


class PluginLog(Model):
    """The last 64 KiB that a plugin's runs printed."""

    text: str


class OperatorRequest(DatasetRequest):
    """Run an operator, a measure or an evaluator of a plugin."""

    plugin: str = Field(min_length=1, max_length=100)
    operator: str = Field(min_length=1, max_length=100)
    arguments: dict[str, Any] = {}
    view: ViewSpec | None = None
    ids: list[int] | None = None
    """A selection of the view's level, instead of all of the view."""
    preview: int | None = Field(None, ge=1, le=100)
    """Run on the first so many, and write nothing: `changes` of the result say what would be."""
    evaluation: str | None = None
    """For an evaluator: what it is about, instead of a view."""


HookEvent = Literal["ingest", "evaluate", "view", "selection"]


class HooksRequest(DatasetRequest):
    """Run the hooks of an event; the server asks for it itself."""

    event: HookEvent
    after: str | None = None
    """The ingest's job."""
    first: int | None = None
    """Id from which on samples are the ingest's; found out by the server."""
    evaluation: str | None = None
    view: ViewSpec | None = None
    ids: list[int] | None = None
    """A selection of the view's level."""
