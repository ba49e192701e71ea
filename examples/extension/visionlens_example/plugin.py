"""What the package adds, declared as the product's own capabilities declare theirs."""

from __future__ import annotations

from collections.abc import Sequence

from visionlens_example.class_list import ClassListFormat
from visionlens_jlab.core.capability import Capability
from visionlens_jlab.core.plugins import API_VERSION, PluginContext, hookimpl
from visionlens_jlab.formats.base import Format

visionlens_api_version = API_VERSION

CAPABILITY = Capability(name="example", fields=("visionlens_example.colorfulness:FIELDS",))


@hookimpl
def visionlens_formats(context: PluginContext) -> Sequence[Format]:
    """The class list."""
    return [ClassListFormat()]
