"""Which files of predictions the browser may name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from visionlens_jlab.evaluation.shapes import PredictionsRequest

if TYPE_CHECKING:
    from visionlens_jlab.core.api.services import PathPolicy


def confine(
    policy: PathPolicy, request: PredictionsRequest, *, unrestricted: bool, rows: bool = False
) -> PredictionsRequest:
    """The request with an absolute source, checked unless it comes from the user's kernel.

    With `rows` the source is a label only, since the rows come with the request.
    """
    if rows:
        return request
    source = policy.place(request.source, unrestricted=unrestricted)
    return request.model_copy(update={"source": source})
