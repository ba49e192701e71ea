"""What a job brings: whole pieces, each committed once, in one transaction."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from visionlens_jlab.core.capability import PieceKind, resolve
from visionlens_jlab.core.catalog import outbox, rows
from visionlens_jlab.core.catalog.clock import utc_now
from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.catalog.outbox import describe
from visionlens_jlab.core.datasets import report, roots
from visionlens_jlab.core.datasets.own_files import place_of
from visionlens_jlab.core.fields.user_fields import LIST_FIELDS
from visionlens_jlab.core.registry import piece_kinds
from visionlens_jlab.core.sql import views as sqlviews
from visionlens_jlab.core.system.arrow_columns import numbers, values_of
from visionlens_jlab.core.system.private_files import make_private_folder

_OF_SAMPLES = {"sample", "annotation", "media", "label_digest"}
"""Tables whose rows go with their sample."""


@dataclass(frozen=True)
class PlacedFiles:
    """The files of a piece where they lie now.

    Attributes
    ----------
    folder : Path
        The dataset's.
    names : mapping
        Name in the piece -> name below the folder.
    """

    folder: Path
    names: Mapping[str, str]

    def name(self, file: str) -> str | None:
        """The name that one of them has now, below the folder; None: it did not come."""
        return self.names.get(file)


@dataclass(frozen=True)
class Piece:
    """A part of a job's result; (job, sequence) is committed at most once.

    `summary["replace"]` true: the ground truth of the samples named in the piece takes the place
    of what they had.
    `summary["final"]` true: the last piece; it completes the report.
    Further members and tables are what capabilities declare (`PieceKind`).
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
        known = {file.name for kind in piece_kinds() for file in kind.files}
        for path in sorted(folder.iterdir()):
            if path.suffix == ".arrow" and path.name not in known:
                tables[path.stem] = _read_arrow(path)
            elif path.name == "piece.json":
                summary = json.loads(path.read_text(encoding="utf-8")).get("summary") or {}
            else:
                files[path.name] = path
        return cls(job, sequence, folder, tables, files, summary)

    @property
    def kinds(self) -> list[PieceKind]:
        """What capabilities know it to bring."""
        named = self.summary.keys() | self.tables.keys()
        return [kind for kind in piece_kinds() if kind.name in named]


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


def take_files(piece: Piece, dataset: Path) -> PlacedFiles:
    """Move a piece's files into the dataset; their names there are the same at every attempt."""
    job = re.sub(r"[^A-Za-z0-9_-]", "_", piece.job)
    names = {}
    for kind in piece_kinds():
        for file in kind.files:
            if file.name in piece.files and file.name not in names:
                folder = kind.folder
                if kind.folder_of:
                    folder += f"/{place_of(piece.summary[kind.name][kind.folder_of])}"
                name = names[file.name] = f"{folder}/{job}-{piece.sequence:08d}{file.suffix}"
                _take(piece.files[file.name], dataset / name)
    return PlacedFiles(dataset, names)


def _take(source: Path, target: Path) -> None:
    make_private_folder(target.parent)
    # Gone from the piece: an earlier attempt moved it and was stopped before the commit.
    if source.exists():
        shutil.move(source, target)
        target.chmod(0o600)


def outbox_name(piece: Piece) -> str:
    """What the outbox calls the commit of a piece."""
    named = [file.outbox for kind in piece.kinds for file in kind.files if file.name in piece.files]
    return next(filter(None, named), "piece")


def write_piece(
    cursor: duckdb.DuckDBPyConnection, piece: Piece, files: PlacedFiles
) -> dict[str, Any]:
    """Write a piece's tables; runs inside the writer's transaction.

    Gives what the outbox says of it, with the ids that it removed.
    """
    issues = report.Issues(cursor, piece.job, piece.sequence)
    steps: dict[str, Callable[[pa.Table], None]] = {
        "root": lambda table: roots.write_roots(cursor, table),
        "class": lambda table: rows.write_classes(cursor, table),
        "sample": lambda table: rows.write_samples(cursor, table, issues),
        "annotation": lambda table: rows.write_annotations(cursor, table, issues),
        "label_digest": lambda table: rows.write_label_digests(cursor, table),
        "issue": issues.add_table,
    }
    known = {name for kind in piece_kinds() for name in kind.tables}
    unknown = piece.tables.keys() - steps.keys() - known
    if unknown:
        raise ValueError(f"unknown tables in a piece: {sorted(unknown)}")
    piece = _without_deleted(cursor, piece)
    fields = cursor.execute(LIST_FIELDS).fetchall()
    removed = [np.empty(0, np.uint32), *_replaced(cursor, piece)]
    removed += [resolve(kind.begin)(cursor, piece, files) for kind in piece.kinds if kind.begin]
    for name, write in steps.items():
        if name in piece.tables and piece.tables[name].num_rows:
            write(piece.tables[name])
    said: dict[str, Any] = {"job": piece.job, "sequence": piece.sequence}
    for kind in piece.kinds:
        if kind.write:
            said |= resolve(kind.write)(cursor, piece, files) or {}
    if cursor.execute(LIST_FIELDS).fetchall() != fields:
        sqlviews.refresh(cursor)
    if all(kind.of_ingest for kind in piece.kinds):
        report.record(cursor, piece.job, piece.sequence, piece.summary)
    cursor.execute("INSERT INTO job_piece VALUES (?, ?, ?)", [piece.job, piece.sequence, utc_now()])
    return said | describe({"annotations": np.concatenate(removed)})


def _replaced(cursor: duckdb.DuckDBPyConnection, piece: Piece) -> Iterator[np.ndarray]:
    """Remove the ground truth in whose place the piece's comes; its ids."""
    if piece.summary.get("replace"):
        for name in ("sample", "annotation"):
            if name in piece.tables:
                yield rows.remove_ground_truth(cursor, piece.tables[name])


def _without_deleted(cursor: duckdb.DuckDBPyConnection, piece: Piece) -> Piece:
    """The piece without samples that somebody deleted since its job began."""
    deleted = outbox.deleted_samples(Reader(cursor))
    if not len(deleted):
        return piece
    tables = dict(piece.tables)
    for name in _OF_SAMPLES & tables.keys():
        kept = ~np.isin(values_of(tables[name].column("sample_id")), deleted)
        tables[name] = tables[name].filter(numbers(kept, pa.bool_()))
    return replace(piece, tables=tables)
