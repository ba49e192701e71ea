"""What a capability's notebook methods ask for is what both sides answer."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any, get_args

import pytest

import visionlens_jlab
from visionlens_jlab.core.capability import resolve
from visionlens_jlab.core.notebook.backend import BackendPart


def _parts() -> Iterator[tuple[str, type, BackendPart[Any]]]:
    """Each part with its name and its protocol."""
    for found in pkgutil.walk_packages(visionlens_jlab.__path__, "visionlens_jlab."):
        if ".tests." in found.name or ".notebook" not in found.name:
            continue
        module = importlib.import_module(found.name)
        for name, annotation in getattr(module, "__annotations__", {}).items():
            if isinstance(getattr(module, name, None), BackendPart):
                protocol = get_args(eval(annotation, vars(module)))[0]
                yield name, protocol, getattr(module, name)


PARTS = list(_parts())


def test_every_capability_with_methods_that_ask_has_one() -> None:
    assert len(PARTS) >= 11


@pytest.mark.parametrize(("name", "protocol", "part"), PARTS, ids=[part[0] for part in PARTS])
def test_store_and_server_answer_what_is_asked(
    name: str, protocol: type, part: BackendPart[Any]
) -> None:
    """The same parameters and results; the store's may have more that can be left out."""
    for method, asked in inspect.getmembers(protocol, inspect.isfunction):
        if method.startswith("_"):
            continue
        wanted = inspect.signature(asked)
        for owner in (resolve(part.store), part.remote):
            given = inspect.signature(getattr(owner, method))
            rest = list(given.parameters.values())
            shared = rest[: len(wanted.parameters)]
            assert [one.name for one in shared] == list(wanted.parameters), (owner, method)
            assert all(one.default is not one.empty for one in rest[len(shared) :]), owner
            assert given.return_annotation == wanted.return_annotation, (owner, method)
