"""VisionLens: see what is in an image dataset, inside JupyterLab."""

from __future__ import annotations

from typing import Any

try:
    from ._version import __version__
except ImportError:  # a checkout that was never built
    __version__ = "0.1.0"


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "visionlens-jlab"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from .extension import VisionLensApp

    return [{"module": "visionlens_jlab", "app": VisionLensApp}]
