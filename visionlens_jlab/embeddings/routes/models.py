"""Which models the browser may name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol, TypeVar

from visionlens_jlab.core.system.confinement import not_allowed
from visionlens_jlab.embeddings.models.files import KINDS, path_of

if TYPE_CHECKING:
    from visionlens_jlab.core.api.services import PathPolicy

_PART = r"(?!\.)[\w.\-]{1,200}(?<!\.)"
_HUB_NAME = re.compile(rf"{_PART}(/{_PART})?(@[\w.\-]{{1,200}})?|", re.ASCII)
"""Up to two parts, none of which leads up; empty: none."""


class _Asking(Protocol):
    @property
    def model(self) -> str | None: ...


Request = TypeVar("Request", bound=_Asking)


def confine(
    policy: PathPolicy, request: Request, *, unrestricted: bool, rows: bool = False
) -> Request:
    """The request, its model checked unless it comes from the user's own kernel."""
    if not unrestricted:
        confine_model(policy, request.model)
    return request


def confine_model(policy: PathPolicy, model: str | None) -> None:
    """Check that the files of a model lie where the browser may read; PATH_NOT_ALLOWED.

    What is no path must be a name of the hub, which leads nowhere.
    """
    path = path_of(model)
    kind, _, name = (model or "").partition(":")
    if path is not None:
        policy.resolve(path)
    elif kind in KINDS and not _HUB_NAME.fullmatch(name.removeprefix("hf-hub:")):
        raise not_allowed(name)
