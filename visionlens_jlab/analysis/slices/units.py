"""Units with their outcomes, the halves that they are divided into, and what both are read from.

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

from visionlens_jlab.analysis.shapes import LeftOut, Target
from visionlens_jlab.analysis.slices.terms import Feature
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.system.arrow_columns import finite, numbers, values_of
from visionlens_jlab.core.views.shapes import ErrorType, ViewSpec

Population = Literal["samples", "labels", "predictions"]
_VERSION = 1
INPUT = "units"
"""Folder of a job's input that `SliceInput.save` writes; of checks it is numbered."""


@dataclass(frozen=True)
class Units:
    """What one target counts, and its value for each unit."""

    target: Target
    error: ErrorType | None
    level: Level
    population: Population
    scale: Literal["rate", "count", "score"]
    rows: np.ndarray
    """int32 (n,): of the population's table, ascending."""
    values: np.ndarray
    """float64 (n,): 0 or 1 where `scale` is rate, else a count (>= 0) or any number."""
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
    """float64 (n,): of a failing label the greatest confidence below the operating point of a
    prediction that finds it; NaN: none. Empty where that says nothing."""
    doubtful: np.ndarray = field(default_factory=lambda: np.empty(0, bool))
    """bool (n,): whether its label is a likely label error. Empty where that says nothing."""


@dataclass(frozen=True)
class SliceInput:
    """One evaluation of one run, ready for slice discovery; immutable."""

    evaluation: str
    run: str
    confidence: float
    """Of the operating point."""
    digest: str
    """Of the data; the same with the same seed gives the same findings."""
    sample_ids: np.ndarray
    """uint32 (m,): of the rows of `samples`."""
    groups: np.ndarray
    """int32 (m,): group of each sample; -1: it takes no part."""
    samples: pa.Table
    label_ids: np.ndarray
    label_samples: np.ndarray
    labels: pa.Table
    prediction_ids: np.ndarray
    """uint32: of the rows of `labels` and `predictions`."""
    prediction_samples: np.ndarray
    """int32: rows of `samples` that these belong to."""
    predictions: pa.Table
    """A column for each feature of their level, by `Feature.name`."""
    features: list[Feature]
    units: list[Units]
    train: np.ndarray = field(default_factory=lambda: np.empty(0, bool))
    """bool (m,): samples of the training split; empty where there is none."""
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
        """`bool` (m,): whether a sample is of the discovery half; else it is of the confirmation's.

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


@dataclass(frozen=True)
class Half:
    """Units of one half, sorted by group."""

    units: np.ndarray
    """int64 (n,): places in `Units.rows`."""
    rows: np.ndarray
    """int32 (n,): of the population's table."""
    values: np.ndarray
    """float64 (n,)."""
    groups: np.ndarray
    """int32 (n,): 0 to `group_count` - 1, ascending."""
    starts: np.ndarray
    """int64 (group_count,): first unit of each group."""

    @property
    def group_count(self) -> int:
        """Groups with a unit."""
        return len(self.starts)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Sums over groups of values (n,) or (n, k)."""
        if not len(self.starts):
            return np.zeros((0, *values.shape[1:]))
        sums: np.ndarray = np.add.reduceat(values, self.starts, axis=0)
        return sums

    @cached_property
    def correlation(self) -> float:
        """Correlation of two values of one group."""
        return self.correlation_of(self.values - self.values.mean())

    def correlation_of(self, residuals: np.ndarray) -> float:
        """Mean correlation of two residuals of one group, over all pairs; 0 to 1.

        Large groups have the most pairs, so theirs counts most.
        """
        sizes = np.diff(np.append(self.starts, len(residuals))).astype(np.float64)
        pairs = float(sizes @ (sizes - 1))
        squares = float(residuals @ residuals)
        if not pairs or not squares:
            return 0.0
        sums = self.sums(residuals)
        shared = (float(sums @ sums) - squares) / pairs
        return min(max(shared / (squares / len(residuals)), 0.0), 1.0)

    @cached_property
    def weights(self) -> np.ndarray:
        """float64 (n,): what a unit of each group says; all of a group's are alike."""
        sizes = np.diff(np.append(self.starts, len(self.rows)))
        return np.asarray(weights_of(sizes, self.correlation)[self.groups])

    def count_groups(self, mask: np.ndarray) -> int:
        """Groups with a unit in the mask."""
        chosen = self.groups[mask]
        return int(np.count_nonzero(np.diff(chosen))) + 1 if len(chosen) else 0

    def without(self, groups: np.ndarray) -> np.ndarray:
        """`bool` (n,): units that are not of these groups."""
        dropped = np.zeros(self.group_count, dtype=bool)
        dropped[groups] = True
        kept: np.ndarray = ~dropped[self.groups]
        return kept


def half(given: SliceInput, units: Units, *, discovery: bool) -> Half:
    """One half of the units."""
    samples = given.sample_rows(units.population)[units.rows]
    group = given.groups[samples]
    chosen = np.flatnonzero((given.discovery[samples] == discovery) & (group >= 0))
    return _sorted(units, chosen, group[chosen])


def halves(given: SliceInput, units: Units) -> tuple[Half, Half]:
    """The discovery and the confirmation half of the units."""
    return half(given, units, discovery=True), half(given, units, discovery=False)


def both(given: SliceInput, units: Units) -> Half:
    """Both halves together."""
    group = given.groups[given.sample_rows(units.population)[units.rows]]
    chosen = np.flatnonzero(group >= 0)
    return _sorted(units, chosen, group[chosen])


def _sorted(units: Units, chosen: np.ndarray, group: np.ndarray) -> Half:
    order = np.argsort(group, kind="stable")
    chosen, group = chosen[order], group[order]
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    sizes = np.diff(np.append(starts, len(group)))
    return Half(
        chosen,
        units.rows[chosen],
        units.values[chosen].astype(np.float64),
        np.repeat(np.arange(len(starts), dtype=np.int32), sizes),
        starts,
    )


def weights_of(sizes: np.ndarray, correlation: float) -> np.ndarray:
    """What each of a group's units says, given how many there are and how alike they are.

    The inverse of the design effect, which is 1 + (size - 1) * correlation (Kish, Survey Sampling,
    1965, 5.4): many units of one group say little more than a few.
    """
    return np.asarray(1 / (1 + np.maximum(sizes - 1, 0) * correlation))


def members_digest(ids: np.ndarray) -> str:
    """Of a set of ids, in whatever order."""
    content = np.sort(ids).astype("<u4").tobytes()
    return hashlib.blake2s(content, digest_size=16).hexdigest()
