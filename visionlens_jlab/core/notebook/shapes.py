"""Making shapes of what a user gave, with errors that say what to give instead."""

from __future__ import annotations

import difflib
from typing import Any, TypeVar

from pydantic import ValidationError

from visionlens_jlab.core.shapes import Model
from visionlens_jlab.errors import VisionLensError

Shape = TypeVar("Shape", bound=Model)


def shaped(
    shape: type[Shape], given: Any = None, /, *, code: str = "REQUEST_INVALID", **values: Any
) -> Shape:
    """A shape of a mapping, or of keyword arguments.

    Raises
    ------
    VisionLensError
        Of `code`, naming the first value that will not do and what would.
    """
    try:
        return shape.model_validate(values if given is None else given)
    except ValidationError as error:
        raise _told(error, code) from None


def _told(error: ValidationError, code: str) -> VisionLensError:
    fault = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in fault["loc"]) or "what is given"
    expected = fault.get("ctx", {}).get("expected")
    if expected is not None:
        choices = [part.strip("' ") for part in expected.replace(" or ", ", ").split(", ")]
        close = difflib.get_close_matches(str(fault["input"]), choices, n=1)
        hint = f"Did you mean {close[0]!r}?" if close else f"Give {expected}."
        return VisionLensError(code, f"{place} is {expected}, not {fault['input']!r}.", hint)
    if fault["type"] == "extra_forbidden":
        return VisionLensError(code, f"There is no {place!r} here.", "Check its spelling.")
    if fault["type"] == "missing":
        return VisionLensError(code, f"{place} is missing.", f"Give {place}.")
    message = fault["msg"].removeprefix("Value error, ").rstrip(".")
    return VisionLensError(
        code,
        f"{place}: {message[:1].lower()}{message[1:]}, not {_short(fault['input'])}.",
    )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"
