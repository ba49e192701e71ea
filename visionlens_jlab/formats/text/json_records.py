"""Typed decoding of the records in a JSON list that keeps members nobody foresaw.

msgspec decodes into a struct type several times faster than into dicts, but drops unknown
members. Here the type refuses them, and is extended when a block brings new ones.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET

from visionlens_jlab.core.system.garbage_collection import collection_paused

_UNNAMEABLE = re.compile(r'[\x00-\x1f"\\]')
_MEMBER = re.compile(r"`\$\.(\w+)")


class Dropped(NamedTuple):
    """A member that could not be read as what it should hold; the record goes without it."""

    value: Any
    reason: str


class Decoded(NamedTuple):
    """One block's records, and what could not be one: (index in the block, reason)."""

    records: list[Any]
    invalid: list[tuple[int, str]]
    dropped: dict[int, dict[str, Dropped]]
    """Position in `records` -> the members that were left out."""
    positions: list[int] | None = None
    """Index in the block of each record; None: they are the same."""


class RecordDecoder:
    """Decodes blocks `[{...}, ...]`.

    Parameters
    ----------
    name : str
        Name of the struct type, for messages.
    fields : list of (name, type, default)
        The members foreseen. A member without a value has its default.
    usual : iterable of str
        Members that often occur besides; known from the start, they cost no second decoding.
    """

    def __init__(
        self, name: str, fields: list[tuple[str, Any, Any]], usual: Iterable[str] = ()
    ) -> None:
        self._name = name
        self._fields = fields
        self._known = {field for field, _, _ in fields}
        self._optional = {field for field, _, default in fields if default is not msgspec.NODEFAULT}
        self.recoded = False
        """Whether text was met that is not UTF-8; it was read as Windows-1252."""
        self.extras: dict[str, str] = {}
        """Members that are not among the fields -> attribute that holds them (UNSET: absent)."""
        self._add_extras(usual)
        self._rebuild()

    def decode(self, block: bytes) -> Decoded:
        """Decode a block. Raises ValueError when it is not JSON at all."""
        try:
            with collection_paused():
                return self._decode(block)
        except RecursionError as error:
            raise ValueError("the lists in it are nested too deeply") from error

    def _decode(self, block: bytes) -> Decoded:
        try:
            return Decoded(self._decoder.decode(block), [], {})
        except msgspec.ValidationError:
            pass
        except (msgspec.DecodeError, UnicodeDecodeError):
            return self._convert(self._loads(block))
        try:
            elements = msgspec.json.decode(block)
        except (msgspec.DecodeError, UnicodeDecodeError):
            elements = self._loads(block)
        if self._extend(elements):
            try:
                return Decoded(self._decoder.decode(block), [], {})
            except (msgspec.DecodeError, UnicodeDecodeError):
                pass
        return self._convert(elements)

    def _loads(self, block: bytes) -> Any:
        """As Python reads JSON: NaN, Infinity and half surrogates are taken."""
        try:
            return json.loads(block)
        except UnicodeDecodeError:
            self.recoded = True
            return json.loads(block.decode("cp1252", "replace"))

    def _convert(self, elements: list[Any]) -> Decoded:
        self._extend(elements)
        decoded = Decoded([], [], {}, [])
        for index, element in enumerate(elements):
            dropped: dict[str, Dropped] = {}
            try:
                record = self._read(_finite(self._without_infinite(element, dropped)), dropped)
            except (msgspec.DecodeError, TypeError) as error:
                decoded.invalid.append((index, str(error)))
                continue
            if dropped:
                decoded.dropped[len(decoded.records)] = dropped
            decoded.records.append(record)
            decoded.positions.append(index)  # type: ignore[union-attr]
        return decoded

    def _without_infinite(self, element: Any, dropped: dict[str, Dropped]) -> Any:
        """NaN in a member nobody foresaw means that there is no value; infinity is none either."""
        if not isinstance(element, dict):
            return element
        kept = {}
        for key, value in element.items():
            if not isinstance(value, float) or key in self._known or math.isfinite(value):
                kept[_name(key)] = value
            elif not math.isnan(value):
                dropped[key] = Dropped(str(value), f"{key} is not finite")
        return kept

    def _read(self, element: Any, dropped: dict[str, Dropped]) -> Any:
        """A record without the members that do not fit. Raises where one of them is needed."""
        while True:
            # Encoded again since members kept as raw JSON only exist in JSON.
            text = json.dumps(element).encode()
            try:
                return msgspec.json.decode(text, type=self.type, strict=False)
            except msgspec.ValidationError as error:
                where = _MEMBER.search(str(error))
                member = where.group(1) if where else ""
                if not isinstance(element, dict) or member not in self._optional & element.keys():
                    raise
                rest = dict(element)
                dropped[member] = Dropped(rest.pop(member), str(error))
                element = rest

    def _extend(self, elements: list[Any]) -> bool:
        met = {
            _name(_finite(key)): None
            for element in elements
            if isinstance(element, dict)
            for key in element
        }
        new = self._add_extras(met)
        if new:
            self._rebuild()
        return new

    def _add_extras(self, keys: Iterable[str]) -> bool:
        new = [key for key in keys if key not in self._known and key not in self.extras]
        for key in new:
            self.extras[key] = f"extra_{len(self.extras)}"
        return bool(new)

    def _rebuild(self) -> None:
        extras = [(attribute, Any, UNSET) for attribute in self.extras.values()]
        self.type = msgspec.defstruct(
            self._name,
            [*self._fields, *extras],
            rename={attribute: key for key, attribute in self.extras.items()},
            forbid_unknown_fields=True,
            kw_only=True,
            gc=False,
        )
        self._decoder = msgspec.json.Decoder(list[self.type])  # type: ignore[name-defined]


def _name(key: str) -> str:
    """A member's name as msgspec can match it."""
    return _UNNAMEABLE.sub("_", key)


def _finite(value: Any) -> Any:
    """Without what JSON lacks: NaN and infinities become text, half surrogates `?`."""
    if isinstance(value, float) and not math.isfinite(value):
        return f"not finite: {value}"
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_finite(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return value
