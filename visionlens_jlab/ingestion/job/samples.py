"""Images of a batch: which are imported, under which id, with which size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from visionlens_jlab.core.system.arrow_columns import numbers
from visionlens_jlab.formats.base import ImageRows, Issue
from visionlens_jlab.ingestion.job.input import Existing, Known
from visionlens_jlab.ingestion.job.tables import (
    SKIPPED,
    FactsLog,
    ImageFacts,
    file_table,
    sample_table,
)
from visionlens_jlab.media.headers import Header, upright_size

Headers = tuple[list[Header | None], list[str | None]]
Modified = Callable[[str, list[str]], list[int | None]]
"""(root, paths) -> modification times of files in ns."""
ReadHeaders = Callable[[str, list[str]], Headers]
"""(root, paths) -> headers and, where there is none, the reason."""


class FileFacts(NamedTuple):
    """What a file says about itself; `size` is (width, height) of the upright image."""

    size: tuple[int | None, int | None]
    bytes: int | None
    modified_ns: int | None
    header: Header | None


class Met(NamedTuple):
    """Samples that were in the dataset; see `StatedFields.note_known`."""

    table: pa.Table
    before: list[bytes | None]
    read: np.ndarray


@dataclass
class Pending:
    """An image whose pixels are still to be read."""

    sample_id: int
    root: str
    path: str
    again: bool = False
    """The sample is complete, but its file may have changed."""
    content_hash: str | None = None
    """What the file held when it was read before."""
    file: FileFacts | None = None
    """Of an image that is read again: stored together with its pixels, or not at all."""


class Made(NamedTuple):
    """What became of one batch of images."""

    new: pa.Table
    """The `sample` table of the images that were not in the dataset."""
    again: pa.Table
    """The `sample` table of unfinished samples: only what the file says, the rest stays."""
    met: Met
    """What is stated about the samples that were in the dataset, complete or not."""
    issues: list[Issue]
    finished: int
    """Number of images that were in the dataset before, complete."""


class SampleMaker:
    """Makes `sample` tables; ids count up from `next_sample_id`, also over skipped images.

    So an id depends on the image's place among the new ones only, not on whether it could be read
    at the time: a second attempt gives the same ids. Unfinished samples keep their ids.
    """

    def __init__(
        self,
        next_sample_id: int,
        existing: Existing,
        read_headers: ReadHeaders,
        modified_ns: Modified = lambda root, paths: [None] * len(paths),
    ) -> None:
        self._next_id = next_sample_id
        self._existing = existing
        self._read_headers = read_headers
        self._modified_ns = modified_ns
        self.log = FactsLog()
        self.pending: list[Pending] = []
        self.ambiguous: dict[int, str] = {}
        self.imported = 0

    def make(self, rows: ImageRows, root: str, with_headers: bool) -> Made:
        """What to do with a batch's images.

        `root` is the name of the root in the dataset, which may differ from `rows.root`.
        """
        batch = _BatchOfImages(rows, self.log.count)
        batch.modified_ns = self._modified_ns(rows.root, rows.paths)
        known = [self._existing.meet(root, path) for path in rows.paths]
        finished = np.array([one is not None and not one.unfinished for one in known], dtype=bool)
        changed = self._changed(batch, known, with_headers)
        if with_headers:
            self._fill_headers(batch, ~finished | changed)
        self._restore_headers(batch, known, changed)
        ids = self._ids(batch, known)
        self._note_facts(batch, ids, finished, changed)
        kept = np.flatnonzero((ids >= 0) & ~finished)
        self.imported += len(kept)
        if with_headers:
            self._await_pixels(batch, ids, (ids >= 0) & (~finished | changed), known)
        met = np.array([known[index] is not None for index in kept.tolist()], dtype=bool)
        return Made(
            batch.table(root, ids, kept[~met]),
            batch.file_table(ids, kept[met]),
            self._met(batch, root, ids, known),
            batch.issues,
            int(finished.sum()),
        )

    def _met(
        self, batch: _BatchOfImages, root: str, ids: np.ndarray, known: list[Known | None]
    ) -> Met:
        met = [index for index, one in enumerate(known) if one is not None and ids[index] >= 0]
        read = np.zeros(len(met), dtype=bool)
        for place, index in enumerate(met):
            header = batch.headers[index]
            read[place] = header is not None and header is not batch.restored[index]
        before = [one.stated_digests for one in (known[index] for index in met) if one is not None]
        return Met(batch.table(root, ids, np.array(met, dtype=np.int64)), before, read)

    def _changed(
        self, batch: _BatchOfImages, known: list[Known | None], with_headers: bool
    ) -> np.ndarray:
        """Which complete samples' files are to be read again; notes those that are not."""
        changed = np.zeros(len(known), dtype=bool)
        for index, one in enumerate(known):
            if one is None or one.unfinished:
                continue
            size = batch.rows.bytes[index]
            if size is None and one.bytes is not None:
                message = "The image was in the dataset and is no longer there; the sample stays."
                batch.note("IMAGE_VANISHED", "kept", index, message)
            elif one.differs(size, batch.modified_ns[index]):
                changed[index] = with_headers
                if not with_headers and size != one.bytes:
                    message = "The file has another size; with labels only it is not read again."
                    batch.note("IMAGE_CHANGED", "kept", index, message)
        return changed

    def _restore_headers(
        self, batch: _BatchOfImages, known: list[Known | None], changed: np.ndarray
    ) -> None:
        """Headers of complete samples as they were read before, for their annotations."""
        for index, one in enumerate(known):
            if one is None or one.unfinished:
                continue
            if changed[index] and batch.headers[index] is None:
                changed[index] = False
                message = f"The file has changed and cannot be read: {batch.errors[index]}."
                batch.note("IMAGE_UNREADABLE", "kept", index, message)
            if not changed[index]:
                batch.headers[index] = batch.restored[index] = one.header

    def _await_pixels(
        self, batch: _BatchOfImages, ids: np.ndarray, wanted: np.ndarray, known: list[Known | None]
    ) -> None:
        for index in np.flatnonzero(wanted).tolist():
            if batch.headers[index] is not None:
                one = known[index]
                again = one is not None and not one.unfinished
                before = one.content_hash if one is not None and again else None
                path = batch.rows.paths[index]
                pending = Pending(int(ids[index]), batch.rows.root, path, again, before)
                if again:
                    pending.file = FileFacts(
                        batch.sizes[index],
                        batch.rows.bytes[index],
                        batch.modified_ns[index],
                        batch.headers[index],
                    )
                self.pending.append(pending)

    def _fill_headers(self, batch: _BatchOfImages, wanted: np.ndarray) -> None:
        rows = batch.rows
        present = [
            index for index, size in enumerate(rows.bytes) if size is not None and wanted[index]
        ]
        headers, errors = self._read_headers(rows.root, [rows.paths[index] for index in present])
        for index, header, error in zip(present, headers, errors, strict=True):
            batch.headers[index] = header
            batch.errors[index] = error

    def _ids(self, batch: _BatchOfImages, known: list[Known | None]) -> np.ndarray:
        ids = np.full(len(known), SKIPPED, dtype=np.int64)
        for index, one in enumerate(known):
            if one is None:
                if batch.is_kept(index):
                    ids[index] = self._next_id
                self._next_id += 1
            elif not one.unfinished or batch.is_kept(index):
                ids[index] = one.sample_id
            # An unfinished one whose file has gone bad since stays as it was.
        return ids

    def _note_facts(
        self, batch: _BatchOfImages, ids: np.ndarray, finished: np.ndarray, changed: np.ndarray
    ) -> None:
        count = len(ids)
        facts = ImageFacts(
            ids,
            finished.copy(),
            np.zeros(count, dtype=np.int64),
            np.zeros(count, dtype=np.int64),
            np.ones(count, dtype=np.int64),
            np.zeros(count, dtype=bool),
        )
        plain = batch.take_stated_sizes()
        if plain:
            facts.widths = np.array([width or 0 for width, _ in batch.sizes], dtype=np.int64)
            facts.heights = np.array([height or 0 for _, height in batch.sizes], dtype=np.int64)
        for index in () if plain else np.flatnonzero(ids >= 0).tolist():
            noted = len(batch.issues)
            width, height = batch.settle(index)
            if finished[index] and not changed[index]:
                del batch.issues[noted:]  # as it was told before
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
        self.restored: list[Header | None] = [None] * count
        """Headers that come from the dataset, not from the file."""
        self.errors: list[str | None] = [None] * count
        self.modified_ns: list[int | None] = [None] * count
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

    def take_stated_sizes(self) -> bool:
        """Sizes as the label file states them, if no header at all was read."""
        if any(self.headers):
            return False
        nothing = [None] * len(self.sizes)
        self.sizes = list(
            zip(self.rows.widths or nothing, self.rows.heights or nothing, strict=True)
        )
        return True

    def settle(self, index: int) -> tuple[int | None, int | None]:
        """Size of the upright image; notes how the label file's frame relates to it."""
        rows, header = self.rows, self.headers[index]
        stated = (
            rows.widths[index] if rows.widths else None,
            rows.heights[index] if rows.heights else None,
        )
        self.sizes[index] = stated if header is None else header.upright_size
        if header is not None:
            if header.odd:
                self.note("EXIF_INVALID", "kept", index, f"{header.odd}.")
            self._compare(index, header, stated)
        return self.sizes[index]

    def _compare(self, index: int, header: Header, stated: tuple[int | None, int | None]) -> None:
        stored = (header.width, header.height)
        upright = upright_size(*stored, header.orientation)
        if None in stated:
            if header.orientation > 1:
                self.ambiguous.add(index)
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
            modified_ns=[self.modified_ns[index] for index in listed],
            headers=[self.headers[index] for index in listed],
            fields={name: _taken(values, kept) for name, values in rows.fields.items()},
        )

    def file_table(self, ids: np.ndarray, kept: np.ndarray) -> pa.Table:
        """The `sample` table of unfinished samples."""
        listed = kept.tolist()
        return file_table(
            sample_ids=ids[kept],
            sizes=[self.sizes[index] for index in listed],
            file_bytes=[self.rows.bytes[index] for index in listed],
            modified_ns=[self.modified_ns[index] for index in listed],
            headers=[self.headers[index] for index in listed],
        )


def _taken(values: pa.Array, kept: np.ndarray) -> pa.Array:
    if len(kept) in (0, len(values)):
        return values.slice(0, len(kept))
    return values.take(numbers(kept, pa.int64()))
