"""What happens to a dataset before a vision-language model is asked: its input, as of now."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from visionlens_jlab.attributes.capability import ASKED, ASKED_FOLDER
from visionlens_jlab.attributes.models.questions import checked
from visionlens_jlab.attributes.shapes import AttributeRequest, AttributeSpec
from visionlens_jlab.attributes.store.attributes import Attributes
from visionlens_jlab.core.jobs.dataset_setup import DatasetSetup
from visionlens_jlab.core.jobs.spool import Spool, write_stream
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.embeddings.job.input import ITEMS
from visionlens_jlab.embeddings.models.files import FILES, real_path_of
from visionlens_jlab.embeddings.setup import items_of

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore

Ids = np.ndarray[Any, Any]
_KEYS: dict[Level, str] = {"samples": "sample_id", "annotations": "annotation_id"}


class AttributesSetup(DatasetSetup[AttributeRequest]):
    """The worker gets the rows to ask about, and which were asked before and how."""

    reads_images = True

    def checked(self, store: DatasetStore, request: AttributeRequest) -> AttributeRequest:
        """ATTRIBUTE_INVALID; what the view raises."""
        if request.view is not None:
            store.view(request.view)
        return request.model_copy(update={"attributes": checked(request.attributes)})

    def makes(self, request: AttributeRequest) -> object:
        """Attributes."""
        return sorted(spec.name for spec in request.attributes)

    def noted(self, request: AttributeRequest) -> dict[str, Any]:
        """Where the model's files lie: a link that is put in between is not followed."""
        return {FILES: real_path_of(request.model)}

    def prepare(
        self, store: DatasetStore, request: AttributeRequest, spool: Spool
    ) -> dict[str, Any]:
        """Write the rows of each level, and what is there of the attributes that are named."""
        chosen = _samples(store, request)
        for level in sorted({spec.level for spec in request.attributes}):
            items = items_of(store, level)
            ids = _ids(store, request.view, level, chosen)
            rows = np.flatnonzero(np.isin(items["id"].to_numpy(), ids))
            (spool.input / level).mkdir(mode=0o700, exist_ok=True)
            write_stream(spool.input / level / ITEMS, items.take(pa.array(rows)))
        self._write_asked(store, request.attributes, spool)
        return {}

    def _write_asked(self, store: DatasetStore, specs: list[AttributeSpec], spool: Spool) -> None:
        names = {spec.name for spec in specs}
        known = [one for one in store.part(Attributes).all() if one.spec.name in names]
        folder = spool.input / ASKED_FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        for one in known:
            np.save(
                folder / f"{one.spec.name}.npy", store.part(Attributes).asked_ids(one.spec.name)
            )
        content = [one.model_dump(mode="json", exclude={"calibrations"}) for one in known]
        (spool.input / ASKED).write_text(json.dumps(content), encoding="utf-8")


def _samples(store: DatasetStore, request: AttributeRequest) -> Ids | None:
    """The samples that are drawn; None: all."""
    if request.limit is None:
        return None
    table = store.tables.read("samples", spec=request.view, columns=["sample_id"])
    ids = np.unique(table["sample_id"].to_numpy())
    if request.limit >= len(ids):
        return ids
    return np.random.default_rng(request.seed).choice(ids, request.limit, replace=False)


def _ids(store: DatasetStore, view: ViewSpec | None, level: Level, samples: Ids | None) -> Ids:
    """Rows of a level; without a view, of objects those of the ground truth."""
    key = _KEYS[level]
    columns = [key] if level == "samples" else [key, "sample_id"]
    table = store.tables.read(level, spec=view or ViewSpec(), columns=columns)
    ids: Ids = table[key].to_numpy()
    return ids if samples is None else ids[np.isin(table["sample_id"].to_numpy(), samples)]
