"""Manifest entries of what looks like a failure and is none."""

from __future__ import annotations

import numpy as np

from visionlens_demo.entries import Entries
from visionlens_demo.labels import GOOD
from visionlens_demo.predictions import OPERATING_CONFIDENCE
from visionlens_demo.world import Bools, Floats, Ints, Term, holds, predicate


def add_decoys(entries: Entries) -> None:
    """All decoys."""
    _add_camera(entries)
    _add_bursts(entries)
    _add_doomed(entries)
    _add_many_values(entries)
    _add_missing_values(entries)
    _add_shifted_scores(entries)
    _add_concentrated_labels(entries)
    _add_same_background(entries)


def _add_camera(entries: Entries) -> None:
    evidence, decoys = entries.evidence, entries.evidence.world.decoys
    term = Term(evidence.world.camera_field, "=", decoys.camera)
    camera, own = term.mask(evidence.images), term.mask(evidence.objects)
    tied = holds(decoys.camera_tied_to, evidence.images)
    same = evidence.where(decoys.camera_tied_to)
    within = {
        run: {
            "camera": evidence.rate(missed, same & own),
            "others": evidence.rate(missed, same & ~own),
        }
        for run, missed in evidence.missed.items()
    }
    entries.add(
        "tied_camera",
        "decoy",
        "a camera used mostly under one condition",
        "group",
        effect={
            "tied_share": round(float(tied[camera].mean()), 4) if camera.any() else None,
            "under_the_condition": within,
            **evidence.contrast(own),
        },
        cause="No effect of its own.",
        predicate=term.text(),
        images=camera,
    )


def _rates_of_groups(missed: Bools, group: Ints, mask: Bools) -> Floats:
    """Miss rate of each group in the mask."""
    _, number = np.unique(group[mask], return_inverse=True)
    return np.asarray(np.bincount(number, weights=missed[mask]) / np.bincount(number))


def _add_bursts(entries: Entries) -> None:
    evidence = entries.evidence
    groups, arrangement = evidence.layout.groups, evidence.dataset.arrangement
    group = evidence.layout.group_of[arrangement.source]
    burst = groups.burst[group] & (arrangement.copy == 0)
    rates = _rates_of_groups(evidence.missed["run_a"], evidence.group, burst[evidence.image])
    entries.add(
        "bursts",
        "decoy",
        "long bursts that share a random difficulty",
        "group",
        effect={
            "bursts": int(groups.burst.sum()),
            "frames": np.unique(groups.size[groups.burst])[[0, -1]].tolist(),
            "deviation_of_miss_rate": round(float(rates.std()), 4),
            "burst_fields": [category.name for category in evidence.world.burst_fields],
        },
        cause="Frames of a burst are not independent; its fields mean nothing.",
        images=burst,
    )


def _add_doomed(entries: Entries) -> None:
    evidence, decoys = entries.evidence, entries.evidence.world.decoys
    terms = (
        Term(decoys.doomed_field, "=", decoys.doomed_value),
        Term("class", "=", decoys.doomed_class),
    )
    doomed = evidence.where(terms)
    entries.add(
        "doomed",
        "decoy",
        "objects all missed in four bursts",
        "group",
        effect=evidence.contrast(doomed),
        cause="Many objects, but four independent units only.",
        predicate=predicate(terms),
        annotations=doomed,
    )


def _add_many_values(entries: Entries) -> None:
    field = entries.evidence.world.decoys.many_field
    entries.add(
        "many_values",
        "decoy",
        "a field of very many values",
        "group",
        effect={"distinct": len(set(entries.evidence.images[field].tolist())), "field": field},
        cause="Drawn at random per group.",
    )


def _add_missing_values(entries: Entries) -> None:
    evidence, decoys = entries.evidence, entries.evidence.world.decoys
    column = evidence.images[decoys.missing_field]
    gap = np.asarray([value is None for value in column], dtype=bool)
    where = holds(decoys.missing_where, evidence.images)
    entries.add(
        "missing_values",
        "decoy",
        "values missing not at random",
        "image",
        effect={
            "field": decoys.missing_field,
            "missing_inside": round(float(gap[where].mean()), 4),
            "missing_outside": round(float(gap[~where].mean()), 4),
        },
        cause="Lost mostly under a condition, and where the value is high; no effect of its own.",
        predicate=predicate(decoys.missing_where),
        images=gap,
    )


def _add_shifted_scores(entries: Entries) -> None:
    evidence, decoys = entries.evidence, entries.evidence.world.decoys
    shifted = evidence.where(decoys.shifted)
    effect = evidence.contrast(shifted)
    for run, rates in evidence.world.plants.runs.items():
        lower = OPERATING_CONFIDENCE - rates.shift
        rate = evidence.rate(evidence.missed_at(run, lower), shifted)["rate"]
        effect[run] |= {"shift": rates.shift, "inside_at_lower_confidence": rate}
    entries.add(
        "shifted_scores",
        "decoy",
        "confidences lower by a constant",
        "group",
        effect=effect,
        cause="A matter of the threshold: at a lower one the objects are found.",
        predicate=predicate(decoys.shifted),
        annotations=shifted,
    )


def _add_concentrated_labels(entries: Entries) -> None:
    evidence = entries.evidence
    name, labels = evidence.world.decoys.mislabelled_class, evidence.dataset.labels
    special = evidence.layout.objects.klass == evidence.world.class_index(name)
    wrong, rows = labels.kind != GOOD, evidence.dataset.annotations.row
    entries.add(
        "labels_concentrated",
        "decoy",
        "label errors concentrated in one class",
        "annotation",
        effect={
            "error_share_inside": round(float(wrong[special].mean()), 4),
            "error_share_outside": round(float(wrong[~special].mean()), 4),
            **evidence.contrast(evidence.objects["class"] == name),
        },
        cause="The labels are wrong, not the runs.",
        predicate=f"class = '{name}'",
        annotations=wrong[rows] & special[rows],
    )


def _add_same_background(entries: Entries) -> None:
    layout, arrangement = entries.evidence.layout, entries.evidence.dataset.arrangement
    twins = layout.groups.twin_set[layout.group_of[arrangement.source]]
    fresh = arrangement.copy == 0
    sets = [np.flatnonzero((twins == number) & fresh) for number in range(int(twins.max()) + 1)]
    entries.add(
        "same_background",
        "decoy",
        "distinct scenes before the same background",
        "image",
        effect={"sets": len(sets)},
        cause="A camera that stands still; other objects each time. No duplicates.",
        sets=[[int(at) + 1 for at in members] for members in sets],
    )
