"""Plugins: their list, their switch and their log."""

from __future__ import annotations

from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.core.api.operations import CHANGE, Binary, Operation, Route
from visionlens_jlab.plugins.installed import InstalledPlugins
from visionlens_jlab.plugins.shapes import Plugin, PluginChange, PluginList, PluginLog

MODULE = Binary("text/javascript", "An ES module that exports `activate`.")


class _PluginResource(Resource):
    @property
    def installed(self) -> InstalledPlugins:
        """Those of this environment and of the data directory."""
        return InstalledPlugins(self.services.data_dir, self.services.settings.get("plugins"))


class PluginsHandler(_PluginResource):
    """`plugins`."""

    @Operation("Plugins", response=PluginList)
    async def get(self) -> None:
        """All plugins, also those that are broken, switched off or not allowed."""
        installed = self.installed

        def work() -> PluginList:
            plugins = [installed.described(found) for found in installed.all()]
            return PluginList(plugins=plugins, folder=str(installed.folder))

        await self.answer(await self.limited("read", work))


class PluginHandler(_PluginResource):
    """`plugins/{plugin}`."""

    @Operation("Switch a plugin", PluginChange, Plugin, errors=("PLUGIN_NOT_FOUND", *CHANGE))
    async def patch(self, plugin: str) -> None:
        """Switch it on or off for all datasets of this data directory."""
        change, installed = await self.body(PluginChange), self.installed
        await self.answer(
            await self.limited(
                "read", lambda: installed.described(installed.switch(plugin, on=change.enabled))
            )
        )


class PluginLogHandler(_PluginResource):
    """`plugins/{plugin}/log`."""

    @Operation("Log of a plugin", response=PluginLog, errors=("PLUGIN_NOT_FOUND",))
    async def get(self, plugin: str) -> None:
        """What its runs printed, the last 64 KiB."""
        installed = self.installed
        text = await self.limited("read", lambda: installed.log(plugin))
        await self.answer(PluginLog(text=text))


class PluginPanelHandler(_PluginResource):
    """`plugins/{plugin}/panels/{panel}`."""

    @Operation(
        "Code of a plugin's panel", response=MODULE, errors=("PLUGIN_NOT_FOUND", "PLUGIN_OFF")
    )
    async def get(self, plugin: str, panel: str) -> None:
        """The JavaScript module of a panel, while its plugin is switched on."""
        installed = self.installed
        code = await self.limited("read", lambda: installed.panel_code(plugin, panel))
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")
        self.finish(code, set_content_type=MODULE.content_type)


ROUTES = [
    Route("plugins", PluginsHandler),
    Route("plugins/{plugin}", PluginHandler),
    Route("plugins/{plugin}/log", PluginLogHandler),
    Route("plugins/{plugin}/panels/{panel}", PluginPanelHandler),
]
