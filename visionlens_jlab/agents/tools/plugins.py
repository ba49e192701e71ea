"""Tools of plugins, offered while the plugin is on; their code runs in processes of their own."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from visionlens_jlab.agents.tools.base import Desk, Found
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.plugins.child import failure
from visionlens_jlab.plugins.installed import Asked, InstalledPlugins
from visionlens_jlab.plugins.link import Message
from visionlens_jlab.plugins.service import Answer, PluginService, RaisedError

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore

SECONDS = 60.0
MOST_ROWS = 1000
MOST_ANSWER = 64 << 10
"""Bytes of an answer: a language model reads all of it."""
_LEVELS: tuple[Level, ...] = ("samples", "annotations")


@dataclass(frozen=True)
class PluginTool:
    """Looks like a `Tool`; its answer is data of others, fenced as every tool's."""

    asked: Asked

    @property
    def name(self) -> str:
        """Letters, digits and underscores, as providers want them."""
        plain = re.sub(
            r"[^A-Za-z0-9]+", "_", f"{self.asked.plugin.name}_{self.asked.contribution.id}"
        )
        return f"plugin_{plain}"[:64]

    @property
    def description(self) -> str:
        """As the manifest says it."""
        return f"{self.asked.contribution.description} (of the plugin {self.asked.plugin.name})"

    @property
    def schema(self) -> dict[str, Any]:
        """JSON schema of the arguments."""
        return self.asked.contribution.form or {"type": "object", "properties": {}}

    def call(self, desk: Desk, arguments: dict[str, Any]) -> list[Found]:
        """Ask it. REQUEST_INVALID, PLUGIN_FAILED."""
        self._check(arguments)
        reading = _Reading(desk.store)
        answers: dict[str, Answer] = {"count": reading.count, "rows": reading.rows}
        service = PluginService(self.asked, answers=answers, seconds=SECONDS)
        try:
            found = service.call("run", arguments)
        except RaisedError as error:
            raise failure(f"It raised {error}") from error
        finally:
            service.close()
        if not isinstance(found.value, dict) or found.size > MOST_ANSWER:
            raise failure("It gave no object, or one that is too large to be read.")
        return [Found(found.value, f"{self.asked.label} answered")]

    def _check(self, arguments: dict[str, Any]) -> None:
        from jsonschema import Draft202012Validator
        from jsonschema.exceptions import SchemaError, ValidationError

        try:
            Draft202012Validator.check_schema(self.schema)
            Draft202012Validator(self.schema).validate(arguments)
        except SchemaError as error:
            raise failure(f"Its schema is no JSON schema: {error.message}.") from error
        except ValidationError as error:
            place = ".".join(map(str, error.absolute_path)) or "arguments"
            raise VisionLensError("REQUEST_INVALID", f"{place}: {error.message}.") from error


class _Reading:
    """What a tool may read of the dataset."""

    def __init__(self, store: DatasetStore) -> None:
        self._store = store

    def count(self, blob: bytes, where: str, level: str) -> Message:
        """How many rows a predicate has."""
        return Message(len(self._store.view(_spec(where, level)).ids))

    def rows(self, blob: bytes, where: str, columns: list[str], level: str, limit: int) -> Message:
        """Rows of a predicate."""
        spec = _spec(where, level)
        ids = self._store.view(spec).ids[: min(max(limit, 0), MOST_ROWS)]
        table = self._store.tables.read(spec.level, ids=ids.tolist())
        if columns:
            table = table.select([name for name in columns if name in table.column_names])
        return Message(json.loads(json.dumps(table.to_pylist(), default=str)))


def _spec(where: str, level: str) -> ViewSpec:
    if level not in _LEVELS:
        raise ValueError(f"There is no level {level!r}.")
    return ViewSpec(level=level, where=where or None)


def plugin_tools(store: DatasetStore) -> list[PluginTool]:
    """Those that are on now; of two that are called alike the first."""
    plugins = InstalledPlugins.here(Path(store.folder).parent.parent)
    tools = {tool.name: tool for tool in reversed([PluginTool(a) for a in plugins.active("tool")])}
    return list(tools.values())
