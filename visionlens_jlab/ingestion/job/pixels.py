"""What was read from the pixels of images, as the tables of a piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa

from visionlens_jlab.core.system.arrow_columns import numbers
from visionlens_jlab.formats.base import FIRST_IMAGES, Issue
from visionlens_jlab.ingestion.job.samples import Pending
from visionlens_jlab.ingestion.job.tables import file_table, issue_table, media_table
from visionlens_jlab.media.image_processes.tasks import MediaResult

MakeTables = Callable[[list[Pending], MediaResult], dict[str, pa.Table]]
FIRST_PER_PIECE = 32


class FirstScreen:
    """Images that are shown before anything else is read of the dataset.

    Their hashes come later, with the other pixels: a sample without one counts as not read, labels
    included, if the ingest is stopped in between.
    """

    def __init__(self) -> None:
        self.images: list[Pending] = []
        self._results: dict[int, MediaResult] = {}

    def choose(self, pending: list[Pending], total: int | None) -> bool:
        """Take the first that are new, once; whether there are some, and not all of few."""
        if self.images or (total is not None and total <= FIRST_IMAGES):
            return False
        self.images = [image for image in pending if not image.again][:FIRST_IMAGES]
        return bool(self.images)

    @property
    def whole(self) -> list[list[Pending]]:
        """All of them as one batch, if there are any."""
        return [self.images] if self.images else []

    @property
    def batches(self) -> list[list[Pending]]:
        """Of few images each: somebody may be waiting for them."""
        return list(pixel_batches(self.images, FIRST_PER_PIECE))

    def shown(self, batch: list[Pending], result: MediaResult) -> dict[str, pa.Table]:
        """The table of a batch without hashes; the result is kept."""
        self._results[batch[0].sample_id] = result
        media = media_table([image.sample_id for image in batch], result)
        place = media.column_names.index("content_hash")
        nothing = pa.nulls(media.num_rows, pa.string())
        return {"media": media.set_column(place, "content_hash", nothing)}

    def hashed(self) -> dict[str, pa.Table] | None:
        """The tables that were left out; None: an earlier attempt read the images."""
        found: dict[str, list[pa.Table]] = {}
        for batch in self.batches:
            result = self._results.get(batch[0].sample_id)
            if result is None:
                return None
            for name, table in pixel_tables(batch, result).items():
                found.setdefault(name, []).append(table)
        if not found:
            return None
        found["media"] = [table.select(["sample_id", "content_hash"]) for table in found["media"]]
        return {name: pa.concat_tables(tables) for name, tables in found.items()}

    def others(self, pending: list[Pending]) -> list[Pending]:
        """Those that are left."""
        chosen = {image.sample_id for image in self.images}
        return [image for image in pending if image.sample_id not in chosen]


def pixel_batches(pending: list[Pending], most: int) -> Iterator[list[Pending]]:
    """Images in order, `most` of one root at a time."""
    batch: list[Pending] = []
    for image in pending:
        if batch and (len(batch) == most or image.root != batch[0].root):
            yield batch
            batch = []
        batch.append(image)
    if batch:
        yield batch


def pixel_tables(batch: list[Pending], result: MediaResult) -> dict[str, pa.Table]:
    """The tables of a batch; images whose content is what it was are left out."""
    issues, ids = [], []
    same = np.zeros(len(batch), dtype=bool)
    for index, (image, damage, error, digest) in enumerate(
        zip(batch, result.damages, result.errors, result.hashes, strict=True)
    ):
        same[index] = image.again and digest is not None and digest == image.content_hash
        if same[index]:
            continue  # only its time has changed
        if image.again:
            message = "The file has changed; its pixels were read again."
            issues.append(Issue("IMAGE_CHANGED", "repaired", "image", image.path, message))
            ids.append(image.sample_id)
        if error or damage:
            code = "IMAGE_UNREADABLE" if error else "IMAGE_TRUNCATED"
            message = f"The image cannot be shown: {error}." if error else f"{damage}."
            issues.append(Issue(code, "kept", "image", image.path, message))
            ids.append(image.sample_id)
    media = media_table([image.sample_id for image in batch], result)
    if same.any():
        media = media.filter(numbers(~same, pa.bool_()))
    tables = {"media": media}
    again = [(image.sample_id, image.file) for image in batch if image.file is not None]
    if again:
        tables["sample"] = file_table(
            sample_ids=np.array([sample_id for sample_id, _ in again]),
            sizes=[file.size for _, file in again],
            file_bytes=[file.bytes for _, file in again],
            modified_ns=[file.modified_ns for _, file in again],
            headers=[file.header for _, file in again],
        )
    if issues:
        tables["issue"] = issue_table(issues, ids)
    return tables
