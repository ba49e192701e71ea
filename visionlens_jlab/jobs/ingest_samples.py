"""Images of a batch: which are imported, under which id, with which size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from visionlens_jlab.formats.base import ImageRows, Issue
from visionlens_jlab.media.headers import Header, upright_size

from .ingest_facts import EXISTING, SKIPPED, FactsLog, ImageFacts
from .ingest_tables import sample_table

Headers = tuple[list[Header | None], list[str | None]]
ReadHeaders = Callable[[str, list[str]], Headers]
"""(root, paths) -> headers and, where there is none, the reason."""


class Existing:
    """Samples the dataset had before, by root and path.

    Parameters
    ----------
    table : pa.Table or None
        Columns root, path, bytes, and location (of the root) where it is known.
    """

    def __init__(self, table: pa.Table | None = None) -> None:
        self._bytes: dict[tuple[str, str], int | None] = {}
        self._seen: set[tuple[str, str]] = set()
        self._locations: dict[str, str] = {}
        if table is None:
            return
        columns = (table.column(name).to_pylist() for name in ("root", "path", "bytes"))
        self._bytes = {(root, path): size for root, path, size in zip(*columns, strict=True)}
        if "location" in table.column_names:
            places = table.select(["root", "location"]).group_by(["root", "location"]).aggregate([])
            self._locations = {row["root"]: row["location"] for row in places.to_pylist()}

    def root_name(self, wanted: str, location: str) -> str:
        """The name of the root at a location: the one it has, else a free one."""
        for name, known in self._locations.items():
            if known == location:
                return name
        name, number = wanted, 1
        while name in self._locations:
            number += 1
            name = f"{wanted}_{number}"
        self._locations[name] = location
        return name

    def meet(self, root: str, path: str) -> bool:
        """Whether the image is a sample already; notes that it is still there."""
        known = (root, path) in self._bytes
        if known:
            self._seen.add((root, path))
        return known

    def bytes_of(self, root: str, path: str) -> int | None:
        """The size its file had."""
        return self._bytes[root, path]

    def vanished(self, roots: set[str]) -> list[Issue]:
        """One item for each sample of these roots whose image was not met again."""
        message = "The image was in the dataset and is no longer there; the sample stays."
        return [
            Issue("IMAGE_VANISHED", "kept", "image", path, message)
            for root, path in self._bytes
            if root in roots and (root, path) not in self._seen
        ]


@dataclass
class Pending:
    """An image whose pixels are still to be read."""

    sample_id: int
    root: str
    path: str


class SampleMaker:
    """Makes `sample` tables; ids count up from `next_sample_id`, also over skipped images.

    So an id depends on the image's place among the new ones only, not on whether it could be read
    at the time: a second attempt gives the same ids.
    """

    def __init__(self, next_sample_id: int, existing: Existing, read_headers: ReadHeaders) -> None:
        self._next_id = next_sample_id
        self._existing = existing
        self._read_headers = read_headers
        self.log = FactsLog()
        self.pending: list[Pending] = []
        self.ambiguous: dict[int, str] = {}
        self.imported = 0

    def make(
        self, rows: ImageRows, root: str, with_headers: bool
    ) -> tuple[pa.Table, list[Issue], int]:
        """The `sample` table of a batch, its issues, and how many images existed before.

        `root` is the name of the root in the dataset, which may differ from `rows.root`.
        """
        batch = _BatchOfImages(rows, self.log.count)
        known = [self._meet(rows, root, index, batch) for index in range(len(rows.paths))]
        if with_headers:
            self._fill_headers(batch, known)
        ids = self._ids(batch, known)
        self._note_facts(batch, ids)
        kept = np.flatnonzero(ids >= 0)
        self.imported += len(kept)
        if with_headers:
            self.pending += [
                Pending(int(ids[index]), rows.root, rows.paths[index])
                for index in kept.tolist()
                if batch.headers[index] is not None
            ]
        return batch.table(root, ids, kept), batch.issues, sum(known)

    def _meet(self, rows: ImageRows, root: str, index: int, batch: _BatchOfImages) -> bool:
        path = rows.paths[index]
        if not self._existing.meet(root, path):
            return False
        if rows.bytes[index] not in (None, self._existing.bytes_of(root, path)):
            message = "The file has another size than before; the sample stays as it was."
            batch.note("IMAGE_CHANGED", "kept", index, message)
        return True

    def _fill_headers(self, batch: _BatchOfImages, known: list[bool]) -> None:
        rows = batch.rows
        present = [
            index for index, size in enumerate(rows.bytes) if size is not None and not known[index]
        ]
        headers, errors = self._read_headers(rows.root, [rows.paths[index] for index in present])
        for index, header, error in zip(present, headers, errors, strict=True):
            batch.headers[index] = header
            batch.errors[index] = error

    def _ids(self, batch: _BatchOfImages, known: list[bool]) -> np.ndarray:
        ids = np.full(len(known), SKIPPED, dtype=np.int64)
        for index, existing in enumerate(known):
            if existing:
                ids[index] = EXISTING
                continue
            if batch.is_kept(index):
                ids[index] = self._next_id
            self._next_id += 1
        return ids

    def _note_facts(self, batch: _BatchOfImages, ids: np.ndarray) -> None:
        count = len(ids)
        facts = ImageFacts(
            ids,
            np.zeros(count, dtype=np.int64),
            np.zeros(count, dtype=np.int64),
            np.ones(count, dtype=np.int64),
            np.zeros(count, dtype=bool),
        )
        for index in np.flatnonzero(ids >= 0).tolist():
            width, height = batch.settle(index)
            facts.widths[index] = width or 0
            facts.heights[index] = height or 0
            facts.rotations[index] = batch.rotations.get(index, 1)
            if index in batch.ambiguous:
                facts.ambiguous[index] = True
                self.ambiguous[self.log.count + index] = batch.rows.paths[index]
        self.log.add(facts)


class _BatchOfImages:
    """One batch with what was found out about its images."""

    def __init__(self, rows: ImageRows, first: int) -> None:
        count = len(rows.paths)
        self.rows = rows
        self.headers: list[Header | None] = [None] * count
        self.errors: list[str | None] = [None] * count
        self.sizes: list[tuple[int | None, int | None]] = [(None, None)] * count
        self.rotations: dict[int, int] = {}
        self.ambiguous: set[int] = set()
        self.issues: list[Issue] = []
        self._first = first

    def note(self, code: str, action: str, index: int, message: str) -> None:
        """Add an item about an image."""
        path = self.rows.paths[index]
        self.issues.append(Issue(code, action, "image", path, message, self._first + index))  # type: ignore[arg-type]

    def is_kept(self, index: int) -> bool:
        """Whether an image is imported; notes what is wrong with it."""
        named = self.rows.named if isinstance(self.rows.named, bool) else self.rows.named[index]
        if self.rows.bytes[index] is None:
            code, message = "IMAGE_MISSING", "The file is not there."
        elif self.errors[index]:
            code, message = "IMAGE_UNREADABLE", f"The image cannot be read: {self.errors[index]}."
        else:
            return True
        self.note(code, "kept" if named else "skipped", index, message)
        return named

    def settle(self, index: int) -> tuple[int | None, int | None]:
        """Size of the upright image; notes how the label file's frame relates to it."""
        rows, header = self.rows, self.headers[index]
        stated = (
            rows.widths[index] if rows.widths else None,
            rows.heights[index] if rows.heights else None,
        )
        self.sizes[index] = stated if header is None else header.upright_size
        if header is not None:
            self._compare(index, header, stated)
        return self.sizes[index]

    def _compare(self, index: int, header: Header, stated: tuple[int | None, int | None]) -> None:
        stored = (header.width, header.height)
        upright = upright_size(*stored, header.orientation)
        if None in stated:
            return
        if stated not in (stored, upright):
            message = (
                f"The label file states {stated[0]} x {stated[1]} pixels, "
                f"the image has {upright[0]} x {upright[1]}."
            )
            self.note("SIZE_MISMATCH", "kept", index, message)
        elif header.orientation > 1 and stored == upright:
            self.ambiguous.add(index)
        elif stated != upright:
            self.rotations[index] = header.orientation
            message = f"The labels were rotated with the image (EXIF {header.orientation})."
            self.note("ORIENTATION_REPAIRED", "repaired", index, message)

    def table(self, root: str, ids: np.ndarray, kept: np.ndarray) -> pa.Table:
        """The `sample` table of the imported images."""
        rows, listed = self.rows, kept.tolist()
        return sample_table(
            sample_ids=ids[kept],
            root=root,
            paths=[rows.paths[index] for index in listed],
            splits=[rows.splits[index] for index in listed],
            sizes=[self.sizes[index] for index in listed],
            file_bytes=[rows.bytes[index] for index in listed],
            headers=[self.headers[index] for index in listed],
            fields={name: values.take(pa.array(kept)) for name, values in rows.fields.items()},
        )
