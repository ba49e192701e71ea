"""The methods of projection: which are installed, what may be set, what holds when it is not."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from visionlens_jlab.errors import VisionLensError
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


@dataclass(frozen=True)
class Number:
    """A number within limits, both included."""

    default: float
    low: float
    high: float
    whole: bool = False

    def check(self, value: Any) -> float | int | None:
        """The value in its own type; None: it will not do."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        if not self.low <= value <= self.high or (self.whole and value != int(value)):
            return None
        return int(value) if self.whole else float(value)

    def text(self) -> str:
        """What it takes."""
        kind = "a whole number" if self.whole else "a number"
        return f"{kind} from {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Switch:
    """True or false, or null: decided by the size of the space."""

    default: bool | None = None

    def check(self, value: Any) -> bool | None:
        """The value; None where it is neither."""
        return value if isinstance(value, bool) else None

    def text(self) -> str:
        """What it takes."""
        return "true or false"


_NEIGHBOURS = Number(15, 2, 200, whole=True)

METHODS: dict[str, dict[str, Number | Switch]] = {
    "pca": {},
    "umap": {
        "n_neighbors": _NEIGHBOURS,
        "min_dist": Number(0.1, 0, 1),
        "spread": Number(1, 0.1, 10),
        "n_epochs": Number(0, 0, 10_000, whole=True),
        "negative_sample_rate": Number(5, 1, 50, whole=True),
        "low_memory": Switch(),
    },
    "tsne": {
        "perplexity": Number(30, 2, 500),
        "n_iter": Number(500, 50, 10_000, whole=True),
        "early_exaggeration_iter": Number(250, 0, 1000, whole=True),
        "low_memory": Switch(),
    },
    "pacmap": {
        "n_neighbors": Number(10, 2, 200, whole=True),
        "MN_ratio": Number(0.5, 0, 5),
        "FP_ratio": Number(2, 0.1, 10),
    },
}
"""By method; `n_epochs` 0: 500 for up to 10,000 vectors, else 200."""


def resolved_parameters(method: str, given: dict[str, Any]) -> dict[str, Any]:
    """Every parameter of a method, those given in place of the defaults; REQUEST_INVALID."""
    known = METHODS[method]
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise VisionLensError(
            "REQUEST_INVALID",
            f"{method} has no parameter {unknown[0]!r}.",
            f"It has: {', '.join(known) or 'none'}.",
        )
    resolved: dict[str, Any] = {}
    for name, kind in known.items():
        value = given.get(name)
        if value is None:
            default = kind.default
            whole = isinstance(kind, Number) and kind.whole
            resolved[name] = int(default or 0) if whole else default
            continue
        resolved[name] = kind.check(value)
        if resolved[name] is None:
            raise VisionLensError(
                "REQUEST_INVALID",
                f"{name} cannot be {value!r}.",
                f"{name} takes {kind.text()}.",
            )
    return resolved
