"""Which modules a plugin's code imports, where the administrator lists them.

The list is held against what the plugin's own code asks for. Code that wants to get around it can:
what holds a plugin is its process (`confinement.py`), its memory and its permissions.
"""

from __future__ import annotations

import builtins
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from visionlens_jlab.config import ENV_PLUGIN_MODULES

OWN = "visionlens_plugin"
"""What a plugin that is one file is called in its process."""


def keep_to_modules(package: str) -> None:
    """From now on, ImportError where code of the plugin imports a module that is not listed."""
    listed = {one.strip() for one in os.environ.get(ENV_PLUGIN_MODULES, "").split(",")} - {""}
    if not listed:
        return
    allowed = listed | {"visionlens_jlab", package} | set(sys.stdlib_module_names)
    plain = builtins.__import__

    def checked(
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        asking = str((globals or {}).get("__name__", "")).partition(".")[0]
        wanted = name.partition(".")[0]
        if asking == package and not level and wanted not in allowed:
            raise ImportError(f"The administrator lets plugins import no module {wanted}.")
        return plain(name, globals, locals, fromlist, level)

    builtins.__import__ = checked
