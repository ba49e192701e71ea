"""Counts the networks of transformers that are alive in a worker, from outside of it.

Python imports a `sitecustomize` from its path before anything else: this one notes every load and
every end of a network in a file.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

_SITE = """
import importlib.abc, importlib.util, os, sys, weakref

alive = weakref.WeakSet()


def note(event, name):
    with open(os.environ["VISIONLENS_TEST_COUNTED"], "a") as file:
        file.write(f"{event} {name} {len(alive)} {os.getpid()}\\n")


def count(base):
    load = base.from_pretrained.__func__

    def from_pretrained(cls, *given, **options):
        note("before", cls.__name__)
        made = load(cls, *given, **options)
        alive.add(made)
        weakref.finalize(made, note, "gone", cls.__name__).atexit = False
        note("loaded", cls.__name__)
        return made

    base.from_pretrained = classmethod(from_pretrained)


class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != "transformers.modeling_utils":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        run = spec.loader.exec_module

        def exec_module(module):
            run(module)
            count(module.PreTrainedModel)

        spec.loader.exec_module = exec_module
        return spec


sys.meta_path.insert(0, Finder())
"""


@dataclass(frozen=True)
class Event:
    """`before` a load, `loaded` or `gone`; how many networks live then in that process."""

    event: str
    name: str
    alive: int
    process: int


@dataclass(frozen=True)
class Counted:
    """What happened to networks so far."""

    file: Path

    def events(self) -> list[Event]:
        if not self.file.exists():
            return []
        rows = [line.split() for line in self.file.read_text().splitlines()]
        return [Event(row[0], row[1], int(row[2]), int(row[3])) for row in rows]

    def loaded(self) -> list[str]:
        return [one.name for one in self.events() if one.event == "loaded"]


def counted_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Have processes that start from now on count their networks."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(_SITE)
    before = os.environ.get("PYTHONPATH")
    path = str(folder) if before is None else os.pathsep.join([str(folder), before])
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.setenv("VISIONLENS_TEST_COUNTED", str(tmp_path / "counted"))
    return Counted(tmp_path / "counted")
