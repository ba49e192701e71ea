"""Which folders the browser may have ingested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from visionlens_jlab.formats.shapes import DetectRequest
from visionlens_jlab.ingestion.shapes import IngestRequest
from visionlens_jlab.media.sources import OUT_OF_REACH

if TYPE_CHECKING:
    from visionlens_jlab.core.api.services import PathPolicy

Request = TypeVar("Request", IngestRequest, DetectRequest)
PLACE = (
    "DIR_NOT_FOUND",
    "DIR_EMPTY",
    "PERMISSION_DENIED",
    "PATH_NOT_ALLOWED",
    "FORMAT_UNKNOWN",
    "LABELS_INVALID",
    *sorted(OUT_OF_REACH),
)
"""Codes that a folder may be refused with."""


def confine(
    policy: PathPolicy, request: Request, *, unrestricted: bool, rows: bool = False
) -> Request:
    """The request with absolute paths, checked unless it comes from the user's own kernel.

    With `rows` the source is a label only, since the rows come with the request.
    """
    named: dict[str, Any] = {
        part: policy.place(value, unrestricted=unrestricted)
        for part in (("images", "labels") if rows else ("source", "images", "labels"))
        if (value := getattr(request, part)) is not None
    }
    if isinstance(request, IngestRequest) and not unrestricted:
        # Label files may name further folders, which must lie in the same roots.
        named["options"] = {**request.options, "within": list(policy.confinement.folders)}
    return request.model_copy(update=named)
