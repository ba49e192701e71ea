"""Vectors from a notebook or a file: one matrix, and the ids of its rows where they are given."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from visionlens_jlab.core.notebook.frames import ID_COLUMN
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.errors import VisionLensError

_VECTOR_COLUMNS = ("vector", "embedding")
_TENSORS = ("vectors", "embeddings")


def read_matrix(source: Any, level: Level) -> tuple[Any, np.ndarray | None]:
    """A matrix (n, d) and the ids (n,) of its rows; None: the source names none.

    Parameters
    ----------
    source : array, torch tensor, or path
        `.npy`: the matrix. `.parquet`: a column `vector` or `embedding` of lists, and `id`,
        `sample_id` or `annotation_id`. `.safetensors`: a tensor `vectors` or `embeddings`, or the
        only one of two dimensions, and perhaps `ids`.
    level : {"samples", "annotations"}

    Raises
    ------
    VisionLensError
        DIR_NOT_FOUND, VECTORS_INVALID.
    ImportError
        When a `.safetensors` file is given and safetensors is not installed.
    """
    if not isinstance(source, (str, os.PathLike)):
        return _on_cpu(source), None
    path = Path(source).expanduser()
    if not path.is_file():
        raise VisionLensError("DIR_NOT_FOUND", f"There is no file {path}.", "Check the path.")
    readers = {".npy": _npy, ".parquet": _parquet, ".safetensors": _safetensors}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise _invalid(f"{path.name} is no .npy, .parquet or .safetensors file.")
    try:
        return reader(path, level)
    except (OSError, ValueError, KeyError) as error:
        raise _invalid(f"The vectors in {path.name} cannot be read: {error}") from error


def _npy(path: Path, _: Level) -> tuple[np.ndarray, None]:
    return np.load(path, mmap_mode="r", allow_pickle=False), None


def _parquet(path: Path, level: Level) -> tuple[np.ndarray, np.ndarray | None]:
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    names = [name for name in _VECTOR_COLUMNS if name in table.column_names]
    if not names:
        raise _invalid(f"{path.name} has no column vector or embedding.")
    lists = table.column(names[0]).combine_chunks()
    lengths = np.diff(lists.offsets.to_numpy()) if hasattr(lists, "offsets") else np.zeros(1)
    if lists.null_count or len(np.unique(lengths)) > 1:
        raise _invalid(f"The vectors in {path.name} are not all of one length.")
    flat = lists.flatten().to_numpy(zero_copy_only=False)
    matrix = flat.reshape(len(lists), -1)
    for name in ("id", ID_COLUMN[level]):
        if name in table.column_names:
            return matrix, table.column(name).to_numpy()
    return matrix, None


def _safetensors(path: Path, _: Level) -> tuple[np.ndarray, np.ndarray | None]:
    from safetensors.numpy import load_file

    tensors: Mapping[str, np.ndarray] = load_file(path)
    flat = [name for name, tensor in tensors.items() if tensor.ndim == 2]
    named = [name for name in _TENSORS if name in tensors] or (flat if len(flat) == 1 else [])
    if not named:
        raise _invalid(f"{path.name} has no tensor vectors or embeddings, but {sorted(tensors)}.")
    return tensors[named[0]], tensors.get("ids")


def _on_cpu(source: Any) -> Any:
    """A tensor of another framework as numpy reads it."""
    for step in ("detach", "cpu", "numpy"):
        if hasattr(source, step) and not isinstance(source, np.ndarray):
            source = getattr(source, step)()
    return source


def _invalid(message: str) -> VisionLensError:
    return VisionLensError("VECTORS_INVALID", message)
