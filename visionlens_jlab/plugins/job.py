"""The job that runs an operator, or a measure, of a plugin in a process of its own."""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from visionlens_jlab.config import plugin_memory, plugin_seconds
from visionlens_jlab.core.jobs.context import READABLE, JobContext
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.plugins.capability import ANNOTATIONS, SAMPLES, TAGS, VALUES
from visionlens_jlab.plugins.child import PluginProcess, failure

MOST_CHANGES = 10_000_000
"""Tags and values that one run may give."""
MOST_TEXT = 10_000
"""Characters of a value."""
_MOST_NAME = 100
_PASSED = ("file", "module", "api", "contexts", "asked", "permissions")


class Changes:
    """What a run gives, checked: its messages come from code that nobody here wrote."""

    def __init__(self, ids: set[int], permissions: list[str]) -> None:
        self._ids = ids
        self._permissions = permissions
        self._count = 0
        self.tags: defaultdict[str, dict[int, None]] = defaultdict(dict)
        self.values: defaultdict[str, dict[int, Any]] = defaultdict(dict)

    def tag(self, id: object, name: object) -> None:
        """Keep a tag. PLUGIN_FAILED."""
        self.tags[self._name(name, "tags")][self._id(id)] = None

    def value(self, id: object, name: object, value: object) -> None:
        """Keep a value. PLUGIN_FAILED."""
        if not (value is None or isinstance(value, bool | int | float | str)):
            raise failure("It set a value that is neither text, number, truth nor nothing.")
        if isinstance(value, str):
            value = value[:MOST_TEXT]
        elif isinstance(value, int) and abs(value) >= 1 << 63:
            value = float(value)
        self.values[self._name(name, "fields")][self._id(id)] = value

    def tables(self) -> dict[str, pa.Table]:
        """Both as the tables of a piece."""
        tags = [(tag, id) for tag, ids in self.tags.items() for id in ids]
        values = [
            (name, id, json.dumps(value))
            for name, column in self.values.items()
            for id, value in _of_one_type(column).items()
        ]
        return {
            TAGS: pa.table(
                {
                    "tag": pa.array([tag for tag, _ in tags], pa.string()),
                    "sample_id": pa.array([id for _, id in tags], pa.uint32()),
                }
            ),
            VALUES: pa.table(
                {
                    "field": pa.array([name for name, _, _ in values], pa.string()),
                    "sample_id": pa.array([id for _, id, _ in values], pa.uint32()),
                    "value": pa.array([value for _, _, value in values], pa.string()),
                }
            ),
        }

    def listed(self, samples: pa.Table) -> list[dict[str, Any]]:
        """What each of the samples would get."""
        return [
            {
                "sample_id": row["sample_id"],
                "name": row["filename"] or row["path"],
                "tags": [tag for tag, ids in self.tags.items() if row["sample_id"] in ids],
                "values": {
                    name: column[row["sample_id"]]
                    for name, column in self.values.items()
                    if row["sample_id"] in column
                },
            }
            for row in samples.select(["sample_id", "filename", "path"]).to_pylist()
        ]

    @property
    def samples(self) -> int:
        """How many samples have changed."""
        columns = (*self.tags.values(), *self.values.values())
        return len({id for column in columns for id in column})

    def _name(self, name: object, permission: str) -> str:
        if permission not in self._permissions:
            raise failure(f"It changes {permission} without having that permission.")
        if not isinstance(name, str) or not name.strip() or len(name) > _MOST_NAME:
            raise failure(f"It named one of its {permission} {name!r:.80}.")
        return name

    def _id(self, id: object) -> int:
        self._count += 1
        if self._count > MOST_CHANGES:
            raise failure(f"It gave more than {MOST_CHANGES} tags and values.")
        if not isinstance(id, int) or id not in self._ids:
            raise failure(f"It named a sample that it was not given: {id!r:.80}.")
        return id


def _of_one_type(column: dict[int, Any]) -> dict[int, Any]:
    kinds = {type(value) for value in column.values() if value is not None}
    if len(kinds) < 2 or kinds == {int, float}:
        return column
    return {id: None if value is None else str(value) for id, value in column.items()}


def run(context: JobContext) -> dict[str, Any]:
    """Run what `context.params` name.

    Returns
    -------
    dict
        `message`, `changed` samples, `output` folder with so many `files`; of a preview, which
        writes nothing, also `changes`.

    Raises
    ------
    VisionLensError
        PLUGIN_FAILED, REQUEST_INVALID for arguments that its form does not take.
    JobCancelled
    """
    params = context.params
    with pa.ipc.open_stream((context.spool / "input" / SAMPLES).read_bytes()) as reader:
        samples = reader.read_all()
    changes = Changes(set(samples["sample_id"].to_pylist()), params["permissions"])
    output = Path(params["output"])
    output.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="plugin-", dir=context.spool) as scratch:
        request = {
            **{name: params[name] for name in _PASSED},
            "arguments": params["arguments"],
            "samples": str(context.spool / "input" / SAMPLES),
            "annotations": str(context.spool / "input" / ANNOTATIONS),
            "count": params["samples"],
            "readable": params[READABLE],
            "output": str(output),
            "scratch": scratch,
            "megabytes": plugin_memory(),
        }
        process = PluginProcess(request, Path(params["log"]), plugin_seconds())
        message = _follow(context, process, changes)
    files = len(list(output.iterdir()))
    said = {"message": message, "changed": changes.samples, "files": files}
    if params["preview"] is not None:
        return {**said, "output": None, "changes": changes.listed(samples)}
    context.emit(0, changes.tables(), summary={"operator": {"plugin": params["plugin"]}})
    return {**said, "output": str(output) if files else None}


def _follow(context: JobContext, process: PluginProcess, changes: Changes) -> str:
    """Take the messages of a run to its end; what it says for the user."""
    total = context.params["samples"]
    context.progress("running", 0, total)
    for message in process.messages(context.check_cancelled):
        match message:
            case ["tag", id, name]:
                changes.tag(id, name)
            case ["value", id, name, value]:
                changes.value(id, name, value)
            case ["progress", int(done), str(text)]:
                context.progress("running", min(max(done, 0), total), total, text[:200] or None)
            case ["refused", str(text)]:
                raise VisionLensError("REQUEST_INVALID", text[:500])
            case ["failed", str(text)]:
                raise failure(f"It raised {text[:500]}")
            case ["note", str(text)]:
                context.log("warning", text[:500])
            case ["done", str(text)]:
                context.progress("running", total, total)
                return text[:2000]
            case _:
                raise failure("It sent something that is no message.")
    raise failure(process.ending())
