"""The version of this package."""

from __future__ import annotations

try:
    from visionlens_jlab._version import __version__
except ImportError:  # a checkout that was never built
    __version__ = "0.1.0"

__all__ = ["__version__"]
