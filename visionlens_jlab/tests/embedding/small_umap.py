"""A small UMAP in a process of its own; prints how many functions numba compiled for it.

Run by the set-up of the tests, so that what it compiles is there for all of them. With an argument:
the folder for compiled code, as a job names it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from visionlens_jlab.map.projections.layouts import keep_compiled_code_in, umap_module
from visionlens_jlab.map.projections.methods import fit, pca_preview, place
from visionlens_jlab.map.projections.parameters import resolved_parameters

ROWS, NEW = 60, 5


def main() -> None:
    """Fit with and without a seed, place some more."""
    if sys.argv[1:]:
        keep_compiled_code_in(Path(sys.argv[1]))
    umap_module()
    from numba.core import event

    class Compilations(event.Listener):
        count = 0

        def on_start(self, event: object) -> None:
            Compilations.count += 1

        def on_end(self, event: object) -> None:
            pass

    event.register("numba:compile", Compilations())
    rows = np.random.default_rng(0).normal(size=(ROWS + NEW, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    ids = np.arange(ROWS + NEW, dtype=np.uint32)
    parameters = resolved_parameters("umap", {"n_epochs": 5})
    components, start = pca_preview(rows[:ROWS], 2, _quiet)
    for seed in (42, None):
        fitted = fit("umap", ids[:ROWS], rows[:ROWS], components, start,
                     seed=seed, parameters=parameters, watch=_quiet)  # fmt: skip
        assert place(fitted, ids, rows, watch=_quiet) is not None
    print(Compilations.count)


def _quiet(stage: str, done: int, total: int | None) -> None:
    pass


if __name__ == "__main__":
    main()
