"""Where things are kept."""

from __future__ import annotations

import os
import re
import unicodedata
from functools import partial
from pathlib import Path

from visionlens_jlab.core.system.confinement import Confinement

API_PREFIX = "visionlens/api/v1"
"""Below the Jupyter base URL."""

ENV_DATA_DIR = "VISIONLENS_DATA_DIR"
ENV_SERVER = "VISIONLENS_SERVER"
"""Address of the Jupyter server (with its base URL) that the extension leaves to local kernels."""
ENV_TOKEN = "VISIONLENS_TOKEN"  # noqa: S105
"""A token that opens this extension's routes only, left beside ENV_SERVER."""

ENV_ALLOWED_ROOTS = "VISIONLENS_ALLOWED_ROOTS"
"""Folders, with the system's separator of paths, that links and label files may lead into."""

ENV_QDRANT_URL = "VISIONLENS_QDRANT_URL"
ENV_QDRANT_API_KEY = "VISIONLENS_QDRANT_API_KEY"

ENV_AGENT_MODEL = "VISIONLENS_AGENT_MODEL"
ENV_VISION_MODEL = "VISIONLENS_VISION_MODEL"
ENV_AGENT_URL = "VISIONLENS_AGENT_URL"
ENV_AGENT_KEY = "VISIONLENS_AGENT_KEY"
ENV_ALLOWED_MODELS = "VISIONLENS_ALLOWED_MODELS"
"""Names of models, with commas between them."""

ENV_MEMORY_LIMIT = "VISIONLENS_MEMORY_LIMIT"
"""MiB that DuckDB may take for one dataset; what does not fit goes to disk."""
MEMORY_LIMIT_MB = 192
"""Enough for everything the panels ask of 700,000 annotations without going to disk."""
LEAST_MEMORY_MB = 96
"""With less, DuckDB refuses to load or sort large tables."""

ENV_SQL_MEMORY = "VISIONLENS_SQL_MEMORY"
"""MiB that the SQL of users may take, all queries together."""
SQL_MEMORY_MB = 1024
LEAST_SQL_MEMORY_MB = 384
"""With less, a query of the panels' size does not fit."""

ENV_DECODE_MEMORY = "VISIONLENS_DECODE_MEMORY"
"""MiB that decoding images for the panels may take, all of them together."""
DECODE_MEMORY_MB = 1024
LEAST_DECODE_MEMORY_MB = 256

OPEN_DATASETS = 16
"""Datasets held at once: each may take its memory, and threads."""
USER_JOBS = 32
"""Jobs of one kind that one user may have waiting or running; one lane does one after the other."""

ENV_VECTOR_CACHE = "VISIONLENS_VECTOR_CACHE"
"""MiB that the vectors kept by content may take in the data directory."""
VECTOR_CACHE_MB = 4096
"""Two million vectors of 512 numbers."""
ENV_OBJECT_CACHE = "VISIONLENS_OBJECT_CACHE"
"""MiB that objects of buckets may take in the data directory."""
OBJECT_CACHE_MB = 4096
ENV_TILE_CACHE = "VISIONLENS_TILE_CACHE"
"""MiB that the tiles of large images may take in the data directory."""
TILE_CACHE_MB = 4096
"""Ten images of a gigapixel."""
ENV_OBJECT_FOLDER = "VISIONLENS_OBJECT_FOLDER"
"""Where they are kept; a server says it to its kernels and workers."""
ENV_PLUGIN_MEMORY = "VISIONLENS_PLUGIN_MEMORY"
"""MiB that a run of a plugin may take."""
PLUGIN_MEMORY_MB = 2048
LEAST_PLUGIN_MEMORY_MB = 128
ENV_PLUGIN_HOME = "VISIONLENS_PLUGIN_HOME"
"""The data directory whose plugins count; a server says it to its kernels and workers."""
ENV_PLUGINS_ALLOWED = "VISIONLENS_PLUGINS_ALLOWED"
"""JSON list of the names of the only plugins that run; not set: all."""
ENV_PLUGIN_MODULES = "VISIONLENS_PLUGIN_MODULES"
"""Names, with commas between them, of the only modules that plugins import; empty: any."""
ENV_PLUGIN_SECONDS = "VISIONLENS_PLUGIN_SECONDS"
"""A run of a plugin that has said nothing for so long is ended."""
PLUGIN_SECONDS = 600
ENV_PLUGIN_CONFINEMENT = "VISIONLENS_PLUGIN_CONFINEMENT"
"""`required`: plugins do not run where the system cannot confine them."""
ENV_TRUST_REMOTE_CODE = "VISIONLENS_TRUST_REMOTE_CODE"
"""Whether models may run code that comes with them, when that is asked for."""


