"""What a world is made of: fields, classes, and what is planted in it. No random numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Columns = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Term:
    """One comparison of a field with a value."""

    field: str
    op: Literal["=", "<", ">"]
    value: str | float

    def mask(self, columns: Columns) -> Bools:
        """Where the comparison holds; a missing value never does."""
        column = columns[self.field]
        if self.op == "=":
            return np.asarray(column == self.value, dtype=bool)
        numbers = np.asarray(column, dtype=np.float64)
        return numbers < float(self.value) if self.op == "<" else numbers > float(self.value)

    def text(self) -> str:
        """As a predicate writes it."""
        value = f"'{self.value}'" if isinstance(self.value, str) else f"{self.value:g}"
        return f"{self.field} {self.op} {value}"


Terms = tuple[Term, ...]


def holds(terms: Terms, columns: Columns) -> Bools:
    """Where every term holds; rows as in `columns`."""
    return np.asarray(np.all([term.mask(columns) for term in terms], axis=0))


def predicate(terms: Terms) -> str:
    """The terms as one predicate."""
    return " and ".join(term.text() for term in terms)


@dataclass(frozen=True)
class Category:
    """A field drawn per group from a few values.

    `codes`: what the renderer calls the values; `months`: first and last month in which each
    occurs.
    """

    name: str
    values: tuple[str, ...]
    shares: tuple[float, ...]
    codes: tuple[str, ...] = ()
    months: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Place:
    """A camera position: name, area, degrees north and east, share of the images."""

    name: str
    area: str
    latitude: float
    longitude: float
    share: float


@dataclass(frozen=True)
class Form:
    """One way an object of a class looks: the sprite that draws it, width and height in metres."""

    sprite: str
    width: float
    height: float


@dataclass(frozen=True)
class ObjectClass:
    """A class and where its objects stand.

    `lanes` are metres to the right of the camera, `spread` the deviation from them, `depth` metres
    ahead, `lift` metres above the ground, `drift` metres per frame of a burst (sideways, ahead).
    """

    name: str
    share: float
    forms: tuple[Form, ...]
    lanes: tuple[float, ...]
    spread: float
    depth: tuple[float, float]
    drift: tuple[float, float]
    looks_like: str
    lift: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Rates:
    """What one run does: miss rates at the operating point, false positives per image."""

    rest: float
    interaction: float
    deep: float
    weak: float
    hidden: float
    small: float
    worse: float | None
    """Miss rate where `Plants.worse` holds; None: as everywhere."""
    false_positives: float
    false_positives_in: float
    """Where `Plants.false_positives` holds."""
    shift: float
    """What confidences are lower by where `Decoys.shifted` holds."""


@dataclass(frozen=True)
class Plants:
    """What the runs fail on, and why; `causes` are sentences for the manifest."""

    interaction: Terms
    deep: Terms
    weak: Terms
    worse: Terms
    false_positives: Terms
    small_class: str
    small_area: float
    """Square pixels at a width of 640, below which objects of the class are confused."""
    small_as: str
    hidden_share: float
    hidden_look: Literal["glare", "droplets"]
    causes: Mapping[str, str]
    run_a: Rates
    run_b: Rates

    @property
    def runs(self) -> dict[str, Rates]:
        """By name."""
        return {"run_a": self.run_a, "run_b": self.run_b}


@dataclass(frozen=True)
class Decoys:
    """What looks like a failure and is none."""

    camera: str
    camera_share: float
    camera_tied_to: Terms
    doomed_field: str
    doomed_value: str
    doomed_class: str
    many_field: str
    many_pattern: str
    missing_field: str
    missing_range: tuple[float, float]
    missing_where: Terms
    shifted: Terms
    mislabelled_class: str


@dataclass(frozen=True)
class World:
    """A world: the engine makes any dataset of this shape."""

    name: str
    code: int
    """Part of the seed, so that two worlds share no random numbers."""
    title: str
    scenery: Literal["street", "harbour"]
    lens_height: float
    """Of the camera above the ground, metres."""
    horizon: tuple[float, float]
    """Lowest and highest share of the image's height, from the top."""
    focal: float
    """Pixels at a width of 640."""
    objects_per_image: float
    light: Category
    weather: Category
    categories: tuple[Category, ...]
    place_field: str
    area_field: str
    places: tuple[Place, ...]
    camera_field: str
    cameras: tuple[str, ...]
    blur_field: str
    burst_fields: tuple[Category, ...]
    classes: tuple[ObjectClass, ...]
    crowded: tuple[tuple[str, str, float], ...]
    """(area, class, factor): where a class is more frequent."""
    plants: Plants
    decoys: Decoys

    @property
    def class_names(self) -> list[str]:
        """In order of category id, which starts at 1."""
        return [item.name for item in self.classes]

    def class_index(self, name: str) -> int:
        """Position of a class."""
        return self.class_names.index(name)
