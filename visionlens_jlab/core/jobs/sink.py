"""Commits what a job hands over, while it runs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from visionlens_jlab.core.catalog.pieces import Piece
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.jobs.spool import Spool, check_piece, whole_pieces
from visionlens_jlab.core.jobs.status import store_of
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.core.datasets.library import Library


class Sink:
    """Commits the whole pieces of one attempt in order, each at most once, and removes them.

    Used from one thread at a time.

    Parameters
    ----------
    library : Library
    job : Job
        Its dataset gets the pieces, never another one that has its name by now.
    attempt : Path
        Folder of the present attempt; older ones are never read.
    on_commit : callable
        Called with the dataset's new version after each commit.
    """

    def __init__(
        self,
        library: Library,
        job: Job,
        attempt: Path,
        on_commit: Callable[[int], None],
    ) -> None:
        self._library = library
        self._job = job
        self.attempt = attempt
        self.spool = Spool(attempt.parent)
        self._on_commit = on_commit
        self.committed = store_of(library, job).results.committed(job.job)

    def commit_next(self) -> bool:
        """Commit the piece whose turn it is; False when it is not there (yet)."""
        for sequence, folder in whole_pieces(self.attempt):
            if sequence > len(self.committed):
                return False  # one before it is still being written
            if sequence == len(self.committed):
                self._commit(sequence, folder)
                shutil.rmtree(folder)
                return True
            shutil.rmtree(folder)
        return False

    def check_complete(self) -> None:
        """JOB_FAILED when a piece was left that cannot be next."""
        left = [sequence for sequence, _ in whole_pieces(self.attempt)]
        if left:
            raise VisionLensError(
                "JOB_FAILED",
                f"Piece {len(self.committed)} of the job never came, but piece {left[0]} did.",
            )

    def _commit(self, sequence: int, folder: Path) -> None:
        check_piece(folder)
        store = store_of(self._library, self._job)
        store.results.apply(Piece.load(folder, self._job.job, sequence))
        self.committed.add(sequence)
        self._on_commit(store.version)
