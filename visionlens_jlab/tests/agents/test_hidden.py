"""Causes that no field names: what is said is nevertheless true of data that had no say.

The planted fields are hidden. What is left knows of them by correlation (place, camera, time) and
by what pixels show: brightness, contrast and sharpness. Drawing pictures for many worlds would take
too long, so these three are not measured on each world's own pictures: they are measured on one
small drawn world, and every image of another world takes those of a drawn image with the same
light, weather and class of blur. They say as much of the hidden fields as pictures do, and no more.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import visionlens_jlab as vl
from visionlens_demo.generate import WORLDS, generate
from visionlens_jlab.analysis.slices.terms import Feature
from visionlens_jlab.tests.agents.campaign import RUNS, analysed_by_target
from visionlens_jlab.tests.agents.judging import is_true
from visionlens_jlab.tests.agents.worlds import World, make_world, without_fields

QUALITY = ("brightness", "contrast", "sharpness")
TRUE_OF = 0.85
"""Share of the findings that must be true of fresh data."""


def hidden_fields(name: str) -> list[str]:
    """Fields that plants name, but for an object's own class and size."""
    plants = WORLDS[name].plants
    parts = (plants.interaction, plants.deep, plants.weak, plants.worse, plants.false_positives)
    return sorted({term.field for terms in parts for term in terms} - {"class"})


def drawn(folder: Path, name: str, n: int = 300) -> pa.Table:
    """Quality measures of a drawn world beside what they depend on."""
    made = WORLDS[name]
    generate(folder / "drawn", n, 900, name, size=(256, 160))
    dataset = vl.ingest(folder / "drawn", name="drawn", data_dir=folder / "home")
    fields = [made.light.name, made.weather.name, made.blur_field]
    table = dataset.to_arrow().select([*fields, *QUALITY])
    dataset.close()
    return table


def with_quality(world: World, table: pa.Table, seed: int) -> World:
    """A world whose images take the quality measures of drawn ones that are like them."""
    rng = np.random.default_rng(seed)
    made, given = WORLDS[world.name], world.given
    own = _cells(
        world.name, [given.samples.column(f"samples.{name}") for name in _cell_fields(made)]
    )
    donors = _cells(world.name, [table.column(name) for name in _cell_fields(made)])
    chosen = np.empty(len(own), dtype=np.int64)
    for cell in np.unique(own):
        among = np.flatnonzero(donors == cell)
        if not len(among):
            among = np.arange(len(donors))
        rows = np.flatnonzero(own == cell)
        chosen[rows] = rng.choice(among, len(rows))
    samples, features = given.samples, list(given.features)
    for name in QUALITY:
        key = f"samples.{name}"
        samples = samples.append_column(key, table.column(name).cast(pa.float64()).take(chosen))
        features.append(Feature(key, name, key, name, "samples", "number", "quality"))
    return replace(world, given=replace(given, samples=samples, features=features))


def _cell_fields(made) -> tuple[str, str, str]:
    return made.light.name, made.weather.name, made.blur_field


def _cells(name: str, columns: list[pa.ChunkedArray]) -> np.ndarray:
    """Light, weather and whether it is blurred, as one text."""
    threshold = float(WORLDS[name].plants.weak[0].value)
    light, weather, blur = (column.to_pylist() for column in columns)
    return np.array(
        [f"{a} {b} {c > threshold}" for a, b, c in zip(light, weather, blur, strict=True)]
    )


def truths(folder: Path, name: str, n: int, seeds: range) -> tuple[list[str], list[str]]:
    """Findings that are true of another world of the same make, and those that are not."""
    table = drawn(folder / f"drawn-{name}", name)
    true: list[str] = []
    false: list[str] = []
    for seed in seeds:
        for run in RUNS:
            world = with_quality(make_world(folder, name, n, seed, run), table, seed)
            fresh = with_quality(make_world(folder, name, n, seed + 100, run), table, seed + 100)
            blind = without_fields(world, *hidden_fields(name))
            for one in analysed_by_target(blind, depth=2).findings:
                told = f"{name} {seed} {run} {one.target}: {one.predicate}"
                (true if is_true(fresh, one) else false).append(told)
    return true, false


def test_hidden_fields_are_hidden(street_world: World) -> None:
    names = list(_cell_fields(WORLDS["street"]))
    some = street_world.given.samples.select([f"samples.{name}" for name in names]).slice(0, 200)
    table = some.rename_columns(names)
    dark = np.array([one == "night" for one in table.column(names[0]).to_pylist()])
    for name in QUALITY:
        table = table.append_column(name, pa.array(np.where(dark, 40.0, 140.0)))
    fresh = with_quality(street_world, table, 1)
    light = fresh.given.samples.column("samples.time_of_day").to_pylist()
    bright = fresh.given.samples.column("samples.brightness").to_numpy()
    assert (bright == np.where([one == "night" for one in light], 40.0, 140.0)).mean() > 0.95
    blind = without_fields(fresh, *hidden_fields("street"))
    left = {one.field for one in blind.given.features}
    assert {"time_of_day", "weather", "district", "blur"}.isdisjoint(left)
    assert {"camera", "location", *QUALITY} <= left


@pytest.mark.soak
@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize("name", ["street", "harbour"])
def test_what_is_said_is_true_of_fresh_data(tmp_path: Path, name: str) -> None:
    true, false = truths(tmp_path, name, 2000, range(10))
    print(name, len(true), "true,", len(false), "false", *false, sep="\n")
    assert len(true) >= 20
    assert len(true) >= TRUE_OF * (len(true) + len(false))
