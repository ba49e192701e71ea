"""Whether Jupyter finds our two extensions and the worker's kernel."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_config_path, jupyter_path

from visionlens_jlab.cli.checks.finding import Finding
from visionlens_jlab.version import __version__

SERVER_EXTENSION = "visionlens_jlab"
LAB_EXTENSION = "visionlens-jlab"
KERNEL_SECONDS = 60


def check(kernel: str) -> Iterator[Finding]:
    """Server extension and its settings, lab extension, kernel spec of the workers."""
    yield _server_extension()
    yield from _settings()
    yield _lab_extension()
    yield _kernel(kernel)


def _server_extension() -> Finding:
    from jupyter_server.extension.config import ExtensionConfigManager

    manager = ExtensionConfigManager(read_config_path=jupyter_config_path())
    enabled: dict[str, bool] = manager.get_jpserver_extensions()
    subject = "server extension"
    if enabled.get(SERVER_EXTENSION):
        return Finding("ok", subject, "enabled")
    state = "is disabled" if SERVER_EXTENSION in enabled else "is not enabled"
    return Finding("mend", subject, state, f"jupyter server extension enable {SERVER_EXTENSION}")


def _settings() -> Iterator[Finding]:
    """What the server's files of settings say of us."""
    from jupyter_core.application import JupyterApp

    from visionlens_jlab.options import VisionLens
    from visionlens_jlab.settings import read_settings

    app = JupyterApp()
    for name in ("jupyter_server_config", f"jupyter_{SERVER_EXTENSION}_config"):
        app.config_file_name = name
        app.load_config_file()
    _, faults = read_settings(VisionLens, app.config)
    for name, fault in sorted(faults.items()):
        advice = f"Correct c.VisionLens.{name} in the settings of the Jupyter server."
        yield Finding("mend", f"setting VisionLens.{name}", fault, advice)


def _lab_extension() -> Finding:
    subject = "lab extension"
    for folder in jupyter_path("labextensions"):
        described = Path(folder) / LAB_EXTENSION / "package.json"
        if described.is_file():
            break
    else:
        advice = "pip install --force-reinstall visionlens-jlab, in the environment of JupyterLab"
        return Finding("mend", subject, "is not found", advice)
    if _is_disabled():
        advice = f"jupyter labextension enable {LAB_EXTENSION}"
        return Finding("mend", subject, "is disabled", advice)
    version = _read(described).get("version")
    message = f"{version} in {described.parent}"
    if version != __version__:
        advice = f"Install {LAB_EXTENSION} again: the Python package is {__version__}."
        return Finding("mend", subject, message, advice)
    return Finding("ok", subject, message)


def _is_disabled() -> bool:
    """Whether the highest page configuration that speaks of it says so."""
    for folder in jupyter_config_path():
        disabled = _read(Path(folder) / "labconfig" / "page_config.json").get("disabledExtensions")
        if isinstance(disabled, dict) and LAB_EXTENSION in disabled:
            return bool(disabled[LAB_EXTENSION])
    return False


def _kernel(name: str) -> Finding:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    subject = f"worker kernel {name}"
    try:
        command = KernelSpecManager().get_kernel_spec(name).argv
    except NoSuchKernel:
        advice = f"python -m ipykernel install --sys-prefix --name {name}"
        return Finding("mend", subject, "there is no such kernel spec", advice)
    program = shutil.which(command[0])
    if program is None:
        advice = "Install the kernel again: python -m ipykernel install --sys-prefix"
        return Finding("mend", subject, f"{command[0]} does not exist", advice)
    # jupyter_client puts its own interpreter in the place of a plain `python`
    own = Path(command[0]).name == command[0] and command[0].startswith("python")
    test = [sys.executable if own else program, "-c", "import ipykernel, visionlens_jlab"]
    try:
        done = subprocess.run(test, capture_output=True, check=False, timeout=KERNEL_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding("mend", subject, f"{test[0]} does not run: {error}")
    if done.returncode != 0:
        advice = f"{test[0]} -m pip install visionlens-jlab ipykernel"
        return Finding("mend", subject, f"{test[0]} lacks visionlens_jlab or ipykernel", advice)
    return Finding("ok", subject, test[0])


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
