"""What slice discovery reads, kept in files."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from visionlens_jlab.analysis.shapes import LeftOut
from visionlens_jlab.analysis.slices.units import SliceInput, Units
from visionlens_jlab.tests.agents.slices.toy import toy_input


def _assert_same(one: object, other: object) -> None:
    for each in fields(one):  # type: ignore[arg-type]
        mine, yours = getattr(one, each.name), getattr(other, each.name)
        if isinstance(mine, np.ndarray):
            np.testing.assert_array_equal(mine, yours)
            assert mine.dtype == yours.dtype
        elif isinstance(mine, pa.Table):
            assert mine.equals(yours)
        elif isinstance(mine, list) and mine and isinstance(mine[0], Units):
            assert len(mine) == len(yours)
            for a, b in zip(mine, yours, strict=True):
                _assert_same(a, b)
        else:
            assert mine == yours


def test_an_input_is_read_as_it_was_written(tmp_path: Path) -> None:
    given = toy_input(groups=30)
    found = np.full(len(given.units[0].rows), np.nan)
    found[3] = 0.25
    given = replace(
        given,
        units=[replace(given.units[0], found_at=found)],
        train=given.sample_ids % 2 == 0,
        left_out=[LeftOut(field="plate", reason="300 different values")],
    )
    given.save(tmp_path / "input")
    read = SliceInput.load(tmp_path / "input")
    assert read is not given
    _assert_same(given, read)


def test_another_version_is_refused(tmp_path: Path) -> None:
    toy_input(groups=5).save(tmp_path)
    head = json.loads((tmp_path / "input.json").read_text())
    (tmp_path / "input.json").write_text(json.dumps(head | {"version": 0}))
    with pytest.raises(ValueError, match="another version"):
        SliceInput.load(tmp_path)


def test_halves_keep_groups_whole_and_do_not_depend_on_order_or_company() -> None:
    given = toy_input(groups=300)
    for group in range(300):
        assert len(set(given.discovery[given.groups == group].tolist())) == 1
    assert 0.4 < given.discovery.mean() < 0.6
    order = np.random.default_rng(0).permutation(len(given.sample_ids))[:400]
    order = order[np.isin(given.groups[order], np.unique(given.groups[:200]))]
    whole = np.isin(given.groups, given.groups[order])
    some = replace(given, sample_ids=given.sample_ids[whole], groups=given.groups[whole])
    np.testing.assert_array_equal(some.discovery, given.discovery[whole])
    assert (replace(given, evaluation="other").discovery != given.discovery).any()


def test_a_sample_without_a_group_is_of_neither_half() -> None:
    given = toy_input(groups=20)
    groups = np.where(given.sample_ids < 10, -1, given.groups).astype(np.int32)
    assert not replace(given, groups=groups).discovery[:9].any()
