"""Jobs that processes which are gone have left: which must not go on, and what of them is removed.

A job is retired when its dataset is gone, or when a later job makes what it was to make. It is
over then, without a word to any dataset; what it committed stays.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from visionlens_jlab.core.catalog.state import cancellation
from visionlens_jlab.core.jobs.kinds import setup_of
from visionlens_jlab.core.jobs.queue import OVER, Owner, job_of
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.jobs.spool import Spool
from visionlens_jlab.core.registry import job_kinds
from visionlens_jlab.core.shapes import UNFINISHED

if TYPE_CHECKING:
    from visionlens_jlab.core.datasets.library import Library
    from visionlens_jlab.core.jobs.queue import JobQueue


_GRACE_SECONDS = 2.0
_log = logging.getLogger(__name__)


def retire(library: Library, job: Job, reason: str) -> None:
    """End a job of a process that is gone, or one that nobody began."""
    spool = Spool.of(library.data_dir, job.job)
    if spool.folder.is_dir():
        spool.log("warning", reason)
    library.state.update_job(job.job, when=UNFINISHED, **cancellation(reason))
    _discard(library, job)


def retire_same(
    library: Library, queue: JobQueue, job: Job, same: Callable[[Job, dict[str, Any]], bool]
) -> list[str]:
    """Retire the jobs left on a job's dataset that were to make what it makes.

    Parameters
    ----------
    same : callable
        Whether such a job, with its parameters, is one of them.

    Returns
    -------
    list of str
        Their names.
    """
    found = [left for left, params in queue.left_on(job) if same(left, params)]
    for left in found:
        retire(library, left, f"A later {job.kind} job takes its place.")
    return [left.job for left in found]


def why_lost(library: Library, job: Job) -> str | None:
    """Why a job can never go on; None: it may. Opens no dataset."""
    if job.dataset is None:
        return None
    uuids = {card.dataset: card.uuid for card in library.list()}
    if job.dataset not in uuids:
        return f"Its dataset {job.dataset!r} was deleted."
    if job.dataset_uuid is None:
        return "It was queued by an earlier version, which did not say for which dataset."
    if uuids[job.dataset] not in ("", job.dataset_uuid):
        return f"Its dataset was deleted; the one called {job.dataset!r} now is another."
    return None


def clear_leftovers(library: Library, owner: Owner) -> None:
    """Remove what killed processes left: of jobs that are over all, of others what is not read.

    Nothing of a process that lives is touched.
    """
    library.clear_deleted()
    rows = {row["job"]: row for row in library.state.list_jobs()}
    for folder in sorted((library.data_dir / "spool").glob("*/")):
        try:
            _clear(library, owner, Spool(folder), rows.get(folder.name))
        except (OSError, ValidationError, KeyError, TypeError):  # the others are looked at too
            _log.warning("What is left in %s cannot be cleared", folder, exc_info=True)


def _clear(library: Library, owner: Owner, spool: Spool, row: dict[str, Any] | None) -> None:
    keeper = row or spool.owner
    if spool.is_clear or not (owner.outlives(keeper) if keeper else _is_forsaken(spool.folder)):
        return
    if row is None:
        spool.remove()
    elif row["state"] in OVER:
        _discard(library, job_of(row))
    else:
        rest(library, job_of(row))


def _is_forsaken(folder: Path) -> bool:
    """Whether who made it was killed before saying who it is, which takes milliseconds.

    Should it live all the same, it has queued nothing yet: its call fails, and nothing is lost.
    """
    try:
        return time.time() - folder.stat().st_mtime > _GRACE_SECONDS
    except FileNotFoundError:
        return False


def rest(library: Library, job: Job) -> None:
    """Remove what no further attempt at a job reads that somebody will take over."""
    if job.kind in job_kinds():
        setup_of(job.kind).rest(library, job)


def _discard(library: Library, job: Job) -> None:
    if job.kind in job_kinds():
        setup_of(job.kind).discard(library, job)
    else:  # of a newer version
        Spool.of(library.data_dir, job.job).clear()
