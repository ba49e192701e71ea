"""COCO records: what is foreseen in images, categories and annotations; their ids and classes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Generic, TypeVar

import msgspec
import numpy as np

from visionlens_jlab.formats.base import ClassEntry, Issue
from visionlens_jlab.formats.text.json_records import RecordDecoder
from visionlens_jlab.formats.text.json_stream import JsonObjectReader

T = TypeVar("T")


class IdMap(Generic[T]):
    """What ids mean. `"7"`, `7`, `7.0` and `"007"` are the same id where no other is meant.

    `exact` is the plain dict, for whoever looks up many.
    """

    def __init__(self) -> None:
        self.exact: dict[Any, T] = {}
        self._loose: dict[Any, T] = {}
        self._known = 0

    def add(self, identity: Any, meaning: T) -> bool:
        """Note an id; False when it was known: the first meaning stays."""
        if identity in self.exact:
            return False
        self.exact[identity] = meaning
        return True

    def find(self, identity: Any) -> T | None:
        """The meaning of an id; None when there is none."""
        found = self.exact.get(identity)
        return self.loose(identity) if found is None else found

    def loose(self, identity: Any) -> T | None:
        """The meaning of an id that is not in `exact`; None when there is none."""
        if identity is None:
            return None
        if self._known != len(self.exact):
            self._loose = {}
            for known, meaning in self.exact.items():
                self._loose.setdefault(_plain(known), meaning)
            self._known = len(self.exact)
        return self._loose.get(_plain(identity))


class SeenIds:
    """Finds ids that occur more than once; 8 bytes an id."""

    def __init__(self) -> None:
        self._parts: list[np.ndarray] = []
        self._names: dict[int, Any] = {}
        """What is no number of 64 bits, by the number that stands for it."""

    def add(self, ids: list[Any]) -> None:
        """Note the ids of a block; None is no id."""
        try:
            part = np.array(ids, dtype=np.int64)
        except (TypeError, ValueError, OverflowError):
            self._names.update({hash(one): one for one in ids if type(one) is not int})
            part = np.array([hash(one) for one in ids if one is not None], dtype=np.int64)
        self._parts.append(part)

    def repeated(self) -> tuple[int, list[Any]]:
        """How often an id occurred that was there before, and these ids."""
        every = np.sort(np.concatenate(self._parts)) if self._parts else np.empty(0, np.int64)
        again = every[1:][every[1:] == every[:-1]]
        return len(again), [self._names.get(one, one) for one in np.unique(again).tolist()]


def _plain(identity: Any) -> Any:
    if not isinstance(identity, str):
        return identity
    text = identity.strip()
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        return text
    return text if math.isnan(number) else number


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


class CocoClasses:
    """Classes of one label file.

    Attributes
    ----------
    names : IdMap of str
        Category id -> name of the class.
    entries : list of ClassEntry
    issues : list of Issue
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._decoder = category_decoder()
        self._count = 0
        self._keypoints: dict[str, int] = {}
        self._unknown: Counter[Any] = Counter()
        self._seen: set[str] = set()
        self.names: IdMap[str] = IdMap()
        self.entries: list[ClassEntry] = []
        self.issues: list[Issue] = []

    def add(self, block: bytes) -> None:
        """Add a block of categories."""
        decoded = self._decoder.decode(block)
        for index, reason in decoded.invalid:
            self._note("VALUE_INVALID", "kept", f"categories[{self._count + index}]", f"{reason}.")
        for index, record in enumerate(decoded.records):
            for member, (_, reason) in decoded.dropped.get(index, {}).items():
                self._note("VALUE_INVALID", "kept", f"category {record.id}", f"{member}: {reason}.")
            self._add(record)
        self._count += len(decoded.records) + len(decoded.invalid)

    @property
    def recoded(self) -> bool:
        """Whether there was text that is not UTF-8."""
        return self._decoder.recoded

    def other(self, identity: Any) -> str | None:
        """The class of an id that is not in `names.exact`; one that is not listed is its name."""
        if identity is None:
            return None
        name = self.names.loose(identity)
        if name is None:
            name = str(identity)
            self._unknown[name] += 1
        return name

    def keypoint_count(self, identity: Any) -> int:
        """Number of keypoints the class has; 0: not known."""
        name = self.names.exact.get(identity) or self.names.loose(identity)
        return self._keypoints.get(name or "", 0)

    def unknown(self) -> list[Issue]:
        """An item for each id that `other` met and that is not listed."""
        return [
            Issue(
                "CLASS_UNKNOWN",
                "kept",
                "other",
                f"{self._file}: category {name}",
                f"It is not in the list of categories; {count} annotations have its id as name.",
            )
            for name, count in self._unknown.items()
        ]

    def _add(self, record: Any) -> None:
        name = "" if record.name is None else str(record.name)
        if not name.strip():
            name = str(record.id)
            self._note("CLASS_UNNAMED", "repaired", f"category {record.id}", "It has no name.")
        if not self.names.add(record.id, name):
            message = f"The id {record.id} occurs twice; annotations mean the first."
            self._note("DUPLICATE_ID", "kept", f"category {record.id}", message)
        elif name in self._seen:
            message = f"The class {name} occurs again with id {record.id}."
            self._note("CLASS_DUPLICATE", "repaired", f"category {record.id}", message)
        self._seen.add(name)
        points = record.keypoints or None
        if points:
            self._keypoints[name] = len(points)
        self.entries.append(
            ClassEntry(
                name,
                str(record.id),
                None if record.supercategory is None else str(record.supercategory),
                points,
                self._skeleton(record, len(points or [])),
            )
        )

    def _skeleton(self, record: Any, points: int) -> list[list[int]] | None:
        """Pairs from 0. COCO counts from 1; a file in which a 0 occurs counts from 0."""
        pairs = record.skeleton
        if not pairs:
            return None
        first = 0 if any(0 in pair for pair in pairs) else 1
        moved = [[end - first for end in pair] for pair in pairs]
        usable = [pair for pair in moved if len(pair) == 2 and all(0 <= e < points for e in pair)]
        item = f"category {record.id}"
        if len(usable) < len(pairs):
            message = f"{len(pairs) - len(usable)} lines of the skeleton lead to no keypoint."
            self._note("VALUE_INVALID", "kept", item, message)
        elif not first:
            self._note("VALUE_REPAIRED", "repaired", item, "Its skeleton counts from 0.")
        return usable or None

    def _note(self, code: str, action: Any, item: str, message: str) -> None:
        self.issues.append(Issue(code, action, "other", f"{self._file}: {item}", message))
