"""A job context in memory, and an ingest that gives its rows."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from visionlens_jlab.ingestion.job import job as ingest


class MemoryContext:
    """Keeps pieces as tables; packs as bytes. `cancel_at`: raise after so many checks."""

    def __init__(self, params: dict[str, Any], spool: Path, done: set[int] | None = None) -> None:
        self.job = "job"
        self.params = {"next_sample_id": 0, **params}
        self.spool = spool
        self.done = done or set()
        self.tables: dict[int, dict[str, pa.Table]] = {}
        self.packs: dict[int, bytes] = {}
        self.summaries: dict[int, dict[str, Any]] = {}
        self.stages: list[str] = []
        self.steps: list[tuple[str, int, int | None]] = []
        self.cancelled: type[Exception] | None = None

    def committed(self, sequence: int) -> bool:
        return sequence in self.done

    def emit(self, sequence, tables, files=None, summary=None) -> None:
        self.check_cancelled()
        assert sequence not in self.tables
        self.tables[sequence] = tables
        self.summaries[sequence] = summary or {}
        for path in (files or {}).values():
            self.packs[sequence] = Path(path).read_bytes()

    def progress(self, stage, done, total, message=None) -> None:
        self.steps.append((stage, done, total))
        if stage not in self.stages:
            self.stages.append(stage)

    def log(self, level: str, message: str) -> None:
        assert level in ("info", "warning", "error")

    def check_cancelled(self) -> None:
        if self.cancelled is not None:
            raise self.cancelled


@dataclass
class Ingested:
    """Rows of all pieces."""

    context: MemoryContext
    samples: list[dict[str, Any]] = field(default_factory=list)
    annotations: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    media: list[dict[str, Any]] = field(default_factory=list)
    classes: list[dict[str, Any]] = field(default_factory=list)
    roots: list[dict[str, Any]] = field(default_factory=list)
    digests: list[dict[str, Any]] = field(default_factory=list)
    updated: list[dict[str, Any]] = field(default_factory=list)
    """Samples that were there and complete, with what is new about them."""
    summary: dict[str, Any] = field(default_factory=dict)

    @property
    def codes(self) -> Counter[str]:
        return Counter(issue["code"] for issue in self.issues)

    @property
    def class_names(self) -> list[str]:
        return list(dict.fromkeys(row["name"] for row in self.classes))

    def boxes(self, path: str) -> list[tuple[float, ...]]:
        """x, y, w, h of an image's annotations, in order."""
        ids = {row["sample_id"] for row in self.samples if row.get("path") == path}
        return [
            (row["x"], row["y"], row["w"], row["h"])
            for row in self.annotations
            if row["sample_id"] in ids
        ]

    def assert_adds_up(self) -> None:
        """found = imported + skipped, skipped = the items that say so, imported = the rows."""
        rows = {"images": self.samples, "annotations": self.annotations}
        kinds = {"images": "image", "annotations": "annotation", "label_files": "label_file"}
        for name, kind in kinds.items():
            count = self.summary[name]
            assert count["found"] == count["imported"] + count["skipped"], (name, count)
            listed = [i for i in self.issues if i["kind"] == kind and i["action"] == "skipped"]
            assert count["skipped"] == len(listed), name
            if name in rows:
                assert count["imported"] == len(rows[name]), name
        assert "COUNT_MISMATCH" not in self.codes


def ingest_rows(source: Path | str, done: set[int] | None = None, **params: Any) -> Ingested:
    """Run an ingest to its end and check that its report adds up."""
    with tempfile.TemporaryDirectory() as spool:
        context = MemoryContext({"source": str(source), **params}, Path(spool), done)
        ingest.run(context)
        assert list(Path(spool).iterdir()) == []
    return collect(context)


def collect(context: MemoryContext) -> Ingested:
    """The rows of a context's pieces."""
    assert sorted(context.tables) == list(range(len(context.tables)))
    found = Ingested(context, summary=context.summaries[max(context.summaries)])
    columns = {
        "sample": found.samples,
        "annotation": found.annotations,
        "issue": found.issues,
        "media": found.media,
        "class": found.classes,
        "root": found.roots,
        "label_digest": found.digests,
    }
    for sequence, tables in context.tables.items():
        again = context.summaries[sequence].get("replace")
        for name, table in tables.items():
            complete = name == "sample" and "path" not in table.column_names and not again
            (found.updated if complete else columns[name]).extend(table.to_pylist())
    assert found.summary["final"] is True
    found.assert_adds_up()
    return found
