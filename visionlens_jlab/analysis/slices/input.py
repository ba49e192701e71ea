"""What slice discovery reads: units with their outcomes, and the fields that may describe them.

Three tables hold the fields: `samples`, `labels` and `predictions`; every row of the dataset is in
them, so that a slice's count can be told. Units are rows of one of them.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from visionlens_jlab.analysis.shapes import AnalyseRequest, LeftOut, Target
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.system.arrow_columns import finite, numbers, values_of
from visionlens_jlab.core.views.outcome_shapes import ErrorType
from visionlens_jlab.core.views.shapes import ViewSpec

Kind = Literal["category", "number", "integer", "flag"]
"""dictionary<int32, string>, float64, float64 of whole numbers, bool; null is missing."""
Origin = Literal[
    "user",
    "exif",
    "attribute",
    "class",
    "scene",
    "geometry",
    "position",
    "quality",
    "cluster",
    "other",
]
"""Where a field's values come from. Of two that say the same the earlier one is named."""
Population = Literal["samples", "labels", "predictions"]
_VERSION = 1


@dataclass(frozen=True)
class Feature:
    """One field that may describe a slice."""

    name: str
    """Of its column, among those of both levels."""
    field: str
    """As predicates write it, quoted where it must be: `blur`, `count(class = 'car')`."""
    sql: str
    """Its value over the views `samples` and `annotations`: `samples."blur"`. Of a flag what is
    true where the flag is, so that `NOT (...)` is its contrary."""
    label: str
    """As people say it: `time of day`."""
    level: Level
    kind: Kind
    origin: Origin = "user"
    holds: tuple[str, str] = ("", "")
    """Of a flag, the predicates where it is true and where it is false; empty: `field = true`."""
    says: tuple[str, str] = ("", "")
    """Of a flag, the same in words: `with a car`, `without a car`; empty: `label`, `not label`."""
    attribute: str | None = None
    """The visual attribute that it is of."""

    @property
    def names(self) -> frozenset[str]:
        """What a request may call it, in small letters."""
        return names_of(self.level, self.name.partition(".")[2], self.field) | {self.name.lower()}


def names_of(level: Level, name: str, field: str) -> frozenset[str]:
    """What a request may call a field, in small letters; `field`: as predicates write it."""
    prefix = level[:-1]
    plain = unquoted(field)
    said = {field, plain, *([name, f"{prefix}.{name}"] if name else ())}
    return frozenset(one.lower() for one in said)


def unquoted(field: str) -> str:
    """A field's name without the quotes that predicates may need."""
    inside = field[1:-1] if len(field) > 1 and field[0] == field[-1] == '"' else ""
    return inside.replace('""', '"') if inside else field


def is_wanted(request: AnalyseRequest, names: frozenset[str]) -> bool:
    """Whether a request lets a field of these names take part."""
    named = request.fields is None or not names.isdisjoint(map(str.lower, request.fields))
    return named and names.isdisjoint(map(str.lower, request.exclude))


@dataclass(frozen=True)
class Units:
    """What one target counts, and its value for each unit.

    Attributes
    ----------
    rows : int32 (n,)
        Of the population's table, ascending.
    values : float64 (n,)
        0 or 1 where `scale` is rate, else a count (>= 0) or any number.
    found_at : float64 (n,)
        Of a failing label the greatest confidence below the operating point of a prediction that
        finds it; NaN: none. Empty where that says nothing.
    doubtful : bool (n,)
        Whether its label is a likely label error. Empty where that says nothing.
    """

    target: Target
    error: ErrorType | None
    level: Level
    population: Population
    scale: Literal["rate", "count", "score"]
    rows: np.ndarray
    values: np.ndarray
    view: ViewSpec
    """All units, but for what a predicate adds in `where`."""
    failures: ViewSpec
    """The failing ones, likewise."""
    base: str = ""
    """Predicate that units share, and-ed before a slice's own: `source = 'run_a'`."""
    base_sql: str = ""
    """The same over the SQL views: `annotations.source = 'run_a'`."""
    without: tuple[str, ...] = ()
    """Names of features that may not describe these units: they say what the outcome is."""
    members: np.ndarray = field(default_factory=lambda: np.empty(0, np.int32))
    """int32 (k,): rows of the table that `base` gives; empty: all of them."""
    found_at: np.ndarray = field(default_factory=lambda: np.empty(0))
    doubtful: np.ndarray = field(default_factory=lambda: np.empty(0, bool))


