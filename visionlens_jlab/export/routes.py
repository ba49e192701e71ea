"""Where the browser may have exports written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.export.shapes import ExportRequest

if TYPE_CHECKING:
    from visionlens_jlab.core.api.services import PathPolicy


def confine(
    policy: PathPolicy, request: ExportRequest, *, unrestricted: bool, rows: bool = False
) -> ExportRequest:
    """The request with an absolute path, checked unless it comes from the user's own kernel.

    The browser writes into no hidden folder: programs keep keys and settings there.
    """
    path = policy.place(request.path, unrestricted=unrestricted)
    if not unrestricted and policy.hides(Path(path)):
        raise VisionLensError(
            "PATH_NOT_ALLOWED", f"{path} is hidden.", "Export to a folder without a dot."
        )
    return request.model_copy(update={"path": path})
