"""Evaluation of 70,000 boxes with 76,000 predictions on 10,000 images, and of ten times as many.

Usage: python benchmarks/evaluation.py [FOLDER] [--runs 3] [--replicates 1000]

FOLDER holds `labels.json` (COCO) and `predictions.json` (COCO results); without it a set is made.
CPU seconds (user and system, all threads) of the calls alone, least of some runs, each in a process
of its own; reading JSON, starting Python and imports are not counted. Of what a panel asks: median
wall milliseconds of 20. Other libraries are measured where they are installed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

IMAGES, CLASSES = 10_000, 80


def generate(folder: Path) -> None:
    """Labels, and predictions that see four in five of them, one in ten as another class."""
    rng = np.random.default_rng(51)
    share = 1 / np.arange(1, CLASSES + 1) ** 0.8
    share /= share.sum()
    of = np.repeat(np.arange(IMAGES), rng.poisson(7, IMAGES))
    boxes = _boxes(rng, len(of))
    kinds = rng.choice(CLASSES, len(of), p=share)
    seen = np.flatnonzero(rng.random(len(of)) < 0.8)
    near = boxes[seen] + rng.normal(0, 0.06, (len(seen), 4)) * np.tile(boxes[seen, 2:], 2)
    near[:, 2:] = np.maximum(near[:, 2:], 4)
    other = rng.random(len(seen)) < 0.1
    false = np.repeat(np.arange(IMAGES), rng.poisson(2, IMAGES))
    images = np.concatenate([of[seen], false])
    classes = np.concatenate(
        [
            np.where(other, rng.choice(CLASSES, len(seen), p=share), kinds[seen]),
            rng.choice(CLASSES, len(false), p=share),
        ]
    )
    places = np.concatenate([near, _boxes(rng, len(false))])
    scores = np.concatenate([rng.beta(5, 2, len(seen)), rng.beta(2, 5, len(false))])
    truth = {
        "images": [
            {"id": row + 1, "file_name": f"{row + 1:012d}.jpg", "width": 640, "height": 480}
            for row in range(IMAGES)
        ],
        "categories": [{"id": row + 1, "name": f"class {row}"} for row in range(CLASSES)],
        "annotations": [
            {
                "id": row + 1,
                "image_id": image + 1,
                "category_id": kind + 1,
                "bbox": box,
                "area": round(box[2] * box[3], 2),
                "iscrowd": 0,
            }
            for row, (image, kind, box) in enumerate(
                zip(of.tolist(), kinds.tolist(), boxes.round(2).tolist(), strict=True)
            )
        ],
    }
    results = [
        {"image_id": image + 1, "category_id": kind + 1, "bbox": box, "score": score}
        for image, kind, box, score in zip(
            images.tolist(),
            classes.tolist(),
            places.round(2).tolist(),
            scores.round(4).tolist(),
            strict=True,
        )
    ]
    (folder / "labels.json").write_text(json.dumps(truth))
    (folder / "predictions.json").write_text(json.dumps(results))


def _boxes(rng: np.random.Generator, count: int) -> np.ndarray:
    sides = np.clip(rng.lognormal(4.2, 0.7, (count, 2)), 8, (576, 432))
    return np.concatenate([rng.random((count, 2)) * ((640, 480) - sides), sides], axis=1)


def read(folder: Path, times: int) -> tuple[Any, ...]:
    """Both sources as arrays, so many times over on as many images."""
    from visionlens_jlab.evaluation.matching.objects import ImageInfo, make_objects

    truth = json.loads((folder / "labels.json").read_text())
    results = json.loads((folder / "predictions.json").read_text())
    number = {entry["id"]: row for row, entry in enumerate(truth["categories"])}
    row = {entry["id"]: place for place, entry in enumerate(truth["images"])}
    images = len(row)

    def objects(entries: list[dict[str, Any]], first: int, scored: bool) -> Any:
        count = len(entries)
        place = np.array([row[entry["image_id"]] for entry in entries])
        scores = np.array([entry.get("score", np.nan) for entry in entries])
        return make_objects(
            np.arange(first, first + count * times),
            np.concatenate([place + images * part for part in range(times)]),
            np.tile([number[entry["category_id"]] for entry in entries], times),
            np.tile([entry["bbox"] for entry in entries], (times, 1)),
            scores=np.tile(scores, times) if scored else None,
        )

    labels = objects(truth["annotations"], 1, False)
    predictions = objects(results, len(labels) + 1, True)
    every = np.arange(images * times)
    info = ImageInfo(every.astype(np.uint32), every, np.full((len(every), 2), (640, 480)))
    return labels, predictions, info, [entry["name"] for entry in truth["categories"]]


def cpu(work: Any) -> tuple[float, Any]:
    """CPU seconds of a call, and what it gives."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def wall(work: Any) -> float:
    """Median milliseconds of 20 calls."""
    taken = []
    for _ in range(20):
        start = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - start))
    return float(np.median(taken))


