"""Small inputs of slice discovery, drawn from a random generator."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from visionlens_jlab.analysis.slices.terms import Feature
from visionlens_jlab.analysis.slices.units import Half, SliceInput, Units
from visionlens_jlab.core.views.shapes import ViewSpec


def words(codes: np.ndarray, values: list[str]) -> pa.Array:
    """A column of few different strings; -1 is missing."""
    indices = pa.array(codes.astype(np.int32), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(values))


def feature(name: str, level: Any = "samples", kind: Any = "category", **more: Any) -> Feature:
    """A field as predicates and SQL name it by its own name."""
    return Feature(name, name, f'{level}."{name}"', name.replace("_", " "), level, kind, **more)


def toy_input(
    seed: int = 0,
    groups: int = 400,
    *,
    per_group: int = 2,
    per_sample: int = 6,
    spread: float = 0.3,
    effects: dict[tuple[str, ...], float] | None = None,
) -> SliceInput:
    """Labels of classes cat, dog, cow on samples with `light`, `place`, `tide` and `blur`.

    Miss rate .15 with a deviation `spread` of groups (log-odds); `effects` add log-odds where all
    of some literals hold (`light=dark`, `class=cat`, `blur>0.5`).
    """
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), per_group)
    samples = len(group)
    light = rng.choice(3, groups, p=[0.6, 0.15, 0.25])[group]
    place = rng.integers(0, 6, groups)[group]
    tide = rng.integers(0, 3, groups)[group]
    blur = np.round(rng.beta(1.2, 2.5, groups)[group], 3)
    plate = rng.integers(0, 300, groups)[group]
    owner = np.repeat(np.arange(samples), per_sample)
    klass = rng.choice(3, len(owner), p=[0.5, 0.3, 0.2])
    area = np.round(np.exp(rng.normal(7, 1, len(owner))), 1)
    literals = {
        **{f"light={v}": (light == i)[owner] for i, v in enumerate(("bright", "dusk", "dark"))},
        **{f"place={v}": (place == i)[owner] for i, v in enumerate("ABCDEF")},
        **{f"tide={v}": (tide == i)[owner] for i, v in enumerate(("low", "mid", "high"))},
        **{f"class={v}": klass == i for i, v in enumerate(("cat", "dog", "cow"))},
        "blur>0.5": (blur > 0.5)[owner],
        "area<400": area < 400,
    }
    logit = np.full(len(owner), -1.73) + spread * rng.normal(size=groups)[group[owner]]
    for terms, added in (effects or {}).items():
        logit = logit + added * np.all([literals[term] for term in terms], axis=0)
    missed = rng.random(len(owner)) < 1 / (1 + np.exp(-logit))
    labels = pa.table(
        {"class": words(klass, ["cat", "dog", "cow"]), "area": pa.array(area, pa.float64())}
    )
    rows = np.arange(len(owner), dtype=np.int32)
    return SliceInput(
        evaluation="toy",
        run="run_a",
        confidence=0.5,
        digest=f"{seed}",
        sample_ids=np.arange(1, samples + 1, dtype=np.uint32),
        groups=group.astype(np.int32),
        samples=pa.table(
            {
                "light": words(light, ["bright", "dusk", "dark"]),
                "place": words(place, list("ABCDEF")),
                "tide": words(tide, ["low", "mid", "high"]),
                "plate": words(plate, [f"P{i}" for i in range(300)]),
                "blur": pa.array(blur),
            }
        ),
        label_ids=rows.astype(np.uint32) + 1,
        label_samples=owner.astype(np.int32),
        labels=labels,
        prediction_ids=np.empty(0, np.uint32),
        prediction_samples=np.empty(0, np.int32),
        predictions=labels.slice(0, 0),
        features=[
            *(feature(name) for name in ("light", "place", "tide", "plate")),
            feature("blur", kind="number", origin="quality"),
            feature("class", "annotations", origin="class"),
            feature("area", "annotations", "number", origin="geometry"),
        ],
        units=[
            Units(
                target="miss_rate",
                error=None,
                level="annotations",
                population="labels",
                scale="rate",
                rows=rows,
                values=missed.astype(np.float64),
                view=ViewSpec(level="annotations"),
                failures=ViewSpec(level="annotations"),
            )
        ],
    )


def half_of(groups: np.ndarray, values: np.ndarray) -> Half:
    """Units of one half; groups ascending."""
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    sizes = np.diff(np.append(starts, len(groups)))
    rows = np.arange(len(groups), dtype=np.int32)
    numbers = np.repeat(np.arange(len(starts), dtype=np.int32), sizes)
    return Half(rows.astype(np.int64), rows, values.astype(float), numbers, starts)
