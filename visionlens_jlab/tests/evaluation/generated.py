"""Small random datasets in COCO's form, with what makes evaluations differ: ties, crowds, sizes."""

from __future__ import annotations

import numpy as np

WIDTH, HEIGHT = 640, 480
CLASSES = ("apple", "bear", "cup")


def dataset(seed: int, images: int = 6, keypoints: int = 0, polygons: bool = False):
    """Truth and results; every property is drawn from the seed."""
    rng = np.random.default_rng(seed)
    ties, crowds = rng.random() < 0.6, rng.random() < 0.6
    noise = rng.choice([0.02, 0.08, 0.2])
    truth, results = [], []
    for image in range(1, images + 1):
        for box in _boxes(rng, int(rng.poisson(4))):
            crowd = bool(crowds and rng.random() < 0.2)
            place = np.array([*(box[:2] / 2), 320.0, 240.0]) if crowd else box
            category = int(rng.integers(1, 4))
            truth.append(_label(rng, len(truth) + 1, image, category, place, crowd))
            for _ in range(int(rng.choice([0, 1, 1, 1, 2, 3]))):
                seen = category if rng.random() < 0.85 else int(rng.integers(1, 4))
                moved = _inside(rng, place) if crowd else _jittered(rng, box, noise)
                results.append(_prediction(rng, image, seen, moved, ties))
        for box in _boxes(rng, int(rng.poisson(1))):
            results.append(_prediction(rng, image, int(rng.integers(1, 4)), box, ties))
    rng.shuffle(results)
    for entry in (*truth, *results):
        if keypoints:
            _add_keypoints(rng, entry, keypoints)
        elif polygons:
            _add_polygon(rng, entry)
    entries = [
        {"id": number, "file_name": f"{number:04}.jpg", "width": WIDTH, "height": HEIGHT}
        for number in range(1, images + 1)
    ]
    categories = [{"id": number + 1, "name": name} for number, name in enumerate(CLASSES)]
    return {"images": entries, "annotations": truth, "categories": categories}, results


def _boxes(rng, count):
    sides = np.exp(rng.uniform(np.log(10), np.log(220), (count, 2)))
    corner = rng.random((count, 2)) * ((WIDTH, HEIGHT) - sides)
    return np.concatenate([corner, sides], axis=1).round(int(rng.integers(0, 3)))


def _jittered(rng, box, noise):
    moved = box + rng.normal(0, noise, 4) * np.tile(box[2:], 2)
    moved[2:] = np.maximum(moved[2:], 2)
    return moved.round(1)


def _inside(rng, box):
    sides = box[2:] * rng.uniform(0.1, 0.9, 2)
    return np.concatenate([box[:2] + rng.random(2) * (box[2:] - sides), sides]).round(1)


def _label(rng, number, image, category, box, crowd):
    area = float(box[2] * box[3] * rng.uniform(0.6, 1))
    return {
        "id": number,
        "image_id": image,
        "category_id": category,
        "bbox": box.tolist(),
        "area": area,
        "iscrowd": int(crowd),
    }


def _prediction(rng, image, category, box, ties):
    score = round(float(rng.random()), 1 if ties else 6)
    return {"image_id": image, "category_id": category, "bbox": box.tolist(), "score": score}


def _add_keypoints(rng, entry, count):
    x, y, w, h = entry["bbox"]
    spread = 0.05 if "score" in entry else 0.0
    grid = np.linspace(0.1, 0.9, count)
    points = np.stack([x + w * grid, y + h * grid[::-1]], axis=1)
    points += rng.normal(0, 1, points.shape) * spread * (w, h)
    visible = rng.integers(0, 3, count) * (rng.random() < 0.9)
    if "score" in entry:
        visible = np.ones(count, int)
    points[visible == 0] = 0
    entry["keypoints"] = np.column_stack([points.round(1), visible]).reshape(-1).tolist()
    if "score" not in entry:
        entry["num_keypoints"] = int((visible > 0).sum())


def _add_polygon(rng, entry):
    x, y, w, h = entry["bbox"]
    angle = np.sort(rng.random(7)) * 2 * np.pi
    radius = rng.uniform(0.6, 1, 7)
    xs, ys = x + w / 2 * (1 + radius * np.cos(angle)), y + h / 2 * (1 + radius * np.sin(angle))
    entry["segmentation"] = [np.stack([xs, ys], axis=1).reshape(-1).round(2).tolist()]
