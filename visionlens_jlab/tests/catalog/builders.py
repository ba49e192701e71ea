"""Small datasets made of pieces, as jobs make them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from visionlens_jlab.core.catalog.pieces import Piece
from visionlens_jlab.core.catalog.store import DatasetStore


def samples_table(first: int, count: int, **columns: list[Any] | pa.Array) -> pa.Table:
    """`count` samples with ids from `first`; columns given replace or add to the plain ones."""
    ids = np.arange(first, first + count)
    plain: dict[str, Any] = {
        "sample_id": pa.array(ids, pa.uint32()),
        "root": ["images"] * count,
        "path": [f"train/{i:06d}.jpg" for i in ids],
        "filename": [f"{i:06d}.jpg" for i in ids],
        "width": pa.array([640] * count, pa.int32()),
        "height": pa.array([480] * count, pa.int32()),
    }
    return pa.table({**plain, **columns})


def annotations_table(sample_ids: list[int], **columns: list[Any] | pa.Array) -> pa.Table:
    """One ground-truth box for each entry of `sample_ids`."""
    count = len(sample_ids)
    plain: dict[str, Any] = {
        "sample_id": pa.array(sample_ids, pa.uint32()),
        "source": ["ground_truth"] * count,
        "class": ["car"] * count,
        "kind": ["box"] * count,
        "x": [10.5] * count,
        "y": [20.25] * count,
        "w": [30.0] * count,
        "h": [40.0] * count,
        "confidence": pa.array([None] * count, pa.float64()),
        "area": [1200.0] * count,
        "is_crowd": [False] * count,
    }
    return pa.table({**plain, **columns})


def piece(
    folder: Path,
    sequence: int = 0,
    job: str = "job",
    summary: dict[str, Any] | None = None,
    files: dict[str, Path] | None = None,
    **tables: pa.Table,
) -> Piece:
    """A piece as a sink would load it."""
    return Piece(job, sequence, folder, tables, files or {}, summary or {})


def final(**counts: dict[str, int]) -> dict[str, Any]:
    """The summary of a job's last piece."""
    nothing = {"found": 0, "imported": 0, "skipped": 0}
    return {
        "final": True,
        "format": "coco",
        "source": "/data/street",
        "images": nothing,
        "annotations": nothing,
        "label_files": nothing,
        **counts,
    }


def fill_street(store: DatasetStore, folder: Path) -> None:
    """Six samples: cars and people, ground truth and the run `a`.

    sample: 0 car, person; 1 car, of run a: car .9, person .2; 2 person; 3 no class; 4, 5 nothing
    split:  0-2 train, 3-4 val, 5 none      speed: 10 20 30 40 none none
    """
    store.results.apply(
        piece(
            folder,
            root=pa.table({"name": ["images"], "location": ["/data/street/"]}),
            sample=samples_table(
                0,
                6,
                split=["train"] * 3 + ["val"] * 2 + [None],
                speed=pa.array([10, 20, 30, 40, None, None], pa.int64()),
                weather=["sun", "rain", "sun", None, "fog", "sun"],
            ),
            annotation=annotations_table(
                [0, 0, 1, 1, 1, 2, 3],
                **{
                    "class": ["car", "person", "car", "car", "person", "person", None],
                    "source": ["ground_truth"] * 3 + ["a", "a"] + ["ground_truth"] * 2,
                    "confidence": [None, None, None, 0.9, 0.2, None, None],
                    "w": [100.0, 10.0, 50.0, 52.0, 9.0, 11.0, 30.0],
                },
            ),
            summary=final(
                images={"found": 6, "imported": 6, "skipped": 0},
                annotations={"found": 7, "imported": 7, "skipped": 0},
            ),
        )
    )
