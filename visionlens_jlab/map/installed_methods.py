"""Which methods of projection are installed, and how to install the others."""

from __future__ import annotations

from importlib.util import find_spec

from visionlens_jlab.map.shapes import ProjectionMethod

_LABELS = {"umap": "UMAP", "tsne": "t-SNE", "pacmap": "PaCMAP", "pca": "PCA"}
_PACKAGES = {"umap": "umap", "tsne": "openTSNE", "pacmap": "pacmap"}


def available(method: str) -> bool:
    """Whether the package of a method is installed in this environment."""
    package = _PACKAGES.get(method)
    return package is None or find_spec(package) is not None


def install_command(method: str) -> str:
    """The command that installs the package of a method."""
    return f"pip install 'visionlens-jlab[{method}]'"


def projection_methods() -> list[ProjectionMethod]:
    """Every method, those that are installed first, otherwise the best first."""
    listed = [
        ProjectionMethod(
            method=method,
            label=label,
            available=available(method),
            reason=""
            if available(method)
            else f"{label} is not installed. In the environment of the worker's kernel: "
            f"{install_command(method)}",
        )
        for method, label in _LABELS.items()
    ]
    return sorted(listed, key=lambda method: not method.available)
