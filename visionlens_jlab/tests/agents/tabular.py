"""Worlds without pictures: fields, groups and outcomes drawn straight into a `SliceInput`.

Of every unit the rate is known, so that what is found can be judged by what is true, not by another
sample.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pyarrow as pa

from visionlens_jlab.analysis.slices.terms import Feature
from visionlens_jlab.analysis.slices.units import SliceInput, Units
from visionlens_jlab.core.predicates.renderer import name as quoted
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.tests.agents.trades import Made, Per, Trade

Kind = Literal["between", "set", "both", "smooth", "small", "twin", "gaps", "plain"]
KINDS: tuple[Kind, ...] = ("between", "set", "both", "smooth", "small", "twin", "gaps", "plain")


@dataclass(frozen=True)
class Planted:
    """A slice that fails more; `mask` over the units."""

    kind: Kind
    text: str
    fields: frozenset[str]
    mask: np.ndarray


@dataclass(frozen=True)
class TabularWorld:
    """A world: `rates` are what chance may not move, for each unit."""

    trade: Trade
    seed: int
    given: SliceInput
    plants: list[Planted]
    rates: np.ndarray


@dataclass
class _Drawn:
    """Values of all fields, by image or by object."""

    rng: np.random.Generator
    group_of: np.ndarray
    owner: np.ndarray
    values: dict[str, np.ndarray] = field(default_factory=dict)
    """Codes of categories, else numbers; missing: -1 or NaN."""
    made: dict[str, Made] = field(default_factory=dict)

    def add(self, one: Made, values: np.ndarray) -> None:
        missing = self.rng.random(len(values)) < one.gaps
        empty = -1 if one.words else np.nan
        self.values[one.name] = np.where(missing, empty, values)
        self.made[one.name] = one

    def draw(self, one: Made) -> np.ndarray:
        count = {"group": int(self.group_of[-1]) + 1, "image": len(self.group_of)}.get(
            one.per, len(self.owner)
        )
        rng = self.rng
        if one.words:
            share = rng.dirichlet(np.full(len(one.words), 6.0))
            found = rng.choice(len(one.words), count, p=share)
        else:
            found = {
                "uniform": lambda: np.round(rng.uniform(0, 100, count), 1),
                "lognormal": lambda: np.round(100 * np.exp(rng.normal(0, 0.8, count)), 1),
                "skewed": lambda: np.round(rng.beta(1.3, 4.0, count), 3),
                "integer": lambda: np.floor(rng.normal(55, 15, count)),
                "flag": lambda: (rng.random(count) < 0.3).astype(float),
                "date": lambda: rng.integers(0, 400, count),
            }[one.draw]()
        return found[self.group_of] if one.per == "group" else found

    def by_unit(self, name: str) -> np.ndarray:
        """Values of a field for each unit."""
        values = self.values[name]
        return values if self.made[name].per == "object" else values[self.owner]


def make(
    trade: Trade,
    seed: int,
    *,
    kinds: tuple[Kind, ...] | None = None,
    spread: float = 0.5,
    junk: int = 0,
) -> TabularWorld:
    """A world with a slice of each kind planted; of two or three kinds where none is named.

    `spread`: deviation of groups in log-odds. `junk`: further fields that say nothing.
    """
    rng = np.random.default_rng((seed, sum(map(ord, trade.name))))
    sizes = np.where(
        rng.random(trade.images) < 0.15,
        rng.integers(4, trade.longest + 1, trade.images),
        rng.integers(1, 4, trade.images),
    )
    group_of = np.repeat(np.arange(trade.images), sizes)[: trade.images]
    per_image = (
        np.ones(trade.images, int)
        if trade.objects == 1
        else rng.poisson(trade.objects, trade.images)
    )
    drawn = _Drawn(rng, group_of, np.repeat(np.arange(trade.images), per_image))
    for one in trade.fields:
        drawn.add(one, drawn.draw(one))
    for of, twin in trade.twins:
        values = drawn.values[of]
        noise = rng.normal(0, 0.08 * np.nanstd(values), len(values))
        drawn.add(Made(twin, drawn.made[of].per, draw="uniform"), np.round(values + noise, 3))
    for of, tied in trade.tied:
        codes, words = drawn.values[of].astype(int), drawn.made[of].words
        other = rng.integers(0, len(words), int(group_of[-1]) + 1)[group_of]
        stray = (rng.random(int(group_of[-1]) + 1) < 0.25)[group_of]
        drawn.add(
            Made(tied, "image", tuple(f"{tied} {n}" for n in range(len(words)))),
            np.where(stray, other, codes),
        )
    for number in range(junk):
        per: Per = ("group", "image", "object")[number % 3]
        words = tuple(f"j{n}" for n in range(2 + number % 9)) if number % 2 else ()
        one = Made(f"junk_{number}", per, words, "" if words else "uniform")
        drawn.add(one, drawn.draw(one))
    chosen = _kinds(rng) if kinds is None else kinds
    plants: list[Planted] = []
    used = {trade.size} if "smooth" in chosen else set[str]()
    linear = np.full(len(drawn.owner), -2.0)
    for kind in chosen:
        plant, added = _PLANTS[kind](drawn, trade, used)
        plants.append(plant)
        used |= plant.fields
        linear = linear + added
    shared = rng.normal(0, spread, int(group_of[-1]) + 1)[group_of] + rng.normal(
        0, 0.6 * spread, trade.images
    )
    failing = rng.random(len(linear)) < _rate(linear + shared[drawn.owner])
    given = _input(trade, seed, drawn, failing.astype(float))
    return TabularWorld(trade, seed, given, plants, _rate(linear))


def _rate(linear: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-linear)))


def _kinds(rng: np.random.Generator) -> tuple[Kind, ...]:
    """Two or three of them."""
    chosen = rng.choice(len(KINDS), int(rng.integers(2, 4)), replace=False)
    return tuple(KINDS[at] for at in np.sort(chosen))


def _pick(drawn: _Drawn, used: set[str], wanted: Callable[[Made], bool]) -> str:
    """A field that no plant speaks of yet."""
    names = [name for name, one in drawn.made.items() if wanted(one) and name not in used]
    return str(drawn.rng.choice(names))


def _is_number(one: Made) -> bool:
    return not one.words and one.draw in ("uniform", "lognormal", "skewed", "integer")


def _originals(trade: Trade) -> set[str]:
    """Names that are twins or tied: never planted."""
    return {twin for _, twin in (*trade.twins, *trade.tied)}


_Plant = tuple[Planted, np.ndarray]


def _between(drawn: _Drawn, trade: Trade, used: set[str]) -> _Plant:
    not_these = used | _originals(trade) | {"Seriennummer", "center_x"}
    name = _pick(drawn, not_these, lambda one: _is_number(one) and not one.gaps)
    values = drawn.by_unit(name)
    start = drawn.rng.uniform(0.25, 0.55)
    low, high = np.quantile(values, [start, start + drawn.rng.uniform(0.14, 0.24)])
    mask = (values >= low) & (values <= high)
    return Planted("between", f"{name} between {low:g} and {high:g}", frozenset({name}), mask), (
        drawn.rng.uniform(1.1, 1.6) * mask
    )


def _set(drawn: _Drawn, trade: Trade, used: set[str]) -> _Plant:
    name = _pick(drawn, used | _originals(trade), lambda one: len(one.words) >= 6)
    codes, words = drawn.by_unit(name), drawn.made[name].words
    chosen = drawn.rng.choice(len(words), int(drawn.rng.integers(2, 5)), replace=False)
    chosen = chosen[: max(2, len(words) // 2)]
    mask = np.isin(codes, chosen)
    said = ", ".join(words[at] for at in chosen)
    return Planted("set", f"{name} in {said}", frozenset({name}), mask), (
        drawn.rng.uniform(1.0, 1.5) * mask
    )


def _both(drawn: _Drawn, trade: Trade, used: set[str]) -> _Plant:
    one = _pick(drawn, used | _originals(trade), lambda one: len(one.words) >= 4)
    values = drawn.by_unit(one)
    first = (
        values == np.argsort(-np.bincount(values[values >= 0].astype(int)))[drawn.rng.integers(3)]
    )
    other = _pick(drawn, used | {one} | _originals(trade) | {"Seriennummer"}, _is_number)
    numbers = drawn.by_unit(other)
    cut = np.nanquantile(numbers, drawn.rng.uniform(0.3, 0.5))
    mask = first & (numbers <= cut)
    return Planted("both", f"{one} and {other} <= {cut:g}", frozenset({one, other}), mask), (
        drawn.rng.uniform(1.7, 2.2) * mask
    )


def _smooth(drawn: _Drawn, trade: Trade, used: set[str]) -> _Plant:
    """Small ones fail ever more: half of the effect at the border."""
    values = np.log(drawn.by_unit(trade.size))
    border = np.quantile(values, drawn.rng.uniform(0.2, 0.35))
    added = drawn.rng.uniform(1.6, 2.4) * _rate((border - values) / 0.25)
    said = f"{trade.size} about up to {np.exp(border):g}"
    return Planted("smooth", said, frozenset({trade.size}), values <= border), added


def _small(drawn: _Drawn, trade: Trade, used: set[str]) -> _Plant:
    """60 to 100 units in less than 40 groups: a value of a field of its own."""
    rng, groups = drawn.rng, drawn.group_of[drawn.owner]
    name, words = "marker", ("none", "青い札", "gelb", "rot", "weiß")
    codes = rng.choice(np.array([0, 2, 3, 4]), int(groups[-1]) + 1)
    sizes = np.bincount(groups)
    wanted, many = rng.integers(62, 100), rng.integers(24, 39)
    near = np.argsort(np.abs(sizes - wanted / many) + rng.random(len(sizes)), kind="stable")
    taken = rng.permutation(near[: 3 * many])
    taken = taken[: min(int(np.searchsorted(np.cumsum(sizes[taken]), wanted)) + 1, 38)]
    codes[taken] = 1
    drawn.add(Made(name, "image", words), codes[drawn.group_of])
    mask = codes[groups] == 1
    return Planted("small", f"{name} = {words[1]}", frozenset({name}), mask), (
        rng.uniform(2.0, 2.6) * mask
    )


def _twin(drawn: _Drawn, trade: Trade, used: set[str]) -> _Plant:
    name = trade.twins[0][0]
    if name in used:
        return _plain(drawn, trade, used)
    values = drawn.by_unit(name)
    cut = np.quantile(values, drawn.rng.uniform(0.15, 0.3))
    return Planted("twin", f"{name} <= {cut:g}", frozenset({name}), values <= cut), (
        drawn.rng.uniform(1.1, 1.5) * (values <= cut)
    )


def _gaps(drawn: _Drawn, trade: Trade, used: set[str]) -> _Plant:
    name = _pick(drawn, used, lambda one: bool(one.gaps) and _is_number(one))
    values = drawn.by_unit(name)
    cut = np.nanquantile(values, drawn.rng.uniform(0.7, 0.85))
    mask = values > cut
    return Planted("gaps", f"{name} > {cut:g}", frozenset({name}), mask), (
        drawn.rng.uniform(1.1, 1.5) * mask
    )


def _plain(drawn: _Drawn, trade: Trade, used: set[str]) -> _Plant:
    name = _pick(drawn, used | _originals(trade), lambda one: len(one.words) >= 4)
    codes, words = drawn.by_unit(name), drawn.made[name].words
    chosen = int(drawn.rng.integers(len(words)))
    return Planted("plain", f"{name} = {words[chosen]}", frozenset({name}), codes == chosen), (
        drawn.rng.uniform(1.1, 1.5) * (codes == chosen)
    )


_PLANTS: dict[Kind, Callable[[_Drawn, Trade, set[str]], _Plant]] = {
    "between": _between,
    "set": _set,
    "both": _both,
    "smooth": _smooth,
    "small": _small,
    "twin": _twin,
    "gaps": _gaps,
    "plain": _plain,
}


def _input(trade: Trade, seed: int, drawn: _Drawn, failing: np.ndarray) -> SliceInput:
    rows = np.arange(len(failing), dtype=np.int32)
    columns: dict[Level, dict[str, pa.Array]] = {"samples": {}, "annotations": {}}
    features = []
    for name, one in drawn.made.items():
        level: Level = "annotations" if one.per == "object" else "samples"
        column, kind = _column(one, drawn.values[name])
        columns[level][f"{level}.{name}"] = column
        view = f'{level}."{name}"'
        features.append(
            Feature(f"{level}.{name}", quoted(name), view, name, level, kind, one.origin)
        )
    view = ViewSpec(level="annotations")
    return SliceInput(
        evaluation=f"{trade.name} {seed}",
        run="run",
        confidence=0.5,
        digest=f"{trade.name} {seed}",
        sample_ids=np.arange(trade.images, dtype=np.uint32) + 1,
        groups=drawn.group_of.astype(np.int32),
        samples=pa.table(columns["samples"]),
        label_ids=rows.astype(np.uint32) + 1,
        label_samples=drawn.owner.astype(np.int32),
        labels=pa.table(columns["annotations"]),
        prediction_ids=np.empty(0, np.uint32),
        prediction_samples=np.empty(0, np.int32),
        predictions=pa.table(columns["annotations"]).slice(0, 0),
        features=features,
        units=[
            Units("miss_rate", None, "annotations", "labels", "rate", rows, failing, view, view)
        ],
    )


def _column(one: Made, values: np.ndarray) -> tuple[pa.Array, str]:
    if one.words or one.draw == "date":
        codes, words = values.astype(float), list(one.words)
        if not words:
            words = [str(np.datetime64("2024-01-01") + day) for day in range(400)]
        missing = np.isnan(codes) | (codes < 0)
        indices = pa.array(np.where(missing, 0, codes).astype(np.int32), mask=missing)
        return pa.DictionaryArray.from_arrays(indices, words), "category"
    column = pa.array(values.astype(float), mask=np.isnan(values))
    if one.draw == "flag":
        return column.cast(pa.bool_()), "flag"
    return column, "integer" if one.draw == "integer" else "number"
