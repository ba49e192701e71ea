"""COCO records: what is foreseen in images, categories and annotations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import msgspec

from visionlens_jlab.formats.text.json_records import RecordDecoder
from visionlens_jlab.formats.text.json_stream import JsonObjectReader

Id = int | float | str
Number = int | float | str | None
NO_SHAPE = msgspec.Raw(b"")
"""Stands for a segmentation that is not there."""


def image_decoder() -> RecordDecoder:
    """Image entries; other members become fields. The id may be missing: nothing means it then."""
    return RecordDecoder(
        "Image",
        [
            ("id", Id | None, None),
            ("file_name", str | None, None),
            ("width", Number, None),
            ("height", Number, None),
        ],
        usual=("license", "date_captured", "coco_url", "flickr_url"),
    )


def category_decoder() -> RecordDecoder:
    """Category entries; a class without a name goes by its id."""
    return RecordDecoder(
        "Category",
        [
            ("id", Id, msgspec.NODEFAULT),
            ("name", Id | None, None),
            ("supercategory", Id | None, None),
            ("keypoints", list[str] | None, None),
            ("skeleton", list[list[int]] | None, None),
        ],
    )


def annotation_decoder() -> RecordDecoder:
    """Annotation entries; polygons stay JSON, exactly as they are written."""
    return RecordDecoder(
        "Annotation",
        [
            ("image_id", Id, msgspec.NODEFAULT),
            ("id", Id | None, None),
            ("category_id", Id | None, None),
            ("bbox", tuple[float, ...] | None, None),
            ("area", float | None, None),
            ("iscrowd", bool | int | float | None, None),
            ("score", float | None, None),
            ("segmentation", msgspec.Raw, NO_SHAPE),
            ("keypoints", list[float] | None, None),
            ("num_keypoints", int | None, None),
            ("attributes", Any, None),
        ],
    )


class Sections:
    """The three lists of a COCO file, wherever they stand in it.

    Parameters
    ----------
    open_file : callable
        Opens the file anew, for reading bytes.
    """

    def __init__(self, open_file: Callable[[], BinaryIO]) -> None:
        self._open = open_file
        self._offset: int | None = None
        self._prefix = ""
        self._before: set[str] = set()
        """Keys of the lists up to the last one."""
        self.repeated: set[str] = set()
        """Keys of lists that occur again; only the first list of a key is read."""

    def read(self, wanted: dict[str, Callable[[bytes], None]], last: str) -> None:
        """Hand over the blocks of the lists in `wanted`, and note where the list `last` begins.

        Reading stops at `last` when all wanted ones came before it. Raises ValueError.
        """
        left = dict(wanted)
        unusual: set[str] = set()
        met: set[str] = set()
        kinds = {ord("["): "list", ord("{"): "object"}
        with self._open() as file:
            reader = JsonObjectReader(file)
            for key, offset in reader.members():
                kind = kinds.get(reader.next_byte())
                if kind == "object":
                    unusual.add(key)
                elif kind is None or key not in (*wanted, last):
                    continue
                elif key in met:
                    self.repeated.add(key)
                elif key == last:
                    self._offset = offset
                    self._before = {*met, last}
                elif key in left:
                    for block in reader.elements():
                        wanted[key](block)
                    del left[key]
                if kind == "list":
                    met.add(key)
                if self._offset is not None and not left:
                    return
        odd = unusual & {*left, last}
        if "images" in left or odd:
            self._read_unusual(
                {k: v for k, v in left.items() if "images" in left or k in odd}, last
            )

    def blocks(self) -> Iterator[bytes]:
        """The blocks of the last list."""
        with self._open() as file:
            if self._prefix:
                yield from _unusual_blocks(file, self._prefix)
            elif self._offset is not None:
                reader = JsonObjectReader(file, self._offset)
                yield from reader.elements()
                self.repeated |= self._before.intersection(reader.finish())

    def _read_unusual(self, wanted: dict[str, Callable[[bytes], None]], last: str) -> None:
        # The lists lie deeper, or are objects by id: slower, but any shape is understood.
        with self._open() as file:
            prefixes = _find_prefixes(file, {*wanted, last})
        for key, hand in wanted.items():
            if key in prefixes:
                with self._open() as file:
                    for block in _unusual_blocks(file, prefixes[key]):
                        hand(block)
        if self._offset is None:
            self._prefix = prefixes.get(last, "")
        if "images" in wanted and "images" not in prefixes:
            raise ValueError("there is no list of images")


def _find_prefixes(file: BinaryIO, keys: set[str]) -> dict[str, str]:
    import ijson  # only files in an unusual shape need it

    found: dict[str, str] = {}
    try:
        for prefix, event, _ in ijson.parse(file):
            key = prefix.rpartition(".")[2]
            if event in ("start_array", "start_map") and key in keys and key not in found:
                inside = any(prefix.startswith(f"{other}.") for other in found.values())
                if not inside:
                    found[key] = f"{prefix}.item" if event == "start_array" else f"{prefix}."
    except ijson.JSONError as error:
        raise ValueError(str(error)) from error
    return found


def _unusual_blocks(file: BinaryIO, prefix: str, size: int = 5000) -> Iterator[bytes]:
    import ijson

    items: Iterator[Any]
    if prefix.endswith("."):
        items = (
            _with_id(key, value) for key, value in ijson.kvitems(file, prefix[:-1], use_float=True)
        )
    else:
        items = ijson.items(file, prefix, use_float=True)
    block: list[Any] = []
    try:
        for item in items:
            block.append(item)
            if len(block) == size:
                yield msgspec.json.encode(block)
                block = []
        if block:
            yield msgspec.json.encode(block)
    except (ijson.JSONError, RecursionError) as error:
        raise ValueError(str(error)) from error


def _with_id(key: str, value: Any) -> Any:
    """The element of an object by id: `{"1": {...}}`, and `{"1": "name"}` for categories."""
    if isinstance(value, str):
        return {"id": key, "name": value}
    return {"id": key, **value} if isinstance(value, dict) else value
