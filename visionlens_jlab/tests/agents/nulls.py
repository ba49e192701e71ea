"""Worlds in which nothing is to be found: outcomes that know nothing of any field."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from visionlens_jlab.analysis.slices.terms import Feature, Kind
from visionlens_jlab.analysis.slices.units import SliceInput, Units
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.shapes import ViewSpec

_BLOCK = 8
"""Groups of like size among which outcomes change hands."""


def permuted(given: SliceInput, seed: int) -> SliceInput:
    """The same fields, with whole groups' outcomes given to other groups of like size."""
    rng = np.random.default_rng(seed)
    units = [replace(one, values=_permuted(given, one, rng)) for one in given.units]
    return replace(given, units=units, digest=f"{given.digest} permuted {seed}")


def _permuted(given: SliceInput, units: Units, rng: np.random.Generator) -> np.ndarray:
    groups = given.groups[given.sample_rows(units.population)[units.rows]]
    order = np.argsort(groups, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)
    parts.sort(key=lambda part: (len(part), rng.random()))
    values = np.empty_like(units.values)
    for start in range(0, len(parts), _BLOCK):
        block = parts[start : start + _BLOCK]
        for to, of in zip(block, rng.permutation(len(block)), strict=True):
            given_away = rng.permutation(units.values[block[of]])
            values[to] = np.resize(given_away, len(to))
    return values


def generated(seed: int, images: int = 1500) -> SliceInput:
    """Images in groups of 1 to 25 that are hard together, and fields that mean nothing.

    Fields of groups, of images and of objects; of few and of many values; with gaps; two of them
    nearly the same.
    """
    rng = np.random.default_rng((99, seed))
    sizes = np.where(
        rng.random(images) < 0.05, rng.integers(8, 26, images), rng.integers(1, 4, images)
    )
    group_of = np.repeat(np.arange(images), sizes)[:images]
    count = int(group_of[-1]) + 1
    objects = np.repeat(np.arange(images), rng.poisson(7, images))
    effect = rng.normal(0, 0.9, count)[group_of]
    rate = 1 / (1 + np.exp(1.7 - effect[objects] - rng.normal(0, 0.3, images)[objects]))
    missed = (rng.random(len(objects)) < rate).astype(np.float64)
    invented = rng.poisson(0.8 * np.exp(0.5 * effect)).astype(np.float64)
    fields = _Fields(rng)
    for number, values in enumerate((2, 3, 5, 12, 60, 300)):
        fields.category(f"kind_{number}", "samples", rng.integers(0, values, count)[group_of])
    weather = fields.codes["kind_1"]
    twin = np.where(rng.random(images) < 0.95, weather, rng.integers(0, 3, images))
    fields.category("twin", "samples", twin)
    for number in range(4):
        fields.number(f"of_group_{number}", "samples", rng.normal(size=count)[group_of])
        fields.number(f"of_image_{number}", "samples", rng.normal(size=images), gaps=0.2 * number)
    fields.category("class", "annotations", rng.choice(8, len(objects), p=np.arange(1, 9) / 36))
    for number in range(4):
        fields.number(f"of_object_{number}", "annotations", rng.lognormal(size=len(objects)))
    rows = np.arange(len(objects), dtype=np.int32)
    view = ViewSpec(level="annotations")
    return SliceInput(
        evaluation=f"null {seed}",
        run="run",
        confidence=0.5,
        digest=str(seed),
        sample_ids=np.arange(images, dtype=np.uint32),
        groups=group_of.astype(np.int32),
        samples=pa.table(fields.columns["samples"]),
        label_ids=rows.astype(np.uint32),
        label_samples=objects.astype(np.int32),
        labels=pa.table(fields.columns["annotations"]),
        prediction_ids=np.empty(0, np.uint32),
        prediction_samples=np.empty(0, np.int32),
        predictions=pa.table(fields.columns["annotations"]).slice(0, 0),
        features=fields.features,
        units=[
            Units("miss_rate", None, "annotations", "labels", "rate", rows, missed, view, view),
            Units(
                "false_positive_rate",
                None,
                "samples",
                "samples",
                "count",
                np.arange(images, dtype=np.int32),
                invented,
                ViewSpec(),
                ViewSpec(),
            ),
        ],
    )


class _Fields:
    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self.features: list[Feature] = []
        self.codes: dict[str, np.ndarray] = {}
        self.columns: dict[Level, dict[str, pa.Array]] = {"samples": {}, "annotations": {}}

    def category(self, name: str, level: Level, codes: np.ndarray) -> None:
        words = pa.array([f"v{code}" for code in range(int(codes.max()) + 1)])
        self.codes[name] = codes
        column = pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), words)
        self._add(name, level, "category", column)

    def number(self, name: str, level: Level, values: np.ndarray, gaps: float = 0.0) -> None:
        missing = self._rng.random(len(values)) < gaps
        self._add(name, level, "number", pa.array(values, mask=missing))

    def _add(self, name: str, level: Level, kind: Kind, column: pa.Array) -> None:
        self.columns[level][name] = column
        sql = f'{level}."{name}"'
        self.features.append(Feature(name, name, sql, name.replace("_", " "), level, kind))
