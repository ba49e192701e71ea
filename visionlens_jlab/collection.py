"""Python's cyclic garbage collection, where it would only cost time."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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


def collect_young() -> None:
    """Collect what was made since the last call; each object is looked at once."""
    gc.collect(1)


@contextmanager
def importing() -> Iterator[None]:
    """No collection meanwhile, nor afterwards of what was made: modules stay."""
    with collection_paused():
        yield
        if not gc.get_freeze_count():  # else somebody froze his own
            gc.freeze()
            gc.unfreeze()  # all to the oldest generation, unseen
