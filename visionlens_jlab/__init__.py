"""VisionLens: see what is in an image dataset, inside JupyterLab."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from visionlens_jlab.version import __version__

if TYPE_CHECKING:
    from visionlens_jlab.agents.notebook import Answer
    from visionlens_jlab.analysis.notebook.finding import Analysis, Finding
    from visionlens_jlab.core.notebook.lens import Lens
    from visionlens_jlab.errors import VisionLensError
    from visionlens_jlab.evaluation.notebook.comparison import ComparedRuns
    from visionlens_jlab.evaluation.notebook.evaluation import Evaluation
    from visionlens_jlab.notebook import (
        Dataset,
        Selection,
        View,
        delete,
        detect,
        ingest,
        list_datasets,
        open,
    )

__all__ = [
    "Analysis",
    "Answer",
    "ComparedRuns",
    "Dataset",
    "Evaluation",
    "Finding",
    "Lens",
    "Selection",
    "View",
    "VisionLensError",
    "__version__",
    "delete",
    "detect",
    "ingest",
    "list_datasets",
    "open",
]

_HOME = {
    "Analysis": "analysis.notebook.finding",
    "Answer": "agents.notebook",
    "ComparedRuns": "evaluation.notebook.comparison",
    "Dataset": "notebook",
    "Evaluation": "evaluation.notebook.evaluation",
    "Finding": "analysis.notebook.finding",
    "Lens": "core.notebook.lens",
    "Selection": "notebook",
    "View": "notebook",
    "VisionLensError": "errors",
    "delete": "notebook",
    "detect": "notebook",
    "ingest": "notebook",
    "list_datasets": "notebook",
    "open": "notebook",
}
"""Module of each public name: loaded when first used, since Jupyter imports this package too."""


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    from visionlens_jlab.core.system.loading import importing

    with importing():
        module = import_module(f".{_HOME[name]}", __name__)
    value = getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "visionlens-jlab"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from visionlens_jlab.extension import VisionLensApp

    return [{"module": "visionlens_jlab", "app": VisionLensApp}]
