"""The ingest report: what was found, imported and odd."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import duckdb
import pyarrow as pa

from visionlens_jlab.core.catalog.clock import to_iso, utc_now
from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.catalog.staging import column, new_ids, staged
from visionlens_jlab.core.datasets.shapes import IngestReport, ReportCount, ReportItem

_NOTHING = json.dumps({"found": 0, "imported": 0, "skipped": 0})
_COUNTS = ("images", "annotations", "label_files")
_TEXTS = ("code", "action", "kind", "item", "message")


class Issues:
    """The report items of one piece, numbered in the order they come."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, job: str, sequence: int) -> None:
        self._cursor = cursor
        self._job = job
        self._sequence = sequence
        self._count = 0

    def add(self, code: str, item: str, message: str) -> None:
        """One item about something that was kept."""
        self.add_table(
            pa.table(
                {
                    "code": [code],
                    "action": ["kept"],
                    "kind": ["other"],
                    "item": [item],
                    "message": [message],
                }
            )
        )

    def add_table(self, table: pa.Table) -> None:
        """The `issue` table of a piece."""
        columns = {"position": pa.chunked_array([new_ids(self._count, table.num_rows)])}
        columns |= {name: column(table, name, pa.string()) for name in _TEXTS}
        columns["sample_id"] = column(table, "sample_id", pa.uint32())
        with staged(self._cursor, pa.table(columns)) as name:
            self._cursor.execute(
                "INSERT INTO ingest_issue "
                f"SELECT ?, ?, position, {', '.join(_TEXTS)}, sample_id FROM {name}",
                [self._job, self._sequence],
            )
        self._count += table.num_rows


def record(
    cursor: duckdb.DuckDBPyConnection, job: str, sequence: int, summary: dict[str, Any]
) -> None:
    """Begin the job's report at its first piece and complete it at the final one."""
    if sequence == 0:
        cursor.execute(
            "INSERT INTO ingest_report VALUES (?, '', '', ?, NULL, ?, ?, ?) ON CONFLICT DO NOTHING",
            [job, utc_now(), _NOTHING, _NOTHING, _NOTHING],
        )
    if not summary.get("final"):
        return
    started = summary.get("started_at")
    counts = [json.dumps(summary[name]) if name in summary else _NOTHING for name in _COUNTS]
    format_, source = str(summary.get("format") or ""), str(summary.get("source") or "")
    cursor.execute(
        "UPDATE ingest_report SET format = ?, source = ?, started_at = coalesce(?, started_at), "
        "finished_at = ?, images = ?, annotations = ?, label_files = ? WHERE job = ?",
        [format_, source, _naive(started), utc_now(), *counts, job],
    )
    cursor.execute(
        "UPDATE meta SET format = coalesce(nullif(format, ''), ?), "
        "source = coalesce(nullif(source, ''), ?), state = 'ready'",
        [format_, source],
    )


def read_report(reader: Reader, offset: int, limit: int) -> IngestReport | None:
    """The report of the latest ingest with a page of its items; None: never ingested."""
    rows = reader.rows(
        "SELECT job, format, source, started_at, finished_at, images, annotations, label_files "
        "FROM ingest_report ORDER BY started_at DESC, job LIMIT 1"
    )
    if not rows:
        return None
    job, format_, source, started, finished, *counts = rows[0]
    by_code = dict(
        reader.rows(
            "SELECT code, count(*) FROM ingest_issue WHERE job = ? GROUP BY code ORDER BY code",
            [job],
        )
    )
    items = reader.rows(
        f"SELECT {', '.join(_TEXTS)}, sample_id FROM ingest_issue WHERE job = ? "
        "ORDER BY sequence, position LIMIT ? OFFSET ?",
        [job, limit, offset],
    )
    names = (*_TEXTS, "sample_id")
    return IngestReport(
        job=job,
        format=format_,
        source=source,
        started_at=to_iso(started),
        finished_at=None if finished is None else to_iso(finished),
        **{
            name: ReportCount(**json.loads(count))
            for name, count in zip(_COUNTS, counts, strict=True)
        },
        by_code=by_code,
        items=[ReportItem(**dict(zip(names, item, strict=True))) for item in items],
        items_total=sum(by_code.values()),
    )


def _naive(moment: str | None) -> datetime | None:
    if moment is None:
        return None
    parsed = datetime.fromisoformat(moment)
    return parsed.astimezone(UTC).replace(tzinfo=None) if parsed.tzinfo else parsed
