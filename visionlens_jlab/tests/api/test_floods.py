"""Ten hostile queries and images at once: memory is bounded, and the server answers meanwhile."""

from __future__ import annotations

import asyncio
from collections import Counter

import psutil

from visionlens_jlab.core.sql import box as sqlbox
from visionlens_jlab.embeddings.routes import EncodeHandler
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media import drawing
from visionlens_jlab.tests.api.servers import code
from visionlens_jlab.tests.catalog.test_sql_memory import HOSTILE
from visionlens_jlab.tests.media.hostile import bmp, pgm, ppm, tiff


def resident() -> int:
    """Bytes that this process and all that it started have in memory."""
    here = psutil.Process()
    total = 0
    for process in [here, *here.children(recursive=True)]:
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue
    return total


async def test_the_server_answers_while_ten_hostile_things_are_worked_on(api, dataset, jp_root_dir):
    for number, write in enumerate((pgm, ppm, bmp, tiff)):
        write(jp_root_dir / "street" / f"image_{number:05d}.jpg")
    before = resident()
    flood = [
        asyncio.create_task(api(f"datasets/{dataset}/sql", "POST", {"query": sql, "timeout": 2}))
        for sql in HOSTILE[:6]
    ]
    flood += [
        asyncio.create_task(api(f"datasets/{dataset}/samples/{number}/image"))
        for number in range(4)
    ]
    peak = answered = 0
    while not all(task.done() for task in flood):
        assert (await api.json("about"))["name"] == "visionlens-jlab"
        answered += 1
        peak = max(peak, resident())
        await asyncio.sleep(0.05)
    codes = {code(answer) for answer in await asyncio.gather(*flood) if answer.code != 200}
    assert codes <= {"MEMORY_LIMIT", "SQL_TIMEOUT", "LIMIT_REACHED", "IMAGE_UNREADABLE"}
    assert "MEMORY_LIMIT" in codes
    assert answered > 5
    allowed = 2 * (sqlbox.PROCESSES.megabytes + drawing.PROCESSES.megabytes)
    assert peak - before < allowed << 20


async def test_too_much_time_and_too_many_queries_at_once_are_refused(
    api, dataset, extension, monkeypatch
):
    asked = {"query": "SELECT 1", "timeout": 600}
    assert code(await api(f"datasets/{dataset}/sql", "POST", asked)) == "REQUEST_INVALID"
    monkeypatch.setattr(extension.services.gates["query"], "requests", 2)
    slow = {"query": "SELECT count(*) FROM range(1000000000) a, range(100) b", "timeout": 0.3}
    answers = await asyncio.gather(
        *(api(f"datasets/{dataset}/sql", "POST", slow) for _ in range(8))
    )
    refused = [answer for answer in answers if answer.code == 429]
    assert len(refused) == 4
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
    assert (await api(f"datasets/{dataset}/view", "POST", {})).code == 200


async def test_looking_at_folders_and_lists_is_limited_too(
    api, extension, jp_root_dir, monkeypatch
):
    (jp_root_dir / "photos").mkdir()
    asked = {"source": "photos"}
    for kind, path, body in (("query", "detect", asked), ("read", "datasets", None)):
        with monkeypatch.context() as patch:
            patch.setattr(extension.services.gates[kind], "requests", 0)
            method = "POST" if body else "GET"
            assert code(await api(path, method, body)) == "LIMIT_REACHED"


async def test_searches_that_wait_for_the_model_are_not_any_number(
    api, dataset, extension, monkeypatch
):
    waiting, most = 0, 0

    async def slow(*_: object) -> None:
        nonlocal waiting, most
        waiting += 1
        most = max(most, waiting)
        await asyncio.sleep(0.3)
        waiting -= 1
        raise VisionLensError("WORKER_BUSY", "It has much to do.")

    monkeypatch.setattr("visionlens_jlab.embeddings.queries.queries.encode_query", slow)
    monkeypatch.setattr(EncodeHandler, "_query", lambda *_: (None, {}))
    monkeypatch.setattr(extension.services.gates["encode"], "requests", 4)
    asked = {"space": "classical", "text": "a car"}
    answers = await asyncio.gather(
        *(api(f"datasets/{dataset}/encode", "POST", asked) for _ in range(12))
    )
    codes = Counter(map(code, answers))
    assert codes == {"LIMIT_REACHED": 4, "WORKER_BUSY": 8}
    assert most == 4
