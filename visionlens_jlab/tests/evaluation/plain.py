"""Matching as it is told, one prediction after the other; shares nothing with the product."""

from __future__ import annotations


def iou(a, b, crowd):
    """Of boxes x, y, w, h; with a crowd over the area of a."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    whole = a[2] * a[3] if crowd else a[2] * a[3] + b[2] * b[3] - shared
    return shared / whole


def outcomes(case, threshold, confidence, class_aware):
    """Pairs (prediction id, label id), and the ids of each outcome.

    Of equal overlaps the label that comes last wins, as in pycocotools.
    """
    truth = [dict(label, order=place) for place, label in enumerate(case.truth["annotations"])]
    names = {image["id"]: image["file_name"] for image in case.truth["images"]}
    seen = [
        dict(entry, id=int(number))
        for number, entry in zip(case.predictions.ids, case.results, strict=True)
        if entry["score"] >= confidence
    ]
    pairs, ignored, false, taken = set(), set(), set(), set()
    for name in sorted(names.values()):
        own = [entry for entry in seen if names[entry["image_id"]] == name]
        own.sort(key=lambda entry: (-entry["score"], entry["category_id"]))
        for entry in own:
            best, overlap, ordinary = None, threshold, False
            candidates = [label for label in truth if names[label["image_id"]] == name]
            candidates.sort(key=lambda label: (label["category_id"], label["order"]))
            for label in candidates:
                if class_aware and label["category_id"] != entry["category_id"]:
                    continue
                crowd = bool(label["iscrowd"])
                if label["id"] in taken and not crowd:
                    continue
                if ordinary and crowd:
                    continue
                value = iou(entry["bbox"], label["bbox"], crowd)
                first_ordinary = not crowd and not ordinary and value >= threshold
                if value >= overlap or first_ordinary:
                    best, overlap, ordinary = label, value, not crowd
            if best is None:
                false.add(entry["id"])
            elif best["iscrowd"]:
                ignored.add(entry["id"])
            else:
                taken.add(best["id"])
                pairs.add((entry["id"], best["id"]))
    crowds = {label["id"] for label in truth if label["iscrowd"]}
    missed = {label["id"] for label in truth} - taken - crowds
    return pairs, false, missed, ignored | crowds
