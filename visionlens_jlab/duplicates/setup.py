"""What happens before and after a search for duplicates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from visionlens_jlab.core.datasets.own_files import own_file
from visionlens_jlab.core.jobs.dataset_setup import DatasetSetup
from visionlens_jlab.core.jobs.spool import Spool, write_stream
from visionlens_jlab.duplicates.capability import SAMPLES
from visionlens_jlab.duplicates.shapes import DuplicatesRequest
from visionlens_jlab.duplicates.store import DuplicateGroups
from visionlens_jlab.embeddings.setup import offer_space
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.capability import FOLDER as THUMBNAILS
from visionlens_jlab.media.store.images import Images

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore

_SAMPLES_SQL = """
    SELECT sample_id, content_hash, width, height, sharpness, thumb_pack, thumb_offset, thumb_length
    FROM sample ORDER BY sample_id
"""


class DuplicatesSetup(DatasetSetup[DuplicatesRequest]):
    """The worker gets the samples, where their thumbnails lie, and a space's vectors."""

    def checked(self, store: DatasetStore, request: DuplicatesRequest) -> DuplicatesRequest:
        """With a space, where there is one of samples. SPACE_NOT_FOUND, REQUEST_INVALID."""
        if request.kind == "exact":
            return request.model_copy(update={"space": None})
        if request.space is not None:
            if store.part(Embeddings).read(request.space).level != "samples":
                raise VisionLensError(
                    "REQUEST_INVALID",
                    f"The space {request.space!r} holds vectors of objects.",
                    "Name a space of samples.",
                )
            return request
        spaces = [
            one
            for one in store.part(Embeddings).all()
            if one.level == "samples" and one.vectors > 1
        ]
        return request.model_copy(update={"space": spaces[-1].space if spaces else None})

    def makes(self, request: DuplicatesRequest) -> object:
        """The groups of a kind."""
        return request.kind

    def standing(self, store: DatasetStore, request: DuplicatesRequest) -> str | None:
        """When they were looked for last."""
        return store.part(DuplicateGroups).last_run(request.kind)

    def prepare(
        self, store: DatasetStore, request: DuplicatesRequest, spool: Spool
    ) -> dict[str, Any]:
        """The samples with whole thumbnails, and the vectors where there are some."""
        store.part(Images).mend()
        samples = store.sql(_SAMPLES_SQL, timeout=600)
        for pack in samples["thumb_pack"].unique().drop_null().to_pylist():
            own_file(store.folder, f"{THUMBNAILS}/{pack}")
        write_stream(spool.input / SAMPLES, samples)
        params: dict[str, Any] = {"thumbnails": str(store.folder / THUMBNAILS)}
        if request.space is not None:
            params |= offer_space(store, request.space, spool)
        return params
