"""What a file of images says, image by image."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from visionlens_jlab.formats.base import Action, ClassEntry, Kind
from visionlens_jlab.formats.records.record import Record
from visionlens_jlab.formats.request import Request


@dataclass(slots=True)
class Item:
    """An image in a file, with what is said of it.

    `record.image` is its path, `normalised` whether its boxes are fractions of the image.
    """

    record: Record
    bytes: int
    fields: dict[str, Any] = field(default_factory=dict)
    source_id: str | None = None
    group: str | None = None
    normalised: bool = False

    @property
    def path(self) -> str:
        """Of the image."""
        return self.record.image or ""


@dataclass(frozen=True, slots=True)
class Said:
    """Something odd; `counts`: it is one of the kind that was found and is not imported."""

    code: str
    action: Action
    kind: Kind
    item: str
    message: str
    image: str | None = None
    """The path of the image that it is about."""


@dataclass(slots=True)
class Shard:
    """An open file that holds images."""

    file: BinaryIO
    path: str
    request: Request
    say: Callable[[Said], None]
    classes: dict[str, ClassEntry] = field(default_factory=dict)
    """Classes by name, in their order; the same for all files of a read."""
    names: dict[int, str] = field(default_factory=dict)
    """Names of classes by number, as a list beside the file has them."""

    def class_of(self, number: int, item: str) -> str:
        """The name of the class of a number; one that is nowhere named is its own name."""
        name = self.names.get(number)
        if name is None:
            name = str(number)
            if name not in self.classes:
                message = f"No list of classes beside the file has a number {number}."
                self.say(Said("CLASS_UNKNOWN", "kept", "other", item, message))
        self.classes.setdefault(name, ClassEntry(name, str(number)))
        return name

    def note_class(self, name: str, number: int | None = None) -> str:
        """Have a class in the list, with its number where there is one."""
        known = self.classes.get(name)
        if known is None or (known.source_id is None and number is not None):
            self.classes[name] = ClassEntry(name, None if number is None else str(number))
        return name
