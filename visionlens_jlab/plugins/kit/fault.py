"""What is wrong with a plugin, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from visionlens_jlab.plugins.kinds import Hook, Kind


@dataclass(frozen=True)
class Fault:
    """One; `where` is the manifest, a member of it, or a contribution."""

    where: str
    message: str
    mend: str


RUN = ("context", "arguments")
GIVEN: dict[Kind, dict[str, tuple[str, ...]]] = {
    "operator": {"target": RUN},
    "measure": {"target": ("image", "sample", "arguments")},
    "format": {
        "target": ("context", "path", "file"),
        "sniff": ("path", "head"),
        "write": ("context", "images"),
    },
    "source": {"target": ("context", "address")},
    "embedder": {"target": RUN},
    "evaluator": {"target": RUN},
    "tool": {"target": RUN},
    "hook": {"target": ("context",)},
    "panel": {},
}
"""Kind -> member of the manifest that names a function -> the keywords it is called with."""
HOOKS: dict[Hook, tuple[str, ...]] = {
    "on_ingest": ("samples",),
    "post_ingest": ("report",),
    "on_transform": ("image",),
    "on_view": ("ids", "level", "count"),
    "on_selection": ("ids", "level", "count"),
    "on_evaluate": ("evaluation", "run", "metrics"),
}
"""Hook -> further keywords."""


def sample_arguments(form: dict[str, Any] | None) -> dict[str, Any]:
    """Arguments as a form has them before anybody has changed them; the rest is made up."""
    form = form or {}
    required = set(form.get("required", ()))
    return {
        name: _value(schema)
        for name, schema in form.get("properties", {}).items()
        if isinstance(schema, dict) and ("default" in schema or name in required)
    }


def _value(schema: dict[str, Any]) -> Any:
    for member in ("default", "const"):
        if member in schema:
            return schema[member]
    for member in ("examples", "enum"):
        if schema.get(member):
            return schema[member][0]
    kind = schema.get("type")
    if kind in ("number", "integer"):
        return schema.get("minimum", schema.get("maximum", 1))
    made = {"boolean": True, "array": [], "null": None, "object": sample_arguments(schema)}
    return made.get(str(kind), "x" * max(4, schema.get("minLength", 0)))
