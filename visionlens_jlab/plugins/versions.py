"""The versions of the plugin API that there are, side by side."""

from __future__ import annotations

from packaging.specifiers import SpecifierSet
from packaging.version import Version

VERSIONS: dict[str, str] = {"1.0": "visionlens_jlab.plugins.contexts:CONTEXTS"}
"""Version -> what makes its contexts: `module:NAME` of a mapping from a contribution's kind.

A newer minor version adds members to contexts; a new major one stands beside the older.
"""


def fitting(specifier: str) -> str | None:
    """The newest version that a manifest's `api` takes; None: none. InvalidSpecifier."""
    wanted = SpecifierSet(specifier)
    return max(filter(wanted.contains, VERSIONS), key=Version, default=None)
