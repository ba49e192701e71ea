"""What plugins contribute, registered through the same hooks as the product's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from visionlens_jlab.core.plugins import API_VERSION, PluginContext, hookimpl

if TYPE_CHECKING:
    from visionlens_jlab.embeddings.models.base import Transform
    from visionlens_jlab.embeddings.models.registry import Offered
    from visionlens_jlab.formats.base import Format
    from visionlens_jlab.media.sources import SourceKind

visionlens_api_version = API_VERSION


@hookimpl
def visionlens_formats(context: PluginContext) -> Sequence[Format]:
    """Those of manifests; nothing of a plugin is imported."""
    from visionlens_jlab.plugins.adapters.formats import PluginFormat
    from visionlens_jlab.plugins.installed import InstalledPlugins

    return [PluginFormat(asked) for asked in InstalledPlugins.here().active("format")]


@hookimpl
def visionlens_sources(context: PluginContext) -> Sequence[SourceKind]:
    """A scheme each."""
    from visionlens_jlab.plugins.adapters.sources import source_kinds

    return source_kinds()


@hookimpl
def visionlens_embedders(context: PluginContext) -> Sequence[Offered]:
    """Models, none of which is loaded."""
    from visionlens_jlab.plugins.adapters.embedders import OfferedEmbedder
    from visionlens_jlab.plugins.installed import InstalledPlugins

    return [OfferedEmbedder(asked) for asked in InstalledPlugins.here().active("embedder")]


@hookimpl
def visionlens_transforms(context: PluginContext) -> Sequence[Transform]:
    """The hooks `on_transform` that are on, as one."""
    from visionlens_jlab.plugins.adapters.transforms import Transforms

    transforms = Transforms.here()
    return [transforms] if transforms else []
