"""Loads plugins and asks them, one by one, so that a broken one harms nobody else."""

from __future__ import annotations

import logging
from functools import lru_cache
from importlib import import_module
from importlib.metadata import entry_points

import pluggy

from visionlens_jlab.core.plugins.hookspecs import API_VERSION, PROJECT, Hooks, PluginContext
from visionlens_jlab.core.registry import capabilities

ENTRY_POINT_GROUP = "visionlens_jlab.plugins"

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

    def load_installed(self) -> None:
        """Register the plugins that installed packages announce as entry points."""
        for entry in entry_points(group=ENTRY_POINT_GROUP):
            try:
                plugin = entry.load()
            except Exception as error:  # importing foreign code may raise anything
                self._fail(entry.name, f"could not be imported: {error}")
                continue
            self.register(plugin, entry.name)

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
    """The plugins of this environment, loaded once: those of capabilities, then installed ones."""
    registry = PluginRegistry()
    for capability in capabilities():
        if capability.plugin:
            registry.register(import_module(capability.plugin), f"visionlens-{capability.name}")
    registry.load_installed()
    return registry