def ours(folder: Path, times: int, replicates: int) -> dict[str, float]:
    """Our evaluation, with what follows it."""
    from visionlens_jlab.core.views.shapes import Cell, OutcomeFilter
    from visionlens_jlab.evaluation.comparison import compare
    from visionlens_jlab.evaluation.counts import recount
    from visionlens_jlab.evaluation.evaluate import evaluate
    from visionlens_jlab.evaluation.evaluated import load
    from visionlens_jlab.evaluation.label_quality import scores
    from visionlens_jlab.evaluation.metrics.bootstrap import intervals
    from visionlens_jlab.evaluation.metrics.curves import curves
    from visionlens_jlab.evaluation.selection import select

    case = read(folder, times)
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "e.npz"

        def whole() -> Any:
            found = evaluate(*case)
            recount(found)
            found.save(path)
            return found

        seconds, found = cpu(whole)
        result = {"predictions": len(case[1]), "AP": found.metrics[0].value, "evaluate": seconds}
        result["megabytes"] = path.stat().st_size / 1e6
        result["load"] = wall(lambda: load(path))
    if times > 1:
        return result
    levels = iter(np.linspace(0.1, 0.9, 1000).tolist())
    names = case[3]
    cell = Cell(true=names[0], predicted=names[1])
    result["count again"] = wall(lambda: recount(found, next(levels)))
    result["curves"] = wall(lambda: curves(found))
    result["curves of a class"] = wall(lambda: curves(found, names[0]))
    result["cell"] = wall(
        lambda: select(found, OutcomeFilter(evaluation="e", cell=cell, confidence=next(levels)))
    )
    if replicates:
        result["intervals"] = cpu(lambda: intervals(found, replicates))[0]
        result["compare"] = cpu(lambda: compare(found, found, replicates=replicates))[0]
    result["label quality"] = cpu(lambda: scores(found))[0]
    return result


def other(folder: Path, name: str) -> dict[str, float]:
    """A library with pycocotools' interface."""
    import contextlib
    import io

    if name == "pycocotools":
        from pycocotools.coco import COCO
        from pycocotools.cocoeval import COCOeval
    elif name == "faster-coco-eval":
        from faster_coco_eval import COCO
        from faster_coco_eval import COCOeval_faster as COCOeval
    else:
        from hotcoco import COCO, COCOeval
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO(str(folder / "labels.json"))
        seen = truth.loadRes(str(folder / "predictions.json"))
        evaluation = COCOeval(truth, seen, iouType="bbox")

        def whole() -> None:
            evaluation.evaluate()
            evaluation.accumulate()
            evaluation.summarize()

        seconds, _ = cpu(whole)
    return {"AP": float(evaluation.stats[0]), "evaluate": seconds}


def measure(arguments: list[str], runs: int) -> list[dict[str, float]] | None:
    """What processes of their own print; None where one fails."""
    found = []
    for _ in range(runs):
        command = [sys.executable, __file__, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{arguments}: {done.stderr.strip().splitlines()[-1]}")
            return None
        found.append(json.loads(done.stdout.splitlines()[-1]))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--replicates", type=int, default=1000)
    parser.add_argument("--part", help="one measurement, in this process")
    given = parser.parse_args()
    if given.part:
        if given.part.isdigit():
            print(json.dumps(ours(given.folder, int(given.part), given.replicates)))
        else:
            print(json.dumps(other(given.folder, given.part)))
        return
    with tempfile.TemporaryDirectory() as place:
        folder = given.folder or Path(place)
        if given.folder is None:
            generate(folder)
        least: dict[str, float] = {}
        for times in (1, 10):
            for replicates in (0, given.replicates) if times == 1 else (0,):
                arguments = [str(folder), "--part", str(times), "--replicates", str(replicates)]
                for found in measure(arguments, 1 if replicates else given.runs) or ():
                    for name, value in found.items():
                        key = f"{times} x: {name}"
                        least[key] = min(least.get(key, value), value)
        for name, value in least.items():
            print(f"{name:30} {value:12.4f}")
        print(f"ten times the data: {least['10 x: evaluate'] / least['1 x: evaluate']:.1f} times")
        for name in ("pycocotools", "faster-coco-eval", "hotcoco"):
            for found in measure([str(folder), "--part", name], 1) or ():
                print(f"{name:30} {found['evaluate']:12.4f} AP {found['AP']:.6f}")


if __name__ == "__main__":
    main()
