"""What happens to a dataset before an embed job: its input, as of now."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from visionlens_jlab.core.datasets.own_files import own_file
from visionlens_jlab.core.jobs.dataset_setup import DatasetSetup
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.jobs.spool import Spool, write_stream
from visionlens_jlab.core.jobs.status import dataset_of
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.embeddings.job.input import FITTED_FOLDER, HAVE_FOLDER, ITEMS, SPACES
from visionlens_jlab.embeddings.models.files import FILES, real_path_of
from visionlens_jlab.embeddings.shapes import EmbeddingSpace, EmbedRequest
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.embeddings.vectors.segments import EXISTING
from visionlens_jlab.errors import VisionLensError, check_options

if TYPE_CHECKING:
    import pyarrow as pa

    from visionlens_jlab.core.catalog.store import DatasetStore

_SAMPLES = """
    SELECT s.sample_id AS id, coalesce({location}, '') AS location, s.path, s.content_hash,
           s.width, s.height, NULL::DOUBLE AS x, NULL::DOUBLE AS y, NULL::DOUBLE AS w,
           NULL::DOUBLE AS h
    FROM sample s LEFT JOIN source_root r ON r.name = s.root ORDER BY s.sample_id
"""
_ANNOTATIONS = """
    SELECT a.annotation_id AS id, coalesce({location}, '') AS location, s.path, s.content_hash,
           s.width, s.height, a.x, a.y, a.w, a.h
    FROM annotation a JOIN sample s USING (sample_id)
    LEFT JOIN source_root r ON r.name = s.root ORDER BY s.sample_id, a.annotation_id
"""
_SQL_SECONDS = 600.0


def items_of(store: DatasetStore, level: Level) -> pa.Table:
    """Where the pixels of every row of a level are, in order of their images; see `input.Items`."""
    from visionlens_jlab.core.datasets.roots import LOCATION

    sql = _SAMPLES if level == "samples" else _ANNOTATIONS
    return store.sql(sql.format(location=LOCATION), timeout=_SQL_SECONDS)


OPTIONS = ("device", "precision", "compile", "trust_remote_code", "revision")


class EmbedSetup(DatasetSetup[EmbedRequest]):
    """The worker gets every row of the level and which have a vector in which space."""

    reads_images = True

    def checked(self, store: DatasetStore, request: EmbedRequest) -> EmbedRequest:
        """VECTORS_INVALID when the space that is named is of the other level."""
        if not (request.model or "").startswith("plugin:"):  # its form says what it takes
            check_options("Embeddings", request.options, OPTIONS)
        for space in store.part(Embeddings).all():
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
        return not store.part(Embeddings).written_by_others(job.job, since)

    def noted(self, request: EmbedRequest) -> dict[str, Any]:
        """Where the model's files lie: a link that is put in between is not followed."""
        return {FILES: real_path_of(request.model)}

    def prepare(self, store: DatasetStore, request: EmbedRequest, spool: Spool) -> dict[str, Any]:
        """Write rows, spaces, their ids and what they were fitted with."""
        write_stream(spool.input / ITEMS, items_of(store, request.level))
        have, fitted = spool.input / HAVE_FOLDER, spool.input / FITTED_FOLDER
        for folder in (have, fitted):
            folder.mkdir(mode=0o700, exist_ok=True)
        spaces = [space for space in store.part(Embeddings).all() if space.level == request.level]
        for number, space in enumerate(spaces):
            wanted = _may_be_meant(request, space)
            if wanted:  # what is damaged of it is embedded again
                store.part(Embeddings).set_aside(space.space)
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


def follow(job: Job, settings: Mapping[str, Any]) -> list[EmbedRequest]:
    """After an ingest, vectors of the model that the setting names; `auto`: of the best at hand."""
    model = settings.get("embeddings")
    if job.kind != "ingest" or not model:
        return []
    return [EmbedRequest(dataset=dataset_of(job), model=None if model == "auto" else model)]


def offer_space(store: DatasetStore, space: str, spool: Spool) -> dict[str, Any]:
    """Params for `read_space`. SPACE_NOT_FOUND."""
    found = store.part(Embeddings).read(space)
    files, existing, _ = store.part(Embeddings).source(space)
    np.save(spool.input / EXISTING, existing)
    return {
        "level": found.level,
        "dimension": found.dimension,
        "segments": [str(file) for file in files],
    }


def _may_be_meant(request: EmbedRequest, space: EmbeddingSpace) -> bool:
    """Whether the job may add to a space; which one it does is known once the model is loaded."""
    if request.space is not None:
        return space.space == request.space
    return request.model in (None, space.model)


def _ids_of(store: DatasetStore, space: str) -> np.ndarray[Any, Any]:
    """Ids that have a vector; none where the space is damaged, and is not the one that is meant."""
    try:
        return store.part(Embeddings).segments(space).ids
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
