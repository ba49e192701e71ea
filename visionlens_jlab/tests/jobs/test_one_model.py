"""One model at a time in a real worker, and a cancelled job's memory; real loading code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from visionlens_jlab.core.jobs import attempt
from visionlens_jlab.tests.agents.tiny_vlm import make_vlm
from visionlens_jlab.tests.embedding.checkpoints import make_clip, requires
from visionlens_jlab.tests.jobs.counted_models import Counted, counted_models
from visionlens_jlab.tests.jobs.test_embed import photos

VLM, CLIP = "Idefics3ForConditionalGeneration", "CLIPModel"
NIGHT = {"name": "night", "question": "Is it night?"}


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Before the server starts a worker."""
    requires("torch", "transformers", "safetensors", "tokenizers")
    return counted_models(tmp_path, monkeypatch)


async def queue(api: Any, kind: str, **request: Any) -> dict[str, Any]:
    return await api.json("jobs", "POST", {"kind": kind, kind: {"dataset": "town", **request}})


async def test_jobs_that_wait_together_never_hold_two_models(
    counted, api, jobs, jp_root_dir, monkeypatch
):
    """And a cancelled one lets go of its own while the worker lives on."""
    monkeypatch.setattr(attempt, "CANCEL_SECONDS", 60)  # a slow machine does not have it killed
    photos(jp_root_dir / "town", 24)
    ingested = await jobs.end(await jobs.start(source="town", name="town"))
    assert ingested["state"] == "done"
    vlm = f"transformers:{make_vlm(jp_root_dir / 'yes', says='yes')}"
    clip = f"transformers:{make_clip(jp_root_dir / 'clip', 64)}"
    other = {**NIGHT, "name": "other"}
    queued = [
        await queue(api, "embed", model=clip),
        await queue(api, "attributes", model=vlm, attributes=[NIGHT], limit=4),
        await queue(api, "attributes", model=vlm, attributes=[other], prompts=8),
        await queue(api, "embed", model=clip, space="again"),
    ]
    await jobs.until(queued[2], lambda now: now["stage"] == "questions" and now["done"] > 0)
    await api.json(f"jobs/{queued[2]['job']}", "DELETE")
    ends = [(await jobs.end(job))["state"] for job in queued]
    assert ends == ["done", "done", "cancelled", "done"]

    events = counted.events()
    assert counted.loaded() == [CLIP, VLM, VLM, CLIP]
    assert all(one.alive == 0 for one in events if one.event == "before"), events
    assert max(one.alive for one in events) == 1 and events[-1].event == "gone"
    assert len({one.process for one in events}) == 1, "one worker, which was not killed"
    answered = (await api.json("datasets/town/attributes"))["attributes"]
    assert answered[0]["answered"] == 4 and answered[0]["agreement"] == 1
