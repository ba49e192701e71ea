"""Hashes, alignment and grouping by themselves."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visionlens_jlab.duplicates import hashes as hashes_module
from visionlens_jlab.duplicates.alignment import Levels, Window, compare
from visionlens_jlab.duplicates.groups import CHECKED, groups_of
from visionlens_jlab.duplicates.hashes import RADIUS as BANDS_RADIUS
from visionlens_jlab.duplicates.hashes import Bands, CloseHashes, hashes
from visionlens_jlab.duplicates.proposals import searched
from visionlens_jlab.tests.duplicates.test_near import scene


def grey(seed: int) -> np.ndarray:
    """A scene as grey levels, (192, 256)."""
    return np.asarray(scene(seed).convert("L").resize((256, 192)), dtype=np.float32)


def windowed(picture: np.ndarray, window: Window) -> np.ndarray:
    """The part of a picture that a window shows, at its own size."""
    height, width = picture.shape
    image = scene_image(picture)
    box = (
        window.left * width,
        window.top * height,
        (window.left + window.width) * width,
        (window.top + window.height) * height,
    )
    size = (round(window.width * width), round(window.height * height))
    return np.asarray(image.resize(size, box=box), dtype=np.float32)


def scene_image(picture: np.ndarray):
    """A PIL image of grey levels."""
    from PIL import Image

    return Image.fromarray(picture.astype(np.uint8))


SHARES = st.floats(0, 0.08)


@settings(max_examples=30)
@given(
    seed=st.integers(0, 50),
    cuts=st.tuples(SHARES, SHARES, SHARES, SHARES),
    mirrored=st.booleans(),
    gain=st.floats(0.85, 1.15),
)
def test_a_cut_out_part_is_laid_where_it_was(
    seed: int, cuts: tuple[float, float, float, float], mirrored: bool, gain: float
) -> None:
    left, right, top, bottom = cuts
    window = Window(left, 1 - left - right, top, 1 - top - bottom)
    whole, part = grey(seed), windowed(grey(seed), window)
    if mirrored:
        part = part[:, ::-1]
    part = np.clip(part * gain, 0, 255)
    middle = Window(0.04, 0.92, 0.04, 0.92)
    found = compare(Levels(whole), Levels(part), middle, mirrored=mirrored)
    assert found is not None and found.likeness > 0.6
    for name in ("left", "width", "top", "height"):
        assert getattr(found.window, name) == pytest.approx(getattr(window, name), abs=0.01)
    back = found.reversed
    other = compare(Levels(part), Levels(whole), back.window, mirrored=mirrored)
    assert other is not None and other.window.width == pytest.approx(back.window.width, abs=0.02)


@settings(max_examples=30)
@given(one=st.integers(0, 30), two=st.integers(31, 60), mirrored=st.booleans())
def test_other_pictures_are_unlike(one: int, two: int, mirrored: bool) -> None:
    found = compare(Levels(grey(one)), Levels(grey(two)), Window(), mirrored=mirrored)
    assert found is None or found.likeness < 0.4


@given(
    windows=st.lists(
        st.builds(
            Window, st.floats(0, 0.2), st.floats(0.5, 1), st.floats(0, 0.2), st.floats(0.5, 1)
        ),
        min_size=2,
        max_size=2,
    )
)
def test_windows_go_there_and_back(windows: list[Window]) -> None:
    one, two = windows
    there = one.then(two).then(two.inverse)
    for name in ("left", "width", "top", "height"):
        assert getattr(there, name) == pytest.approx(getattr(one, name), abs=1e-6)
    assert one.inverse.inverse.left == pytest.approx(one.left, abs=1e-9)
    assert one.turned.turned.left == pytest.approx(one.left, abs=1e-9)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("reverse", [False, True])
def test_a_small_part_is_found_within_the_whole(mirrored: bool, reverse: bool) -> None:
    window = Window(0.2, 0.76, 0.1, 0.76)
    picture, part = grey(3), windowed(grey(3), window)
    small = [np.asarray(scene_image(p).resize((32, 32))) for p in (picture, part)]
    if mirrored:
        small[1] = small[1][:, ::-1]
    score, found, turned = searched(*(small[::-1] if reverse else small))
    assert score > 0.9 and turned == mirrored
    if reverse:
        found = (found.turned if mirrored else found).inverse
    assert found.left == pytest.approx(window.left, abs=0.06)
    assert found.width == pytest.approx(window.width, abs=0.07)


@given(
    count=st.integers(0, 40),
    radius=st.integers(0, 64),
    most=st.integers(1, 50),
    seed=st.integers(0, 1000),
)
def test_close_pairs_are_those_of_a_plain_reading(
    count: int, radius: int, most: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    base = rng.integers(0, 4, (count, 2)).astype(np.uint64)  # few bits: many are close
    first, second = CloseHashes(base).pairs(base, radius=radius, most=most)
    plain = []
    for one in range(count):
        near = sorted(
            (sum(int(a ^ b).bit_count() for a, b in zip(base[one], base[two], strict=True)), two)
            for two in range(count)
            if two != one
        )
        plain += [(one, two) for distance, two in near if distance <= radius][:most]
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == plain


@given(count=st.integers(0, 60), bits=st.integers(1, 128), seed=st.integers(0, 1000))
def test_bands_find_every_pair_within_their_radius(count: int, bits: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    base = rng.integers(0, 1 << 63, (max(count // 3, 1), 2)).astype(np.uint64)
    base = np.tile(base, (3, 1))
    for row in range(len(base) // 3, len(base)):
        for bit in rng.permutation(128)[: rng.integers(0, min(bits, 20) + 1)].tolist():
            base[row, bit // 64] ^= np.uint64(1 << bit % 64)
    query, other, differing = Bands(base).pairs(base)
    found = dict(zip(zip(query.tolist(), other.tolist(), strict=True), differing, strict=True))
    plain = np.bitwise_count(base[:, None] ^ base[None]).sum(axis=2)
    pairs = zip(*(where.tolist() for where in np.nonzero(plain <= BANDS_RADIUS)), strict=True)
    assert found == {pair: plain[pair] for pair in pairs}


def test_of_many_hashes_the_close_ones_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without structure: the hardest for cells, so the bands have to find what is close."""
    rng = np.random.default_rng(0)
    base = rng.integers(0, 1 << 63, (4000, 2)).astype(np.uint64)
    flips = rng.integers(0, 64, (2000, 2, 6)).astype(np.uint64)
    base[2000:] = base[:2000] ^ np.bitwise_or.reduce(np.uint64(1) << flips, axis=2)
    queries = base ^ np.uint64(1)
    plain = [CloseHashes(base).pairs(one, radius=34, most=8) for one in (base, queries)]
    monkeypatch.setattr(hashes_module, "EXACT_ROWS", 100)
    close = CloseHashes(base)
    for one, wanted in zip((base, queries), plain, strict=True):
        told: list[int] = []
        first, second = close.pairs(one, radius=34, most=8, tick=told.append)
        expected = {*zip(*(rows.tolist() for rows in wanted), strict=True)}
        pairs = {*zip(first.tolist(), second.tolist(), strict=True)}
        assert len(pairs) == len(first) and pairs <= expected and len(expected) >= 4000
        assert all(abs(one - two) != 2000 for one, two in expected - pairs)
        assert told[-1] == 4000


