"""Whether the settings of the Jupyter server make sense: each fault by the name of its setting."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from traitlets import Float, Int
from traitlets.config import Config, Configurable

from visionlens_jlab.config import LEAST_DECODE_MEMORY_MB, LEAST_MEMORY_MB, LEAST_SQL_MEMORY_MB
from visionlens_jlab.core.api.gates import THREADS
from visionlens_jlab.core.system.confinement import check_name
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.language_models.config import is_local, provider_of

Settings = TypeVar("Settings", bound=Configurable)
Faults = dict[str, str]
"""Name of a setting -> what is wrong with it."""

MOST = 1 << 40
"""No number, of seconds, tokens or MiB, is larger."""
LEAST = {
    "memory_limit_mb": LEAST_MEMORY_MB,
    "sql_memory_mb": LEAST_SQL_MEMORY_MB,
    "decode_memory_mb": LEAST_DECODE_MEMORY_MB,
    "sql_seconds": 1,
    "agent_requests": 1,
    "agent_tokens": 1,
    "user_jobs": 1,
    "open_datasets": 1,
    **dict.fromkeys((f"{kind}_{what}" for kind in THREADS for what in ("threads", "requests")), 1),
}
MOST_THREADS = 1024
"""Of one kind: each takes memory of its own."""
_KERNEL_NAME = re.compile(r"[\w.\-]{1,200}", re.ASCII)
_NAMES = ("worker_kernel_name", "gpu_kernel_name")
_ADDRESSES = ("agent_url", "qdrant_url")
_SECRETS = ("agent_key", "qdrant_api_key")


def read_settings(kind: type[Settings], config: Config) -> tuple[Settings, Faults]:
    """The settings as configured, with the defaults for those that are no values at all.

    Parameters
    ----------
    kind : type of Configurable
    config : Config
        Of an application.
    """
    section = config.get(kind.__name__, Config())
    faults = {name: fault for name in section if (fault := _refused(kind, name, section))}
    rest = {name: value for name, value in section.items() if name not in faults}
    settings = kind(config=Config({kind.__name__: rest}))
    return settings, {**_faults(settings), **faults}


def _refused(kind: type[Configurable], name: str, section: Config) -> str | None:
    """Why a setting cannot have its value."""
    try:
        kind(config=Config({kind.__name__: {name: section[name]}}))
    except Exception as error:  # of traitlets, and of what classes named there import
        if name in _SECRETS:
            return "must be text"
        return f"cannot have this value: {' '.join(str(error).split())[:300].rstrip('.')}"
    return None


def _faults(settings: Configurable) -> Faults:
    found: Faults = {}
    for name, trait in settings.traits(config=True).items():
        value = getattr(settings, name)
        if isinstance(trait, Int | Float) and value is not None:
            least = LEAST.get(name, 0)
            most = MOST_THREADS if name.endswith("_threads") else MOST
            if not (math.isfinite(value) and least <= value <= most):
                found[name] = f"must be a number from {least} to {most}, not {value!r:.50}"
        elif name in _NAMES and value and not _KERNEL_NAME.fullmatch(value):
            found[name] = f"must be the name of a kernel spec, not {value!r:.50}"
        elif name in _ADDRESSES and value and not _is_address(value):
            found[name] = "must be an address that begins with http:// or https://"
        elif name in _SECRETS and not (value.isascii() and value.isprintable()):
            found[name] = "must hold printable ASCII characters alone"
    for name, fault in (*_places(settings), *_contradictions(settings)):
        found.setdefault(name, fault)
    return found


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0


def _places(settings: Any) -> Iterator[tuple[str, str]]:
    for name, folders in (
        ("data_dir", [settings.data_dir]),
        ("allowed_roots", settings.allowed_roots),
    ):
        for folder in folders:
            fault = _place(folder)
            if fault:
                yield name, fault


def _place(named: str) -> str | None:
    """What is wrong with a folder; one that is not there yet may come."""
    try:
        check_name(named)
        path = Path(named).expanduser()
        nearest = next(one for one in (path, *path.absolute().parents) if one.exists())
        is_folder = nearest.is_dir()
    except (VisionLensError, RuntimeError, OSError) as error:
        return f"is no folder: {error}"
    if not named or not is_folder:
        return f"must be a folder, not {named!r:.100}"
    if not os.access(nearest, os.R_OK | os.X_OK):
        return f"cannot be read: {nearest} is closed to the user of the server"
    return None


def _contradictions(settings: Any) -> Iterator[tuple[str, str]]:
    model, vision = settings.agent_model, settings.vision_model
    remote = [name for name in (model, vision) if name and not is_local(name)]
    if settings.agent_url and len({provider_of(name) for name in remote}) > 1:
        yield (
            "vision_model",
            f"is of another provider than agent_model ({provider_of(model)}), to which agent_url "
            "belongs",
        )
    if model and is_local(model):
        yield "agent_model", "must be a provider's model: local ones answer about images alone"
    if not settings.worker_kernel_name:
        yield "worker_kernel_name", "must be the name of a kernel spec"
