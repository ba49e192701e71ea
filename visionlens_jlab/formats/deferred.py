"""A built-in format whose code is loaded when it is asked for the first time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from typing import cast

from visionlens_jlab.formats.base import Batch, Format
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.shapes import Detected


class DeferredFormat:
    """Stands for a format of this package: parsers of YAML, XML and masks take time to load.

    Parameters
    ----------
    name, label, description : str
        Those of the format.
    home : str
        `<module>.<class>` in this package.
    *options : str
        Names of the options it takes.
    """

    def __init__(self, name: str, label: str, description: str, home: str, *options: str) -> None:
        self.name = name
        self.label = label
        self.description = description
        self.options = options
        self._home = home

    @cached_property
    def format(self) -> Format:
        """The format itself."""
        module, _, kind = self._home.rpartition(".")
        loaded = import_module(f".{module}", __package__)
        return cast(Format, getattr(loaded, kind)())

    def detect(self, request: Request) -> Detected | None:
        return self.format.detect(request)

    def read(self, request: Request) -> Iterator[Batch]:
        return self.format.read(request)
