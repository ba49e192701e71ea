"""Projections whose files are damaged or lost are made again, as they were."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from visionlens_jlab.map.job.parameters import REQUESTED
from visionlens_jlab.map.shapes import Projection, ProjectRequest
from visionlens_jlab.map.store.projections import Projections

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore


def rebuilds(store: DatasetStore, *, thorough: bool = False) -> dict[str, ProjectRequest]:
    """Name of the job -> what makes a damaged projection again, one for each.

    With the same seed, and placed by its model where that is whole: points come to lie where they
    lay. Clusters are a field and stay. The name is the same until there is another result, so that
    what cannot be made is tried once.
    """
    if store.read_only:
        return {}
    bad = store.part(Projections).bad(thorough=thorough)
    return {
        uuid.uuid5(uuid.NAMESPACE_OID, f"{one.projection} {one.created_at}").hex: _request(
            store, one, refit=bad[one.projection] == "model"
        )
        for one in store.part(Projections).all()
        if one.projection in bad and not one.preview
    }


def _request(store: DatasetStore, found: Projection, *, refit: bool) -> ProjectRequest:
    parameters = dict(found.parameters)
    method = parameters.pop(REQUESTED, found.method)
    return ProjectRequest(
        dataset=store.slug,
        space=found.space,
        method=method,
        dimensions=3 if found.dimensions == 3 else 2,
        seed=parameters.pop("seed", None),
        parameters=parameters,
        clusters=False,
        refit=refit,
    )
