"""Makes a torchvision that was built for another torch importable.

With torch's CPU build, pip takes a torchvision built for CUDA, whose compiled part does not load;
its import then fails with `operator torchvision::nms does not exist`. Nothing here needs those
operators, only their names.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_library: Any = None
"""Kept: the names are gone with it."""


def mend_torchvision() -> None:
    """Name the missing operators, before anything imports torchvision; once."""
    global _library  # noqa: PLW0603
    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.origin is None or _library or "torchvision" in sys.modules:
        return
    import torch

    if _loads(Path(spec.origin).parent):
        return
    _library = torch.library.Library("torchvision", "DEF")
    for schema in _SCHEMAS:
        _library.define(schema)


def _loads(folder: Path) -> bool:
    import torch

    compiled = [path for path in folder.glob("_C.*") if path.suffix in (".so", ".pyd")]
    try:
        for path in compiled:
            torch.ops.load_library(path)
    except OSError:
        return False
    return bool(compiled)
