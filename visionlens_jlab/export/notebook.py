"""Exports, as a notebook asks for them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from visionlens_jlab.core.notebook.backend import DatasetBackend
from visionlens_jlab.core.notebook.running import run_shown
from visionlens_jlab.core.notebook.shapes import shaped
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.export.shapes import ExportReport, ExportRequest


def export(
    backend: DatasetBackend,
    path: str | os.PathLike[str],
    format: str,
    *,
    view: ViewSpec | None,
    ids: np.ndarray | None = None,
    source: str,
    images: str,
    options: dict[str, Any],
) -> ExportReport:
    """Run an export job to its end. Relative paths are those of this process."""
    named = {
        "dataset": backend.dataset,
        "path": str(Path(path).expanduser().absolute()),
        "format": format,
        "view": view,
        "ids": None if ids is None else ids.tolist(),
        "source": source,
        "images": images,
        "options": options,
    }
    request = shaped(ExportRequest, named)
    job = run_shown(backend, request, f"Exporting {backend.dataset}")
    return ExportReport.model_validate(job.result)
