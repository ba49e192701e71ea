"""Which code runs which kind of job."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import cast

from .context import JobContext

_MODULES = {"ingest": "visionlens_jlab.jobs.ingest"}


def code_of(kind: str) -> Callable[[JobContext], None]:
    """The `run(context)` of a kind; imported now, since it may load much."""
    return cast(Callable[[JobContext], None], importlib.import_module(_MODULES[kind]).run)