def _number(variable: str, otherwise: int, least: int) -> int:
    """What a variable of the environment says, never below what is needed."""
    try:
        return max(least, int(os.environ.get(variable, otherwise)))
    except ValueError:
        return otherwise


default_memory_limit = partial(_number, ENV_MEMORY_LIMIT, MEMORY_LIMIT_MB, LEAST_MEMORY_MB)
default_sql_memory = partial(_number, ENV_SQL_MEMORY, SQL_MEMORY_MB, LEAST_SQL_MEMORY_MB)
default_decode_memory = partial(
    _number, ENV_DECODE_MEMORY, DECODE_MEMORY_MB, LEAST_DECODE_MEMORY_MB
)
default_object_cache = partial(_number, ENV_OBJECT_CACHE, OBJECT_CACHE_MB, 1)
default_tile_cache = partial(_number, ENV_TILE_CACHE, TILE_CACHE_MB, 1)
default_vector_cache = partial(_number, ENV_VECTOR_CACHE, VECTOR_CACHE_MB, 0)
plugin_memory = partial(_number, ENV_PLUGIN_MEMORY, PLUGIN_MEMORY_MB, LEAST_PLUGIN_MEMORY_MB)
plugin_seconds = partial(_number, ENV_PLUGIN_SECONDS, PLUGIN_SECONDS, 1)


_PLACE = re.compile(
    rf"(?:[a-z][\w+.-]*://(?:\[[^\]/]*\]|[^/{os.pathsep}]*)(?::\d+(?=[/{os.pathsep}]|$))?)?"
    rf"[^{os.pathsep}]*"
)
"""A folder, or an address, which has separators of its own: before its host and its port."""


def allowed_roots() -> Confinement:
    """`$VISIONLENS_ALLOWED_ROOTS`, else the working directory and the home, as they are now."""
    named = os.environ.get(ENV_ALLOWED_ROOTS)
    folders = _PLACE.findall(named) if named is not None else [os.curdir, "~"]
    return Confinement.of(folder for folder in folders if folder)


def joined_roots(confinement: Confinement) -> str:
    """Folders as `$VISIONLENS_ALLOWED_ROOTS` has them."""
    # A separator in a name would make other folders of it: links into that one are refused.
    return os.pathsep.join(folder for folder in confinement.folders if _PLACE.fullmatch(folder))


def may_trust_remote_code() -> bool:
    """Whether `$VISIONLENS_TRUST_REMOTE_CODE` lets models run code that comes with them."""
    return os.environ.get(ENV_TRUST_REMOTE_CODE, "").lower() in ("1", "true", "yes", "on")


def default_data_dir() -> Path:
    """`$VISIONLENS_DATA_DIR`, else `visionlens` in the Jupyter data folder."""
    named = os.environ.get(ENV_DATA_DIR)
    if named:
        return Path(named).expanduser().resolve()
    from jupyter_core.paths import jupyter_data_dir

    return Path(jupyter_data_dir()) / "visionlens"


def default_object_folder() -> Path:
    """`$VISIONLENS_OBJECT_FOLDER`, else `objects` in the data directory."""
    named = os.environ.get(ENV_OBJECT_FOLDER)
    return Path(named) if named else default_data_dir() / "objects"


def default_plugin_home() -> Path:
    """`$VISIONLENS_PLUGIN_HOME`, else the data directory."""
    named = os.environ.get(ENV_PLUGIN_HOME)
    return Path(named) if named else default_data_dir()


def slugify(name: str) -> str:
    """A folder name from a dataset's name: ASCII letters, digits, dots, underscores, hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-._").lower()[:80]
    return slug or "dataset"
