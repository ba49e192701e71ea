"""Projections and duplicates over HTTP: jobs that make them, reading them, resolving."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import numpy as np
import pytest

from visionlens_jlab.tests.api.servers import code
from visionlens_jlab.tests.api.test_spaces import MATRIX, SPACE, vectors


async def finished(api: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Queue a job and wait for its end."""
    return await ended(api, await api.json("jobs", "POST", request))


async def ended(api: Any, job: dict[str, Any]) -> dict[str, Any]:
    """Wait for a job's end."""
    while job["state"] not in ("done", "failed", "cancelled"):
        await asyncio.sleep(0.1)
        job = await api.json(f"jobs/{job['job']}")
    return job


async def test_a_projection_is_made_and_read(api, dataset):
    await api.json(f"{SPACE}/vectors", "PUT", vectors([*range(20)], MATRIX[:20]))
    assert (await api.json(f"datasets/{dataset}/projections"))["projections"] == []
    request = {"dataset": dataset, "space": "clip", "method": "pca"}
    job = await finished(api, {"kind": "project", "project": request})
    assert job["state"] == "done", job
    (found,) = (await api.json(f"datasets/{dataset}/projections"))["projections"]
    assert (found["method"], found["rows"], found["preview"]) == ("pca", 20, False)
    place = f"datasets/{dataset}/projections/{found['projection']}"
    answer = await api(f"{place}/points")
    points = np.frombuffer(answer.body, "<f4").reshape(-1, 2)
    assert points.shape == (20, 2) and np.isfinite(points).all()
    assert answer.headers["VisionLens-Count"] == "20"
    again = await api(f"{place}/points", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.code == 304
    assert (await api(place, "DELETE")).code == 204
    assert code(await api(f"{place}/points")) == "PROJECTION_NOT_FOUND"
    assert code(await api(place, "DELETE")) == "PROJECTION_NOT_FOUND"


@pytest.mark.parametrize("pattern", ["*.arrow", "*.model"])
@pytest.mark.parametrize("lost", [False, True])
async def test_a_damaged_projection_is_made_again_by_itself(api, dataset, data_dir, pattern, lost):
    await api.json(f"{SPACE}/vectors", "PUT", vectors([*range(20)], MATRIX[:20]))
    project = {"dataset": dataset, "space": "clip", "method": "pca", "clusters": False}
    await finished(api, {"kind": "project", "project": project})
    (found,) = (await api.json(f"datasets/{dataset}/projections"))["projections"]
    place = f"datasets/{dataset}/projections"
    before = (await api(f"{place}/{found['projection']}/points")).body
    [file] = data_dir.glob(f"datasets/{dataset}/projections/{pattern}")
    if lost:
        file.unlink()
    else:
        os.truncate(file, 0)
    answer = await api(f"{place}/{found['projection']}/points")
    assert answer.code == 200 or code(answer) == "DATASET_DAMAGED"
    for _ in range(3):
        await api.json(place)
    jobs = [job for job in (await api.json("jobs"))["jobs"] if job["kind"] == "project"]
    assert len(jobs) == 2
    job = await ended(api, jobs[0])
    assert job["state"] == "done", job
    (again,) = (await api.json(place))["projections"]
    assert again["parameters"] == found["parameters"]
    after = (await api(f"{place}/{again['projection']}/points")).body
    assert np.allclose(np.frombuffer(after, "<f4"), np.frombuffer(before, "<f4"), atol=1e-5)
    assert len((await api.json("jobs"))["jobs"]) == len(jobs)


async def test_a_wrong_parameter_is_said_at_once(api, dataset):
    await api.json(f"{SPACE}/vectors", "PUT", vectors([0, 1], MATRIX[:2]))
    project = {"dataset": dataset, "space": "clip", "method": "umap"}
    project["parameters"] = {"n_neighbors": 1}
    answer = await api("jobs", "POST", {"kind": "project", "project": project})
    assert code(answer) == "REQUEST_INVALID" and b"n_neighbors" in answer.body


async def test_duplicates_are_found_and_resolved(api, dataset):
    place = f"datasets/{dataset}/duplicates"
    never = await api.json(place)
    assert (never["created_at"], never["total"]) == (None, 0)
    job = await finished(
        api, {"kind": "duplicates", "duplicates": {"dataset": dataset, "kind": "exact"}}
    )
    assert job["state"] == "done", job
    found = await api.json(f"{place}?kind=exact")
    assert found["created_at"] is not None
    request = {"kind": "exact", "created_at": "2020-01-01T00:00:00+00:00"}
    assert code(await api(f"{place}/resolve", "POST", request)) == "DUPLICATES_CHANGED"
    request["created_at"] = found["created_at"]
    changed = await api.json(f"{place}/resolve", "POST", request)
    rest = sum(len(group["members"]) - 1 for group in found["groups"])
    assert changed["changed"] == rest