@dataclass(frozen=True)
class SliceInput:
    """One evaluation of one run, ready for slice discovery; immutable.

    Attributes
    ----------
    sample_ids : uint32 (m,)
        Of the rows of `samples`.
    groups : int32 (m,)
        Group of each sample; -1: it takes no part.
    label_ids, prediction_ids : uint32
        Of the rows of `labels` and `predictions`.
    label_samples, prediction_samples : int32
        Rows of `samples` that these belong to.
    samples, labels, predictions : pa.Table
        A column for each feature of their level, by `Feature.name`.
    train : bool (m,)
        Samples of the training split; empty where there is none.
    """

    evaluation: str
    run: str
    confidence: float
    """Of the operating point."""
    digest: str
    """Of the data; the same with the same seed gives the same findings."""
    sample_ids: np.ndarray
    groups: np.ndarray
    samples: pa.Table
    label_ids: np.ndarray
    label_samples: np.ndarray
    labels: pa.Table
    prediction_ids: np.ndarray
    prediction_samples: np.ndarray
    predictions: pa.Table
    features: list[Feature]
    units: list[Units]
    train: np.ndarray = field(default_factory=lambda: np.empty(0, bool))
    left_out: list[LeftOut] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def table(self, population: Population) -> pa.Table:
        """Feature columns of a population's own level."""
        by_name = {"labels": self.labels, "predictions": self.predictions}
        return by_name.get(population, self.samples)

    def ids(self, population: Population) -> np.ndarray:
        """uint32: ids of a population's rows."""
        by_name = {"labels": self.label_ids, "predictions": self.prediction_ids}
        return by_name.get(population, self.sample_ids)

    def sample_rows(self, population: Population) -> np.ndarray:
        """int32: the sample row of each row of a population."""
        if population == "samples":
            return np.arange(len(self.sample_ids), dtype=np.int32)
        return self.label_samples if population == "labels" else self.prediction_samples

    @cached_property
    def discovery(self) -> np.ndarray:
        """bool (m,): whether a sample is of the discovery half; else it is of the confirmation's.

        A hash of the group's first sample id and the evaluation decides, so the halves stay as
        they are however often an evaluation is analysed, and whatever is asked.
        """
        order = np.argsort(self.sample_ids, kind="stable")
        count = int(self.groups.max(initial=-1)) + 1
        first = np.zeros(count, dtype=np.uint32)
        inside = order[self.groups[order] >= 0][::-1]
        first[self.groups[inside]] = self.sample_ids[inside]
        chosen = np.array([_is_discovery(self.evaluation, int(one)) for one in first], dtype=bool)
        halves: np.ndarray = np.append(chosen, False)[self.groups]
        return halves

    def save(self, folder: Path) -> None:
        """Write everything into a folder, as Arrow files beside one of JSON. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("samples", "labels", "predictions"):
            _write(getattr(self, name), folder / f"{name}.arrow")
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        for at, units in enumerate(self.units):
            arrays |= {f"{at}.{name}": getattr(units, name) for name in _UNIT_ARRAYS}
        for name, values in arrays.items():
            _write(pa.table({"values": _column(values)}), folder / f"{name}.arrow")
        head = {
            "version": _VERSION,
            **{name: getattr(self, name) for name in _PLAIN},
            "features": [asdict(one) for one in self.features],
            "units": [_head(one) for one in self.units],
            "left_out": [one.model_dump(mode="json") for one in self.left_out],
        }
        (folder / "input.json").write_text(json.dumps(head), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> SliceInput:
        """What `save` wrote. Raises OSError, ValueError or KeyError where it is damaged."""
        head: dict[str, Any] = json.loads((folder / "input.json").read_text(encoding="utf-8"))
        if head["version"] != _VERSION:
            raise ValueError(f"{folder.name} was written by another version")
        units = [
            Units(
                **one
                | {"without": tuple(one["without"])}
                | {name: ViewSpec.model_validate(one[name]) for name in ("view", "failures")}
                | {name: _array(folder / f"{at}.{name}.arrow") for name in _UNIT_ARRAYS}
            )
            for at, one in enumerate(head["units"])
        ]
        tables: dict[str, Any] = {
            name: _read(folder / f"{name}.arrow") for name in ("samples", "labels", "predictions")
        }
        arrays: dict[str, Any] = {name: _array(folder / f"{name}.arrow") for name in _ARRAYS}
        return cls(
            **{name: head[name] for name in _PLAIN},
            **arrays,
            **tables,
            features=[_feature(one) for one in head["features"]],
            units=units,
            left_out=[LeftOut.model_validate(one) for one in head["left_out"]],
        )


_PLAIN = ("evaluation", "run", "confidence", "digest", "warnings")
_ARRAYS = (
    "sample_ids",
    "groups",
    "label_ids",
    "label_samples",
    "prediction_ids",
    "prediction_samples",
    "train",
)
_UNIT_ARRAYS = ("rows", "values", "members", "found_at", "doubtful")


def _is_discovery(evaluation: str, sample_id: int) -> bool:
    text = f"{evaluation}/{sample_id}".encode()
    return hashlib.blake2b(text, digest_size=1).digest()[0] % 2 == 0


def _feature(head: dict[str, Any]) -> Feature:
    pairs = {name: tuple(head[name]) for name in ("holds", "says")}
    return Feature(**head | pairs)


def _head(units: Units) -> dict[str, Any]:
    kept = {name: value for name, value in vars(units).items() if name not in _UNIT_ARRAYS}
    return kept | {name: kept[name].model_dump(mode="json") for name in ("view", "failures")}


_TYPES = {"b": pa.bool_(), "u": pa.uint32(), "i": pa.int32()}


def _column(values: np.ndarray) -> pa.Array:
    if values.dtype.kind == "f":
        return finite(values.astype(np.float64))
    return numbers(values, _TYPES[values.dtype.kind])


def _array(path: Path) -> np.ndarray:
    column = _read(path).column("values")
    values = values_of(column)
    if values.dtype.kind == "f":
        values[values_of(column.is_null())] = np.nan
    return values


def _write(table: pa.Table, path: Path) -> None:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def _read(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()
