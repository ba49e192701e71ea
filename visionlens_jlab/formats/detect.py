"""Which format lies in a place, and why; what looks like labels and will not be read."""

from __future__ import annotations

import logging
import posixpath
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, cast, get_args

from visionlens_jlab.core.plugins import PluginRegistry, default_registry
from visionlens_jlab.core.system.confinement import Confinement
from visionlens_jlab.errors import VisionLensError, check_options
from visionlens_jlab.formats.base import FORMAT_ATTRIBUTES, Format
from visionlens_jlab.formats.listing import no_images
from visionlens_jlab.formats.request import Request, make_request
from visionlens_jlab.formats.shapes import (
    Candidate,
    Detected,
    DetectRequest,
    FormatInfo,
    WrittenFormat,
)
from visionlens_jlab.formats.signatures.signatures import (
    HOLDERS,
    IMAGES_OF_PLUGINS,
    Seen,
    advice_for,
    look,
    reader_of,
)
from visionlens_jlab.formats.survey import look_around
from visionlens_jlab.media.headers import is_image
from visionlens_jlab.media.registry import source_kinds


def formats(registry: PluginRegistry | None = None) -> list[Format]:
    """Formats in the order of detection; those that tell by names alone after those that look."""
    found = (registry or default_registry()).collect("visionlens_formats", FORMAT_ATTRIBUTES)
    return cast(list[Format], sorted(found, key=_turn))


def check_format_options(given: Iterable[str], among: Sequence[Format]) -> None:
    """REQUEST_INVALID for an option that none of the formats takes; a plugin's may take any."""
    taken = [getattr(form, "options", None) for form in among]
    if None not in taken:
        what = f"Datasets in {among[0].label}" if len(among) == 1 else "Formats"
        check_options(what, given, {"within"}.union(*filter(None, taken)))


def format_infos(registry: PluginRegistry | None = None) -> list[FormatInfo]:
    """What can be read, for a form to offer."""
    return [
        FormatInfo(
            name=form.name,
            label=form.label,
            description=form.description,
            written=_is_written(form),
        )
        for form in formats(registry)
    ]


def _is_written(form: Any) -> bool:
    maker = getattr(form, "writer", None)  # of a plugin's
    return form.name in get_args(WrittenFormat) or (maker is not None and maker() is not None)


def _turn(form: Any) -> int:
    if type(form).__module__.startswith(f"{__package__}."):
        return 3 if form.name in WITHOUT_LABEL_FILES else 1
    return 0 if getattr(form, "looks", True) else 2


def unread(request: Request, found: Detected) -> list[str]:
    """A sentence for each kind of label file that an ingest as detected would not read."""
    kinds: dict[Seen, list[str]] = {}
    readers = _readers(found.format)
    for source in request.asked():
        around = list(look_around(source))
        read = {
            path
            for path, seen in around
            if _is_read(found, path, seen) or any(is_mine(path) for is_mine in readers)
        }
        beside = {_place(path) for path in read}
        for path, seen in around:
            is_read = path in read or (seen.what == "empty" and _place(path) in beside)
            if (seen.labels or seen.what in IMAGES_OF_PLUGINS) and not is_read:
                kinds.setdefault(seen, []).append(path)
    return [_sentence(seen, paths) for seen, paths in kinds.items()]


def nothing_read(request: Request) -> VisionLensError:
    """The error for labels that were named and that no format reads."""
    if request.labels_file is not None:
        seen = look(request.label_source, request.labels_file)
        message = f"{request.labels_file} cannot be read: it seems to be {seen.what}."
        return VisionLensError("LABELS_INVALID", message, seen.advice or None)
    kinds: dict[Seen, list[str]] = {}
    for path, seen in look_around(request.label_source):
        kinds.setdefault(seen, []).append(path)
    told = " ".join(_sentence(seen, paths) for seen, paths in kinds.items() if seen.labels)
    message = f"There are no labels that can be read in {request.label_source.location}."
    return VisionLensError("LABELS_INVALID", f"{message} {told}".rstrip())


