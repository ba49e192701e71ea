"""A few slices that together say where it is worse, out of many that overlap.

Forward selection: the slice with the greatest standardised excess over what those chosen before
lead one to expect, until nothing is left that passes the cutoff of Benjamini-Hochberg over all
slices looked at. After each, all are said anew, each beside the others. What had an effect before
and has none now is a correlate of what was chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np

from visionlens_jlab.analysis.slices.contrasts import benjamini_hochberg, p_values
from visionlens_jlab.analysis.slices.cut_points import degrees_of, is_degree_of, refine
from visionlens_jlab.analysis.slices.encoding import Columns
from visionlens_jlab.analysis.slices.prediction import Excess, Expected, Scale
from visionlens_jlab.analysis.slices.search import Candidate, Chosen, is_part, jaccard, may_say
from visionlens_jlab.analysis.slices.settings import (
    ENTRY_Z,
    EXPLAINED_Z,
    LEFT_WITHOUT_WORST,
    OVERLAPS,
    SAME,
    WORST_GROUPS,
    least_effect,
)
from visionlens_jlab.analysis.slices.statement import Restatement
from visionlens_jlab.analysis.slices.terms import Slice, simplicity
from visionlens_jlab.analysis.slices.units import Half

_ALIKE = 0.85
"""Share of the greatest -log p from which another slice is as strong."""
_OVERLAP = 0.5
"""Jaccard index from which a slice of as many terms may stand for another of like strength."""
_CLOSEST = 5
"""Ways of saying a slice that are tried."""
_ROUNDS = 5
"""Of saying slices anew; two or three are the rule."""
Progress = Callable[[int, int], None]


class ForwardSelection:
    """Chooses among the slices of one target."""

    def __init__(
        self,
        half: Half,
        other: Half,
        columns: Columns,
        scale: Scale,
        *,
        least: int,
        groups: int,
        restatement: Restatement,
        alpha: float,
        tests: int,
    ) -> None:
        self._half, self._other, self._columns, self._scale = half, other, columns, scale
        self._least, self._groups, self._restatement = least, groups, restatement
        self._alpha, self._tests = alpha, tests
        self.chosen: list[Chosen] = []
        self.weak: list[Candidate] = []
        """What has an effect beyond the chosen ones, but too little of it; the strongest first."""
        self._asked_at = 0
        self._graded: dict[Slice, list[Slice]] = {}
        self._said: dict[tuple[tuple[Slice, ...], int], Slice | None] = {}
        """What a slice beside others is said as; None: it is said best."""

    def choose(
        self, candidates: list[Candidate], *, cutoff: float, limit: int, progress: Progress
    ) -> None:
        """Choose at most `limit` slices; `chosen` has them in the order in which they were.

        `cutoff`: what p times a candidate's factor may be at most.
        """
        rest, explained = candidates, list[Candidate]()
        while rest and len(self.chosen) < limit:
            progress(len(self.chosen), limit)
            expected = self._expected()
            excesses = [expected.excess(one.mask) for one in rest]
            top = self._next(rest, excesses, cutoff)
            if top is None:
                # What was explained too early has another chance.
                rest, explained = explained, []
                if not self._grown():
                    break
                self._restate()
                self._widen()
                self._restate()
                self._reconsider()
                continue
            explained += [
                one for one, excess in zip(rest, excesses, strict=True) if excess.z < EXPLAINED_Z
            ]
            kept = [
                one for one, excess in zip(rest, excesses, strict=True) if excess.z >= EXPLAINED_Z
            ]
            best = rest[top]
            self._add(best.terms)
            rest = [one for one in kept if one is not best]
        self._prune()
        self._settle(candidates)

    def _grown(self) -> bool:
        """Whether something was chosen since this was asked before."""
        before, self._asked_at = self._asked_at, len(self.chosen)
        return len(self.chosen) > before

    def _expected(self, without: Chosen | None = None) -> Expected:
        """The model of what is chosen, with the degrees of each that explain something more."""
        chosen = [one for one in self.chosen if one is not without]
        masks = [one.mask for one in chosen]
        plain = Expected(self._half, masks, self._scale)
        degrees = [
            (at, self._mask(terms))
            for at, one in enumerate(chosen)
            for terms in self._telling(one, plain)
        ]
        return Expected(self._half, masks, self._scale, degrees) if degrees else plain

    def _telling(self, one: Chosen, plain: Expected) -> list[Slice]:
        """The degrees of a chosen slice that explain something more."""
        return [
            terms
            for terms in self._degrees(one.terms)
            if plain.excess(self._mask(terms)).z >= EXPLAINED_Z
        ]

    def _degrees(self, terms: Slice) -> list[Slice]:
        if terms not in self._graded:
            self._graded[terms] = degrees_of(terms, self._half, self._columns)
        return self._graded[terms]

    def _settle(self, candidates: list[Candidate]) -> None:
        """Each slice with an effect belongs to the chosen one that it overlaps most.

        It has to be part of that, or to have nothing left once that is given. What still has an
        effect once all of them are given is weak.
        """
        given = [Expected(self._half, [one.mask], self._scale) for one in self.chosen]
        plain = Expected(self._half, [one.mask for one in self.chosen], self._scale)
        for chosen in self.chosen:
            chosen.degrees = self._telling(chosen, plain)
        whole, weak = self._expected(), []
        for one in candidates:
            if any(one.terms == chosen.terms for chosen in self.chosen):
                continue
            overlaps = [jaccard(chosen.mask, one.mask) for chosen in self.chosen]
            owner = int(np.argmax(overlaps)) if overlaps else -1
            if owner >= 0 and (
                is_part(one.mask, self.chosen[owner].mask)
                or given[owner].excess(one.mask).z < EXPLAINED_Z
            ):
                self.chosen[owner].explains.append(one)
            elif self._is_degree(one.terms, len(self.chosen)):
                continue
            elif (left := whole.excess(one.mask).z) >= ENTRY_Z:
                weak.append((left, one))
        self.weak = [one for _, one in sorted(weak, key=lambda each: -each[0])]

    def _next(self, rest: list[Candidate], excesses: list[Excess], cutoff: float) -> int | None:
        """The greatest excess that is significant; of those that are the same, the simplest."""
        z = np.array([one.z for one in excesses])
        p = p_values(z, np.ones(len(z)), np.full(len(z), self._half.group_count - 1.0))
        scaled = p * np.array([one.factor for one in rest])
        left = np.count_nonzero(benjamini_hochberg(scaled, self._tests) <= self._alpha)
        if not self.chosen and not left:
            return None
        cutoff = min(cutoff, self._alpha * (len(self.chosen) + int(left)) / self._tests)
        degrees = np.array([self._is_degree(one.terms, len(self.chosen)) for one in rest])
        passed = (scaled <= cutoff) & (z >= ENTRY_Z) & ~degrees
        strength = np.where(passed, -np.log(np.maximum(scaled / cutoff, 1e-300)) + 1, 0)
        top = int(np.argmax(strength))
        if strength[top] <= 0:
            return None
        alike = [
            at
            for at in np.flatnonzero(strength >= _ALIKE * strength[top]).tolist()
            if self._says_the_same(rest[at], rest[top])
        ]
        return min(alike, key=lambda at: (*simplicity(rest[at].terms), -strength[at]))

    @staticmethod
    def _says_the_same(one: Candidate, other: Candidate) -> bool:
        """Whether the simpler of two slices of like strength may stand for both."""
        least = _OVERLAP if len(one.terms) == len(other.terms) else SAME
        return one is other or jaccard(one.mask, other.mask) >= least

    def _add(self, terms: Slice) -> bool:
        """Choose a slice, said as well as may be beside those chosen before."""
        self.chosen.append(Chosen(terms, self._mask(terms)))
        last = len(self.chosen) - 1
        self._say_better(last)
        one = self.chosen.pop()
        if self._refusal(one, self._expected(), len(self.chosen)):
            return False
        self.chosen.append(one)
        return True

    def _refusal(self, one: Chosen, expected: Expected, at: int) -> bool:
        """Whether a slice may not be chosen beside the others, of which `expected` is."""
        excess = expected.excess(one.mask)
        outside = self._half.values[~one.mask]
        return (
            excess.z < ENTRY_Z
            or not self._large(self._half, one.mask)
            or excess.mean < least_effect(outside, self._scale)
            or not self._lasting(one.mask, expected, excess)
            or not self._large(self._other, self._columns.all_of(one.terms)[self._other.rows])
            or not self._earns_its_terms(one, expected)
            or self._is_said(one, at)
        )

    def _earns_its_terms(self, one: Chosen, expected: Expected) -> bool:
        """Whether it is worse than without each term: where the field has another value, not none.

        Else a term that chance favours makes a slight effect a great one; and what is missing is
        missing for a reason, which is mostly that of the effect too.
        """
        for term in one.terms:
            known = self._columns.known(term.feature)[self._half.rows]
            others = tuple(each for each in one.terms if each is not term)
            if term.op == "null" or (known.all() and not others):
                continue
            model = expected
            if not known.all():
                # Else two slices of the field make up all that is known, and speak for each other.
                rest = [each.mask for each in self.chosen if term.feature.name not in each.fields]
                model = Expected(self._half, rest, self._scale)
            around = known & self._mask(others) if others else known
            own, ring = model.excess(one.mask), model.excess(around & ~one.mask)
            error = float(np.hypot(own.se, ring.se))
            if not ring.groups or own.mean - ring.mean < ENTRY_Z * error:
                return False
        return True

    def _restate(self) -> None:
        """Say each in turn as well as may be beside the others, until nothing changes.

        Again only where another that it overlaps has changed.
        """
        waiting = list(range(len(self.chosen)))
        for _ in range(_ROUNDS):
            changed = [at for at in waiting if self._say_better(at)]
            waiting = [
                at
                for at, one in enumerate(self.chosen)
                if any(at != to and (one.mask & self.chosen[to].mask).any() for to in changed)
            ]

    def _reconsider(self) -> None:
        """Do without each that others may say as well, where those said anew explain all.

        `dark and blur > .6`, `blur > .9` and `dark` become `dark` and `blur > .5`.
        """
        for one in sorted(self.chosen, key=self._own_z):
            before = self.chosen
            rest = [each for each in before if each is not one]
            beside = [at for at, each in enumerate(rest) if may_say(each, one)]
            if len(rest) == len(before) or not beside:
                continue
            self.chosen = rest
            changed = [self._say_better(at) for at in beside]
            expected = self._expected()
            if not any(changed) or any(expected.excess(o.mask).z >= ENTRY_Z for o in before):
                self.chosen = before

    def _own_z(self, one: Chosen) -> float:
        """What it has beyond the others."""
        return self._expected(without=one).excess(one.mask).z

    def _say_better(self, at: int) -> bool:
        """Say one otherwise while that explains more; whether it was."""
        chosen = tuple(one.terms for one in self.chosen), at
        if chosen not in self._said:
            changed = self._is_said_better(at)
            self._said[chosen] = self.chosen[at].terms if changed else None
            return changed
        if (terms := self._said[chosen]) is None:
            return False
        self.chosen[at] = Chosen(terms, self._mask(terms))
        return True

    def _is_said_better(self, at: int) -> bool:
        others = self._expected(without=self.chosen[at])
        changed = self._try([self.chosen[at].terms], at, self._expected(), others)
        for _ in range(_ROUNDS):
            expected = self._expected()
            options = self._restatement.better(self.chosen[at].terms, expected, at)
            if not self._try(options[:_CLOSEST], at, expected, others):
                break
            changed = True
        return changed

    def _try(self, options: list[Slice], at: int, expected: Expected, others: Expected) -> bool:
        """Put the first of some ways of saying a slice in its place that is none already."""
        for terms in options:
            fine = refine(terms, self._half, self._columns, expected, at, least=self._least)
            option = Chosen(fine, self._mask(fine))
            if fine != self.chosen[at].terms and not self._refusal(option, others, at):
                self.chosen[at] = option
                return True
        return False

    def _mask(self, terms: Slice) -> np.ndarray:
        mask: np.ndarray = self._columns.all_of(terms)[self._half.rows]
        return mask

    def _large(self, half: Half, mask: np.ndarray) -> bool:
        units = int(np.count_nonzero(mask))
        enough = units >= self._least and len(mask) - units >= self._least
        return enough and half.count_groups(mask) >= self._groups

    def _lasting(self, mask: np.ndarray, expected: Expected, excess: Excess) -> bool:
        """Whether enough is left without the groups that add most to the excess."""
        by_group = self._half.sums(np.where(mask, self._half.weights * expected.residuals, 0.0))
        worst = np.argsort(-by_group, kind="stable")[:WORST_GROUPS]
        left = expected.excess(mask & self._half.without(worst))
        return left.mean >= LEFT_WITHOUT_WORST * excess.mean

    def _widen(self) -> None:
        """Choose what a slice is part of too, where that is worse outside of the slice as well."""
        for one in list(self.chosen):
            for size in range(len(one.terms) - 1, 0, -1):
                for parent in combinations(one.terms, size):
                    self._add_around(one, parent)

    def _add_around(self, one: Chosen, parent: Slice) -> None:
        option, expected = Chosen(parent, self._mask(parent)), self._expected()
        ring = expected.excess(option.mask & ~one.mask)
        least = least_effect(self._half.values[~option.mask], self._scale)
        if ring.z < ENTRY_Z or ring.mean < least or self._is_said(option, len(self.chosen)):
            return
        self.chosen.append(option)

    def _is_said(self, one: Chosen, at: int) -> bool:
        """Whether a slice but that number `at` is the same, or the same to another degree."""
        others = [*self.chosen[:at], *self.chosen[at + 1 :]]
        same = any(jaccard(one.mask, each.mask) >= SAME for each in others)
        return same or self._is_degree(one.terms, at)

    def _is_degree(self, terms: Slice, at: int) -> bool:
        """Whether a slice but that number `at` differs by nothing but where numbers are cut.

        What gets worse by degrees, as ever smaller objects do, is one finding and not several.
        """
        others = [*self.chosen[:at], *self.chosen[at + 1 :]]
        return any(is_degree_of(terms, each.terms, self._half, self._columns) for each in others)

    def _prune(self) -> None:
        """Where one is explained by others, drop the one of them that earns its terms least."""
        while len(self.chosen) > 1:
            left = [self._expected(without=one).excess(one.mask).z for one in self.chosen]
            weakest = int(np.argmin(left))
            if left[weakest] >= ENTRY_Z:
                return
            mask, model = self.chosen[weakest].mask, self._expected()
            overlapping = [
                at
                for at, one in enumerate(self.chosen)
                if at == weakest or jaccard(mask, one.mask) >= OVERLAPS
            ]
            worth = [
                self._restatement.worth(self.chosen[at].terms, model, at) for at in overlapping
            ]
            self.chosen.pop(overlapping[int(np.argmin(worth))])
