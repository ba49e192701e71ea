"""What sources state about samples (split, caption, EXIF, the user's fields) against last time.

A sample keeps a digest of each value that was stated: a later ingest updates the fields whose
source says something else now, and no other, so that what people set by hand stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
import pyarrow as pa

from visionlens_jlab.core.system.arrow_columns import numbers, present_in, values_of
from visionlens_jlab.ingestion.job.annotations import text_hashes

FROM_FILE = ("captured_at", "camera", "latitude", "longitude")
"""Stated by a label file or else by EXIF, which is read of new and changed files only."""
BUILT_IN = ("split", "group", *FROM_FILE, "caption", "source_id")
DIGESTS = "stated_digests"
"""Column of the `sample` table."""
_OF_FILE = ("sample_id", "root", "path", "filename", "width", "height", "bytes")
_NO_FIELDS = (*_OF_FILE, "orientation", "modified_ns")
_EXACT = 2**53


class StatedFields:
    """Collects what is stated about each sample, and what of it is new.

    Parameters
    ----------
    user_fields : sequence of str
        Names, at their source, of the fields that the dataset has.
    may_clear : bool
        Whether a value that is no longer stated goes; images alone say nothing of labels.
    """

    def __init__(self, user_fields: Sequence[str], *, may_clear: bool) -> None:
        self._names = {_name_hash(name): name for name in (*BUILT_IN, *user_fields)}
        self._may_clear = may_clear
        self._known: list[pa.Table] = []
        self._changes: dict[str, list[pa.Table]] = {}
        self._seen: set[int] = set()

    def with_digests(self, samples: pa.Table) -> pa.Table:
        """The `sample` table of new images with what is stated about each of them."""
        return samples.append_column(DIGESTS, _packed(_hashes(samples), samples.num_rows))

    def note_known(self, samples: pa.Table, before: list[bytes | None], read: np.ndarray) -> None:
        """Take the `sample` table of known images.

        `before`: their digests; None: unknown, then nothing changes. `read`, bool (n,): whether
        the file was read, so that EXIF missing here is missing there.
        """
        ids = samples.column("sample_id").to_pylist()
        fresh = [index for index, one in enumerate(ids) if one not in self._seen]
        fresh = list({ids[index]: index for index in reversed(fresh)}.values())[::-1]
        self._seen.update(ids)
        if len(fresh) < len(ids):  # labels may name an image twice: the first counts
            samples = samples.take(numbers(np.array(fresh), pa.int64()))
            before, read = [before[index] for index in fresh], read[fresh]
        hashes = self._compared(samples, _hashes(samples), before, read)
        digests = _packed(hashes, samples.num_rows)
        self._known.append(samples.select(["sample_id"]).append_column(DIGESTS, digests))

    def updates(self) -> Iterator[tuple[str, pa.Table]]:
        """Fields and `sample` tables with the values they have now, one field each."""
        for name in sorted(self._changes):
            yield name, pa.concat_tables(self._changes[name], promote_options="permissive")

    def known_digests(self) -> pa.Table | None:
        """The `sample` table of what is stated now about the known images; None: none was met."""
        return pa.concat_tables(self._known) if self._known else None

    def _compared(
        self,
        samples: pa.Table,
        hashes: dict[int, np.ndarray],
        before: list[bytes | None],
        read: np.ndarray,
    ) -> dict[int, np.ndarray]:
        """The digests to keep; notes the values that have changed."""
        known = np.array([one is not None for one in before], dtype=bool)
        kept, missing = {}, np.zeros(len(before), dtype=np.uint32)
        then = _unpacked(before)
        for key in sorted({*then, *hashes}):
            old, now = then.get(key, missing), hashes.get(key, missing)
            name = self._names.get(key) or _named(key, samples.column_names)
            silent = (now == 0) & (old > 0)
            if self._may_clear and name is not None:
                silent &= ~read if name in FROM_FILE else False
            kept[key] = now = np.where(silent, old, now)
            differs = known & (now != old)
            if name is not None and differs.any():
                self._changes.setdefault(name, []).append(_chosen(samples, name, differs))
        return kept


def _chosen(samples: pa.Table, name: str, wanted: np.ndarray) -> pa.Table:
    mask = numbers(wanted, pa.bool_())
    if name not in samples.column_names:
        ids = samples.select(["sample_id"]).filter(mask)
        return ids.append_column(name, pa.nulls(ids.num_rows))
    chosen = samples.select(["sample_id", name]).filter(mask)
    kind = chosen.schema.field(name).type
    if pa.types.is_dictionary(kind):  # they differ from batch to batch
        return chosen.set_column(1, name, chosen.column(name).cast(kind.value_type))
    return chosen


def _hashes(samples: pa.Table) -> dict[int, np.ndarray]:
    """Hash of a field's name -> uint32 (n,), hashes of its values, 0 where there is none."""
    return {
        _name_hash(name): value_hashes(samples.column(name))
        for name in samples.column_names
        if name not in _NO_FIELDS and samples.column(name).null_count < samples.num_rows
    }


