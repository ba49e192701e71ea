"""The hooks a plugin may implement.

Hooks are called with keywords only and always get a context object, so that arguments can be
added without breaking plugins. A plugin states the version it was written for in an attribute
`visionlens_api_version`; another version is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pluggy

PROJECT = "visionlens_jlab"
API_VERSION = 1

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True, kw_only=True)
class PluginContext:
    """What every hook is given."""

    api_version: int = API_VERSION


class Hooks:
    """Specifications; each returns objects that satisfy the protocol named."""

    @hookspec
    def visionlens_formats(self, context: PluginContext) -> Sequence[object]:
        """Formats to read (`formats.base.Format`), the more specific first."""
        raise NotImplementedError

    @hookspec
    def visionlens_sources(self, context: PluginContext) -> Sequence[object]:
        """Kinds of storage (`media.sources.SourceKind`), one for each address scheme."""
        raise NotImplementedError
