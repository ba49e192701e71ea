"""Tries a plugin against the contract of its kinds, each contribution in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from visionlens_jlab.config import plugin_memory
from visionlens_jlab.core.system.pipes import child_command
from visionlens_jlab.plugins.kit.fault import Fault, sample_arguments
from visionlens_jlab.plugins.manifest import ContributionManifest, Manifest
from visionlens_jlab.plugins.versions import VERSIONS

_COMMAND = child_command("visionlens_jlab.plugins.kit.trial")
_KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT")


def versions(manifest: Manifest) -> list[tuple[str, bool]]:
    """The oldest and the newest version that it fits, and one after that; whether it is later."""
    fitting = sorted(filter(SpecifierSet(manifest.api).contains, VERSIONS), key=Version)
    return [*dict.fromkeys([(fitting[0], False), (fitting[-1], False)]), (fitting[-1], True)]


@dataclass(frozen=True, kw_only=True)
class Trying:
    """How contributions are tried.

    Attributes
    ----------
    seconds : float
        After which a run is ended.
    verbose : bool
        Whether what the plugin prints is shown.
    arguments : dict
        Instead of those that its form begins with.
    """

    seconds: float = 60
    verbose: bool = False
    arguments: dict[str, Any] = field(default_factory=dict)


def try_plugin(path: Path, manifest: Manifest, how: Trying | None = None) -> list[Fault]:
    """What a plugin does that it may not. Its panels run in a browser alone, and are not tried."""
    return [
        fault
        for asked in manifest.contributions
        if asked.kind != "panel"
        for fault in _of_contribution(path, manifest, asked, how or Trying())
    ]


def _of_contribution(
    path: Path, manifest: Manifest, asked: ContributionManifest, how: Trying
) -> list[Fault]:
    """With the first version that shows a fault: with another it would be much the same."""
    for api, later in versions(manifest):
        where = f"{asked.kind} {asked.id}" + (f" (as by an API after {api})" if later else "")
        request = {
            "asked": asked.model_dump(by_alias=True),
            "arguments": {**sample_arguments(asked.form), **how.arguments},
            "permissions": list(manifest.permissions),
            "api": api,
            "later": later,
        }
        if found := _tried(path, request, how):
            return [Fault(where, message, mend) for message, mend in found]
    return []


def _tried(path: Path, request: dict[str, Any], how: Trying) -> list[tuple[str, str]]:
    with tempfile.TemporaryDirectory(prefix="visionlens-try-") as base:
        folders = {name: Path(base) / name for name in ("output", "scratch")}
        for folder in folders.values():
            folder.mkdir()
        report = Path(base) / "report"
        module, root = module_of(path)
        asking = Path(base) / "request.json"
        asking.write_text(
            json.dumps(
                {
                    **request,
                    "file": str(path.resolve()),
                    "module": module,
                    "root": root,
                    "report": str(report),
                    "megabytes": plugin_memory(),
                    **{name: str(folder) for name, folder in folders.items()},
                }
            )
        )
        ended = _run(asking, folders["scratch"], how)
        lines = [json.loads(line) for line in _lines(report)]
        faults = [(str(line[0]), str(line[1])) for line in lines if isinstance(line, list)]
        if not lines or lines[-1] != "end":
            faults.append(ended)
        return faults


def _lines(report: Path) -> list[str]:
    return report.read_text().splitlines() if report.exists() else []


def _run(asking: Path, scratch: Path, how: Trying) -> tuple[str, str]:
    """Run it to its end; what its end was."""
    said = None if how.verbose else subprocess.DEVNULL
    process = subprocess.Popen(
        [*_COMMAND, str(asking)],
        stdin=subprocess.DEVNULL,
        stdout=said,
        stderr=said,
        start_new_session=True,
        cwd=scratch,
        env={
            **{name: os.environ[name] for name in _KEPT if name in os.environ},
            **dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME"), str(scratch)),
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[3]), *_paths()]),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
    )
    try:
        code = process.wait(how.seconds)
    except subprocess.TimeoutExpired:
        return f"It has not come to its end after {how.seconds:g} seconds.", "Let it end."
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    end = signal.Signals(-code).name if code < 0 else f"the exit code {code}"
    return f"Its process ended by {end} before it was done.", "Let it return, or raise."


def _paths() -> list[str]:
    return [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]


def module_of(path: Path) -> tuple[str | None, str]:
    """The module that a file of a package is, and the folder from which it is imported."""
    path = path.resolve()
    folder, names = path.parent, [path.stem]
    while (folder / "__init__.py").exists():
        names.insert(0, folder.name)
        folder = folder.parent
    return (".".join(names) if len(names) > 1 else None), str(folder)
