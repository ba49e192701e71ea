"""What happens to a dataset before an embed job: its input, as of now."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np

from ...catalog.own_files import own_file
from ...errors import VisionLensError, check_options
from ...models import EmbeddingSpace, EmbedRequest, Job, JobParameters, Level, ProjectRequest
from ..dataset_setup import DatasetSetup
from ..pieces import write_stream
from ..spool import Spool
from .input import FITTED_FOLDER, HAVE_FOLDER, ITEMS, SPACES

if TYPE_CHECKING:
    import pyarrow as pa

    from ...catalog.store import DatasetStore

_SAMPLES = """
    SELECT s.sample_id AS id, coalesce(r.location, '') AS location, s.path, s.content_hash,
           s.width, s.height, NULL::DOUBLE AS x, NULL::DOUBLE AS y, NULL::DOUBLE AS w,
           NULL::DOUBLE AS h
    FROM sample s LEFT JOIN source_root r ON r.name = s.root ORDER BY s.sample_id
"""
_ANNOTATIONS = """
    SELECT a.annotation_id AS id, coalesce(r.location, '') AS location, s.path, s.content_hash,
           s.width, s.height, a.x, a.y, a.w, a.h
    FROM annotation a JOIN sample s USING (sample_id)
    LEFT JOIN source_root r ON r.name = s.root ORDER BY s.sample_id, a.annotation_id
"""
_SQL_SECONDS = 600.0


def items_of(store: DatasetStore, level: Level) -> pa.Table:
    """Where the pixels of every row of a level are, in order of their images; see `input.Items`."""
    sql = _SAMPLES if level == "samples" else _ANNOTATIONS
    return store.sql(sql, timeout=_SQL_SECONDS)


OPTIONS = ("device", "precision", "compile", "trust_remote_code", "revision")


class EmbedSetup(DatasetSetup[EmbedRequest]):
    """The worker gets every row of the level and which have a vector in which space."""

    def checked(self, store: DatasetStore, request: EmbedRequest) -> EmbedRequest:
        """VECTORS_INVALID when the space that is named is of the other level."""
        check_options("Embeddings", request.options, OPTIONS)
        for space in store.spaces():
            if space.space == request.space and space.level != request.level:
                raise VisionLensError(
                    "VECTORS_INVALID",
                    f"The space {space.space!r} is of {space.level}.",
                    "Give another name for the space.",
                )
        return request

    def makes(self, request: EmbedRequest) -> object:
        """A space of a level."""
        return request.level, request.space or request.model

    def goes_on(self, store: DatasetStore, job: Job, since: int) -> bool:
        """Not where vectors of its space came from others: these are newer."""
        return not store.vectors_of_others(job.job, since)

    def prepare(self, store: DatasetStore, request: EmbedRequest, spool: Spool) -> dict[str, Any]:
        """Write rows, spaces, their ids and what they were fitted with."""
        write_stream(spool.input / ITEMS, items_of(store, request.level))
        have, fitted = spool.input / HAVE_FOLDER, spool.input / FITTED_FOLDER
        for folder in (have, fitted):
            folder.mkdir(mode=0o700, exist_ok=True)
        spaces = [space for space in store.spaces() if space.level == request.level]
        for number, space in enumerate(spaces):
            wanted = _may_be_meant(request, space)
            if wanted:  # what is damaged of it is embedded again
                store.set_aside_vectors(space.space)
            np.save(have / f"{number}.npy", _ids_of(store, space.space))
            if file := space.settings.get("fitted"):
                source = own_file(store.folder, file)
                try:
                    shutil.copyfile(source, fitted / f"{number}.npz")
                except OSError as error:
                    if wanted:
                        raise _cannot_grow(space.space) from error
        content = [space.model_dump(mode="json") for space in spaces]
        (spool.input / SPACES).write_text(json.dumps(content), encoding="utf-8")
        return {}

    def follow(self, job: Job) -> list[JobParameters]:
        """The projection that was asked for."""
        if job.embed is None or job.embed.project is None or not job.result.get("space"):
            return []
        parameters = {
            "dataset": job.embed.dataset,
            "space": job.result["space"],
            "method": job.embed.project,
        }
        return [ProjectRequest.model_validate(parameters)]


def _may_be_meant(request: EmbedRequest, space: EmbeddingSpace) -> bool:
    """Whether the job may add to a space; which one it does is known once the model is loaded."""
    if request.space is not None:
        return space.space == request.space
    return request.model in (None, space.model)


def _ids_of(store: DatasetStore, space: str) -> np.ndarray[Any, Any]:
    """Ids that have a vector; none where the space is damaged, and is not the one that is meant."""
    try:
        return store.segments(space).ids
    except VisionLensError as error:
        if error.code != "DATASET_DAMAGED":
            raise
        return np.empty(0, np.uint32)


def _cannot_grow(space: str) -> VisionLensError:
    return VisionLensError(
        "DATASET_DAMAGED",
        f"What the space {space!r} was fitted with is lost: nothing can be added to it.",
        "Embed into a space of another name.",
    )
