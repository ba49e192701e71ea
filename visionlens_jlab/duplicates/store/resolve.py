"""Tagging or removing what duplicates others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from visionlens_jlab.core.views.shapes import Changed, TagRequest
from visionlens_jlab.duplicates.shapes import ResolveRequest
from visionlens_jlab.duplicates.store.groups import DuplicateGroups
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore


def resolve(store: DatasetStore, request: ResolveRequest) -> Changed:
    """Tag or remove all but the best samples of groups of duplicates.

    Raises
    ------
    VisionLensError
        DUPLICATES_CHANGED when the groups are not those of the run that is meant;
        DATASET_READ_ONLY.
    """
    if store.part(DuplicateGroups).last_run(request.kind) != request.created_at:
        raise VisionLensError(
            "DUPLICATES_CHANGED", f"The {request.kind} duplicates are not those of that run."
        )
    rest = store.part(DuplicateGroups).rest(request.kind, request.groups, request.keep)
    if not rest:
        return Changed(version=store.version, changed=0)
    if request.action == "remove":
        return store.delete_samples(rest)
    return store.tag(TagRequest(tag=request.tag, ids=rest))
