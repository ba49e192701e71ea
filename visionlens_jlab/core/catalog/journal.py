"""What the outbox says of who wrote the dataset: it has a row for each commit."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.catalog.removals import named_ids

INGESTING = "ingesting"
"""The state of a dataset while an ingest has it."""


def state_payload(state: str, job: str | None = None) -> dict[str, Any]:
    """What the outbox says of a new state; `job`: the ingest that has the dataset from now on."""
    return {"state": state} if job is None else {"state": state, "job": job}


def latest_ingest(reader: Reader) -> str | None:
    """The job that began an ingest last; None: none ever did."""
    rows = reader.rows(
        "SELECT payload FROM outbox WHERE kind = 'state' AND contains(payload, '\"job\"') "
        "ORDER BY sequence DESC LIMIT 1"
    )
    return json.loads(rows[0][0])["job"] if rows else None


def written_by_others(reader: Reader, job: str, after: int) -> bool:
    """Whether anybody but a job wrote data after a version. A state is no data."""
    found = reader.rows(
        "SELECT 1 FROM outbox WHERE sequence > ? AND kind <> 'state' "
        "AND NOT contains(payload, ?) LIMIT 1",
        [after, f'"job": {json.dumps(job)}'],
    )
    return bool(found)


def vectors_of_others(reader: Reader, job: str, after: int) -> bool:
    """Whether others wrote or removed vectors of a job's spaces after a version."""
    rows = reader.rows(
        "SELECT payload FROM outbox WHERE kind IN ('vectors', 'delete_space') AND sequence > ?",
        [after],
    )
    written = [json.loads(row[0]) for row in rows]
    own = {one["space"] for one in written if one.get("job") == job}
    return any(one["space"] in own and one.get("job") != job for one in written)


def deleted_samples(reader: Reader) -> np.ndarray[Any, Any]:
    """The samples that were deleted or taken back, uint32."""
    rows = reader.rows("SELECT payload FROM outbox WHERE kind IN ('delete_samples', 'withdraw')")
    return named_ids((json.loads(row[0]) for row in rows), "samples")
