"""What was read from the pixels of images, as the tables of a piece."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from visionlens_jlab.core.system.arrow_columns import numbers
from visionlens_jlab.formats.base import Issue
from visionlens_jlab.ingestion.job.samples import Pending
from visionlens_jlab.ingestion.job.tables import file_table, issue_table, media_table
from visionlens_jlab.media.image_processes.tasks import MediaResult


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
