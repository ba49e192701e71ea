"""The settings of the server extension, and whether they make sense."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from jupyter_client.multikernelmanager import AsyncMultiKernelManager
from traitlets import Bool, Enum, Float, Int, List, Type, Unicode, default
from traitlets.config import Config, Configurable

from visionlens_jlab.config import (
    ENV_QDRANT_API_KEY,
    ENV_QDRANT_URL,
    LEAST_DECODE_MEMORY_MB,
    LEAST_MEMORY_MB,
    LEAST_PLUGIN_MEMORY_MB,
    LEAST_SQL_MEMORY_MB,
    OPEN_DATASETS,
    USER_JOBS,
    default_data_dir,
    default_decode_memory,
    default_memory_limit,
    default_object_cache,
    default_sql_memory,
    default_tile_cache,
    default_vector_cache,
    may_trust_remote_code,
    plugin_memory,
    plugin_seconds,
)
from visionlens_jlab.core.api.services import REQUESTS, THREADS
from visionlens_jlab.core.system.confinement import check_name, is_address
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.language_models.config import AgentConfig, is_local, provider_of

_DEFAULTS: dict[str, Callable[[], Any]] = {
    "data_dir": lambda: str(default_data_dir()),
    "trust_remote_code": may_trust_remote_code,
    "vector_cache_mb": default_vector_cache,
    "object_cache_mb": default_object_cache,
    "tile_cache_mb": default_tile_cache,
    "memory_limit_mb": default_memory_limit,
    "sql_memory_mb": default_sql_memory,
    "decode_memory_mb": default_decode_memory,
    "plugin_memory_mb": plugin_memory,
    "plugin_seconds": plugin_seconds,
    "qdrant_url": lambda: os.environ.get(ENV_QDRANT_URL, ""),
    "qdrant_api_key": lambda: os.environ.get(ENV_QDRANT_API_KEY, ""),
    "agent_model": lambda: AgentConfig.from_environment().model,
    "vision_model": lambda: AgentConfig.from_environment().vision_model,
    "agent_url": lambda: AgentConfig.from_environment().url,
    "agent_key": lambda: AgentConfig.from_environment().key,
    "allowed_models": lambda: list(AgentConfig.from_environment().models),
}
"""Defaults that the environment decides about when the settings are read."""


class VisionLens(Configurable):  # type: ignore[misc]
    """Settings, as `c.VisionLens.<name>` or `--VisionLens.<name>=`."""

    data_dir = Unicode(
        help="Folder of the datasets; default: $VISIONLENS_DATA_DIR or one of Jupyter's."
    )
    allowed_roots = List(
        Unicode(),
        help="Folders that the browser may read from; default: the server's root and the home.",
    )
    worker_kernel_name = Unicode(
        "python3", help="Kernel spec of the workers; visionlens_jlab must be installed in it."
    )
    gpu_kernel_name = Unicode(
        "", help="Kernel spec of the worker that embeds; empty: worker_kernel_name."
    )
    plugins_allowed = List(
        Unicode(), None, allow_none=True, help="Names of the only plugins that run; None: all."
    )
    plugin_modules = List(
        Unicode(),
        help="Names of the only modules, besides Python's own and visionlens_jlab.plugin_api, that "
        "the code of plugins imports; none: any. It keeps honest plugins to what is agreed, and "
        "is no wall.",
    )
    plugin_kernel_name = Unicode(
        "", help="Kernel spec of the worker that runs plugins; empty: worker_kernel_name."
    )
    plugin_memory_mb = Int(
        help="MiB of memory that a run of a plugin may take; default: $VISIONLENS_PLUGIN_MEMORY "
        "or 2048."
    )
    plugin_seconds = Int(
        help="A plugin that has said nothing for so many seconds is ended; default: "
        "$VISIONLENS_PLUGIN_SECONDS or 600."
    )
    plugin_confinement = Enum(
        ["available", "required"],
        "available",
        help="Whether plugins run where the system cannot keep them off the network and out of "
        "folders of others.",
    )
    embed_after_ingest = Unicode(
        "", help="Model that embeds each dataset after its ingest; auto: the best at hand."
    )
    project_after_embed = Enum(
        ["", "umap", "pca", "tsne", "pacmap"], "", help="Map made of each dataset once embedded."
    )
    trust_remote_code = Bool(
        help="Whether models from the hub may run code that comes with them, where it is asked "
        "for; default: $VISIONLENS_TRUST_REMOTE_CODE, else they may not."
    )
    vector_cache_mb = Int(
        help="MiB that vectors kept by content may take in data_dir; what was not used for "
        "longest goes first, 0 keeps none. Default: $VISIONLENS_VECTOR_CACHE or 4096."
    )
    object_cache_mb = Int(
        help="MiB that images and labels of buckets may take in data_dir; what was used longest "
        "ago goes first. Default: $VISIONLENS_OBJECT_CACHE or 4096."
    )
    tile_cache_mb = Int(
        help="MiB that the tiles of large images may take in data_dir; what was used longest ago "
        "goes first. Default: $VISIONLENS_TILE_CACHE or 4096."
    )
    worker_manager_class = Type(
        AsyncMultiKernelManager,
        klass=AsyncMultiKernelManager,
        help="What starts the workers' kernels.",
    )
    worker_warm_seconds = Float(
        300.0, help="How long a worker is kept after its last job, in seconds."
    )
    idle_seconds = Float(
        600.0, help="An unused dataset is released for other processes after so many seconds."
    )

    memory_limit_mb = Int(
        help="MiB of memory that the database of each open dataset may take; what does not fit "
        "goes to disk. Default: $VISIONLENS_MEMORY_LIMIT or 192."
    )

    sql_memory_mb = Int(
        help="MiB of memory that the SQL of users may take, all queries together; least: 384. "
        "Default: $VISIONLENS_SQL_MEMORY or 1024."
    )
    sql_seconds = Float(120.0, help="Seconds that one of these queries may ask for at most.")
    decode_memory_mb = Int(
        help="MiB of memory that decoding images for the panels may take, all together; least: "
        "256. Default: $VISIONLENS_DECODE_MEMORY or 1024."
    )

    read_threads = Int(THREADS["read"], help="Requests that read or write the catalog at once.")
    query_threads = Int(THREADS["query"], help="Queries and whole tables at once.")
    picture_threads = Int(
        THREADS["picture"], help="Requests at once for images that must be decoded."
    )
    read_requests = Int(
        REQUESTS["read"], help="Requests to the catalog that one user may have waiting or at work."
    )
    query_requests = Int(
        REQUESTS["query"], help="Queries and tables that one user may have waiting or at work."
    )
    picture_requests = Int(
        REQUESTS["picture"], help="Decoded images that one user may have waiting or at work."
    )
    encode_threads = Int(
        THREADS["encode"], help="Texts and images to search with that wait for the model at once."
    )
    encode_requests = Int(
        REQUESTS["encode"], help="The same that one user may have waiting or at work."
    )
    user_jobs = Int(USER_JOBS, help="Jobs of one kind that one user may have waiting or running.")
    open_datasets = Int(
        OPEN_DATASETS,
        help="Datasets held open at once; those used longest ago are let go of, unless in use.",
    )

    qdrant_url = Unicode(
        help="Address of a Qdrant server or cluster that keeps the search indexes; default: "
        "$VISIONLENS_QDRANT_URL, else each dataset's folder holds its own."
    )
    qdrant_api_key = Unicode(help="Its key; default: $VISIONLENS_QDRANT_API_KEY. Never logged.")

    agent_model = Unicode(
        help="Language model of the agents as pydantic-ai names it, such as openai:gpt-5-mini; "
        "default: $VISIONLENS_AGENT_MODEL, else none: statistics answer."
    )
    vision_model = Unicode(
        help="Model asked about images; default: $VISIONLENS_VISION_MODEL, else agent_model for "
        "what agents look at, and a local one for visual attributes."
    )
    allowed_models = List(
        Unicode(),
        help="Language and vision models that may be asked, besides the configured ones, with * "
        "for any part of a name; default: $VISIONLENS_ALLOWED_MODELS, else any.",
    )
    agent_url = Unicode(
        help="Address at which the models of agent_model's provider (default: openai) answer, such "
        "as http://localhost:11434/v1; others are not asked then. Default: "
        "$VISIONLENS_AGENT_URL, else the provider's own."
    )
    agent_key = Unicode(
        help="The provider's key; default: $VISIONLENS_AGENT_KEY, else the provider's own "
        "variable. Never logged."
    )
    agent_tokens = Int(
        100_000, allow_none=True, help="Tokens that one run of an agent may take at most."
    )
    agent_seconds = Float(
        300.0, allow_none=True, help="Seconds that a language model has for one run at most."
    )
    agent_cost = Float(
        None, allow_none=True, help="US dollars of one run at most, where prices are known."
    )
    agent_requests = Int(40, help="Requests to a language model in one run at most.")
    mcp = Bool(
        False, help="Whether outside assistants may read the datasets over MCP, authenticated."
    )

    for _name, _make in _DEFAULTS.items():
        vars()[f"_default_{_name}"] = default(_name)(lambda self, make=_make: make())
    del _name, _make


for _trait in VisionLens.class_own_traits().values():
    _trait.tag(config=True)

Settings = TypeVar("Settings", bound=Configurable)
Faults = dict[str, str]
"""Name of a setting -> what is wrong with it."""

MOST = 1 << 40
"""No number, of seconds, tokens or MiB, is larger."""
LEAST = {
    "memory_limit_mb": LEAST_MEMORY_MB,
    "sql_memory_mb": LEAST_SQL_MEMORY_MB,
    "decode_memory_mb": LEAST_DECODE_MEMORY_MB,
    "tile_cache_mb": 1,
    "sql_seconds": 1,
    "plugin_memory_mb": LEAST_PLUGIN_MEMORY_MB,
    "plugin_seconds": 1,
    "agent_requests": 1,
    "agent_tokens": 1,
    "user_jobs": 1,
    "open_datasets": 1,
    **dict.fromkeys((f"{kind}_{what}" for kind in THREADS for what in ("threads", "requests")), 1),
}
MOST_THREADS = 1024
"""Of one kind: each takes memory of its own."""
_KERNEL_NAME = re.compile(r"[\w.\-]{1,200}", re.ASCII)
_NAMES = ("worker_kernel_name", "gpu_kernel_name", "plugin_kernel_name")
_ADDRESSES = ("agent_url", "qdrant_url")
_SECRETS = ("agent_key", "qdrant_api_key")


def read_settings(kind: type[Settings], config: Config) -> tuple[Settings, Faults]:
    """The settings as configured, with the defaults for those that are no values at all.

    `config`: of an application.
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
    """What is wrong with a folder; one that is not there yet may come, an address is not asked."""
    if is_address(named):
        return None
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
