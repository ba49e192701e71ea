"""YAML files of datasets as plain values: every scalar stays the text it is.

YAML 1.1 would read the class `no` as false and `012` as ten. Tags that name objects of a
programming language are refused, and so is what is too large or too deep to be such a file: the
events of the parser are counted as they come, before anything is built of them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import yaml

MAX_BYTES = 8 * 2**20
MAX_VALUES = 500_000
"""Aliases count as often as they stand for something: a few lines of them can mean billions."""
MAX_DEPTH = 20
_STANDARD = "tag:yaml.org,2002:"
_NULLS = ("", "~", "null", "Null", "NULL")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LIMIT = "it is nested too deeply or stands for too many values"


def parse_yaml(text: str) -> tuple[Any, list[str]]:
    """Nested dicts, lists, strings and None, and the keys that occur twice (the later one counts).

    Raises ValueError with the reason.
    """
    if len(text) > MAX_BYTES:
        raise ValueError(f"it has more than {MAX_BYTES >> 20} MB")
    reader = _Reader()
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            reader.take(event)
    except yaml.YAMLError as error:
        raise ValueError(_reason(error)) from error
    except RecursionError as error:
        raise ValueError(_LIMIT) from error
    return reader.content, reader.doubled


def _reason(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).split("\n", 1)[0]
    return f"line {mark.line + 1}: {problem}" if mark is not None else str(problem)


class _Value(NamedTuple):
    """`size`: the number of values it stands for; `height`: of levels below it."""

    content: Any
    size: int = 1
    height: int = 0


class _Open:
    """A list or mapping that has begun; its parts come one by one, keys among them."""

    def __init__(self, anchor: str | None, *, mapping: bool) -> None:
        self.anchor = anchor
        self.mapping = mapping
        self.parts: list[_Value] = []


class _Reader:
    """Builds values from events."""

    def __init__(self) -> None:
        self.content: Any = None
        self.doubled: list[str] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, _Value] = {}
        self._values = 0
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        """The next event."""
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise ValueError(f"{_place(event)}: expected a single document, but found another")
        elif isinstance(event, yaml.AliasEvent):
            known = self._anchors.get(event.anchor or "")
            if known is None:  # unknown, or within itself
                raise ValueError(f"{_place(event)}: an alias means nothing")
            self._add(known)
        elif isinstance(event, yaml.ScalarEvent):
            _check_tag(event)
            null = event.value in _NULLS and event.implicit[0]
            null = null or event.tag == f"{_STANDARD}null"
            self._close(event.anchor, _Value(None if null else str(event.value)))
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            _check_tag(event)
            if len(self._open) >= MAX_DEPTH:
                raise ValueError(_LIMIT)
            mapping = isinstance(event, yaml.MappingStartEvent)
            self._open.append(_Open(event.anchor, mapping=mapping))
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            done = self._open.pop()
            size = 1 + sum(part.size for part in done.parts)
            height = 1 + max((part.height for part in done.parts), default=0)
            content = self._mapping(done.parts) if done.mapping else [p.content for p in done.parts]
            self._close(done.anchor, _Value(content, size, height), counted=True)

    def _close(self, anchor: str | None, value: _Value, *, counted: bool = False) -> None:
        if anchor is not None:
            self._anchors[anchor] = value
        self._add(value, counted=counted)

    def _add(self, value: _Value, *, counted: bool = False) -> None:
        """Put a value where it stands; `counted`: its parts were counted as they came."""
        self._values += 1 if counted else value.size
        if self._values > MAX_VALUES or len(self._open) + value.height > MAX_DEPTH:
            raise ValueError(_LIMIT)
        if self._open:
            self._open[-1].parts.append(value)
        else:
            self.content = value.content

    def _mapping(self, parts: list[_Value]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key, value in zip(parts[::2], parts[1::2], strict=True):
            if not isinstance(key.content, str):
                continue
            if key.content == "<<" and isinstance(value.content, dict):
                merged |= value.content
                continue
            if key.content in found:
                self.doubled.append(key.content)
            found[key.content] = value.content
        return {**merged, **found} if merged else found


def _check_tag(event: yaml.NodeEvent) -> None:
    tag = getattr(event, "tag", None)
    if tag is None or tag == "!":
        return
    if not tag.startswith(_STANDARD) or tag.startswith(_STANDARD + "python/"):
        raise ValueError(f"{_place(event)}: the tag {tag[:100]} is refused")


def _place(event: yaml.Event) -> str:
    return f"line {event.start_mark.line + 1}" if event.start_mark else "somewhere"
