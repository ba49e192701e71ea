"""What jobs bring to a dataset and what is taken back, as a part of the open dataset."""

from __future__ import annotations

from typing import Any

import duckdb

from visionlens_jlab.core.catalog import outbox, pieces
from visionlens_jlab.core.catalog.dataset import Part
from visionlens_jlab.core.catalog.outbox import describe
from visionlens_jlab.core.catalog.pieces import Piece
from visionlens_jlab.core.catalog.withdrawal import withdraw
from visionlens_jlab.core.damage.stored_files import stored_files


class _CommittedBeforeError(Exception):
    """Leaves the transaction of a piece that is there already."""


class JobResults(Part):
    """Pieces and counters of one dataset."""

    def next_sample_id(self) -> int:
        """The smallest sample id that was never used."""
        with self.store.snapshot() as snapshot:
            return int(snapshot.reader.rows("SELECT next_sample_id FROM meta")[0][0])

    def committed(self, job: str) -> set[int]:
        """The sequences of a job's pieces that are in."""
        with self.store.snapshot() as snapshot:
            rows = snapshot.reader.rows("SELECT sequence FROM job_piece WHERE job = ?", [job])
        return {row[0] for row in rows}

    def latest_ingest(self) -> str | None:
        """The job of the ingest that began last; one that began before it must not go on."""
        with self.store.snapshot() as snapshot:
            return outbox.latest_ingest(snapshot.reader)

    def written_by_others(self, job: str, after: int = 0) -> bool:
        """Whether anybody but a job wrote data after a version."""
        with self.store.snapshot() as snapshot:
            return outbox.written_by_others(snapshot.reader, job, after)

    def apply(self, piece: Piece) -> bool:
        """Commit a job's piece; False: it was committed before, and nothing changed."""
        self.store.check_writable()
        if "root" in piece.tables:  # only ingests bring some: first, so that no kill comes between
            self.store.trust.choose(piece.tables["root"]["location"].to_pylist())
        files = pieces.take_files(piece, self.store.folder)

        def work(cursor: duckdb.DuckDBPyConnection) -> None:
            if pieces.is_committed(cursor, piece.job, piece.sequence):
                raise _CommittedBeforeError
            payload.update(pieces.write_piece(cursor, piece, files))

        payload: dict[str, Any] = {}
        try:
            self.store.write(work, kind=pieces.outbox_name(piece), payload=payload)
        except _CommittedBeforeError:
            return False
        return True

    def withdraw(self, job: str, first_sample_id: int) -> None:
        """Take back the samples that a failed job added, those from an id on, and its report."""
        payload: dict[str, Any] = {"job": job, "first_sample_id": first_sample_id}
        self.store.write(
            lambda cursor: payload.update(describe(withdraw(cursor, job, first_sample_id))),
            kind="withdraw",
            payload=payload,
        )
        self.remove_loose_files(job)

    def remove_loose_files(self, job: str) -> None:
        """Remove files of a job's pieces that were never committed, where no row names them."""
        kept = self.committed(job)
        for files in stored_files():
            files.withdraw(self.store, job, kept)
