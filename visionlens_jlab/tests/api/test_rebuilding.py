"""Outcomes of an evaluation that are damaged are made again once somebody looks at them."""

from __future__ import annotations

import os

import pytest

from visionlens_jlab.tests.api.servers import code, evaluate
from visionlens_jlab.tests.api.test_projections import ended

FIGURES = ("run", "metrics", "operating_point", "per_class", "errors")


@pytest.mark.parametrize("lost", [False, True])
async def test_damaged_outcomes_are_made_again_by_themselves(
    api, dataset, extension, data_dir, lost
):
    evaluate(extension.services.library, dataset)
    place = f"datasets/{dataset}/evaluations"
    counts, confidence = f"{place}/model/counts", {"confidence": 0.4}
    known = {one["job"] for one in (await api.json("jobs"))["jobs"]}
    before = await api.json(f"{place}/model")
    [file] = data_dir.glob(f"datasets/{dataset}/evaluations/*.npz")
    if lost:
        file.unlink()
    else:
        os.truncate(file, file.stat().st_size // 2)
    answer = await api(counts, "POST", confidence)
    assert code(answer) == "DATASET_DAMAGED" and b"made again by a job" in answer.body
    for _ in range(3):
        await api.json(place)
    [job] = [one for one in (await api.json("jobs"))["jobs"] if one["job"] not in known]
    assert job["kind"] == "evaluate"
    assert (await ended(api, job))["state"] == "done", job
    after = await api.json(f"{place}/model")
    assert [after[part] for part in FIGURES] == [before[part] for part in FIGURES]
    assert (await api(counts, "POST", confidence)).code == 200
    await api.json(place)
    later = [one for one in (await api.json("jobs"))["jobs"] if one["job"] not in known]
    assert [one["kind"] for one in later].count("evaluate") == 1
