"""The files of vectors: what counts of them, scores, and one file in the place of many."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visionlens_jlab.embeddings.vectors import segments as module
from visionlens_jlab.embeddings.vectors.segment_files import Part, read_parts
from visionlens_jlab.embeddings.vectors.segments import Segments, unit

DIMENSION = 3
IDS = 12


@st.composite
def several(draw: st.DrawFn) -> tuple[Segments, dict[int, Any]]:
    """Segments of several parts with ids that come again, and what counts of them by id."""
    existing = np.array(draw(st.lists(st.booleans(), min_size=IDS, max_size=IDS)))
    chosen = draw(
        st.lists(st.lists(st.integers(0, IDS - 1), unique=True, max_size=IDS), max_size=4)
    )
    random = np.random.default_rng(draw(st.integers(0, 99)))
    parts, last = [], {}
    for ids in filter(None, chosen):
        rows = unit(random.normal(size=(len(ids), DIMENSION)))
        parts.append(Part(np.array(ids, np.uint32), rows))
        last.update(zip(ids, rows, strict=True))
    counts = {id_: row for id_, row in last.items() if existing[id_]}
    return Segments(parts, DIMENSION, existing), counts


@given(several(), st.lists(st.integers(0, IDS + 2), unique=True))
def test_what_counts(made: tuple[Segments, dict[int, Any]], asked: list[int]) -> None:
    segments, counts = made
    ids, vectors = segments.read()
    assert segments.ids.tolist() == sorted(counts) and segments.count == len(counts)
    assert {id_: row.tolist() for id_, row in zip(ids.tolist(), vectors, strict=True)} == {
        id_: row.tolist() for id_, row in counts.items()
    }
    target = unit(np.ones((1, DIMENSION)))[0]
    for among in (None, np.array(asked, np.uint32)):
        found, scores = segments.scores(target, among)
        wanted = sorted(counts) if among is None else [i for i in asked if i in counts]
        assert sorted(found.tolist()) == sorted(wanted)
        expected = [counts[id_] @ target for id_ in found.tolist()]
        np.testing.assert_allclose(scores, expected, atol=1e-6)


def test_scores_go_through_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BLOCK_NUMBERS", 7 * DIMENSION)
    rows = unit(np.random.default_rng(0).normal(size=(100, DIMENSION)))
    segments = Segments([Part(np.arange(100, dtype=np.uint32), rows)], DIMENSION)
    some = np.random.default_rng(1).permutation(100)[:61].astype(np.uint32)
    for among in (None, some):
        ids, scores = segments.scores(rows[4], among)
        np.testing.assert_allclose(scores, rows[ids] @ rows[4], atol=1e-6)


def test_written_as_one_a_part_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PART_BYTES", 4 * DIMENSION * 10)
    rows = unit(np.random.default_rng(0).normal(size=(60, DIMENSION)))
    first = Part(np.arange(50, dtype=np.uint32)[::-1], rows[:50])
    second = Part(np.arange(45, 55, dtype=np.uint32), rows[50:])
    existing = np.ones(55, bool)
    existing[3] = False
    segments = Segments([first, second], DIMENSION, existing)
    segments.write(tmp_path / "one.arrow")
    parts = read_parts(tmp_path / "one.arrow", DIMENSION)
    assert [len(part.ids) for part in parts] == [10, 10, 10, 10, 10, 4]
    again = Segments(parts, DIMENSION)
    assert again.ids.tolist() == segments.ids.tolist() == [i for i in range(55) if i != 3]
    np.testing.assert_array_equal(again.vectors_of(again.ids), segments.vectors_of(again.ids))


def test_nothing_is_written_as_a_segment_too(tmp_path: Path) -> None:
    Segments([], DIMENSION).write(tmp_path / "none.arrow")
    assert read_parts(tmp_path / "none.arrow", DIMENSION) == []
