"""Labels of samples that were in the dataset before: which have changed, and what they are now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from visionlens_jlab.core.system.arrow_columns import numbers
from visionlens_jlab.formats.base import Issue
from visionlens_jlab.ingestion.job.annotations import LabelDigests, Prepared
from visionlens_jlab.ingestion.job.tables import ImageFacts

ANNOTATIONS_PER_PIECE = 100_000


class LabelUpdates:
    """Digests of all labels; those of known samples wait in a file until it is clear who changed.

    Parameters
    ----------
    spool : Path
        Where the file lies meanwhile.
    """

    def __init__(self, spool: Path) -> None:
        self._path = spool / "known-labels.arrow"
        self._writer: pa.ipc.RecordBatchStreamWriter | None = None
        self._digests = LabelDigests()
        self.issues: list[Issue] = []
        """About annotations of known samples; told only of those that changed."""

    def add(self, prepared: Prepared) -> None:
        """Take a batch of annotations."""
        self._digests.add(prepared.ordinals, prepared.hashes)
        if prepared.known.num_rows:
            table = _plain(prepared.known)
            if self._writer is None:
                self._writer = pa.ipc.new_stream(str(self._path), table.schema)
            self._writer.write_table(table)

    def changed(
        self, facts: ImageFacts, before: dict[int, int]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Ids (ascending), ordinals and digests of known samples whose labels are others now."""
        ids, ordinals, digests = self._by_sample(facts, known=True)
        differs = [
            before.get(sample_id, digest) != digest
            for sample_id, digest in zip(ids.tolist(), digests.tolist(), strict=True)
        ]
        chosen = np.array(differs, dtype=bool)
        return ids[chosen], ordinals[chosen], digests[chosen]

    def replacements(self, sample_ids: np.ndarray) -> Iterator[tuple[np.ndarray, pa.Table | None]]:
        """Indices into ascending ids, and the `annotation` table of those samples.

        A sample is never split; a table has about `ANNOTATIONS_PER_PIECE` rows at most.
        """
        counts = np.zeros(len(sample_ids), dtype=np.int64)
        for ids, _ in self._batches():
            places = np.searchsorted(sample_ids, ids)
            hit = np.isin(ids, sample_ids)
            counts += np.bincount(places[hit], minlength=len(counts))
        groups = np.cumsum(counts + 1) // ANNOTATIONS_PER_PIECE
        for group in np.unique(groups):
            chosen = np.flatnonzero(groups == group)
            wanted = sample_ids[chosen]
            parts = [
                table.filter(numbers(hit, pa.bool_()))
                for ids, table in self._batches()
                if (hit := np.isin(ids, wanted)).any()
            ]
            yield chosen, pa.concat_tables(parts) if parts else None

    def _batches(self) -> Iterator[tuple[np.ndarray, pa.Table]]:
        """Sample ids of each batch of annotations of known samples, and the batch."""
        if self._writer is None:
            return
        self._writer.close()
        with pa.ipc.open_stream(str(self._path)) as reader:
            for batch in reader:
                yield batch.column("sample_id").to_numpy(), pa.Table.from_batches([batch])

    def vanished(self, facts: ImageFacts, before: dict[int, int]) -> Iterator[tuple[int, int]]:
        """Ids and ordinals of known samples that had labels, where none at all were read now."""
        ids, ordinals, _ = self._by_sample(facts, known=True)
        for sample_id, ordinal in zip(ids.tolist(), ordinals.tolist(), strict=True):
            if before.get(sample_id):
                yield sample_id, ordinal

    def digest_table(self, facts: ImageFacts, before: dict[int, int]) -> pa.Table:
        """The `label_digest` table of every sample met; `before`: digests that stay."""
        ids, _, digests = self._by_sample(facts, known=False)
        for place, sample_id in enumerate(ids.tolist() if before else []):
            digests[place] = before.get(sample_id, digests[place])
        return pa.table(
            {"sample_id": numbers(ids, pa.uint32()), "digest": numbers(digests, pa.uint64())}
        )

    def close(self) -> None:
        """Remove the file."""
        if self._writer is not None:
            self._writer.close()
            self._path.unlink()

    def _by_sample(
        self, facts: ImageFacts, *, known: bool
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Sample ids, the first ordinal of each, and digests; labels may name an image twice."""
        ids = facts.sample_ids[:-1]
        wanted = np.flatnonzero((ids >= 0) & (facts.known[:-1] if known else True))
        samples, first, inverse = np.unique(ids[wanted], return_index=True, return_inverse=True)
        digests = np.zeros(len(samples), dtype=np.uint64)
        np.add.at(digests, inverse, self._digests.of(len(ids))[wanted])
        return samples, wanted[first], digests


def _plain(table: pa.Table) -> pa.Table:
    """Dictionaries differ from batch to batch: their words are written out."""
    for index, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            values = table.column(index).cast(field.type.value_type)
            table = table.set_column(index, field.name, values)
    return table
