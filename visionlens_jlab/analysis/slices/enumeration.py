"""All conjunctions up to three terms, from counts alone.

As SliceLine (Sagadeeva & Boehm, SIGMOD 2021) does, slices are counted level by level with linear
algebra, and fields of which no slice can become bad enough are not combined further: a count of
the codes of two or three fields, multiplied by which codes each term holds for, gives units and
events of all conjunctions of their terms at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from visionlens_jlab.analysis.slices.encoding import Encoded
from visionlens_jlab.analysis.slices.settings import SMALL
from visionlens_jlab.analysis.slices.units import Half

_LEAST_Z = 2.0
"""Against the whole, with errors as the correlation within groups makes them."""
_BEYOND_PARENTS = 1.5
"""Against each slice with a term less, likewise: a conjunction that adds nothing is none."""
_RANGE = 2
"""Conditions of a range: its two ends."""
_KEPT = 1500
"""Candidates of each depth. The others count among the tests all the same."""


@dataclass(frozen=True)
class Enumerated:
    """Candidates, as places (field, term) of their terms, and how many slices were looked at.

    `tested[d]`, int64 (depth, 2), are those of d + 1 conditions with enough units, and of these
    last the small ones; candidates are a few of them.
    """

    candidates: list[tuple[tuple[int, int], ...]]
    tested: np.ndarray


def enumerate_slices(
    half: Half,
    fields: list[Encoded],
    *,
    depth: int,
    least: int,
    least_effect: float,
    progress: Callable[[int, int], None],
) -> Enumerated:
    """Slices of a half with `least` units inside and outside, and which may be worse.

    `least_effect` is the difference to the overall mean below which nothing is a candidate.
    """
    search = _Search(half, least, least_effect)
    total = sum(comb(len(fields), order) for order in range(1, depth + 1))
    done = 0
    candidates: list[tuple[tuple[int, int], ...]] = []
    tested = []
    live: set[tuple[int, ...]] = {()}
    for order in range(1, depth + 1):
        own = [_Coded.of(field, half, order) for field in fields]
        extended: set[tuple[int, ...]] = set()
        search.start()
        for chosen in combinations(range(len(fields)), order):
            done += 1
            if done % 64 == 0:
                progress(done, total)
            if all(part in live for part in combinations(chosen, order - 1)) and search.look(
                chosen, own
            ):
                extended.add(chosen)
        if order == _RANGE:
            for number, field in enumerate(fields):
                search.look_within(number, field)
        candidates += search.best()
        tested.append((search.tested - search.small, search.small))
        live = extended
    progress(total, total)
    return Enumerated(candidates, np.array(tested, dtype=np.int64))


@dataclass(frozen=True)
class _Coded:
    """Codes intp (n,) of one half; `cover` float64 (1 + terms, codes), the first row all ones."""

    codes: np.ndarray
    cover: np.ndarray
    places: np.ndarray
    """Of each row of `cover` but the first, its term."""

    @classmethod
    def of(cls, field: Encoded, half: Half, order: int) -> _Coded:
        """With the terms that conjunctions of `order` may have."""
        places = np.flatnonzero(field.depths >= order)
        cover = np.vstack([np.ones(field.cover.shape[1]), field.cover[places]])
        return cls(field.codes[half.rows].astype(np.intp), cover, places)


class _Search:
    """Looks at all slices of some fields, and keeps the best of one depth."""

    def __init__(self, half: Half, least: int, least_effect: float) -> None:
        self._units, self._weights, self._rows = len(half.values), half.weights, half.rows
        self._events = half.weights * half.values
        self._weight = float(half.weights.sum())
        self._mean = float(self._events.sum()) / self._weight
        self._variance = float(half.values.var())
        self._least, self._least_effect = least, least_effect
        # All events of a slice in as little weight as may be: nothing within it is worse than that.
        lightest = least * float(half.weights.min())
        self._bound = lightest * (self._mean + least_effect) if half.values.min() >= 0 else -np.inf
        self._prefix: tuple[tuple[int, ...], np.ndarray] = ((), np.zeros(0, np.intp))
        self.start()

    def start(self) -> None:
        """Begin with another depth."""
        self.tested = self.small = 0
        self._found: list[tuple[np.ndarray, np.ndarray, tuple[int, ...]]] = []
        self._prefix = ((), np.zeros(0, np.intp))

    def look(self, chosen: tuple[int, ...], own: list[_Coded]) -> bool:
        """Count the slices of these fields. False: none of them can be part of a worse one."""
        units, weight, events = self._tensors(chosen, [own[at] for at in chosen])
        core = tuple(slice(1, None) for _ in chosen)
        inside, heavy, bad = units[core], weight[core], events[core]
        large = (inside >= self._least) & (self._units - inside >= self._least)
        self._count(inside[large])
        worse = large & (bad - heavy * self._mean >= heavy * self._least_effect)
        if worse.any():
            z = self._z(weight, events, len(chosen))[core]
            at = np.flatnonzero((worse & (z >= _LEAST_Z)).ravel())
            if len(at):
                places = np.unravel_index(at, z.shape)
                terms = [own[f].places[p] for f, p in zip(chosen, places, strict=True)]
                self._found.append((z.ravel()[at], np.column_stack(terms), chosen))
        return bool((large & (bad >= self._bound)).any())

    def _count(self, units: np.ndarray) -> None:
        """That slices of so many units were looked at."""
        self.tested += len(units)
        self.small += int(np.count_nonzero(units < SMALL))

    def look_within(self, number: int, field: Encoded) -> None:
        """Count the ranges of a field.

        Each must be worse than what is up to its end, and than what is above its start.
        """
        ranges = [at for at, term in enumerate(field.terms) if term.op == "within"]
        if not ranges:
            return
        codes = field.codes[self._rows].astype(np.intp)
        by_code = [
            np.bincount(codes, weights=values, minlength=field.cover.shape[1])
            for values in (None, self._weights, self._events)
        ]
        cover = field.cover[ranges]
        inside, heavy, bad = (cover @ values for values in by_code)
        large = (inside >= self._least) & (self._units - inside >= self._least)
        self._count(inside[large])
        z = _against(heavy, bad, self._weight, self._mean, self._variance)
        known = np.ones(cover.shape[1], dtype=bool)
        known[-1] = not any(term.op == "null" for term in field.terms)
        first, last = cover.argmax(axis=1), cover.shape[1] - 1 - cover[:, ::-1].argmax(axis=1)
        places = np.arange(cover.shape[1])
        for around in (places >= first[:, None], places <= last[:, None]):
            parent, parents_bad = ((around & known) @ values for values in by_code[1:])
            mean = parents_bad / np.maximum(parent, 1e-9)
            beyond = _against(heavy, bad, parent, mean, self._variance)
            z = np.where(beyond >= _BEYOND_PARENTS, z, -np.inf)
        worse = large & (bad - heavy * self._mean >= heavy * self._least_effect)
        at = np.flatnonzero(worse & (z >= _LEAST_Z))
        if len(at):
            self._found.append((z[at], np.array(ranges)[at][:, None], (number,)))

    def best(self) -> list[tuple[tuple[int, int], ...]]:
        """Those of the depth that are worst, by falling z."""
        if not self._found:
            return []
        z = np.concatenate([part[0] for part in self._found])
        order = np.argsort(-z, kind="stable")[:_KEPT]
        starts = np.cumsum([0, *(len(part[0]) for part in self._found)])
        out = []
        for at in order.tolist():
            part = int(np.searchsorted(starts, at, side="right")) - 1
            _, terms, chosen = self._found[part]
            out.append(tuple(zip(chosen, terms[at - starts[part]].tolist(), strict=True)))
        return out

    def _tensors(self, chosen: tuple[int, ...], own: list[_Coded]) -> np.ndarray:
        """Units, weight and weighted events, (3, 1 + terms, ...) of each field.

        Place 0 of a field: whatever it says.
        """
        shape = [one.cover.shape[1] for one in own]
        key = self._key(chosen[:-1], own[:-1]) * shape[-1] + own[-1].codes
        size = int(np.prod(shape))
        counts = [
            np.bincount(key, weights=values, minlength=size)
            for values in (None, self._weights, self._events)
        ]
        tensors = np.stack(counts).astype(np.float64).reshape(3, *shape)
        for axis, one in enumerate(own, start=1):
            tensors = np.moveaxis(np.tensordot(tensors, one.cover, axes=(axis, 1)), -1, axis)
        return tensors

    def _key(self, chosen: tuple[int, ...], own: list[_Coded]) -> np.ndarray:
        """Cell of each unit in the fields but the last, kept while they stay the same."""
        if not chosen:
            return np.zeros(self._units, dtype=np.intp)
        if self._prefix[0] != chosen:
            key = own[0].codes
            for one in own[1:]:
                key = key * one.cover.shape[1] + one.codes
            self._prefix = (chosen, key)
        return self._prefix[1]

    def _z(self, weight: np.ndarray, events: np.ndarray, order: int) -> np.ndarray:
        """Against the whole; -inf where a parent is nearly as bad."""
        z = _against(weight, events, self._weight, self._mean, self._variance)
        if order == 1:
            return z
        for axis in range(order):
            parent, parents_events = weight.take([0], axis), events.take([0], axis)
            mean = parents_events / np.maximum(parent, 1e-9)
            beyond = _against(weight, events, parent, mean, self._variance)
            z = np.where(beyond >= _BEYOND_PARENTS, z, -np.inf)
        return z


def _against(
    weight: np.ndarray,
    events: np.ndarray,
    whole: np.ndarray | float,
    mean: np.ndarray | float,
    variance: float,
) -> np.ndarray:
    """Standardised excess of weighted events over those of a whole's mean.

    With the weights of groups the variance of a sum is that of a unit times the sum of weights.
    """
    spread = variance * weight * np.maximum(1 - weight / np.maximum(whole, 1e-9), 1e-9)
    return np.asarray((events - weight * mean) / np.sqrt(np.maximum(spread, 1e-12)))
