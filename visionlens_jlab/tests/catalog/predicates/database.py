"""A `World` in a real database, filled anew for each example."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.catalog.migrations import migrate
from visionlens_jlab.core.catalog.snapshot import Caches, Snapshot
from visionlens_jlab.core.catalog.staging import staged
from visionlens_jlab.core.fields.user_fields import create_column
from visionlens_jlab.tests.catalog.predicates.reference import World

_CLASSES = ["car", "Car", "person", "a_b"]
_SAMPLE = {
    "sample_id": pa.uint32(),
    "split": pa.string(),
    "width": pa.int32(),
    "weather": pa.string(),
    "speed": pa.int64(),
    "night": pa.bool_(),
}
_ANNOTATION = {
    "annotation_id": pa.uint32(),
    "sample_id": pa.uint32(),
    "source": pa.string(),
    "w": pa.float64(),
    "confidence": pa.float64(),
    "is_crowd": pa.bool_(),
    "quality": pa.float64(),
}


class WorldDatabase:
    """An in-memory catalog with the user fields weather, speed, night and quality."""

    def __init__(self) -> None:
        self._connection = duckdb.connect()
        migrate(self._connection)
        for name, type_ in (("weather", "string"), ("speed", "integer"), ("night", "boolean")):
            create_column(self._connection, "samples", name, type_)
        create_column(self._connection, "annotations", "quality", "number")
        self._connection.execute(
            "INSERT INTO meta VALUES ('', '', '', now(), now(), 0, 0, 0, 'ready', NULL, NULL, 0)"
        )
        for number, name in enumerate(_CLASSES):
            self._connection.execute(
                "INSERT INTO class (class_id, name) VALUES (?, ?)", [number, name]
            )

    def fill(self, world: World) -> Snapshot:
        """A snapshot of exactly this world."""
        cursor = self._connection
        for table in ("sample", "annotation", "sample_tag", "annotation_tag"):
            cursor.execute(f"DELETE FROM {table}")
        with staged(cursor, _table(world.samples, _SAMPLE)) as name:
            cursor.execute(
                f"INSERT INTO sample (path, filename, {', '.join(_SAMPLE)}) "
                f"SELECT '', '', * FROM {name}"
            )
        with staged(
            cursor, _table(world.annotations, _ANNOTATION | {"class": pa.string()})
        ) as name:
            cursor.execute(
                f"INSERT INTO annotation ({', '.join(_ANNOTATION)}, kind, class_id) "
                f"SELECT {', '.join(f'p.{c}' for c in _ANNOTATION)}, 'box', c.class_id "
                f"FROM {name} p LEFT JOIN class c ON c.name = p.class ORDER BY annotation_id"
            )
        for row in world.samples:
            for tag in row["tag"]:
                cursor.execute("INSERT INTO sample_tag VALUES (?, ?)", [row["sample_id"], tag])
        for row in world.annotations:
            for tag in row["annotation.tag"]:
                values = [row["annotation_id"], tag]
                cursor.execute("INSERT INTO annotation_tag VALUES (?, ?)", values)
        return Snapshot(Reader(cursor.cursor()), Caches(Path()))


def _table(rows: list[dict[str, Any]], types: dict[str, pa.DataType]) -> pa.Table:
    return pa.table(
        {name: pa.array([row[name] for row in rows], type_) for name, type_ in types.items()}
    )
