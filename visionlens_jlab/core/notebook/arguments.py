"""What a user gives is checked before anything is done: by name, with what would do instead.

What a parameter takes is read from its annotation; what only type checkers can resolve (pandas,
Arrow) is left to the method.
"""

from __future__ import annotations

import builtins
import collections.abc
import difflib
import functools
import inspect
import math
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from numbers import Integral, Real
from types import FunctionType, NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import numpy as np
from pydantic import ValidationError

from visionlens_jlab.core.shapes import Model
from visionlens_jlab.errors import VisionLensError

Class = TypeVar("Class", bound=type)
Function = TypeVar("Function", bound=Callable[..., Any])
_OWN = "visionlens_jlab."


def checked_methods(owner: Class) -> Class:
    """Have the public methods of a class, and of those it is made of, check their arguments."""
    for kind in owner.__mro__:
        for name, member in list(vars(kind).items()) if kind.__module__.startswith(_OWN) else ():
            if isinstance(member, FunctionType) and not name.startswith("_"):
                setattr(kind, name, checked(member))
    return owner


def checked(function: Function) -> Function:
    """Have a function check its arguments. REQUEST_INVALID, saying what would do."""
    if hasattr(function, "__wrapped__"):
        return function
    signature = inspect.signature(function)
    wanted = functools.cache(lambda: dict(_annotations(function, signature)))

    @functools.wraps(function)
    def checking(*args: Any, **kwargs: Any) -> Any:
        try:
            given = signature.bind(*args, **kwargs).arguments
        except TypeError:
            return function(*args, **kwargs)  # its own words say what is missing or too much
        for name, annotation in wanted().items():
            if name in given and not _fits(given[name], annotation):
                raise _refused(name, given[name], annotation)
        return function(*args, **kwargs)

    return checking  # type: ignore[return-value]


def _annotations(
    function: Callable[..., Any], signature: inspect.Signature
) -> Iterable[tuple[str, Any]]:
    names = vars(builtins) | vars(sys.modules[function.__module__])
    for name, parameter in signature.parameters.items():
        keywords = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        if keywords or not isinstance(parameter.annotation, str):
            continue
        try:
            yield name, eval(parameter.annotation, names)  # noqa: S307  our own source
        except (NameError, TypeError, AttributeError):
            continue  # imported for type checkers alone


def _fits(value: Any, annotation: Any) -> bool:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return any(_fits(value, one) for one in parts)
    if origin is Literal:
        return any(type(value) is type(one) and value == one for one in parts)
    if origin is not None:
        return _fits_origin(value, origin, parts)
    if annotation in _PLAIN:
        return _PLAIN[annotation](value)
    return not isinstance(annotation, type) or isinstance(value, annotation)


_PLAIN: dict[Any, Callable[[Any], bool]] = {
    Any: lambda value: True,
    None: lambda value: value is None,
    NoneType: lambda value: value is None,
    bool: lambda value: isinstance(value, bool | np.bool_),
    int: lambda value: isinstance(value, Integral) and not isinstance(value, bool),
    float: lambda value: (
        isinstance(value, Real) and not isinstance(value, bool) and not math.isnan(value)
    ),
}


def _fits_origin(value: Any, origin: Any, parts: tuple[Any, ...]) -> bool:
    """Of containers: their kind, and the members of lists and tuples."""
    if origin is os.PathLike or not isinstance(origin, type) or not issubclass(origin, Iterable):
        return not isinstance(origin, type) or isinstance(value, origin)
    if issubclass(origin, Mapping):
        return isinstance(value, origin) or hasattr(value, "items")  # a Series too
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        return False
    if origin is tuple and parts[-1] is not Ellipsis:
        return isinstance(value, tuple | list) and len(value) == len(parts)
    return not isinstance(value, list | tuple) or all(_fits(one, parts[0]) for one in value)


def _refused(name: str, value: Any, annotation: Any) -> VisionLensError:
    words = " or ".join(_words(annotation))
    choices = [str(one) for one in _choices(annotation)]
    close = difflib.get_close_matches(str(value), choices, n=1)
    hint = f"Did you mean {close[0]!r}?" if close else f"Give {words}."
    return VisionLensError("REQUEST_INVALID", f"{name} is {words}, not {_shortened(value)}.", hint)


def _choices(annotation: Any) -> Iterable[Any]:
    for part in get_args(annotation):
        if get_origin(annotation) is Literal:
            yield part
        else:
            yield from _choices(part)


def _words(annotation: Any) -> list[str]:
    """What would do, in words."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return list(dict.fromkeys(word for part in parts for word in _words(part)))
    if origin is Literal:
        return [repr(part) for part in parts]
    if origin is None:
        return [_NAMED.get(annotation, f"a {getattr(annotation, '__name__', annotation)}")]
    return [_container(origin, parts)]


def _container(origin: Any, parts: tuple[Any, ...]) -> str:
    if origin is os.PathLike:
        return "a path"
    if origin is collections.abc.Callable:
        return "a function"
    if not issubclass(origin, Iterable):
        return f"a {origin.__name__}"
    return "a dict" if issubclass(origin, Mapping) else f"a list of {' or '.join(_many(parts[0]))}"


def _many(annotation: Any) -> list[str]:
    """Members of a list, in words."""
    return [word.removeprefix("a ") for word in _words(annotation)]


_NAMED = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "True or False",
    NoneType: "None",
    Any: "anything",
}


Shape = TypeVar("Shape", bound=Model)


def shaped(
    shape: type[Shape], given: Any = None, /, *, code: str = "REQUEST_INVALID", **values: Any
) -> Shape:
    """A shape of a mapping, or of keyword arguments.

    Of `code`, naming the first value that will not do and what would.
    """
    try:
        return shape.model_validate(values if given is None else given)
    except ValidationError as error:
        raise _as_error(error, code) from None


def _as_error(error: ValidationError, code: str) -> VisionLensError:
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
        code, f"{place}: {message[:1].lower()}{message[1:]}, not {_shortened(fault['input'])}."
    )


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"
