"""Hooks through which formats, sources and models register: the product's own code alone.

What strangers contribute comes by manifests (`visionlens_jlab/plugins`), whose adapters register
here like everything else.

Hooks are called with keywords only and always get a context object, so that arguments can be
added without breaking plugins. A plugin states the version it was written for in an attribute
`visionlens_api_version`; another version is refused. Plugins are asked one by one, so that a
broken one harms nobody else.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module

import pluggy

from visionlens_jlab.core.registry import capabilities

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

    @hookspec
    def visionlens_embedders(self, context: PluginContext) -> Sequence[object]:
        """Models that embed (`embeddings.models.registry.Offered`)."""
        raise NotImplementedError

    @hookspec
    def visionlens_transforms(self, context: PluginContext) -> Sequence[object]:
        """What changes images before they are embedded (`embeddings.models.base.Transform`)."""
        raise NotImplementedError


_log = logging.getLogger(__name__)


class PluginRegistry:
    """Plugins by name; `failures` maps the name of a broken plugin to what went wrong."""

    def __init__(self) -> None:
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(Hooks)
        self.failures: dict[str, str] = {}

    def register(self, plugin: object, name: str) -> bool:
        """Add a plugin; False (and an entry in `failures`) when it does not fit."""
        version = getattr(plugin, "visionlens_api_version", None)
        if version != API_VERSION:
            return self._fail(name, f"written for API version {version}, this is {API_VERSION}")
        try:
            self._manager.register(plugin, name)
        except Exception as error:  # whatever a plugin raises stays its own problem
            return self._fail(name, f"could not be registered: {error}")
        return True

    def collect(self, hook: str, required: tuple[str, ...]) -> list[object]:
        """Everything the plugins return for a hook, in the order of registration.

        Parameters
        ----------
        hook : str
            Name of a hook in `Hooks`.
        required : tuple of str
            Attributes each object must have; others are left out and noted in `failures`.
        """
        found: list[object] = []
        plugins = self._manager.list_name_plugin()
        for name, plugin in plugins:
            others = [other for _, other in plugins if other is not plugin]
            caller = self._manager.subset_hook_caller(hook, remove_plugins=others)
            try:
                answers = [item for answer in caller(context=PluginContext()) for item in answer]
            except Exception as error:  # see above
                self._fail(name, f"{hook} failed: {error}")
                continue
            for item in answers:
                lacking = [attribute for attribute in required if not hasattr(item, attribute)]
                if lacking:
                    self._fail(name, f"{hook} gave an object without {', '.join(lacking)}")
                else:
                    found.append(item)
        return found

    def _fail(self, name: str, message: str) -> bool:
        self.failures[name] = message
        _log.warning("Plugin %s is left out: %s", name, message)
        return False


@lru_cache(maxsize=1)
def default_registry() -> PluginRegistry:
    """What the capabilities register, loaded once."""
    registry = PluginRegistry()
    for capability in capabilities():
        if capability.plugin:
            registry.register(import_module(capability.plugin), f"visionlens-{capability.name}")
    return registry
