"""The manifest: every plant and decoy with its units, its effect in this very dataset, and its cause."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from visionlens_jlab.demo.dataset import COPIES
from visionlens_jlab.demo.evidence import Evidence
from visionlens_jlab.demo.labels import GOOD, KINDS, MISPLACED, MISSING, SWAPPED
from visionlens_jlab.demo.plants import Masks
from visionlens_jlab.demo.predictions import OPERATING_CONFIDENCE
from visionlens_jlab.demo.world import Bools, Term, predicate

Entry = dict[str, Any]


def _ids(mask: Bools) -> list[int]:
    return [int(position) + 1 for position in np.flatnonzero(mask)]


class _Writer:
    """Makes the entries; `status` is planted, scaled (too few units to establish) or omitted."""

    def __init__(self, evidence: Evidence, masks: Masks) -> None:
        self.evidence, self.masks = evidence, masks
        self.world = evidence.world
        self.entries: list[Entry] = []

    def add(
        self,
        key: str,
        kind: str,
        name: str,
        unit: str,
        effect: Any,
        cause: str,
        text: str | None = None,
        images: Bools | None = None,
        annotations: Bools | None = None,
        **more: Any,
    ) -> None:
        omitted, scaled = self.masks.omitted.get(key), self.masks.scaled.get(key)
        entry: Entry = {
            "id": key,
            "kind": kind,
            "name": name,
            "unit": unit,
            "status": "omitted" if omitted else "scaled" if scaled else "planted",
            "note": omitted or scaled,
            "predicate": text,
            "cause": cause,
            "effect": effect,
            **more,
        }
        if images is not None:
            entry["image_ids"] = _ids(images)
        if annotations is not None:
            entry["annotation_ids"] = _ids(annotations)
        self.entries.append(entry)

    def slices(self) -> None:
        """Plants that are slices of the annotations."""
        evidence, plants = self.evidence, self.world.plants
        causes = plants.causes
        inside = evidence.where(plants.interaction)
        alone = {term.text(): evidence.contrast(term.mask(evidence.objects)) for term in plants.interaction}
        self.add(
            "interaction",
            "plant",
            "a failure of two conditions together, neither alone",
            "group",
            {**evidence.contrast(inside), "alone": alone},
            causes["interaction"],
            predicate(plants.interaction),
            annotations=inside,
        )
        for key, name, terms in (
            ("deep", "a failure of three conditions together", plants.deep),
            ("weak", "a weak failure", plants.weak),
        ):
            mask = evidence.where(terms)
            self.add(
                key,
                "plant",
                name,
                "group",
                evidence.contrast(mask),
                causes[key],
                predicate(terms),
                annotations=mask,
            )
        worse = evidence.where(plants.worse)
        self.add(
            "worse",
            "plant",
            "run B better overall, worse here",
            "group",
            {"overall": self._overall(), **evidence.contrast(worse)},
            causes["worse"],
            predicate(plants.worse),
            annotations=worse,
        )
        self._small()
        self._unseen()

    def _overall(self) -> dict[str, Any]:
        everything = np.ones(len(self.evidence.image), dtype=bool)
        return {run: self.evidence.rate(missed, everything) for run, missed in self.evidence.missed.items()}

    def _small(self) -> None:
        evidence, plants = self.evidence, self.world.plants
        limit = plants.small_area * (evidence.layout.size[0] / 640) ** 2
        terms = (Term("class", "=", plants.small_class), Term("area", "<", limit))
        mask = evidence.where(terms)
        large = (evidence.objects["class"] == plants.small_class) & ~mask
        effect = evidence.contrast(mask)
        for run in evidence.missed:
            confused = evidence.confused(run, mask | large, self.world.class_index(plants.small_as))
            effect[run]["confused_inside"] = evidence.rate(confused, mask)["rate"]
            effect[run]["confused_large"] = evidence.rate(confused, large)["rate"]
        self.add(
            "small",
            "plant",
            f"small {plants.small_class} taken for {plants.small_as}",
            "group",
            effect,
            plants.causes["small"],
            predicate(terms),
            annotations=mask,
            confused_as=plants.small_as,
        )

    def _unseen(self) -> None:
        """The failure seen only in the pixels, and the false positives: both are properties of images."""
        evidence, plants = self.evidence, self.world.plants
        layout, arrangement = evidence.layout, evidence.dataset.arrangement
        hidden = layout.groups.hidden[layout.group_of[arrangement.source]]
        self.add(
            "hidden",
            "plant",
            f"{plants.hidden_look} in the image, in no field",
            "group",
            evidence.contrast(hidden[evidence.image]),
            plants.causes["hidden"],
            images=hidden,
            annotations=hidden[evidence.image],
        )
        term = plants.false_positives
        rain = np.logical_and.reduce([item.mask(evidence.images) for item in term])
        self.add(
            "false_positives",
            "plant",
            "more false positives here",
            "image",
            evidence.per_image(rain),
            plants.causes["false_positives"],
            predicate(term),
            images=rain,
        )

    def label_errors(self) -> None:
        """Missing, swapped and misplaced labels with the truth, and the class where they concentrate."""
        evidence, labels = self.evidence, self.evidence.dataset.labels
        rows = evidence.dataset.annotations.row
        kind = labels.kind[rows]
        objects = evidence.layout.objects
        names = np.asarray(self.world.class_names, dtype=object)
        total = len(labels.kind)
        arrangement = evidence.dataset.arrangement
        final = np.empty(len(evidence.layout.group_of), dtype=np.int64)
        first = np.flatnonzero(arrangement.copy == 0)
        final[arrangement.source[first]] = first
        absent = np.flatnonzero(labels.kind == MISSING)
        truths: dict[int, list[dict[str, Any]]] = {
            MISSING: [
                {
                    "image_id": int(final[objects.image[row]]) + 1,
                    "class": str(names[objects.klass[row]]),
                    "bbox": objects.box[row].tolist(),
                }
                for row in absent
            ],
            SWAPPED: [
                {"annotation_id": int(at) + 1, "class": str(names[objects.klass[rows[at]]])}
                for at in np.flatnonzero(kind == SWAPPED)
            ],
            MISPLACED: [
                {"annotation_id": int(at) + 1, "bbox": objects.box[rows[at]].tolist()}
                for at in np.flatnonzero(kind == MISPLACED)
            ],
        }
        for code in (MISSING, SWAPPED, MISPLACED):
            count = len(truths[code])
            images = np.zeros(len(arrangement.source), dtype=bool)
            if code == MISSING:
                images[[item["image_id"] - 1 for item in truths[code]]] = True
            self.add(
                f"labels_{KINDS[code]}",
                "plant",
                f"{KINDS[code]} labels",
                "annotation",
                {"errors": count, "share": round(count / total, 5)},
                "Labelling errors; the runs see the true object.",
                images=images if code == MISSING else None,
                annotations=kind == code if code != MISSING else None,
                truth=truths[code],
            )
        name = self.world.decoys.mislabelled_class
        special = objects.klass == self.world.class_index(name)
        wrong = labels.kind != GOOD
        self.add(
            "labels_concentrated",
            "decoy",
            "label errors concentrated in one class",
            "annotation",
            {
                "error_share_inside": round(float(wrong[special].mean()), 4),
                "error_share_outside": round(float(wrong[~special].mean()), 4),
                **evidence.contrast(evidence.objects["class"] == name),
            },
            "The labels are wrong, not the runs.",
            f"class = '{name}'",
            annotations=wrong[rows] & special[rows],
        )

    def duplicates(self) -> None:
        """Copies by kind, and those that cross the splits."""
        arrangement = self.evidence.dataset.arrangement
        original = arrangement.original()
        split = arrangement.split
        for code, kind in enumerate(COPIES[1:], start=1):
            members = np.flatnonzero(arrangement.copy == code)
            self.add(
                f"copies_{kind}",
                "plant",
                f"{kind} copies",
                "image",
                {"pairs": len(members)},
                "The same picture was added twice.",
                pairs=[[int(original[at]) + 1, int(at) + 1] for at in members],
            )
        copies = np.flatnonzero(arrangement.copy > 0)
        leaks = copies[split[copies] != split[original[copies]]]
        self.add(
            "leaks",
            "plant",
            "copies across train and val",
            "image",
            {"pairs": len(leaks), "of": len(copies)},
            "Splits were drawn before duplicates were looked for.",
            pairs=[[int(original[at]) + 1, int(at) + 1] for at in leaks],
        )

    def decoys(self) -> None:
        """What looks like a failure and is none."""
        evidence, decoys = self.evidence, self.world.decoys
        self._camera()
        self._groups()
        values = evidence.images[decoys.many_field]
        self.add(
            "many_values",
            "decoy",
            "a field of very many values",
            "group",
            {"distinct": len(set(values.tolist())), "field": decoys.many_field},
            "Drawn at random per group.",
        )
        gap = _missing(evidence.images[decoys.missing_field])
        where = np.logical_and.reduce([term.mask(evidence.images) for term in decoys.missing_where])
        self.add(
            "missing_values",
            "decoy",
            "values missing not at random",
            "image",
            {
                "field": decoys.missing_field,
                "missing_inside": round(float(gap[where].mean()), 4),
                "missing_outside": round(float(gap[~where].mean()), 4),
            },
            "Lost mostly under a condition, and where the value itself is high; no effect of its own.",
            predicate(decoys.missing_where),
            images=gap,
        )
        shifted = evidence.where(decoys.shifted)
        lower = OPERATING_CONFIDENCE - decoys.shift
        effect = evidence.contrast(shifted)
        for run in evidence.missed:
            effect[run]["inside_at_lower_confidence"] = evidence.rate(
                evidence.missed_at(run, lower), shifted
            )["rate"]
        self.add(
            "shifted_scores",
            "decoy",
            "confidences lower by a constant",
            "group",
            {"shift": decoys.shift, "lower_confidence": round(lower, 4), **effect},
            "A matter of the threshold: at a lower one the objects are found.",
            predicate(decoys.shifted),
            annotations=shifted,
        )

    def _camera(self) -> None:
        evidence, decoys = self.evidence, self.world.decoys
        term = Term(self.world.camera_field, "=", decoys.camera)
        camera = term.mask(evidence.images)
        tied = np.logical_and.reduce([item.mask(evidence.images) for item in decoys.camera_tied_to])
        same = evidence.where(decoys.camera_tied_to)
        own = term.mask(evidence.objects)
        self.add(
            "tied_camera",
            "decoy",
            "a camera used mostly under one condition",
            "group",
            {
                "tied_share": round(float(tied[camera].mean()), 4) if camera.any() else None,
                "under_the_condition": {
                    run: {
                        "camera": evidence.rate(missed, same & own),
                        "others": evidence.rate(missed, same & ~own),
                    }
                    for run, missed in evidence.missed.items()
                },
                **evidence.contrast(own),
            },
            "No effect of its own.",
            term.text(),
            images=camera,
        )

    def _groups(self) -> None:
        evidence, decoys = self.evidence, self.world.decoys
        layout, arrangement = evidence.layout, evidence.dataset.arrangement
        group = layout.group_of[arrangement.source]
        fresh = arrangement.copy == 0
        burst = layout.groups.burst[group] & fresh
        rates = _group_rates(evidence.missed["run_a"], evidence.group, burst[evidence.image])
        self.add(
            "bursts",
            "decoy",
            "long bursts that share a random difficulty",
            "group",
            {
                "bursts": int(layout.groups.burst.sum()),
                "frames": [int(layout.groups.size[layout.groups.burst].min(initial=0)),
                           int(layout.groups.size[layout.groups.burst].max(initial=0))],
                "deviation_of_miss_rate": round(float(rates.std()), 4) if len(rates) else None,
                "burst_fields": [category.name for category in self.world.burst_fields],
            },
            "Frames of a burst are not independent; its fields mean nothing.",
            images=burst,
        )
        terms = (
            Term(decoys.doomed_field, "=", decoys.doomed_value),
            Term("class", "=", decoys.doomed_class),
        )
        doomed = evidence.where(terms)
        self.add(
            "doomed",
            "decoy",
            "objects all missed in four bursts",
            "group",
            evidence.contrast(doomed),
            "Many objects, but four independent units only.",
            predicate(terms),
            annotations=doomed,
        )
        twins = layout.groups.twin_set[group]
        sets = [np.flatnonzero((twins == number) & fresh) for number in range(int(twins.max()) + 1)]
        self.add(
            "same_background",
            "decoy",
            "distinct scenes before the same background",
            "image",
            {"sets": len(sets)},
            "A camera that stands still; other objects each time. No duplicates.",
            sets=[[int(at) + 1 for at in members] for members in sets],
        )


def _missing(column: npt.NDArray[Any]) -> Bools:
    return np.asarray([value is None for value in column], dtype=bool)


def _group_rates(missed: Bools, group: npt.NDArray[np.int64], mask: Bools) -> npt.NDArray[np.float64]:
    """Miss rate of each group in the mask."""
    _, number = np.unique(group[mask], return_inverse=True)
    return np.asarray(np.bincount(number, weights=missed[mask]) / np.bincount(number))


def describe(evidence: Evidence, masks: Masks, seed: int) -> dict[str, Any]:
    """The manifest as JSON values."""
    writer = _Writer(evidence, masks)
    writer.slices()
    writer.label_errors()
    writer.duplicates()
    writer.decoys()
    return {
        "manifest_version": 1,
        "world": evidence.world.name,
        "seed": seed,
        "images": len(evidence.dataset.arrangement.source),
        "annotations": len(evidence.image),
        "operating_point": {"iou": 0.5, "confidence": OPERATING_CONFIDENCE, "class_aware": True},
        "confidence_of_maximum_f1": evidence.best,
        "entries": writer.entries,
    }
