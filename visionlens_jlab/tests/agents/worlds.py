"""Generated worlds as the input of slice discovery, and what is planted in them.

Worlds come from the demonstration's layout, without pixels, through a real dataset: ingested,
evaluated, read by the catalog. The manifest is read here and by nobody else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

import visionlens_jlab as vl
from visionlens_demo.generate import generate
from visionlens_jlab.analysis.shapes import AnalyseRequest, Target
from visionlens_jlab.analysis.slices.units import SliceInput, Units
from visionlens_jlab.analysis.store.input import read_slice_input
from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.views.shapes import ViewSpec

CONFIDENCE = 0.5
"""Of the operating point: what the manifest's rates were counted at."""
_OF_MISSES = ("interaction", "deep", "weak", "small", "worse")
_LEAST_OBJECTS, _LEAST_GROUPS = 50, 20


@dataclass(frozen=True)
class Plant:
    """A planted failure, or a decoy.

    `labels`: rows of the labels that it is about; `images`: rows of the samples.
    """

    key: str
    predicate: str
    status: str
    labels: np.ndarray
    images: np.ndarray


@dataclass(frozen=True)
class World:
    """One world with one run's evaluation."""

    name: str
    seed: int
    run: str
    given: SliceInput
    plants: dict[str, Plant]
    """By id of the manifest; those that a predicate can say."""

    def units(self, target: Target, level: str = "annotations") -> Units:
        """The units of a target."""
        return next(u for u in self.given.units if (u.target, u.level) == (target, level))

    def establishable(self) -> dict[str, Plant]:
        """Plants that this run has, with enough units and groups in each half to be established.

        `worse` is planted in run B alone; what the manifest calls `scaled` or `omitted`, and what
        the halves cut below the least number of objects and groups, cannot be asked for.
        """
        keys = [key for key in _OF_MISSES if key != "worse" or self.run == "run_b"]
        chosen = {key: self.plants[key] for key in keys if self._is_enough(key, "labels")}
        if self._is_enough("false_positives", "samples"):
            chosen["false_positives"] = self.plants["false_positives"]
        return chosen

    def _is_enough(self, key: str, population: str) -> bool:
        plant = self.plants.get(key)
        if plant is None or plant.status != "planted":
            return False
        rows = plant.labels if population == "labels" else plant.images
        samples = self.given.label_samples[rows] if population == "labels" else rows
        halves = self.given.discovery[samples]
        return all(
            half.sum() >= _LEAST_OBJECTS
            and len(np.unique(self.given.groups[samples[half]])) >= _LEAST_GROUPS
            for half in (halves, ~halves)
        )


def make_world(
    folder: Path, name: str = "street", n: int = 2000, seed: int = 0, run: str = "run_a"
) -> World:
    """Make a world in a folder, or read the one that was made there before."""
    place = folder / f"{name}-{n}-{seed}"
    if not (place / run).exists():
        _make(place, name, n, seed)
    given = SliceInput.load(place / run)
    plants = json.loads((place / "plants.json").read_text("utf-8"))
    return World(
        name, seed, run, given, {key: _plant(key, one, given) for key, one in plants.items()}
    )


def _plant(key: str, one: dict[str, Any], given: SliceInput) -> Plant:
    labels = np.flatnonzero(np.isin(given.label_ids, one["labels"]))
    images = np.flatnonzero(np.isin(given.sample_ids, one["images"]))
    return Plant(key, one["predicate"], one["status"], labels, images)


def _make(place: Path, name: str, n: int, seed: int) -> None:
    place.mkdir(parents=True, exist_ok=True)
    manifest = generate(place / "demo", n, seed, name, render=False)
    dataset = vl.ingest(place / "demo", name="world", data_dir=place / "home", labels_only=True)
    for run in ("run_a", "run_b"):
        dataset.add_predictions(run, place / "demo" / "predictions" / f"{run}.json")
        dataset.evaluate(run, confidence=CONFIDENCE, replicates=0)
    store: DatasetStore = dataset._backend._store
    plants = {
        entry["id"]: _told(store, entry) for entry in manifest["entries"] if entry["predicate"]
    }
    (place / "plants.json").write_text(json.dumps(plants), encoding="utf-8")
    with store.snapshot() as snapshot:
        for run in ("run_a", "run_b"):
            request = AnalyseRequest(dataset="world", evaluation=run)
            read_slice_input(snapshot, request).save(place / run)
    dataset.close()


def _told(store: DatasetStore, entry: dict[str, Any]) -> dict[str, Any]:
    """An entry of the manifest by ids of the catalog: its predicate is one of the product's."""
    of_labels = store.view(ViewSpec(level="annotations", where=entry["predicate"]))
    of_images = store.view(ViewSpec(where=entry["predicate"]))
    return {
        "predicate": entry["predicate"],
        "status": entry["status"],
        "labels": of_labels.ids.tolist(),
        "images": of_images.ids.tolist(),
    }


def without_fields(world: World, *names: str) -> World:
    """The same world with fields hidden from the analysis."""
    hidden = set(names)
    given = world.given
    features = [one for one in given.features if one.field not in hidden]
    return replace(world, given=replace(given, features=features))
