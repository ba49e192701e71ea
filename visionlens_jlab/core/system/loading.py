"""Loading our own modules and the libraries below them, without paying for what nobody uses."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

from visionlens_jlab.core.system.garbage_collection import collection_paused

_SPIN = "OPENBLAS_THREAD_TIMEOUT"
_SPIN_CYCLES_LOG2 = "22"
"""After so many cycles (a millisecond) an idle thread of numpy's BLAS sleeps. By default it spins
for a tenth of a second on each processor as soon as numpy is loaded."""


@contextmanager
def importing() -> Iterator[None]:
    """No collection meanwhile, nor afterwards of what was made: modules stay.

    Where numpy is loaded meanwhile, its idle threads soon sleep, unless the user said otherwise.
    """
    ours = _SPIN not in os.environ
    if ours:
        os.environ[_SPIN] = _SPIN_CYCLES_LOG2
    try:
        with collection_paused():
            yield
            if not gc.get_freeze_count():  # else somebody froze his own
                gc.freeze()
                gc.unfreeze()  # all to the oldest generation, unseen
    finally:
        if ours:
            os.environ.pop(_SPIN, None)
