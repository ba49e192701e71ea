"""Near-duplicates: proposals, verdicts, groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from os import cpu_count
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from visionlens_jlab.duplicates import proposals
from visionlens_jlab.duplicates.alignment import Levels, Verdict, compare
from visionlens_jlab.duplicates.groups import Member, groups_of
from visionlens_jlab.duplicates.hashes import MIDDLE, SIDE
from visionlens_jlab.duplicates.proposals import Proposal
from visionlens_jlab.duplicates.table import Samples, Thumbnails


@contextmanager
def one_thread() -> Iterator[None]:
    """One meanwhile: on small matrices several wait for each other longer than they compute.

    On a busy machine they wait for minutes.
    """
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        yield
        return
    with threadpool_limits(1, user_api="blas"):
        yield


Floats = npt.NDArray[np.float32]

THRESHOLD = 0.5
_ALIKE, _UNLIKE = 0.9, 0.4
"""Likeness of the worst windows at the highest and at no confidence."""
_SUREST = 0.99
"""1 is for identical files."""
_FLAT = 2.0
"""Standard deviation of grey levels below which a picture shows nothing to compare."""
_AT_ONCE = 512
_KEPT = 4000
"""Thumbnails held at the sizes that are compared; 70 kB each."""


class Watch(Protocol):
    """Is told how far it is; what it raises ends the search."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """`stage` is `thumbnails`, `hashes`, `vectors`, `places`, `pairs` or `groups`."""
        ...


class NearDuplicates:
    """Looks for near-duplicates among samples.

    Parameters
    ----------
    samples : Samples
    thumbnails : Thumbnails
    scratch : Path
        Folder for what need not be in memory: 2 kB a sample.
    watch : Watch
    threshold : float
        Confidence from which two are alike.
    """

    def __init__(
        self,
        samples: Samples,
        thumbnails: Thumbnails,
        scratch: Path,
        watch: Watch,
        threshold: float = THRESHOLD,
    ) -> None:
        self._samples = samples
        self._thumbnails = thumbnails
        self._watch = watch
        self._threshold = threshold
        self._copies = {rows[0]: rows for rows in samples.by_content().values()}
        """Of each content the rows, by the first of them, which stands for all."""
        self._small = np.lib.format.open_memmap(
            scratch / "small.npy", "w+", np.uint8, (len(samples), 2, SIDE, SIDE)
        )
        self._levels = lru_cache(maxsize=_KEPT)(self._read_levels)
        self._verdicts: dict[tuple[int, int], Verdict | None] = {}
        self._partners: defaultdict[int, set[int]] = defaultdict(set)
        """Of each row those it was found to be like."""
        self.compared = 0
        """Pairs whose thumbnails were laid over each other."""
        self.left_out = 0
        """Samples that have no thumbnail, or one that shows nothing."""

    def find(
        self, vectors: tuple[npt.NDArray[np.int64], Floats] | None = None
    ) -> list[list[Member]]:
        """Groups of rows, with distance and confidence to the best of each.

        Parameters
        ----------
        vectors : (rows, matrix), optional
            int64 (m,) and float32 (m, d), of unit length: more proposals come from them.
        """
        usable = self._read()
        self._decide(usable, vectors)
        pairs = [pair for pair, found in self._verdicts.items() if self._confidence(found)]
        for one, two in pairs:
            self._partners[one].add(two)
            self._partners[two].add(one)
        with one_thread():
            groups = groups_of(sorted(pairs), self._alike)
        grouped = {row for group in groups for row in group}
        groups += [[row] for row in self._copies if row not in grouped]
        return sorted(self._members(group) for group in groups)

    # --- reading -----------------------------------------------------------------------------

    def _read(self) -> npt.NDArray[np.int64]:
        """Fill the small pictures; the rows that can be compared, one of each content."""
        repeated = {row for rows in self._copies.values() for row in rows[1:]}
        rows = [row for row in range(len(self._samples)) if row not in repeated]
        usable = []
        with ThreadPoolExecutor(cpu_count() or 1) as pool:
            for done, (row, small) in enumerate(_mapped(pool, self._reduced, rows), start=1):
                if small is not None and small[0].std() >= _FLAT:
                    self._small[row] = small
                    usable.append(row)
                if done % 64 == 0 or done == len(rows):
                    self._watch("thumbnails", done, len(rows))
        self.left_out = len(rows) - len(usable)
        return np.asarray(usable, dtype=np.int64)

    def _reduced(self, row: int) -> npt.NDArray[np.uint8] | None:
        """A thumbnail and its middle, uint8 (2, 32, 32)."""
        from PIL import Image

        image = self._thumbnails.image(row)
        if image is None:
            return None
        width, height = image.size
        edge = (1 - MIDDLE) / 2
        middle = (edge * width, edge * height, (1 - edge) * width, (1 - edge) * height)
        size, how = (SIDE, SIDE), Image.Resampling.BOX
        return np.stack(
            [np.asarray(image.resize(size, how)), np.asarray(image.resize(size, how, middle))]
        )

    # --- deciding ----------------------------------------------------------------------------

    def _decide(
        self,
        usable: npt.NDArray[np.int64],
        vectors: tuple[npt.NDArray[np.int64], Floats] | None,
    ) -> None:
        candidates: list[Proposal] = []
        pairs: set[tuple[int, int]] = set()
        for found in proposals.by_hashes(self._small, usable, self._watch):
            candidates += found.proposals()
            pairs.update(_key(one, two) for one, two in found.elsewhere())
        if vectors is not None:
            chosen = np.isin(vectors[0], usable)
            pairs |= set(proposals.by_vectors(vectors[0][chosen], vectors[1][chosen], self._watch))
        pairs -= {_key(one.first, one.second) for one in candidates}
        with one_thread():
            for done, pair in enumerate(sorted(pairs), start=1):
                candidates += self._searched(*pair)
                if done % 64 == 0 or done == len(pairs):
                    self._watch("places", done, len(pairs))
            # Neighbours in the dataset one after the other: their thumbnails are still at hand.
            candidates.sort(
                key=lambda one: (min(one.first, one.second), max(one.first, one.second))
            )
            for done, proposal in enumerate(candidates, start=1):
                self._judge(proposal)
                if done % 16 == 0 or done == len(candidates):
                    self._watch("pairs", done, len(candidates))

    def _read_levels(self, row: int) -> Levels | None:
        image = self._thumbnails.image(row)
        return None if image is None else Levels(np.asarray(image, dtype=np.float32))

    def _searched(self, first: int, second: int) -> list[Proposal]:
        """The pair as a proposal, where one small picture is found in the other."""
        score, start, mirrored = proposals.searched(self._small[first, 0], self._small[second, 0])
        likely = score >= proposals.LIKELY
        return [Proposal(first, second, start, mirrored)] if likely else []

    def _judge(self, proposal: Proposal) -> None:
        """Keep the better verdict on the pair, as seen from its first row."""
        one, two = _key(proposal.first, proposal.second)
        before = self._verdicts.get((one, two))
        if before is not None and self._confidence(before):
            return
        start, mirrored = proposal.start, proposal.mirrored
        if one != proposal.first:
            start = (start.turned if mirrored else start).inverse
        first, second = self._levels(one), self._levels(two)
        found = None
        if first is not None and second is not None:
            self.compared += 1
            found = compare(first, second, start, mirrored=mirrored)
        if before is None or (found is not None and found.likeness > before.likeness):
            self._verdicts[one, two] = found

    def _verdict(self, one: int, two: int) -> Verdict | None:
        """On a pair, proposed or not, as seen from its first row."""
        pair = _key(one, two)
        if pair not in self._verdicts:
            self._verdicts[pair] = None
            for proposal in (*self._by_others(*pair), *self._searched(*pair)):
                self._judge(proposal)
        found = self._verdicts[pair]
        return found if found is None or one < two else found.reversed

    def _by_others(self, one: int, two: int) -> Iterator[Proposal]:
        """How the second lies in the first, by what both are alike with."""
        for other in sorted(self._partners[one] & self._partners[two])[:2]:
            outer, inner = self._verdict(one, other), self._verdict(other, two)
            if outer is not None and inner is not None:
                yield Proposal(one, two, *outer.via(inner))

    def _alike(self, one: int, two: int) -> float | None:
        self._watch("groups", 0, None)
        return self._confidence(self._verdict(one, two)) or None

    def _confidence(self, verdict: Verdict | None) -> float:
        """0 below the threshold."""
        if verdict is None:
            return 0.0
        confidence = confidence_of(verdict.likeness)
        return confidence if confidence >= self._threshold else 0.0

    # --- describing --------------------------------------------------------------------------

    def _members(self, group: list[int]) -> list[Member]:
        """A group with its identical copies, the best first."""
        best = max(group, key=lambda row: self._samples.row(row).rank)
        members = []
        for row in group:
            confidence, transform = 1.0, "identical"
            if row != best:
                verdict = self._verdict(best, row)
                confidence = self._confidence(verdict) or self._threshold
                transform = self._transform(best, row, verdict)
            for copy in self._copies.get(row, [row]):
                members.append(
                    Member(copy, 1 - confidence, confidence, transform, best=copy == best)
                )
        return sorted(members, key=lambda member: (not member.best, -member.confidence, member.row))

    def _transform(self, best: int, row: int, verdict: Verdict | None) -> str:
        """How a sample differs from the best one."""
        if verdict is None:
            return "alike"
        window = verdict.window
        words = []
        if verdict.mirrored:
            words.append("flipped")
        if min(window.overlap) < _WHOLE:
            words.append("cropped")
        ratio = self._samples.width[row] / max(1.0, self._samples.width[best] * window.width)
        if abs(ratio - 1) > _SAME_SIZE:
            words.append("resized")
        return ", ".join(words) or "recompressed"


_WHOLE = 0.97
"""Shared share of either picture from which nothing was cut off."""
_SAME_SIZE = 0.02


def confidence_of(likeness: float) -> float:
    """0 to 0.99."""
    return float(np.clip((likeness - _UNLIKE) / (_ALIKE - _UNLIKE), 0, _SUREST))


def _key(one: int, two: int) -> tuple[int, int]:
    return (one, two) if one < two else (two, one)


def _mapped(
    pool: ThreadPoolExecutor,
    work: Callable[[int], npt.NDArray[np.uint8] | None],
    rows: list[int],
) -> Iterator[tuple[int, npt.NDArray[np.uint8] | None]]:
    """(row, result) in order; a few at a time, so that cancelling need not wait."""
    left = iter(rows)
    while batch := list(islice(left, _AT_ONCE)):
        yield from zip(batch, pool.map(work, batch), strict=True)
