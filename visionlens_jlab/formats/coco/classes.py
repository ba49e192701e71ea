"""The categories of a COCO file."""

from __future__ import annotations

from collections import Counter
from typing import Any

from visionlens_jlab.formats.base import ClassEntry, Issue
from visionlens_jlab.formats.coco.ids import IdMap
from visionlens_jlab.formats.coco.records import category_decoder


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
