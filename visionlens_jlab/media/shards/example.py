"""`tf.train.Example` without TensorFlow: its message has one kind of map and three of lists."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

import numpy as np

from visionlens_jlab.media.shards.places import image_suffix

ValueKind = Literal["bytes", "floats", "ints"]
_KINDS: dict[int, ValueKind] = {1: "bytes", 2: "floats", 3: "ints"}
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
MOST_VALUES = 1_000_000
"""Of one feature; a longer one is pixels or a vector."""


class Feature(NamedTuple):
    """One list; the numbers of it stay as they are until they are asked for."""

    kind: ValueKind
    parts: list[memoryview]
    """Texts, or numbers in one or several packed parts."""

    def bytes(self) -> list[bytes]:
        """Texts or files."""
        return [bytes(part) for part in self.parts] if self.kind == "bytes" else []

    def numbers(self) -> list[float] | list[int]:
        """Numbers. ValueError: there are too many, or they are broken."""
        if sum(map(len, self.parts)) > MOST_VALUES * (4 if self.kind == "floats" else 1):
            raise ValueError(f"it holds more than {MOST_VALUES:,} numbers")
        if self.kind == "ints":
            return [value for part in self.parts for value in _varints(part)]
        if self.kind == "bytes":
            return []
        data = b"".join(self.parts)
        if len(data) % 4:
            raise ValueError("a list of numbers breaks off")
        found: list[float] = np.frombuffer(data, "<f4").astype(float).tolist()
        return found


def features(data: bytes) -> dict[str, Feature]:
    """The features of an example by name. ValueError: it is none."""
    found: dict[str, Feature] = {}
    for number, example in _fields(memoryview(data)):
        if number != 1 or not isinstance(example, memoryview):
            raise ValueError("it is no tf.Example")
        for _, entry in _fields(example):
            name, feature = _entry(entry)
            found[name] = feature
    return found


def _entry(entry: memoryview | int) -> tuple[str, Feature]:
    name, value = "", memoryview(b"")
    for number, part in _fields(_message(entry)):
        if number == 1:
            name = bytes(_message(part)).decode("utf-8", "replace")
        elif number == 2:
            value = _message(part)
    return name, _feature(value)


def _feature(value: memoryview) -> Feature:
    kind: ValueKind = "bytes"
    parts: list[memoryview] = []
    for number, listed in _fields(value):
        kind, parts = _KINDS.get(number, "bytes"), []
        for _, one in _fields(_message(listed)):
            parts.append(one if isinstance(one, memoryview) else memoryview(_varint(one)))
    return Feature(kind, parts)


def _message(value: memoryview | int) -> memoryview:
    if isinstance(value, int):
        raise ValueError("it is no tf.Example")
    return value


def _fields(data: memoryview) -> Iterator[tuple[int, memoryview | int]]:
    """Numbers and values of a message's fields, as protocol buffers have them."""
    at = 0
    while at < len(data):
        key, at = _read_varint(data, at)
        wire = key & 7
        if wire == _VARINT:
            value, at = _read_varint(data, at)
            yield key >> 3, value
            continue
        if wire == _BYTES:
            length, at = _read_varint(data, at)
        else:
            length = {_FIXED64: 8, _FIXED32: 4}.get(wire, -1)
        if length < 0 or at + length > len(data):
            raise ValueError("it is no tf.Example, or breaks off")
        yield key >> 3, data[at : at + length]
        at += length


def _read_varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while shift < 64:
        if at >= len(data):
            raise ValueError("a number breaks off")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise ValueError("a number has more than 64 bits")


def _varints(data: memoryview) -> Iterator[int]:
    at = 0
    while at < len(data):
        value, at = _read_varint(data, at)
        value &= (1 << 64) - 1
        yield value - (1 << 64) if value >> 63 else value


IMAGE_FEATURES = ("image/encoded", "image", "image_raw", "jpeg", "image_bytes", "image/raw", "img")


def image_feature(found: Mapping[str, Feature]) -> str | None:
    """The feature that holds the image file; None: there is none."""
    holding = [name for name, one in found.items() if one.kind == "bytes" and len(one.parts) == 1]
    if IMAGE_FEATURES[0] in holding:
        return IMAGE_FEATURES[0]
    files = [name for name in holding if image_suffix(bytes(found[name].parts[0][:16]))]
    usual = [name for name in IMAGE_FEATURES if name in files]
    return next(iter(usual or sorted(files)), None)


Values = list[bytes] | list[float] | list[int]


def encode_example(found: Mapping[str, Values]) -> bytes:
    """An example as its message. Lists are of one kind: bytes, float or int; empty: of none."""
    entries = b"".join(
        _field(1, _field(1, name.encode()) + _field(2, _encode(values)))
        for name, values in found.items()
    )
    return _field(1, entries)


def _encode(values: Values) -> bytes:
    if not values:
        return b""
    first = values[0]
    if isinstance(first, bytes):
        return _field(1, b"".join(_field(1, one) for one in values if isinstance(one, bytes)))
    if isinstance(first, float):
        return _field(2, _field(1, np.array(values, "<f4").tobytes()))
    return _field(3, _field(1, b"".join(_varint(int(one) & (2**64 - 1)) for one in values)))


def _field(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | _BYTES) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    if value < 0x80:
        return struct.pack("B", value)
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
