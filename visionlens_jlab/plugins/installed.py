"""The plugins there are: of installed packages and of the user's folder; which of them may run."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from visionlens_jlab.config import ENV_PLUGINS_ALLOWED, default_plugin_home
from visionlens_jlab.core.jobs.spool import write_json
from visionlens_jlab.errors import VisionLensError, unknown
from visionlens_jlab.plugins.kinds import Kind
from visionlens_jlab.plugins.manifest import (
    NAME,
    ContributionManifest,
    Manifest,
    ManifestError,
    read_manifest,
)
from visionlens_jlab.plugins.shapes import Contribution, Plugin, PluginState
from visionlens_jlab.plugins.versions import VERSIONS, fitting

if TYPE_CHECKING:
    from visionlens_jlab.plugins.shapes import OperatorRequest

GROUP = "visionlens_jlab.plugins"
"""Entry points of packages: `name = "package.module:MANIFEST"`."""
FOLDER = "plugins"
LOG_BYTES = 64 << 10
_MOST_FILES = 500
_KEPT_SECONDS = 30.0
_MOST_CODE = 4 << 20
_SWITCHED = ".switched.json"


@dataclass(frozen=True)
class Found:
    """A plugin as it was found; `reason` says why it has no manifest, or may not run."""

    name: str
    origin: Literal["package", "file"]
    place: str
    file: Path | None
    module: str | None
    manifest: Manifest | None
    state: PluginState
    reason: str | None


@dataclass(frozen=True)
class Asked:
    """A contribution of a plugin that may run; its output goes to `log`."""

    plugin: Found
    contribution: ContributionManifest
    log: Path

    @property
    def name(self) -> str:
        """How everything names it that is no operator."""
        return f"plugin:{self.plugin.name}/{self.contribution.id}"

    @property
    def label(self) -> str:
        """How it is shown."""
        return self.contribution.title or self.contribution.id

    @property
    def stamp(self) -> tuple[str, ...]:
        """Another one when the file was saved."""
        assert self.plugin.file is not None
        status = self.plugin.file.stat()
        return self.name, str(self.plugin.file), str(status.st_mtime_ns), str(status.st_size)

    @property
    def request(self) -> dict[str, Any]:
        """What its process must know of it."""
        manifest = self.plugin.manifest
        assert manifest is not None
        version = fitting(manifest.api)
        assert version is not None
        return {
            "file": str(self.plugin.file),
            "module": self.plugin.module,
            "api": version,
            "contexts": VERSIONS[version],
            "asked": self.contribution.model_dump(by_alias=True),
            "permissions": list(manifest.permissions),
            "form": self.contribution.kind in WITH_FORM,
            "serves": False,
        }


WITH_FORM: tuple[Kind, ...] = ("operator", "measure", "evaluator", "embedder")
"""Kinds whose arguments are checked when they start."""


class InstalledPlugins:
    """Those that the packages of this environment announce, and the files of the user's folder.

    Parameters
    ----------
    data_dir : Path
    allowed : collection of str, optional
        Names of the only ones that may run; None: all.
    """

    def __init__(self, data_dir: Path, allowed: Collection[str] | None = None) -> None:
        self.folder = data_dir / FOLDER
        self._allowed = allowed

    @classmethod
    def here(cls, data_dir: Path | None = None) -> InstalledPlugins:
        """Those of a data directory, or of the one that the environment says; as allowed there."""
        allowed = os.environ.get(ENV_PLUGINS_ALLOWED)
        home = data_dir or default_plugin_home()
        return cls(home, None if allowed is None else json.loads(allowed))

    def all(self) -> list[Found]:
        """All of them by name, also those that are broken."""
        off, found = self._switched_off(), dict[str, Found]()
        for one in (*_packages(), *_files(self.folder)):
            state, reason = one.state, one.reason
            if one.name in found:
                state = "broken"
                reason = f"{found[one.name].place} has the same name already."
            elif state == "on" and self._allowed is not None and one.name not in self._allowed:
                state, reason = (
                    "not_allowed",
                    "The administrator of this server has not allowed it.",
                )
            elif state == "on" and one.name in off:
                state = "off"
            key = one.name if one.name not in found else f"{one.name} ({one.place})"
            found[key] = Found(
                key, one.origin, one.place, one.file, one.module, one.manifest, state, reason
            )
        return sorted(found.values(), key=lambda one: one.name)

    def get(self, name: str) -> Found:
        """One of them; PLUGIN_NOT_FOUND."""
        found = {one.name: one for one in self.all()}
        if name not in found:
            raise unknown("PLUGIN_NOT_FOUND", "plugin", name, dict.fromkeys(found))
        return found[name]

    def usable(self, name: str, contribution: str, *kinds: Kind) -> Asked:
        """One that may run, and what is asked of it. PLUGIN_NOT_FOUND, PLUGIN_OFF."""
        found = self.get(name)
        if found.state != "on" or found.manifest is None:
            why = found.reason or "It is switched off."
            raise VisionLensError("PLUGIN_OFF", f"The plugin {name} does not run. {why}")
        asked = found.manifest.contribution(contribution)
        if asked is None or asked.kind not in kinds:
            known = dict.fromkeys(
                one.id for one in found.manifest.contributions if one.kind in kinds
            )
            raise unknown("PLUGIN_NOT_FOUND", f"{kinds[0]} of {name}", contribution, known)
        return Asked(found, asked, self.log_file(found.name))

    def active(self, kind: Kind) -> list[Asked]:
        """What all plugins that may run contribute of a kind."""
        return [
            Asked(found, one, self.log_file(found.name))
            for found in self.all()
            if found.state == "on" and found.manifest is not None
            for one in found.manifest.contributions
            if one.kind == kind
        ]

    def switch(self, name: str, *, on: bool) -> Found:
        """Switch one on or off; PLUGIN_NOT_FOUND."""
        self.get(name)
        off = self._switched_off() - {name} if on else self._switched_off() | {name}
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_json(self.folder / _SWITCHED, {"off": sorted(off)})
        return self.get(name)

    def log_file(self, name: str) -> Path:
        """Where the output of its runs is kept."""
        return self.folder / "logs" / f"{name}.log"

    def log(self, name: str) -> str:
        """The last output of its runs; PLUGIN_NOT_FOUND."""
        found = self.get(name)
        with suppress(FileNotFoundError):
            return self.log_file(found.name).read_text("utf-8", "replace")[-LOG_BYTES:]
        return ""

    def panel_code(self, name: str, panel: str) -> bytes:
        """The JavaScript module of a panel. PLUGIN_NOT_FOUND, PLUGIN_OFF."""
        asked = self.usable(name, panel, "panel")
        file, target = asked.plugin.file, asked.contribution.target
        assert file is not None and target is not None
        try:
            with (file.parent / target).open("rb") as module:
                return module.read(_MOST_CODE)
        except OSError as error:
            message = f"{target} of the plugin {name} cannot be read: {error.strerror}."
            raise VisionLensError("PLUGIN_NOT_FOUND", message) from error

    def described(self, found: Found) -> Plugin:
        """What the panel shows."""
        manifest = found.manifest
        return Plugin(
            name=found.name,
            title=(manifest.title if manifest else "") or found.name,
            description=manifest.description if manifest else "",
            version=manifest.version if manifest else "",
            api=manifest.api if manifest else "",
            origin=found.origin,
            place=found.place,
            state=found.state,
            reason=found.reason,
            permissions=manifest.permissions if manifest else [],
            contributions=[
                Contribution(
                    kind=one.kind,
                    id=one.id,
                    title=one.title or one.id,
                    description=one.description,
                    form=one.form,
                )
                for one in (manifest.contributions if manifest else ())
            ],
            log="/" not in found.name and self.log_file(found.name).exists(),
        )

    def _switched_off(self) -> set[str]:
        with suppress(OSError, ValueError, KeyError, TypeError):
            return {str(name) for name in json.loads((self.folder / _SWITCHED).read_bytes())["off"]}
        return set()


def check(request: OperatorRequest, settings: Mapping[str, Any]) -> None:
    """PLUGIN_OFF where the administrator has not allowed the plugin."""
    allowed = settings.get("plugins")
    if allowed is not None and request.plugin not in allowed:
        raise VisionLensError(
            "PLUGIN_OFF",
            f"The plugin {request.plugin} is not allowed on this server.",
            "Ask the administrator to add it to VisionLens.plugins_allowed.",
        )


def _files(folder: Path) -> Iterator[Found]:
    try:
        paths = sorted(folder.glob("*.py"))[:_MOST_FILES]
    except OSError:
        return
    for path in paths:
        if not path.name.startswith((".", "_")):
            place = os.fsencode(path).decode("utf-8", "replace")
            yield _found(Path(place).stem, "file", place, path, None)


def _packages() -> Iterator[Found]:
    for entry in _entries(tuple(sys.path), int(time.monotonic() / _KEPT_SECONDS)):
        place = entry.dist.name if entry.dist else entry.value
        if entry.attr != NAME:
            reason = f"Its entry point must name a {NAME}, as package.module:{NAME}."
            yield Found(entry.name, "package", place, None, None, None, "broken", reason)
            continue
        file = _file_of(entry)
        if file is None:
            reason = f"There is no module {entry.module} in the package."
            yield Found(entry.name, "package", place, None, None, None, "broken", reason)
            continue
        yield _found(entry.name, "package", place, file, entry.module)


@lru_cache(maxsize=4)
def _entries(path: tuple[str, ...], period: int) -> tuple[EntryPoint, ...]:
    """Kept for a while: the metadata of all packages is read for it."""
    return tuple(entry_points(group=GROUP))


def _found(
    name: str, origin: Literal["package", "file"], place: str, file: Path, module: str | None
) -> Found:
    try:
        manifest = read_manifest(file)
    except ManifestError as error:
        return Found(name, origin, place, file, module, None, "broken", str(error))
    return Found(manifest.name, origin, place, file, module, manifest, "on", None)


def _file_of(entry: EntryPoint) -> Path | None:
    """The module's file, found without importing the packages above it."""
    places, spec = None, None
    parts = entry.module.split(".")
    for count in range(1, len(parts) + 1):
        spec = PathFinder.find_spec(".".join(parts[:count]), places)
        if spec is None:
            return None
        places = list(spec.submodule_search_locations or ())
    return _origin(spec)


def _origin(spec: ModuleSpec | None) -> Path | None:
    return Path(spec.origin) if spec and spec.origin and spec.origin.endswith(".py") else None
