"""Where objects stand in each image, and how they move through a burst."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from visionlens_demo.fields import Groups, draw_groups, image_fields
from visionlens_demo.world import Bools, Floats, Ints, World

_MINIMUM_SIDE = 7.0
"""Pixels at a width of 640; smaller objects are not placed."""
_MINIMUM_VISIBLE = 0.55
_EGO_METRES = 0.9
"""How far the camera moves ahead between two frames of a burst."""
_LEAVE_SHARE = 0.22


@dataclass(frozen=True)
class Placed:
    """Objects of one image or of many: columns of equal length.

    `box`: (count, 4) float64, x, y, w, h in pixels, clipped to the image; `full` the same, not
    clipped.
    """

    image: Ints
    klass: Ints
    form: Ints
    depth: Floats
    look: Ints
    """Seed of colour and other details."""
    full: Floats
    box: Floats
    occluded: Bools
    truncated: Bools


@dataclass(frozen=True)
class Layout:
    """A dataset before labels: images in order of group, their recorded fields and true objects."""

    world: World
    size: tuple[int, int]
    groups: Groups
    group_of: Ints
    """Group of each image."""
    pan: Floats
    """Of the camera, in pixels to the left."""
    advance: Floats
    """Of the camera since the first frame, metres."""
    fields: dict[str, npt.NDArray[Any]]
    objects: Placed

    def object_columns(self, klass: Ints, image: Ints) -> dict[str, npt.NDArray[Any]]:
        """Fields of the images with one row per object, and the object's class by name."""
        columns = {name: column[image] for name, column in self.fields.items()}
        columns["class"] = np.asarray(self.world.class_names, dtype=object)[klass]
        return columns


@dataclass
class _Things:
    """Objects in metres: x to the right, z ahead, lift above the ground; dx, dz per frame."""

    klass: Ints
    form: Ints
    look: Ints
    x: Floats
    z: Floats
    lift: Floats
    dx: Floats
    dz: Floats

    def take(self, rows: Ints | Bools) -> _Things:
        return _Things(*(getattr(self, name)[rows] for name in _Things.__dataclass_fields__))

    def join(self, other: _Things) -> _Things:
        pairs = (
            (getattr(self, name), getattr(other, name)) for name in _Things.__dataclass_fields__
        )
        return _Things(*(np.concatenate(pair) for pair in pairs))


