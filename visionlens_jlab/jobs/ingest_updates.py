"""Labels of samples that were in the dataset before: which have changed, and what they are now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from visionlens_jlab.formats.arrow_columns import numbers, words
from visionlens_jlab.formats.base import Issue

from .ingest_annotations import Prepared
from .ingest_digest import LabelDigests, text_hashes
from .ingest_facts import ImageFacts


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
        self._splits: list[str | None] = []
        self.issues: list[Issue] = []
        """About annotations of known samples; told only of those that changed."""

    def note_images(self, splits: list[str | None]) -> None:
        """Take the splits that label files state for the next images."""
        first = len(self._splits)
        self._splits += splits
        hashes = text_hashes([split and f"split {split}" for split in splits])
        self._digests.add(np.arange(first, len(self._splits)), hashes)

    def add(self, prepared: Prepared) -> None:
        """Take a batch of annotations."""
        self._digests.add(prepared.ordinals, prepared.hashes)
        if prepared.known.num_rows:
            table = _plain(prepared.known)
            if self._writer is None:
                self._writer = pa.ipc.new_stream(str(self._path), table.schema)
            self._writer.write_table(table)

    def changed(self, facts: ImageFacts, before: dict[int, int]) -> np.ndarray:
        """Ordinals, int64, of known samples whose labels differ from those imported before."""
        ids, ordinals, digests = self._by_sample(facts, known=True)
        differs = [
            before.get(sample_id, digest) != digest
            for sample_id, digest in zip(ids.tolist(), digests.tolist(), strict=True)
        ]
        chosen: np.ndarray = ordinals[np.array(differs, dtype=bool)]
        return chosen

    def splits(self, ordinals: np.ndarray, sample_ids: np.ndarray) -> pa.Table:
        """The `sample` table of the splits that are stated now."""
        stated = [self._splits[ordinal] for ordinal in ordinals.tolist()]
        kept = [index for index, split in enumerate(stated) if split is not None]
        return pa.table(
            {
                "sample_id": numbers(sample_ids[kept], pa.uint32()),
                "split": words([stated[index] for index in kept]),
            }
        )

    def tables(self, sample_ids: np.ndarray) -> Iterator[pa.Table]:
        """The `annotation` tables of some known samples."""
        if self._writer is None:
            return
        self._writer.close()
        wanted = np.sort(sample_ids)
        with pa.ipc.open_stream(str(self._path)) as reader:
            for batch in reader:
                hit = np.isin(batch.column("sample_id").to_numpy(), wanted)
                if hit.any():
                    yield pa.Table.from_batches([batch]).filter(numbers(hit, pa.bool_()))

    def digest_table(self, facts: ImageFacts) -> pa.Table:
        """The `label_digest` table of every sample met."""
        ids, _, digests = self._by_sample(facts, known=False)
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
