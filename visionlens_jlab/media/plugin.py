"""The built-in kinds of storage, registered through the same hook as anybody's."""

from __future__ import annotations

from collections.abc import Sequence

from visionlens_jlab.core.plugins import API_VERSION, PluginContext, hookimpl
from visionlens_jlab.media.sources import LocalKind, SourceKind

visionlens_api_version = API_VERSION


@hookimpl
def visionlens_sources(context: PluginContext) -> Sequence[SourceKind]:
    """Folders of this machine."""
    return [LocalKind()]