def _place(path: str) -> tuple[str, str]:
    """Folder and suffix: files that are alike there are read alike, an empty one too."""
    return posixpath.dirname(path), posixpath.splitext(path)[1].lower()


def _is_read(found: Detected, path: str, seen: Seen) -> bool:
    if found.format in TABLES and path in found.labels:
        return True
    if reader_of(seen) != found.format:
        return False
    return found.format != "coco" or path in found.labels


def _readers(name: str) -> list[Callable[[str], bool]]:
    """What tells by its name whether a plugin's format reads a file."""
    if not name.startswith("plugin:"):
        return []
    return [form.is_mine for form in formats() if form.name == name and hasattr(form, "is_mine")]


def _sentence(seen: Seen, paths: Sequence[str]) -> str:
    more = f" and {len(paths) - 1} more seem" if len(paths) > 1 else " seems"
    return f"{paths[0]}{more} to be {seen.what}: not read. {seen.advice}".rstrip()


TABLES = ("croissant", "tables")
"""Formats whose files may seem to be anything else."""
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
    return found.model_copy(
        update={
            "unread": unread(places, found) if places.file is None else [],
            "candidates": candidates(places, registry),
        }
    )


def candidates(request: Request, registry: PluginRegistry | None = None) -> list[Candidate]:
    """Each format with why it fits or does not; those that fit first, with empty files last."""
    listed = [_candidate(form, request) for form in formats(registry)]
    labels = any(one.fits and one.format not in WITHOUT_LABEL_FILES for one in listed)
    for one in listed:
        if one.fits and labels and one.format in WITHOUT_LABEL_FILES:
            one.reason = "The images can be read without the label files."
    return sorted(listed, key=lambda one: (not one.fits, one.format in request.empty))


def _candidate(form: Format, request: Request) -> Candidate:
    reason = f"Nothing here is like that: {form.description}"
    fits = False
    try:
        found = form.detect(request)
        if found is not None and request.labels is not None and form.name in WITHOUT_LABEL_FILES:
            reason = "It reads no label files, and labels were named."
        elif found is not None:
            fits, reason = True, found.reason
    except VisionLensError as error:
        reason = error.message
    except Exception:
        _log.exception("The format %s failed to look at %s", form.name, request.address)
        reason = "The format failed to look here; see the server's log."
    return Candidate(format=form.name, label=form.label, fits=fits, reason=reason)


def pick(request: Request, name: str | None, registry: PluginRegistry | None = None) -> Pick:
    """The format named, or the first that finds its files. Raises as `detect`."""
    try:
        return _picked(request, name, formats(registry))
    finally:  # a format may have taken it for a file that is not there
        request.check_reach()


def _picked(request: Request, name: str | None, known: list[Format]) -> Pick:
    if name is not None:
        return _named(request, name, known)
    empty: tuple[Format, Detected] | None = None
    for form in known:
        if empty is not None and form.name == "images":
            break
        found = _try(form, request)
        if found is None:
            continue
        if form.name not in request.empty:
            return _pick(form, found, request)
        empty = empty or (form, found)
    if empty is not None:
        return _pick(*empty, request)
    if request.file:
        seen = look(request.source, request.file)
        what = "an image" if is_image(request.file) else seen.what
        message = f"{request.file} is in no format that is read here: it seems to be {what}."
        raise VisionLensError("FORMAT_UNKNOWN", message, advice_for(seen, request.file) or None)
    raise no_images(request, " ".join(_holders(request)))


def _holders(request: Request) -> Iterator[str]:
    """A sentence for each kind of file that may hold images and cannot be read as it is."""
    kinds: dict[Seen, list[str]] = {}
    for path, seen in look_around(request.image_source):
        if seen.what in HOLDERS:
            kinds.setdefault(seen, []).append(path)
    yield from (_sentence(seen, paths) for seen, paths in kinds.items())


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
    except VisionLensError as error:
        if error.code != "PLUGIN_FAILED":
            raise
        _log.warning("The format %s failed to look at %s: %s", form.name, request.address, error)
        return None
    except Exception:  # a format's defect must not keep the others from being asked
        _log.exception("The format %s failed to look at %s", form.name, request.address)
        return None