def value_hashes(column: pa.ChunkedArray) -> np.ndarray:
    """uint32 (n,): the same for equal numbers of any type; 0: missing or NaN."""
    kind = column.type
    valid = present_in(column)
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind):
        values = np.where(valid, values_of(column), 0)
        valid &= ~np.isnan(values)
        hashes = _number_hashes(values)
    elif pa.types.is_timestamp(kind):
        hashes = _number_hashes(np.where(valid, values_of(column), 0))
    else:
        hashes = text_hashes(
            [one if isinstance(one, str | bytes) else _json(one) for one in column.to_pylist()]
        )
    short = np.maximum(hashes >> np.uint64(32), 1).astype(np.uint32)
    return np.where(valid, short, np.uint32(0))


def _number_hashes(values: np.ndarray) -> np.ndarray:
    floats = values.astype(np.float64) + 0.0
    bits = floats.view(np.uint64)
    if values.dtype.kind in "iu":
        large = (values > _EXACT) | (values < -_EXACT)
        bits = np.where(large, values.astype(np.uint64), bits)
    mixed = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    hashes: np.ndarray = mixed ^ (mixed >> np.uint64(31))
    return hashes


def _json(value: object) -> bytes | None:
    return None if value is None else msgspec.json.encode(value, order="sorted")


def _name_hash(name: str) -> int:
    return int(text_hashes([name])[0] >> np.uint64(32))


def _named(key: int, names: Sequence[str]) -> str | None:
    return next((name for name in names if _name_hash(name) == key), None)


def _packed(hashes: dict[int, np.ndarray], count: int) -> pa.Array:
    """Of each of `count` samples the pairs of hashes of the fields that it has, ascending."""
    pairs = np.zeros((count, len(hashes), 2), dtype="<u4")
    for place, key in enumerate(sorted(hashes)):
        pairs[:, place, 0] = key
        pairs[:, place, 1] = hashes[key]
    present = pairs[:, :, 1] > 0
    offsets = np.zeros(count + 1, dtype=np.int32)
    np.cumsum(8 * present.sum(axis=1), out=offsets[1:])
    data = pa.py_buffer(pairs[present].tobytes())
    return pa.Array.from_buffers(pa.binary(), count, [None, pa.py_buffer(offsets), data])


def _unpacked(digests: list[bytes | None]) -> dict[int, np.ndarray]:
    """As `_hashes`."""
    whole = [one or b"" for one in digests]
    pairs = np.frombuffer(b"".join(whole), dtype="<u4").reshape(-1, 2)
    rows = np.repeat(np.arange(len(whole)), [len(one) // 8 for one in whole])
    found = {}
    for key in np.unique(pairs[:, 0]).tolist():
        hit = pairs[:, 0] == key
        found[key] = np.zeros(len(whole), dtype=np.uint32)
        found[key][rows[hit]] = pairs[hit, 1]
    return found
