"""What a job brings: whole pieces, each committed once, in one transaction."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from visionlens_jlab.catalog import (
    annotation_rows,
    report,
    roots,
    sample_rows,
    sqlviews,
    thumbnails,
)
from visionlens_jlab.catalog.clock import utc_now
from visionlens_jlab.catalog.private_files import make_private_folder
from visionlens_jlab.catalog.userfields import LIST_FIELDS

THUMBNAILS = "thumbnails.pack"


@dataclass(frozen=True)
class Piece:
    """A part of a job's result; (job, sequence) is committed at most once.

    `summary["replace"]` true: the ground truth of the samples named in the piece takes the place
    of what they had.
    `summary["final"]` true: the last piece; it completes the report.
    """

    job: str
    sequence: int
    folder: Path
    tables: dict[str, pa.Table] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path, job: str, sequence: int) -> Piece:
        """Read a piece's folder: `<table>.arrow` (IPC), `piece.json`, other files."""
        tables: dict[str, pa.Table] = {}
        files: dict[str, Path] = {}
        summary: dict[str, Any] = {}
        for path in sorted(folder.iterdir()):
            if path.suffix == ".arrow":
                tables[path.stem] = _read_arrow(path)
            elif path.name == "piece.json":
                summary = json.loads(path.read_text(encoding="utf-8")).get("summary") or {}
            else:
                files[path.name] = path
        return cls(job, sequence, folder, tables, files, summary)


def _read_arrow(path: Path) -> pa.Table:
    with path.open("rb") as file:
        if file.read(6) == b"ARROW1":
            return pa.ipc.open_file(file).read_all()
        file.seek(0)
        return pa.ipc.open_stream(file).read_all()


def is_committed(cursor: duckdb.DuckDBPyConnection, job: str, sequence: int) -> bool:
    """Whether a piece was committed before."""
    found = cursor.execute(
        "SELECT count(*) FROM job_piece WHERE job = ? AND sequence = ?", [job, sequence]
    ).fetchall()
    return bool(found[0][0])


def take_thumbnails(piece: Piece, dataset: Path) -> str | None:
    """Move the piece's pack into the dataset; its name there, the same at every attempt."""
    source = piece.files.get(THUMBNAILS)
    if source is None:
        return None
    job = re.sub(r"[^A-Za-z0-9_-]", "_", piece.job)
    target = dataset / thumbnails.FOLDER / f"{job}-{piece.sequence:08d}.pack"
    make_private_folder(target.parent)
    # Gone from the piece: an earlier attempt moved it and was stopped before the commit.
    if source.exists():
        shutil.move(source, target)
        target.chmod(0o600)
    return target.name


def write_piece(cursor: duckdb.DuckDBPyConnection, piece: Piece, pack: str | None) -> None:
    """Write a piece's tables; runs inside the writer's transaction."""
    issues = report.Issues(cursor, piece.job, piece.sequence)
    steps: dict[str, Callable[[pa.Table], None]] = {
        "root": lambda table: roots.write_roots(cursor, table),
        "class": lambda table: annotation_rows.write_classes(cursor, table),
        "sample": lambda table: sample_rows.write_samples(cursor, table, issues),
        "annotation": lambda table: annotation_rows.write_annotations(cursor, table, issues),
        "media": lambda table: sample_rows.write_media(cursor, table, pack),
        "label_digest": lambda table: sample_rows.write_label_digests(cursor, table),
        "issue": issues.add_table,
    }
    unknown = set(piece.tables) - set(steps)
    if unknown:
        raise ValueError(f"unknown tables in a piece: {sorted(unknown)}")
    if piece.summary.get("replace"):
        for name in ("sample", "annotation"):
            if name in piece.tables:
                annotation_rows.remove_ground_truth(cursor, piece.tables[name])
    fields = cursor.execute(LIST_FIELDS).fetchall()
    for name, write in steps.items():
        if name in piece.tables and piece.tables[name].num_rows:
            write(piece.tables[name])
    if cursor.execute(LIST_FIELDS).fetchall() != fields:
        sqlviews.refresh(cursor)
    report.record(cursor, piece.job, piece.sequence, piece.summary)
    cursor.execute("INSERT INTO job_piece VALUES (?, ?, ?)", [piece.job, piece.sequence, utc_now()])
