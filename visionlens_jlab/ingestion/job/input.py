"""What an ingest is given: the places to read, rows of a table, and the samples that are there."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from visionlens_jlab.core.jobs.context import JobContext
from visionlens_jlab.formats.request import Request, make_request
from visionlens_jlab.media.registry import source_kinds

TABLE = Path("input/table.arrow")
"""In the spool: the rows of a DataFrame."""
EXISTING = Path("input/existing.arrow")
"""In the spool: the samples an incremental ingest adds to."""


def make_ingest_request(context: JobContext) -> tuple[Request, str | None]:
    """The places to read, and the format named."""
    params = context.params
    rows = context.spool / TABLE
    options = params.get("options") or {}
    if rows.exists() and options.get("within") is not None:
        options = {**options, "within": [*options["within"], str(rows.parent.resolve())]}

    def tick(files: int) -> None:
        context.check_cancelled()
        context.progress("scan", files, None)

    request = make_request(
        str(rows) if rows.exists() else params["source"],
        source_kinds(),
        images=params.get("images"),
        labels=params.get("labels"),
        labels_only=bool(params.get("labels_only")),
        options=options,
        tick=tick,
    )
    request.address = params["source"]
    request.is_handed_over = rows.exists()
    return request, "dataframe" if rows.exists() else params.get("format")


def existing_table(context: JobContext) -> pa.Table | None:
    """The samples that an incremental ingest adds to; None: it is none, or there are none."""
    if not context.params.get("incremental"):
        return None
    named = context.params.get("existing")
    if isinstance(named, pa.Table):
        return named
    path = Path(named) if named else context.spool / EXISTING
    if not path.exists():
        return None
    with path.open("rb") as file:
        return pa.ipc.open_stream(file).read_all()
