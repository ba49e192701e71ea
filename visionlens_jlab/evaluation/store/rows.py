"""Evaluations and their outcomes as rows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from visionlens_jlab.core.catalog.changes import announce
from visionlens_jlab.core.catalog.clock import to_iso, utc_now
from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.catalog.staging import column, staged
from visionlens_jlab.errors import VisionLensError, unknown
from visionlens_jlab.evaluation.shapes import EvaluateRequest, EvaluationDetail, Metric

EMPTY_DIGEST = ""
"""Of an input that cannot be read any more."""
_MATCH: dict[str, pa.DataType] = {
    "annotation_id": pa.uint32(),
    "sample_id": pa.uint32(),
    "partner_id": pa.uint32(),
    "iou": pa.float32(),
    "partner_confidence": pa.float64(),
    "is_ignored": pa.bool_(),
}


@dataclass(frozen=True)
class Stored:
    """An evaluation as it was made; `digest` is that of what it was made from."""

    detail: EvaluationDetail
    request: EvaluateRequest
    file: str
    digest: str


class RunRenamed(NamedTuple):
    """A change that other capabilities follow: predictions have the run as their source."""

    run: str
    new: str


class EvaluationsRemoved(NamedTuple):
    """A change that other capabilities follow: what rests on these evaluations goes."""

    evaluations: list[str]


def write_evaluation(
    cursor: duckdb.DuckDBPyConnection, made: dict[str, Any], match: pa.Table, file: str
) -> None:
    """Store an evaluation in the place of one of its name.

    Parameters
    ----------
    cursor : duckdb.DuckDBPyConnection
    made : dict
        `detail` (an EvaluationDetail), `request` (an EvaluateRequest), `digest`.
    match : pa.Table
        One row for each annotation that took part.
    file : str
        Below the dataset's folder.
    """
    detail = EvaluationDetail.model_validate(made["detail"])
    name = detail.evaluation
    _remove(cursor, "evaluation = ?", name)
    cursor.execute(
        "INSERT INTO evaluation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            name,
            detail.run,
            detail.protocol,
            detail.geometry,
            json.dumps(made["request"]),
            detail.model_dump_json(),
            file,
            made["digest"],
            utc_now(),
        ],
    )
    rows = pa.table({key: column(match, key, type_) for key, type_ in _MATCH.items()})
    if rows.num_rows:
        with staged(cursor, rows) as staged_name:
            cursor.execute(f"INSERT INTO match SELECT ?, * FROM {staged_name}", [name])


def update_evaluation(
    cursor: duckdb.DuckDBPyConnection, changed: dict[str, Any], file: str
) -> None:
    """Replace what an evaluation says, unless another one has its name by now.

    Parameters
    ----------
    cursor : duckdb.DuckDBPyConnection
    changed : dict
        `detail` (an EvaluationDetail) and `digest`.
    file : str
        Below the dataset's folder.
    """
    detail = EvaluationDetail.model_validate(changed["detail"])
    row = cursor.execute(
        "SELECT detail FROM evaluation WHERE evaluation = ?", [detail.evaluation]
    ).fetchone()
    if row is not None:  # with what others added meanwhile
        known = {one.name for one in detail.metrics}
        stored = EvaluationDetail.model_validate_json(row[0]).metrics
        added = [one for one in stored if one.name not in known]
        detail = detail.model_copy(update={"metrics": [*detail.metrics, *added]})
    cursor.execute(
        "UPDATE evaluation SET detail = ?, file = ? WHERE evaluation = ? AND run = ? "
        "AND digest = ?",
        [detail.model_dump_json(), file, detail.evaluation, detail.run, changed["digest"]],
    )


def add_metrics(
    cursor: duckdb.DuckDBPyConnection, evaluation: str, prefix: str, metrics: list[dict[str, Any]]
) -> None:
    """Metrics that others found, in the place of those whose name has the prefix.

    One that was deleted meanwhile gets none.
    """
    row = cursor.execute(
        "SELECT detail FROM evaluation WHERE evaluation = ?", [evaluation]
    ).fetchone()
    if row is None:
        return
    detail = EvaluationDetail.model_validate_json(row[0])
    kept = [one for one in detail.metrics if not one.name.startswith(prefix)]
    new = [Metric.model_validate(one) for one in metrics]
    changed = detail.model_copy(update={"metrics": [*kept, *new]})
    cursor.execute(
        "UPDATE evaluation SET detail = ? WHERE evaluation = ?",
        [changed.model_dump_json(), evaluation],
    )


def read_evaluations(reader: Reader) -> list[Stored]:
    """Every evaluation, oldest first."""
    return _read(reader, "", [])


def read_evaluation(reader: Reader, name: str) -> Stored:
    """One evaluation. EVALUATION_NOT_FOUND."""
    found = _read(reader, "WHERE evaluation = ?", [name])
    if not found:
        raise _unknown(reader.cursor, name)
    return found[0]


def rename_run(cursor: duckdb.DuckDBPyConnection, run: str, new: str) -> None:
    """Follow the new name of a run."""
    rows = cursor.execute(
        "SELECT evaluation, request, detail FROM evaluation WHERE run = ?", [run]
    ).fetchall()
    for name, request, detail in rows:
        changed = [json.dumps(json.loads(text) | {"run": new}) for text in (request, detail)]
        cursor.execute(
            "UPDATE evaluation SET run = ?, request = ?, detail = ? WHERE evaluation = ?",
            [new, *changed, name],
        )
    announce(cursor, RunRenamed(run, new))


def remove_evaluation(cursor: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    """Remove an evaluation with its findings; its files, below the dataset's folder.

    EVALUATION_NOT_FOUND.
    """
    files = _remove(cursor, "evaluation = ?", name)
    if not files:
        raise _unknown(cursor, name)
    announce(cursor, EvaluationsRemoved([name]))
    return files


def remove_of_run(cursor: duckdb.DuckDBPyConnection, run: str) -> list[str]:
    """Remove the evaluations of a run with their findings; their files."""
    rows = cursor.execute("SELECT evaluation FROM evaluation WHERE run = ?", [run]).fetchall()
    announce(cursor, EvaluationsRemoved([name for (name,) in rows]))
    return _remove(cursor, "run = ?", run)


def _remove(cursor: duckdb.DuckDBPyConnection, condition: str, value: str) -> list[str]:
    cursor.execute(
        f"DELETE FROM match WHERE evaluation IN (SELECT evaluation FROM evaluation WHERE "
        f"{condition})",
        [value],
    )
    files = cursor.execute(
        f"DELETE FROM evaluation WHERE {condition} RETURNING file", [value]
    ).fetchall()
    return [file for (file,) in files]


def _read(reader: Reader, where: str, values: list[Any]) -> list[Stored]:
    rows = reader.rows(
        f"SELECT detail, request, file, digest, created_at FROM evaluation {where} "
        "ORDER BY created_at, evaluation",
        values,
    )
    return [
        Stored(
            EvaluationDetail.model_validate_json(detail).model_copy(
                update={"created_at": to_iso(created)}
            ),
            EvaluateRequest.model_validate_json(request),
            file,
            digest,
        )
        for detail, request, file, digest, created in rows
    ]


def _unknown(cursor: duckdb.DuckDBPyConnection, name: str) -> VisionLensError:
    known = cursor.execute("SELECT evaluation FROM evaluation ORDER BY created_at").fetchall()
    return unknown("EVALUATION_NOT_FOUND", "evaluation", name, [each for (each,) in known])
