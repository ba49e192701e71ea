"""What a job brings: whole pieces, each committed once, in one transaction."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from visionlens_jlab.analysis.store import rows as finding_rows
from visionlens_jlab.attributes.store import rows as attribute_rows
from visionlens_jlab.core.catalog import annotation_rows, journal, sample_rows
from visionlens_jlab.core.catalog.clock import utc_now
from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.datasets import report, roots
from visionlens_jlab.core.fields.user_fields import LIST_FIELDS
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.sql import views as sqlviews
from visionlens_jlab.core.system.arrow_columns import numbers, values_of
from visionlens_jlab.core.system.private_files import make_private_folder
from visionlens_jlab.duplicates.store import rows as duplicate_rows
from visionlens_jlab.embeddings.shapes import EmbeddingSpace
from visionlens_jlab.embeddings.store import rows as embedding_rows
from visionlens_jlab.embeddings.vectors.segment_files import check_segment
from visionlens_jlab.evaluation.store import label_quality as label_quality_rows
from visionlens_jlab.evaluation.store import rows as evaluation_rows
from visionlens_jlab.evaluation.store import runs as run_rows
from visionlens_jlab.map.shapes import Projection
from visionlens_jlab.map.store import clusters as cluster_rows
from visionlens_jlab.map.store import rows as projection_rows
from visionlens_jlab.media.store import thumbnails

THUMBNAILS = "thumbnails.pack"
VECTORS = "vectors.arrow"
FITTED = "fitted.npz"
"""What a space's vectors were made with, beside the model; comes with its first piece."""
COORDINATES = "coordinates.arrow"
MODEL = "model.bin"
OUTCOMES = "outcomes.npz"
MATCH = "match"
"""A table that comes with `summary["evaluation"]`."""
QUALITY = "label_quality"
"""A table that comes with `summary["label_quality"]`."""
DUPLICATES = "duplicate_member"
"""A table that comes with `summary["duplicates"]`."""
CLUSTERS = "cluster"
"""A table (id, cluster) that may come with `summary["projection"]`."""

_WITH_SUMMARY = {DUPLICATES, CLUSTERS, MATCH, QUALITY, attribute_rows.TABLE}
_OF_SAMPLES = {"sample", "annotation", "media", "label_digest"}
"""Tables whose rows go with their sample."""
_NO_INGEST = frozenset(
    (
        "space",
        "projection",
        "duplicates",
        "run",
        "evaluation",
        "intervals",
        "label_quality",
        "attributes",
        "analysis",
        "checks",
    )
)
"""Members of a summary whose pieces have no part in the ingest's report."""


@dataclass(frozen=True)
class Files:
    """The files of a piece where they lie now, below the dataset's folder."""

    thumbnails: str | None
    vectors: str | None
    coordinates: str | None
    model: str | None
    fitted: str | None
    outcomes: str | None
    folder: Path


@dataclass(frozen=True)
class Piece:
    """A part of a job's result; (job, sequence) is committed at most once.

    `summary["replace"]` true: the ground truth of the samples named in the piece takes the place
    of what they had.
    `summary["final"]` true: the last piece; it completes the report.
    `summary["space"]` (an EmbeddingSpace) with the file `vectors.arrow`: a segment of the space.
    `summary["projection"]` (a Projection) with `coordinates.arrow`, perhaps `model.bin` and the
    table `cluster`.
    `summary["duplicates"]` (kind, parameters, samples) with the table `duplicate_member`.
    `summary["run"]` (see `run_rows.begin_run`): its annotations are the predictions of a run.
    `summary["evaluation"]` (detail, request, digest) with `outcomes.npz` and the table `match`.
    `summary["intervals"]` (detail, digest) with `outcomes.npz`: an evaluation from now on.
    `summary["label_quality"]` (fields) with the table of that name.
    `summary["attributes"]` (see `attribute_rows.write_answers`) with the table `attribute_answer`.
    `summary["analysis"]` (result, digest): an analysis with its findings.
    `summary["checks"]` (a list, see `finding_rows.write_checks`): whether findings still hold.
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
            if path.suffix == ".arrow" and path.name not in (VECTORS, COORDINATES):
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


def take_files(piece: Piece, dataset: Path) -> Files:
    """Move a piece's files into the dataset; their names there are the same at every attempt."""
    job = re.sub(r"[^A-Za-z0-9_-]", "_", piece.job)
    name = f"{job}-{piece.sequence:08d}"
    below = ""
    if "space" in piece.summary:
        below = f"{embedding_rows.folder_of(piece.summary['space']['space'])}/{name}"
    return Files(
        thumbnails=_take(piece, THUMBNAILS, dataset, f"{thumbnails.FOLDER}/{name}.pack"),
        vectors=_take(piece, VECTORS, dataset, f"{below}.arrow"),
        fitted=_take(piece, FITTED, dataset, f"{below}.npz"),
        coordinates=_take(piece, COORDINATES, dataset, f"{projection_rows.FOLDER}/{name}.arrow"),
        model=_take(piece, MODEL, dataset, f"{projection_rows.FOLDER}/{name}.model"),
        outcomes=_take(piece, OUTCOMES, dataset, f"{evaluation_rows.FOLDER}/{name}.npz"),
        folder=dataset,
    )