class _Casting:
    """Draws objects of a world; tables made once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.shares = np.asarray([item.share for item in world.classes])
        self.near_far = np.asarray([item.depth for item in world.classes], dtype=float)
        self.lift = np.asarray([item.lift for item in world.classes], dtype=float)
        self.drift = np.asarray([item.drift for item in world.classes], dtype=float)
        self.spread = np.asarray([item.spread for item in world.classes])
        self.forms = np.asarray([len(item.forms) for item in world.classes])
        self.lane_count = np.asarray([len(item.lanes) for item in world.classes])
        self.lanes = np.zeros((len(world.classes), int(self.lane_count.max())))
        self.metres = np.zeros((len(world.classes), int(self.forms.max()), 2))
        for row, item in enumerate(world.classes):
            self.lanes[row, : len(item.lanes)] = item.lanes
            self.metres[row, : len(item.forms)] = [(form.width, form.height) for form in item.forms]

    def class_shares(self, area: str, without: int | None) -> Floats:
        shares = self.shares.copy()
        for where, name, factor in self.world.crowded:
            if where == area:
                shares[self.world.class_index(name)] *= factor
        if without is not None:
            shares[without] = 0.0
        return np.asarray(shares / shares.sum())

    def draw(self, klass: Ints, rng: np.random.Generator) -> _Things:
        count = len(klass)
        low, high = self.near_far[klass].T
        # Between uniform in depth (too many far) and uniform in its inverse (too many near).
        z = low + (high - low) * rng.random(count) ** 2.1
        lane = self.lanes[klass, (rng.random(count) * self.lane_count[klass]).astype(int)]
        low_lift, high_lift = self.lift[klass].T
        speed = rng.uniform(0.5, 1.5, (count, 2)) * rng.choice((-1, 1), (count, 2))
        return _Things(
            klass=klass,
            form=(rng.random(count) * self.forms[klass]).astype(np.int64),
            look=rng.integers(0, 1 << 16, count),
            x=lane + rng.normal(0, 1, count) * self.spread[klass],
            z=z,
            lift=rng.uniform(low_lift, high_lift),
            dx=speed[:, 0] * self.drift[klass, 0],
            dz=speed[:, 1] * self.drift[klass, 1],
        )


@dataclass(frozen=True)
class _View:
    """A camera: image size, vanishing point and focal length in pixels; height in metres."""

    width: int
    height: int
    center: float
    horizon: float
    focal: float
    lens: float

    def boxes(self, things: _Things, metres: Floats) -> Floats:
        """(count, 4) x, y, w, h of the things, not clipped."""
        scale = self.focal / things.z
        size = metres[things.klass, things.form] * scale[:, None]
        foot = self.horizon + (self.lens - things.lift) * scale
        left = self.center + things.x * scale - size[:, 0] / 2
        return np.column_stack([left, foot - size[:, 1], size])

    def clip(self, boxes: Floats) -> Floats:
        low = np.clip(boxes[:, :2], 0, (self.width, self.height))
        high = np.clip(boxes[:, :2] + boxes[:, 2:], 0, (self.width, self.height))
        return np.column_stack([low, high - low])


def _intersections(box: Floats, boxes: Floats) -> Floats:
    """Areas that `box` (4,) shares with each of `boxes` (count, 4)."""
    low = np.maximum(box[:2], boxes[:, :2])
    high = np.minimum(box[:2] + box[2:], boxes[:, :2] + boxes[:, 2:])
    return np.asarray(np.prod(np.clip(high - low, 0, None), axis=1))


def _arrange(
    things: _Things, view: _View, metres: Floats, limit: int
) -> tuple[Ints, Floats, Floats, Floats]:
    """Choose up to `limit` things that are visible and do not hide each other.

    Returns the rows chosen, their full and clipped boxes, and the share of each that nearer ones
    cover.
    """
    full = view.boxes(things, metres)
    box = view.clip(full)
    area = box[:, 2] * box[:, 3]
    visible = area / (full[:, 2] * full[:, 3])
    side = _MINIMUM_SIDE * view.width / 640
    fits = (visible >= _MINIMUM_VISIBLE) & (box[:, 2:].min(axis=1) >= side) & (things.z > 3)
    chosen: list[int] = []
    covered = np.zeros(len(full))
    for row in np.flatnonzero(fits):
        if len(chosen) == limit:
            break
        before = np.asarray(chosen, dtype=np.int64)
        shared = _intersections(box[row], box[before])
        same = things.klass[before] == things.klass[row]
        overlap = shared / (area[before] + area[row] - shared)
        farther = np.where(things.z[before] > things.z[row], area[before], area[row])
        if (overlap > np.where(same, 0.2, 0.35)).any() or (shared / farther > 0.5).any():
            continue
        behind = things.z[before] > things.z[row]
        covered[before[behind]] += shared[behind] / area[before[behind]]
        covered[row] += shared[~behind].sum() / area[row]
        chosen.append(int(row))
    rows = np.asarray(chosen, dtype=np.int64)
    return rows, full[rows], box[rows], covered[rows]


class _Stage:
    """Plays one group: the things of a frame, and what stays for the next."""

    def __init__(
        self, casting: _Casting, area: str, doomed: int | None, rng: np.random.Generator
    ) -> None:
        self.casting, self.rng = casting, rng
        self.shares = casting.class_shares(area, doomed)
        self.doomed = doomed
        self.target = max(3, int(rng.poisson(casting.world.objects_per_image)))
        self.things = casting.draw(np.zeros(0, dtype=np.int64), rng)

    def cast(self, keep: bool) -> _Things:
        """Candidates in order of preference: the doomed one, those that stay, new ones."""
        rng = self.rng
        fresh = self.casting.draw(
            rng.choice(len(self.shares), size=2 * self.target + 6, p=self.shares), rng
        )
        stay = self.things.take(rng.random(len(self.things.klass)) > _LEAVE_SHARE)
        stay.x = stay.x + stay.dx
        stay.z = stay.z + stay.dz - _EGO_METRES
        things = stay.join(fresh) if keep else fresh
        if self.doomed is None:
            return things
        things = things.take(things.klass != self.doomed)
        special = self.casting.draw(np.full(12, self.doomed), rng)
        return special.join(things)


def _one_of(things: _Things, view: _View, metres: Floats, klass: int) -> _Things:
    """Keep the first thing of the class that is well inside the image, and all of other classes."""
    full = view.boxes(things, metres)
    box = view.clip(full)
    inside = np.prod(box[:, 2:], axis=1) > 0.95 * np.prod(full[:, 2:], axis=1)
    first = np.flatnonzero((things.klass == klass) & inside)[:1]
    keep = things.klass != klass
    keep[first] = True
    return things.take(keep)


def lay_out(world: World, count: int, seed: int, size: tuple[int, int]) -> Layout:
    """Lay out `count` images of `size` (width, height) pixels."""
    rng = np.random.default_rng((seed, world.code, 1))
    groups = draw_groups(world, count, rng)
    fields = image_fields(world, groups, rng)
    casting = _Casting(world)
    width, height = size
    pan, advance = np.zeros(count), np.zeros(count)
    parts: list[tuple[int, _Things, Floats, Floats, Floats]] = []
    image = 0
    for group, frames in enumerate(groups.size):
        area = world.places[groups.place[group]].area
        doomed = world.class_index(world.decoys.doomed_class) if groups.doomed[group] else None
        stage = _Stage(casting, area, doomed, rng)
        swing = rng.uniform(9, 16) * rng.choice((-1, 1)) * width / 640
        for frame in range(frames):
            if groups.burst[group]:
                pan[image] = swing * (frame - frames / 2) * 0.5
                advance[image] = frame * _EGO_METRES
            elif frames > 1:
                pan[image] = rng.uniform(-0.12, 0.12) * width
            view = _View(
                width,
                height,
                width / 2 + pan[image],
                height * groups.horizon[group],
                world.focal * width / 640,
                world.lens_height,
            )
            things = stage.cast(keep=bool(groups.burst[group]))
            if doomed is not None:
                things = _one_of(things, view, casting.metres, doomed)
            rows, full, box, covered = _arrange(things, view, casting.metres, stage.target)
            stage.things = things.take(rows)
            parts.append((image, stage.things, full, box, covered))
            image += 1
    group_of = np.repeat(np.arange(len(groups.size)), groups.size)
    return Layout(world, size, groups, group_of, pan, advance, fields, _join(parts))


def _join(parts: list[tuple[int, _Things, Floats, Floats, Floats]]) -> Placed:
    full = np.concatenate([part[2] for part in parts])
    box = np.round(np.concatenate([part[3] for part in parts]), 2)
    return Placed(
        image=np.concatenate([np.full(len(part[1].klass), part[0]) for part in parts]),
        klass=np.concatenate([part[1].klass for part in parts]),
        form=np.concatenate([part[1].form for part in parts]),
        depth=np.concatenate([part[1].z for part in parts]),
        look=np.concatenate([part[1].look for part in parts]),
        full=full,
        box=box,
        occluded=np.concatenate([part[4] for part in parts]) > 0.15,
        truncated=np.prod(box[:, 2:], axis=1) < 0.98 * np.prod(full[:, 2:], axis=1),
    )
