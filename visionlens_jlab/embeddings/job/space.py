"""Which space the vectors of an embed job belong to."""

from __future__ import annotations

import itertools
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from visionlens_jlab.core.jobs.status import now
from visionlens_jlab.embeddings.job.input import Known
from visionlens_jlab.embeddings.shapes import EmbeddingSpace
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.embeddings.models.base import Embedder


def version_in(embedder: Embedder, level: str, margin: float) -> str:
    """The model's version, and how objects are cut out."""
    return embedder.version if level == "samples" else f"{embedder.version}-m{margin:g}"


def choose_space(
    embedder: Embedder,
    version: str,
    params: dict[str, Any],
    margin: float,
    known: list[Known],
) -> tuple[EmbeddingSpace, Known | None]:
    """The space that vectors of this version go into, and what it has; None: it is a new one.

    A space never changes its model: other weights under the same name make another space.

    Raises
    ------
    VisionLensError
        VECTORS_INVALID when the space that was asked for is of another model.
    """
    taken = {one.space.space: one for one in known}
    asked = params["space"]
    if asked in taken and not _fits(taken[asked].space, embedder, version):
        raise VisionLensError(
            "VECTORS_INVALID",
            f"The space {asked!r} holds vectors of {taken[asked].space.model}, version "
            f"{taken[asked].space.version}, not of {embedder.name}, version {version}.",
            "Give another name for the space, or delete it first.",
        )
    name = asked or next(
        name
        for name in _names(embedder.name, params["level"])
        if name not in taken or _fits(taken[name].space, embedder, version)
    )
    if name in taken:
        return taken[name].space, taken[name]
    settings: dict[str, Any] = {"options": embedder.settings}
    if params["level"] == "annotations":
        settings["crop_margin"] = margin
    space = EmbeddingSpace(
        space=name,
        level=params["level"],
        model=embedder.name,
        version=version,
        dimension=embedder.dimension,
        has_text=embedder.has_text,
        settings=settings,
        created_at=now(),
    )
    return space, None


def _fits(space: EmbeddingSpace, embedder: Embedder, version: str) -> bool:
    if embedder.needs_fit:  # fitted ones carry the digest of what they were fitted with
        return space.model == embedder.name and space.version.startswith(f"{version}-")
    return space.model == embedder.name and space.version == version


def _names(model: str, level: str) -> itertools.chain[str]:
    """`clip-vit-base`, `clip-vit-base-2` ... from `transformers:openai/clip-vit-base`."""
    kind, _, name = model.partition(":")
    last = (
        PurePosixPath(name.partition(":")[2] or name).name
        if "//" in name or name.startswith(("/", "local-dir:"))
        else name
    )
    base = re.sub(r"[^A-Za-z0-9_.-]+", "-", last or kind).strip("-.")[:80] or kind
    if level == "annotations":
        base += "-objects"
    return itertools.chain([base], (f"{base}-{number}" for number in itertools.count(2)))
