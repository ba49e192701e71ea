"""The capabilities there are."""

from __future__ import annotations

from functools import cache

from visionlens_jlab.core.capability import Capability, JobKind, PieceKind, ViewRestriction, resolve

BUILT_IN = "visionlens_jlab.capabilities:REFERENCES"
"""Named, not imported: the core knows no capability, and kernels load none that they do not use."""
_installed: list[str] = []


def install(reference: str) -> None:
    """Add a capability: `module:name` of its declaration, imported when it is asked for.

    Before anything of the jobs is imported, of which the shapes have a member for each kind.
    """
    if capabilities.cache_info().currsize:
        raise RuntimeError("Capabilities are installed before one is asked for.")
    _installed.append(reference)


@cache
def capabilities() -> tuple[Capability, ...]:
    """All of them: those that come with the product, then those installed."""
    return tuple(resolve(reference) for reference in (*resolve(BUILT_IN), *_installed))


@cache
def job_kinds() -> dict[str, JobKind]:
    """The kinds of jobs by name."""
    return {kind.name: kind for capability in capabilities() for kind in capability.jobs}


@cache
def piece_kinds() -> tuple[PieceKind, ...]:
    """What jobs bring beside samples and annotations, in the order in which it is written."""
    return tuple(kind for capability in capabilities() for kind in capability.pieces)


@cache
def restrictions() -> tuple[ViewRestriction, ...]:
    """What restricts views, beside their filters and SQL."""
    return tuple(kind for capability in capabilities() for kind in capability.restrictions)
