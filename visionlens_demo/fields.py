"""What groups and images record: conditions, place, camera, time, and fields that mean nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from visionlens_demo.world import Bools, Category, Floats, Ints, World, holds

BURST_SHARE = 0.3
DOOMED_BURSTS, DOOMED_FRAMES = 4, 15
DOOMED_MINIMUM = 1000
"""Below this many images four long bursts would be most of the dataset."""
TWINS_PER_SET = 3
IMAGES_PER_TWIN_SET = 200
MANY_VALUES = 500
BLURRED_SHARE = 0.24
_HOURS = {"day": (9, 16), "dusk": (18, 19), "night": (21, 28)}

Objects = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Groups:
    """Columns with one row per group; index columns point into the world's lists."""

    size: Ints
    burst: Bools
    doomed: Bools
    hidden: Bools
    """Whether the fault that no field records shows in the images."""
    twin_set: Ints
    """Number of the set of groups that share one background; -1: its own background."""
    background: Ints
    """Seed of the background."""
    light: Ints
    weather: Ints
    place: Ints
    camera: Ints
    blur: Floats
    """0 (sharp) to 1."""
    horizon: Floats
    """Of the image's height, from the top."""
    columns: dict[str, npt.NDArray[Any]]
    """Recorded fields, by name."""


def _sizes(count: int, rng: np.random.Generator) -> tuple[Ints, Bools, Bools]:
    sizes: list[int] = []
    doomed = DOOMED_BURSTS if count >= DOOMED_MINIMUM else 0
    sizes += [DOOMED_FRAMES] * doomed
    while not sizes or sum(sizes) < BURST_SHARE * count - 10:
        sizes.append(int(rng.integers(10, 31)))
    bursts = len(sizes)
    left = count - sum(sizes)
    while left > 0:
        size = min(left, int(rng.choice((1, 2, 3), p=(0.7, 0.2, 0.1))))
        sizes.append(size)
        left -= size
    numbers = np.arange(len(sizes))
    return np.asarray(sizes), numbers < bursts, numbers < doomed


def _draw(shares: Sequence[float], size: Ints, rng: np.random.Generator) -> Ints:
    """A value per group, such that the images (not the groups) have the stated shares."""
    order = rng.permutation(len(size))
    position = np.empty(len(size))
    position[order] = (np.cumsum(size[order]) - size[order] / 2) / size.sum()
    bounds = np.cumsum(shares) / np.sum(shares)
    return np.minimum(np.searchsorted(bounds, position), len(shares) - 1)


def _named(category: Category, index: Ints) -> Objects:
    return np.asarray(category.values, dtype=object)[index]


