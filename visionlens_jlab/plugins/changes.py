"""What a run of a plugin gives, checked: it comes from code that nobody here wrote."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pyarrow as pa

from visionlens_jlab.plugins.capability import TAGS, VALUES
from visionlens_jlab.plugins.child import failure

MOST_CHANGES = 10_000_000
"""Tags and values that one run may give."""
MOST_METRICS = 1000
MOST_TEXT = 10_000
"""Characters of a value."""
_MOST_NAME = 100


class Changes:
    """What a run gives, checked: its messages come from code that nobody here wrote."""

    def __init__(self, ids: set[int], permissions: list[str]) -> None:
        self._ids = ids
        self._permissions = permissions
        self._count = 0
        self.tags: defaultdict[str, dict[int, None]] = defaultdict(dict)
        self.values: defaultdict[str, dict[int, Any]] = defaultdict(dict)
        self.metrics: dict[str, float | None] | None = None

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

    def keep_metrics(self, metrics: dict[Any, Any]) -> None:
        """Keep figures. PLUGIN_FAILED."""
        if len(metrics) > MOST_METRICS:
            raise failure(f"It gave more than {MOST_METRICS} metrics.")
        for name, value in metrics.items():
            if not name or len(name) > _MOST_NAME:
                raise failure(f"It named one of its metrics {name!r:.80}.")
            if value is not None and not isinstance(value, int | float):
                raise failure(f"Its metric {name} is no number: {value!r:.80}.")
        self.metrics = {name: None if v is None else float(v) for name, v in metrics.items()}

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
