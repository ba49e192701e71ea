"""The data directory, its datasets and its jobs."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import VisionLensError
from ...models.jobs import UNFINISHED
from .finding import Finding

if TYPE_CHECKING:
    from ...catalog.library import Library
    from ...models import DatasetInfo

LITTLE, SCARCE = 2**30, 2**27
"""Bytes of free space: below the first it is a note, below the second must be mended."""


def check(data_dir: Path) -> Iterator[Finding]:
    """Folder, space, each dataset, jobs that nobody runs."""
    place = _place(data_dir)
    yield place
    if place.level == "mend":
        return
    yield _space(data_dir)
    if not (data_dir / "state.sqlite").is_file():
        yield Finding("ok", "datasets", "none yet")
        return
    from ...catalog.library import Library

    library = Library(data_dir)
    try:
        cards = library.list()
        yield Finding("ok", "datasets", f"{len(cards)}")
        for card in cards:
            yield _dataset(library, card)
        yield from _jobs(library)
    finally:
        library.close()


def _place(data_dir: Path) -> Finding:
    subject = "data directory"
    nearest = data_dir
    while not nearest.exists():
        nearest = nearest.parent
    if not nearest.is_dir():
        advice = f"Remove or rename {nearest}, or name another place with $VISIONLENS_DATA_DIR."
        return Finding("mend", subject, f"{nearest} is no folder", advice)
    if not os.access(nearest, os.W_OK | os.X_OK):
        advice = f"chmod u+rwx {nearest}, or name another place with $VISIONLENS_DATA_DIR."
        return Finding("mend", subject, f"{nearest} may not be written", advice)
    state = "" if nearest == data_dir else " (made with the first dataset)"
    return Finding("ok", subject, f"{data_dir}{state}")


def _space(data_dir: Path) -> Finding:
    nearest = next(folder for folder in (data_dir, *data_dir.parents) if folder.exists())
    free = shutil.disk_usage(nearest).free
    message = f"{free / 2**30:,.1f} GiB free"
    if free >= LITTLE:
        return Finding("ok", "disk space", message)
    level = "mend" if free < SCARCE else "note"
    return Finding(level, "disk space", message, "Free disk space or move the data directory.")  # type: ignore[arg-type]


def _dataset(library: Library, card: DatasetInfo) -> Finding:
    subject = f"dataset {card.name}"
    if card.state == "busy":
        return Finding("ok", subject, f"held by {card.owner}")
    try:
        store = library.open(card.dataset, read_only=True)
        samples = store.count("samples")
    except VisionLensError as error:
        if error.code == "DATASET_READ_ONLY":
            return Finding("ok", subject, "is upgraded when it is opened next")
        if error.code == "DATASET_BUSY":
            return Finding("ok", subject, error.message)
        return Finding("mend", subject, f"{error.code}: {error.message}", error.hint)
    ingests = [row for row in library.state.list_jobs(card.dataset) if row["kind"] == "ingest"]
    waits = any(row["state"] in UNFINISHED for row in ingests)
    if card.state == "incomplete" or (card.state == "ingesting" and not waits):
        source = ingests[-1]["ingest"]["source"] if ingests and ingests[-1].get("ingest") else None
        place = shlex.quote(source) if source else "SOURCE"
        name = shlex.quote(card.name)
        advice = f"visionlens ingest --incremental {place} --name {name} completes it."
        return Finding("note", subject, f"incomplete, {samples:,} samples", advice)
    return Finding("ok", subject, f"{samples:,} samples")


def _jobs(library: Library) -> Iterator[Finding]:
    """Jobs of processes that are gone, and folders of jobs that are forgotten."""
    from ...jobs.queue import Owner, job_of
    from ...jobs.retirement import why_lost

    me = Owner()
    for row in library.state.list_jobs(states=UNFINISHED):
        subject = f"job {row['job'][:8]} on {row['dataset']}"
        if me.outlives(row):
            reason = why_lost(library, job_of(row))
            advice = "Start JupyterLab with this data directory: the job goes on by itself."
            if reason is not None:
                advice = f"{reason} Nothing is to be done: JupyterLab ends it when it starts."
            yield Finding("note", subject, f"{row['state']}, but its process is gone", advice)
        else:
            yield Finding("ok", subject, f"{row['state']}, process {row['pid']} on {row['host']}")
    known = {row["job"] for row in library.state.list_jobs()}
    for folder in sorted((library.data_dir / "spool").glob("*/")):
        if folder.name not in known:
            yield Finding(
                "note", "spool", f"{folder} belongs to no job", f"Remove it: rm -r '{folder}'"
            )
