"""Manifest entries of what is planted: failures, label errors, copies."""

from __future__ import annotations

from typing import Any

import numpy as np

from visionlens_demo.dataset import COPIES
from visionlens_demo.entries import Entries
from visionlens_demo.labels import KINDS, MISPLACED, MISSING, SWAPPED
from visionlens_demo.world import Term, holds, predicate


def add_failures(entries: Entries) -> None:
    """Slices of the annotations that the runs miss, and images where they invent objects."""
    evidence, plants = entries.evidence, entries.evidence.world.plants
    inside = evidence.where(plants.interaction)
    alone = {
        term.text(): evidence.contrast(term.mask(evidence.objects)) for term in plants.interaction
    }
    entries.add(
        "interaction",
        "plant",
        "a failure of two conditions together, neither alone",
        "group",
        effect={**evidence.contrast(inside), "alone": alone},
        cause=plants.causes["interaction"],
        predicate=predicate(plants.interaction),
        annotations=inside,
    )
    for key, name, terms in (
        ("deep", "a failure of three conditions together", plants.deep),
        ("weak", "a weak failure", plants.weak),
    ):
        mask = evidence.where(terms)
        entries.add(
            key,
            "plant",
            name,
            "group",
            effect=evidence.contrast(mask),
            cause=plants.causes[key],
            predicate=predicate(terms),
            annotations=mask,
        )
    worse = evidence.where(plants.worse)
    entries.add(
        "worse",
        "plant",
        "run B better overall, worse here",
        "group",
        effect={"overall": _overall(entries), **evidence.contrast(worse)},
        cause=plants.causes["worse"],
        predicate=predicate(plants.worse),
        annotations=worse,
    )
    _add_small(entries)
    _add_hidden(entries)
    _add_false_positives(entries)


def _overall(entries: Entries) -> dict[str, Any]:
    evidence = entries.evidence
    everything = np.ones(len(evidence.image), dtype=bool)
    return {run: evidence.rate(missed, everything) for run, missed in evidence.missed.items()}


def _add_small(entries: Entries) -> None:
    evidence, world = entries.evidence, entries.evidence.world
    plants = world.plants
    limit = plants.small_area * (evidence.layout.size[0] / 640) ** 2
    terms = (Term("class", "=", plants.small_class), Term("area", "<", limit))
    mask = evidence.where(terms)
    large = (evidence.objects["class"] == plants.small_class) & ~mask
    effect = evidence.contrast(mask)
    for run in evidence.missed:
        confused = evidence.confused(run, mask | large, world.class_index(plants.small_as))
        effect[run]["confused_inside"] = evidence.rate(confused, mask)["rate"]
        effect[run]["confused_large"] = evidence.rate(confused, large)["rate"]
    entries.add(
        "small",
        "plant",
        f"small {plants.small_class} taken for {plants.small_as}",
        "group",
        effect=effect,
        cause=plants.causes["small"],
        predicate=predicate(terms),
        annotations=mask,
        confused_as=plants.small_as,
    )


def _add_hidden(entries: Entries) -> None:
    evidence, plants = entries.evidence, entries.evidence.world.plants
    layout = evidence.layout
    hidden = layout.groups.hidden[layout.group_of[evidence.dataset.arrangement.source]]
    entries.add(
        "hidden",
        "plant",
        f"{plants.hidden_look} in the image, in no field",
        "group",
        effect=evidence.contrast(hidden[evidence.image]),
        cause=plants.causes["hidden"],
        images=hidden,
        annotations=hidden[evidence.image],
    )


def _add_false_positives(entries: Entries) -> None:
    evidence, plants = entries.evidence, entries.evidence.world.plants
    mask = holds(plants.false_positives, evidence.images)
    entries.add(
        "false_positives",
        "plant",
        "more false positives here",
        "image",
        effect=evidence.per_image(mask),
        cause=plants.causes["false_positives"],
        predicate=predicate(plants.false_positives),
        images=mask,
    )


def add_label_errors(entries: Entries) -> None:
    """Missing, swapped and misplaced labels; with the truth, the written labels become clean."""
    evidence = entries.evidence
    labels, rows = evidence.dataset.labels, evidence.dataset.annotations.row
    kind, objects = labels.kind[rows], evidence.layout.objects
    names = evidence.world.class_names
    first = np.flatnonzero(evidence.dataset.arrangement.copy == 0)
    final = np.empty(len(first), dtype=np.int64)
    final[evidence.dataset.arrangement.source[first]] = first
    swapped, misplaced = np.flatnonzero(kind == SWAPPED), np.flatnonzero(kind == MISPLACED)
    truths: dict[int, list[dict[str, Any]]] = {
        MISSING: [
            {
                "image_id": int(final[objects.image[row]]) + 1,
                "class": names[objects.klass[row]],
                "bbox": objects.box[row].tolist(),
            }
            for row in np.flatnonzero(labels.kind == MISSING)
        ],
        SWAPPED: [
            {"annotation_id": int(at) + 1, "class": names[objects.klass[rows[at]]]}
            for at in swapped
        ],
        MISPLACED: [
            {"annotation_id": int(at) + 1, "bbox": objects.box[rows[at]].tolist()}
            for at in misplaced
        ],
    }
    for code, truth in truths.items():
        images = np.zeros(len(evidence.dataset.arrangement.source), dtype=bool)
        images[[item["image_id"] - 1 for item in truth if "image_id" in item]] = True
        entries.add(
            f"labels_{KINDS[code]}",
            "plant",
            f"{KINDS[code]} labels",
            "annotation",
            effect={"errors": len(truth), "share": round(len(truth) / len(labels.kind), 5)},
            cause="Labelling errors; the runs see the true object.",
            images=images if code == MISSING else None,
            annotations=kind == code if code != MISSING else None,
            truth=truth,
        )


def add_copies(entries: Entries) -> None:
    """Copies by kind, as pairs (image id of the original, of the copy), and those across splits."""
    arrangement = entries.evidence.dataset.arrangement
    original, split = arrangement.original(), arrangement.split
    for code, kind in enumerate(COPIES[1:], start=1):
        members = np.flatnonzero(arrangement.copy == code)
        entries.add(
            f"copies_{kind}",
            "plant",
            f"{kind} copies",
            "image",
            effect={"pairs": len(members)},
            cause="The same picture was added twice.",
            pairs=[[int(original[at]) + 1, int(at) + 1] for at in members],
        )
    copies = np.flatnonzero(arrangement.copy > 0)
    leaks = copies[split[copies] != split[original[copies]]]
    entries.add(
        "leaks",
        "plant",
        "copies across train and val",
        "image",
        effect={"pairs": len(leaks), "of": len(copies)},
        cause="Splits were drawn before duplicates were looked for.",
        pairs=[[int(original[at]) + 1, int(at) + 1] for at in leaks],
    )