def _share_background(
    size: Ints, burst: Bools, columns: list[npt.NDArray[Any]], sets: int, rng: np.random.Generator
) -> Ints:
    """Give the groups of a set the conditions of its first group, in place.

    Returns the set of each group; -1: none.
    """
    twin_set = np.full(len(size), -1)
    single = np.flatnonzero(~burst & (size == 1))
    chosen = rng.permutation(single)[: sets * TWINS_PER_SET]
    for number in range(len(chosen) // TWINS_PER_SET):
        members = chosen[number * TWINS_PER_SET : (number + 1) * TWINS_PER_SET]
        twin_set[members] = number
        for column in columns:
            column[members] = column[members[0]]
    return twin_set


def _cameras(world: World, columns: dict[str, npt.NDArray[Any]], rng: np.random.Generator) -> Ints:
    """Camera of each group; the tied one takes most of its images under its condition."""
    decoys = world.decoys
    tied = holds(decoys.camera_tied_to, columns)
    share = float(tied.mean()) if tied.any() else 1.0
    inside = min(0.9, 0.85 * decoys.camera_share / share)
    outside = 0.15 * decoys.camera_share / max(1.0 - share, 1e-9)
    special = world.cameras.index(decoys.camera)
    others = np.asarray([i for i in range(len(world.cameras)) if i != special])
    takes = rng.random(len(tied)) < np.where(tied, inside, outside)
    return np.where(takes, special, rng.choice(others, size=len(tied)))


def _blur(size: Ints, rng: np.random.Generator) -> Floats:
    count = len(size)
    blurred = _draw((1 - BLURRED_SHARE, BLURRED_SHARE), size, rng) == 1
    return np.where(blurred, rng.uniform(0.6, 1.0, count), rng.beta(1.3, 2.6, count) * 0.42)


def draw_groups(world: World, count: int, rng: np.random.Generator) -> Groups:
    """Groups for `count` images in all."""
    size, burst, doomed = _sizes(count, rng)
    groups = len(size)
    light = _draw(world.light.shares, size, rng)
    weather = _draw(world.weather.shares, size, rng)
    place = _draw([item.share for item in world.places], size, rng)
    drawn = [_draw(category.shares, size, rng) for category in world.categories]
    background = rng.integers(0, 2**31, groups)
    blur, horizon = _blur(size, rng), rng.uniform(*world.horizon, groups)
    share = world.plants.hidden_share
    hidden = (_draw((1 - share, share), size, rng) == 1) & ~doomed
    twin_set = _share_background(
        size,
        burst,
        [light, weather, place, background, blur, horizon, hidden, *drawn],
        max(1, count // IMAGES_PER_TWIN_SET),
        rng,
    )
    columns: dict[str, npt.NDArray[Any]] = {
        world.light.name: _named(world.light, light),
        world.weather.name: _named(world.weather, weather),
    }
    for category, index in zip(world.categories, drawn, strict=True):
        columns[category.name] = _named(category, index)
    places = np.asarray([(item.name, item.area) for item in world.places], dtype=object)
    columns[world.place_field], columns[world.area_field] = places[place].T
    camera = _cameras(world, columns, rng)
    _share_camera(camera, twin_set)
    columns[world.camera_field] = np.asarray(world.cameras, dtype=object)[camera]
    for category in world.burst_fields:
        columns[category.name] = _named(category, _draw(category.shares, size, rng))
    columns[world.decoys.doomed_field][doomed] = world.decoys.doomed_value
    many = rng.integers(0, MANY_VALUES, groups)
    columns[world.decoys.many_field] = np.asarray(
        [world.decoys.many_pattern.format(number) for number in many], dtype=object
    )
    columns["split"] = np.where(rng.random(groups) < 0.7, "train", "val").astype(object)
    return Groups(
        size=size,
        burst=burst,
        doomed=doomed,
        hidden=hidden,
        twin_set=twin_set,
        background=background,
        light=light,
        weather=weather,
        place=place,
        camera=camera,
        blur=blur,
        horizon=horizon,
        columns=columns,
    )


def _share_camera(camera: Ints, twin_set: Ints) -> None:
    """One background is seen by one camera."""
    for number in range(int(twin_set.max(initial=-1)) + 1):
        members = np.flatnonzero(twin_set == number)
        camera[members] = camera[members[0]]


def _months(world: World, groups: Groups, rng: np.random.Generator) -> Ints:
    month = rng.integers(1, 13, len(groups.size))
    for category in world.categories:
        for value, bounds in zip(category.values, category.months, strict=False):
            members = groups.columns[category.name] == value
            month[members] = rng.integers(bounds[0], bounds[1] + 1, int(members.sum()))
    return month


def _times(world: World, groups: Groups, rng: np.random.Generator) -> list[str]:
    """ISO times of all images, group by group, some seconds apart."""
    month = _months(world, groups, rng)
    out: list[str] = []
    for group, size in enumerate(groups.size):
        low, high = _HOURS[world.light.codes[groups.light[group]]]
        start = datetime(2025, int(month[group]), int(rng.integers(1, 29))) + timedelta(
            minutes=int(rng.integers(low * 60, high * 60))
        )
        step = 3 if groups.burst[group] else int(rng.integers(20, 90))
        out += [(start + timedelta(seconds=step * k)).isoformat() for k in range(size)]
    return out


def image_fields(
    world: World, groups: Groups, rng: np.random.Generator
) -> dict[str, npt.NDArray[Any]]:
    """Recorded fields with one row per image, group by group; a value that is missing is None."""
    group_of = np.repeat(np.arange(len(groups.size)), groups.size)
    count = len(group_of)
    columns = {name: column[group_of] for name, column in groups.columns.items()}
    columns["date_captured"] = np.asarray(_times(world, groups, rng), dtype=object)
    place = groups.place[group_of]
    north = np.asarray([item.latitude for item in world.places])[place]
    east = np.asarray([item.longitude for item in world.places])[place]
    columns["latitude"] = np.round(north + rng.normal(0, 4e-4, count), 6)
    columns["longitude"] = np.round(east + rng.normal(0, 6e-4, count), 6)
    threshold = float(world.plants.weak[0].value)
    columns[world.blur_field] = np.round(groups.blur[group_of] * 2 * threshold, 3)
    columns[world.decoys.missing_field] = _with_gaps(world, columns, rng)
    return columns


def _with_gaps(
    world: World, columns: dict[str, npt.NDArray[Any]], rng: np.random.Generator
) -> Objects:
    """A number whose absence depends on a condition and on the number itself."""
    decoys = world.decoys
    low, high = decoys.missing_range
    count = len(columns["split"])
    value = np.round(low + (high - low) * rng.beta(1.6, 2.2, count), 1)
    lost = np.where(holds(decoys.missing_where, columns), 0.65, 0.06)
    lost = np.where(value > low + 0.75 * (high - low), 0.8, lost)
    out = value.astype(object)
    out[rng.random(count) < lost] = None
    return out
