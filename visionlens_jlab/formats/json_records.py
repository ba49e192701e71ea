"""Typed decoding of the records in a JSON list that keeps members nobody foresaw.

msgspec decodes into a struct type several times faster than into dicts, but drops unknown
members. Here the type refuses them, and is extended when a block brings new ones.
"""

from __future__ import annotations

import gc
import json
import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET


class Decoded(NamedTuple):
    """One block's records, and what could not be one: (index in the block, reason)."""

    records: list[Any]
    invalid: list[tuple[int, str]]


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
        self.extras: dict[str, str] = {}
        """Members that are not among the fields -> attribute that holds them (UNSET: absent)."""
        self._add_extras(usual)
        self._rebuild()

    def decode(self, block: bytes) -> Decoded:
        """Decode a block. Raises ValueError when it is not JSON at all."""
        with collection_paused():
            try:
                return Decoded(self._decoder.decode(block), [])
            except msgspec.ValidationError:
                pass
            except msgspec.DecodeError:
                return self._convert(json.loads(block))  # NaN and Infinity, which Python writes
            elements = msgspec.json.decode(block)
            if self._extend(elements):
                try:
                    return Decoded(self._decoder.decode(block), [])
                except msgspec.ValidationError:
                    pass
            return self._convert(elements)

    def _convert(self, elements: list[Any]) -> Decoded:
        self._extend(elements)
        decoded = Decoded([], [])
        for index, element in enumerate(elements):
            try:
                # Encoded again since members kept as raw JSON only exist in JSON.
                text = json.dumps(_finite(element)).encode()
                decoded.records.append(msgspec.json.decode(text, type=self.type, strict=False))
            except (msgspec.ValidationError, TypeError) as error:
                decoded.invalid.append((index, str(error)))
        return decoded

    def _extend(self, elements: list[Any]) -> bool:
        met = {key: None for element in elements if isinstance(element, dict) for key in element}
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


@contextmanager
def collection_paused() -> Iterator[None]:
    """No garbage collection meanwhile: it would walk each new record again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _finite(value: Any) -> Any:
    """NaN and infinities as text, which a number member refuses and another one keeps."""
    if isinstance(value, float) and not math.isfinite(value):
        return f"not finite: {value}"
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return value
