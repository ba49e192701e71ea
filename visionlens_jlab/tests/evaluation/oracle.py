"""pycocotools on a case."""

from __future__ import annotations

import contextlib
import copy
import io

import numpy as np
from pycocotools import mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from visionlens_jlab.tests.evaluation.generated import HEIGHT, WIDTH

BOX_NAMES = (
    *("AP", "AP50", "AP75", "APsmall", "APmedium", "APlarge"),
    *("AR1", "AR10", "AR100", "ARsmall", "ARmedium", "ARlarge"),
)
"""As `summarize` gives them; AR50 and AR75 are read off the recalls."""
POINT_NAMES = (
    *("AP", "AP50", "AP75", "APmedium", "APlarge"),
    *("AR", "AR50", "AR75", "ARmedium", "ARlarge"),
)


def run(
    truth, results, kind="bbox", sigmas=None, agnostic=False, max_dets=None, areas=None
) -> COCOeval:
    """After evaluate and accumulate; ids are 1..n, images in the order of their numbers."""
    with contextlib.redirect_stdout(io.StringIO()):
        reference = COCO()
        reference.dataset = copy.deepcopy(truth) | {"info": {}}
        reference.createIndex()
        evaluation = COCOeval(reference, reference.loadRes(copy.deepcopy(results)), kind)
        evaluation.params.useCats = 0 if agnostic else 1
        if sigmas is not None:
            evaluation.params.kpt_oks_sigmas = np.asarray(sigmas)
        if max_dets is not None:
            evaluation.params.maxDets = [max_dets]
        if areas is not None:
            evaluation.params.areaRng = [[0, 1e10], *areas.values()]
            evaluation.params.areaRngLbl = ["all", *areas]
        evaluation.evaluate()
        evaluation.accumulate()
    return evaluation


def figures(evaluation: COCOeval, kind: str = "bbox") -> dict[str, float | None]:
    """Its twelve (ten) figures and recalls at .5 and .75; None where it says -1."""
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation.summarize()
    names = POINT_NAMES if kind == "keypoints" else BOX_NAMES
    values = evaluation.stats.tolist()
    named = dict(zip(names, values, strict=True))
    for name, row in (("AR50", 0), ("AR75", 5)):
        recall = evaluation.eval["recall"][row, :, 0, -1]
        known = recall[recall > -1]
        named[name] = known.mean() if known.size else -1
    return {name: None if value == -1 else value for name, value in named.items()}


def compressed(results):
    """The same with polygons as run lengths, which pycocotools asks for, and no boxes."""
    found = []
    for entry in results:
        drawn = mask.merge(mask.frPyObjects(entry["segmentation"], HEIGHT, WIDTH))
        runs = {"size": drawn["size"], "counts": drawn["counts"].decode()}
        plain = {key: value for key, value in entry.items() if key != "bbox"}
        found.append(plain | {"segmentation": runs})
    return found


def absorbed(evaluation: COCOeval, truth) -> bool:
    """Whether a crowd took a detection at IoU .5."""
    crowds = {label["id"] for label in truth["annotations"] if label["iscrowd"]}
    return any(
        set(found["dtMatches"][0].astype(int).tolist()) & crowds
        for found in evaluation.evalImgs
        if found
    )


def tied(results) -> bool:
    """Whether two images have predictions of one class and confidence."""
    places: dict[tuple[int, float], set[int]] = {}
    for entry in results:
        key = entry["category_id"], entry["score"]
        places.setdefault(key, set()).add(entry["image_id"])
    return any(len(images) > 1 for images in places.values())
