"""Every kind of storage: the built-in ones and those of installed plugins."""

from __future__ import annotations

from typing import cast

from visionlens_jlab.core.plugins import PluginRegistry, default_registry
from visionlens_jlab.media.sources import SourceKind


def source_kinds(registry: PluginRegistry | None = None) -> list[SourceKind]:
    """Kinds of storage by scheme."""
    found = (registry or default_registry()).collect("visionlens_sources", ("scheme", "connect"))
    return cast(list[SourceKind], found)