def test_a_hash_hardly_changes_with_brightness_and_noise() -> None:
    small = np.stack([np.asarray(scene(seed).convert("L").resize((32, 32))) for seed in range(30)])
    noisy = np.clip(small * 0.8 + np.random.default_rng(0).normal(0, 3, small.shape), 0, 255)
    base, changed = hashes(small), hashes(noisy.astype(np.uint8))
    same = np.bitwise_count(base ^ changed).sum(axis=1)
    other = np.bitwise_count(base[:-1] ^ base[1:]).sum(axis=1)
    assert same.max() <= 16 and other.min() >= 34


def linked(*pairs: tuple[int, int]):
    """`alike` of these pairs."""
    known = {frozenset(pair) for pair in pairs}
    return lambda one, two: 0.9 if frozenset((one, two)) in known else None


def test_no_group_is_a_chain() -> None:
    chain = [(0, 1), (1, 2), (2, 3), (3, 4)]
    assert all(len(group) == 2 for group in groups_of(chain, linked(*chain)))
    triangle = [(0, 1), (1, 2), (0, 2), (2, 3)]
    assert groups_of(triangle, linked(*triangle)) == [[0, 1, 2]]


def test_a_pair_that_nobody_proposed_is_compared() -> None:
    star = [(0, 1), (0, 2)]
    assert groups_of(star, linked(*star, (1, 2))) == [[0, 1, 2]]
    assert groups_of(star, linked(*star)) == [[0, 1]]


@given(
    edges=st.sets(
        st.tuples(st.integers(0, 14), st.integers(0, 14)).filter(lambda pair: pair[0] < pair[1])
    )
)
def test_every_two_of_a_group_are_alike(edges: set[tuple[int, int]]) -> None:
    groups = groups_of(sorted(edges), linked(*edges))
    members = [row for group in groups for row in group]
    assert len(members) == len(set(members)) and all(len(group) > 1 for group in groups)
    assert max(map(len, groups), default=0) <= CHECKED + 3
    for group in groups:
        if len(group) <= CHECKED + 1:
            assert all(pair in edges for pair in itertools.combinations(group, 2))
    if edges:
        assert groups