def _take(piece: Piece, file: str, dataset: Path, name: str) -> str | None:
    """The name that one of the piece's files has now below the dataset; None: it has none."""
    source = piece.files.get(file)
    if source is None:
        return None
    target = dataset / name
    make_private_folder(target.parent)
    # Gone from the piece: an earlier attempt moved it and was stopped before the commit.
    if source.exists():
        shutil.move(source, target)
        target.chmod(0o600)
    return name


def kind_of(piece: Piece) -> str:
    """What the outbox calls the commit of a piece."""
    return "vectors" if VECTORS in piece.files else "piece"


def payload_of(piece: Piece, files: Files) -> dict[str, Any]:
    """What the outbox says about the commit of a piece."""
    payload: dict[str, Any] = {"job": piece.job, "sequence": piece.sequence}
    if files.vectors is not None:
        payload |= {"space": piece.summary["space"]["space"], "file": files.vectors}
    return payload


def write_piece(
    cursor: duckdb.DuckDBPyConnection, piece: Piece, files: Files
) -> dict[Level, np.ndarray]:
    """Write a piece's tables; runs inside the writer's transaction.

    Gives the ids that it removed, by level.
    """
    pack = None if files.thumbnails is None else Path(files.thumbnails).name
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
    unknown = set(piece.tables) - set(steps) - _WITH_SUMMARY
    if unknown:
        raise ValueError(f"unknown tables in a piece: {sorted(unknown)}")
    piece = _without_deleted(cursor, piece)
    removed: list[np.ndarray] = [np.empty(0, np.uint32)]
    if piece.summary.get("replace"):
        for name in ("sample", "annotation"):
            if name in piece.tables:
                removed.append(annotation_rows.remove_ground_truth(cursor, piece.tables[name]))
    fields = cursor.execute(LIST_FIELDS).fetchall()
    if "run" in piece.summary:
        removed.append(run_rows.begin_run(cursor, piece.summary["run"]))
    for name, write in steps.items():
        if name in piece.tables and piece.tables[name].num_rows:
            write(piece.tables[name])
    _write_embeddings(cursor, piece, files)
    _write_evaluation(cursor, piece, files)
    if "attributes" in piece.summary:
        table = piece.tables[attribute_rows.TABLE]
        attribute_rows.write_answers(cursor, piece.summary["attributes"], table)
    if cursor.execute(LIST_FIELDS).fetchall() != fields:
        sqlviews.refresh(cursor)
    if not piece.summary.keys() & _NO_INGEST:
        report.record(cursor, piece.job, piece.sequence, piece.summary)
    cursor.execute("INSERT INTO job_piece VALUES (?, ?, ?)", [piece.job, piece.sequence, utc_now()])
    return {"annotations": np.concatenate(removed)}


def _without_deleted(cursor: duckdb.DuckDBPyConnection, piece: Piece) -> Piece:
    """The piece without samples that somebody deleted since its job began."""
    deleted = journal.deleted_samples(Reader(cursor))
    if not len(deleted):
        return piece
    tables = dict(piece.tables)
    for name in _OF_SAMPLES & tables.keys():
        kept = ~np.isin(values_of(tables[name].column("sample_id")), deleted)
        tables[name] = tables[name].filter(numbers(kept, pa.bool_()))
    return replace(piece, tables=tables)


def _write_embeddings(cursor: duckdb.DuckDBPyConnection, piece: Piece, files: Files) -> None:
    """What embedding, projecting and looking for duplicates bring."""
    if "space" in piece.summary:
        space = EmbeddingSpace.model_validate(piece.summary["space"])
        if files.fitted is not None:
            settings = {**space.settings, embedding_rows.FITTED: files.fitted}
            space = space.model_copy(update={"settings": settings})
        embedding_rows.write_space(cursor, space)
        if files.vectors is not None:
            limit = embedding_rows.id_limit(cursor, space.level)
            rows = check_segment(files.folder / files.vectors, space.dimension, limit)
            embedding_rows.write_segment_row(cursor, space.space, files.vectors, rows)
    if files.coordinates is not None:
        projection = Projection.model_validate(piece.summary["projection"])
        projection_rows.write_projection(cursor, projection, files.coordinates, files.model)
        if CLUSTERS in piece.tables:
            cluster_rows.write_clusters(cursor, projection.level, piece.tables[CLUSTERS])
    if "duplicates" in piece.summary:
        table = piece.tables.get(DUPLICATES)
        duplicate_rows.write_duplicates(cursor, piece.summary["duplicates"], table)


def _write_evaluation(cursor: duckdb.DuckDBPyConnection, piece: Piece, files: Files) -> None:
    """What evaluating brings."""
    summary = piece.summary
    if "evaluation" in summary and files.outcomes is not None:
        # The file of one that it replaces goes with the strays: the commit may still fail.
        evaluation_rows.write_evaluation(
            cursor, summary["evaluation"], piece.tables[MATCH], files.outcomes
        )
    if "intervals" in summary and files.outcomes is not None:
        evaluation_rows.update_evaluation(cursor, summary["intervals"], files.outcomes)
    if "label_quality" in summary:
        fields = summary["label_quality"]["fields"]
        label_quality_rows.write_scores(cursor, piece.tables[QUALITY], fields)
    if "analysis" in summary:
        finding_rows.write_analysis(cursor, summary["analysis"])
    finding_rows.write_checks(cursor, summary.get("checks", []))
