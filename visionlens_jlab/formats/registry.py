"""Every format: the built-in ones and those of installed plugins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from visionlens_jlab.core.plugins import PluginRegistry, default_registry
from visionlens_jlab.errors import check_options
from visionlens_jlab.formats.base import FORMAT_ATTRIBUTES, Format
from visionlens_jlab.formats.shapes import FormatInfo


def formats(registry: PluginRegistry | None = None) -> list[Format]:
    """Formats in the order of detection; plugins' before the built-in ones."""
    found = (registry or default_registry()).collect("visionlens_formats", FORMAT_ATTRIBUTES)
    return cast(list[Format], sorted(found, key=_is_built_in))


def check_format_options(given: Iterable[str], among: Sequence[Format]) -> None:
    """REQUEST_INVALID for an option that none of the formats takes; a plugin's may take any."""
    taken = [getattr(form, "options", None) for form in among]
    if None not in taken:
        what = f"Datasets in {among[0].label}" if len(among) == 1 else "Formats"
        check_options(what, given, {"within"}.union(*filter(None, taken)))


def format_infos(registry: PluginRegistry | None = None) -> list[FormatInfo]:
    """What can be read, for a form to offer."""
    return [
        FormatInfo(name=form.name, label=form.label, description=form.description)
        for form in formats(registry)
    ]


def _is_built_in(form: object) -> bool:
    return type(form).__module__.startswith(f"{__package__}.")
