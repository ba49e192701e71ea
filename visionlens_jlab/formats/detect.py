"""Which format lies in a place, and why."""

from __future__ import annotations

import logging
from typing import NamedTuple

from visionlens_jlab.core.plugins import PluginRegistry
from visionlens_jlab.core.system.confinement import Confinement
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import Format
from visionlens_jlab.formats.listing import no_images
from visionlens_jlab.formats.preview import nothing_read, unread
from visionlens_jlab.formats.registry import check_format_options, formats
from visionlens_jlab.formats.request import Request, make_request
from visionlens_jlab.formats.shapes import Detected, DetectRequest
from visionlens_jlab.formats.signatures.signatures import advice_for, look
from visionlens_jlab.media.headers import is_image
from visionlens_jlab.media.registry import source_kinds

WITHOUT_LABEL_FILES = ("class_folders", "images")
"""Built-in formats that read nothing but images."""

_log = logging.getLogger(__name__)


class Pick(NamedTuple):
    """A format and what it found."""

    format: Format
    detected: Detected


def detect(
    request: DetectRequest,
    registry: PluginRegistry | None = None,
    allowed: Confinement | None = None,
) -> Detected:
    """What would be ingested from a place, whose files may lead into `allowed` (None: anywhere).

    Raises
    ------
    VisionLensError
        DIR_NOT_FOUND, DIR_EMPTY, PERMISSION_DENIED, FORMAT_UNKNOWN, LABELS_INVALID.
    """
    kinds = source_kinds(registry)
    places = make_request(request.source, kinds, images=request.images, labels=request.labels)
    if allowed is not None:
        places.within = places.folders_within(allowed)
    found = pick(places, request.format, registry).detected
    return found.model_copy(update={"unread": unread(places, found) if places.file is None else []})


def pick(request: Request, name: str | None, registry: PluginRegistry | None = None) -> Pick:
    """The format named, or the first that finds its files. Raises as `detect`."""
    known = formats(registry)
    if name is not None:
        return _named(request, name, known)
    for form in known:
        found = _try(form, request)
        if found is not None:
            return _pick(form, found, request)
    if request.file:
        seen = look(request.source, request.file)
        what = "an image" if is_image(request.file) else seen.what
        message = f"{request.file} is in no format that is read here: it seems to be {what}."
        raise VisionLensError("FORMAT_UNKNOWN", message, advice_for(seen, request.file) or None)
    raise no_images(request)


def _named(request: Request, name: str, known: list[Format]) -> Pick:
    form = next((form for form in known if form.name == name), None)
    if form is None:
        names = ", ".join(form.name for form in known)
        raise VisionLensError(
            "FORMAT_UNKNOWN", f"There is no format {name}.", f"Name one of {names}."
        )
    request.stated_format = name
    found = form.detect(request)
    if found is None and request.labels is not None:
        raise nothing_read(request)
    if found is None:
        raise VisionLensError(
            "LABELS_INVALID",
            f"There are no {form.label} files in {request.address}.",
            "Check the folder, or name the labels with labels=.",
        )
    return _pick(form, found, request)


def _pick(form: Format, found: Detected, request: Request) -> Pick:
    """Raises LABELS_INVALID where labels were named that the format would ignore."""
    if request.labels is not None and form.name in WITHOUT_LABEL_FILES:
        raise nothing_read(request)
    check_format_options(request.options, [form])
    return Pick(form, found)


def _try(form: Format, request: Request) -> Detected | None:
    try:
        return form.detect(request)
    except VisionLensError:
        raise
    except Exception:  # a format's defect must not keep the others from being asked
        _log.exception("The format %s failed to look at %s", form.name, request.address)
        return None
