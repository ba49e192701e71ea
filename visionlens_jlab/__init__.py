"""VisionLens: see what is in an image dataset, inside JupyterLab."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .errors import VisionLensError
    from .notebook.asking import Answer
    from .notebook.compared_runs import ComparedRuns
    from .notebook.dataset import Dataset
    from .notebook.entry import delete, ingest, list_datasets, open
    from .notebook.evaluation import Evaluation
    from .notebook.finding import Analysis, Finding
    from .notebook.lens import Lens
    from .notebook.view import Selection, View

try:
    from ._version import __version__
except ImportError:  # a checkout that was never built
    __version__ = "0.1.0"

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
    "ingest",
    "list_datasets",
    "open",
]

_HOME = {
    "Analysis": "notebook.finding",
    "Answer": "notebook.asking",
    "ComparedRuns": "notebook.compared_runs",
    "Dataset": "notebook.dataset",
    "Evaluation": "notebook.evaluation",
    "Finding": "notebook.finding",
    "Lens": "notebook.lens",
    "Selection": "notebook.view",
    "View": "notebook.view",
    "VisionLensError": "errors",
    "delete": "notebook.entry",
    "ingest": "notebook.entry",
    "list_datasets": "notebook.entry",
    "open": "notebook.entry",
}
"""Module of each public name: loaded when first used, since Jupyter imports this package too."""


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    from .loading import importing

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
    from .extension import VisionLensApp

    return [{"module": "visionlens_jlab", "app": VisionLensApp}]
