from __future__ import annotations

import pytest

from visionlens_jlab.core.plugins import API_VERSION, PluginRegistry, hookimpl


class Kind:
    scheme = "mem"

    def connect(self, address):
        return address


class Good:
    visionlens_api_version = API_VERSION

    @hookimpl
    def visionlens_sources(self, context):
        assert context.api_version == API_VERSION
        return [Kind()]


class Crashing:
    visionlens_api_version = API_VERSION

    @hookimpl
    def visionlens_sources(self, context):
        raise RuntimeError("no luck")


class Incomplete:
    visionlens_api_version = API_VERSION

    @hookimpl
    def visionlens_sources(self, context):
        return [object()]


class Newer:
    visionlens_api_version = API_VERSION + 1


class WrongSignature:
    visionlens_api_version = API_VERSION

    @hookimpl
    def visionlens_sources(self, context, something_else):
        return []


def test_a_broken_plugin_harms_nobody_else():
    registry = PluginRegistry()
    for plugin in (Crashing(), Good(), Incomplete()):
        assert registry.register(plugin, type(plugin).__name__)
    found = registry.collect("visionlens_sources", ("scheme", "connect"))
    assert [type(item) for item in found] == [Kind]
    assert registry.failures.keys() == {"Crashing", "Incomplete"}
    assert "no luck" in registry.failures["Crashing"]
    assert "scheme" in registry.failures["Incomplete"]
    assert registry.collect("visionlens_formats", ()) == []


@pytest.mark.parametrize("plugin", [Newer(), WrongSignature(), object()])
def test_plugins_that_do_not_fit_are_refused(plugin):
    registry = PluginRegistry()
    assert not registry.register(plugin, "odd")
    assert "odd" in registry.failures
    assert registry.collect("visionlens_sources", ()) == []
