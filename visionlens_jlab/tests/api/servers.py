"""A running server with a small dataset, and requests of every kind of caller."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pyarrow as pa
from PIL import Image
from tornado.httpclient import HTTPResponse

from visionlens_jlab.analysis.store.findings import Findings
from visionlens_jlab.attributes.shapes import AttributeSpec
from visionlens_jlab.config import API_PREFIX
from visionlens_jlab.core.catalog.pieces import Piece
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs.inline import run_job
from visionlens_jlab.evaluation.shapes import EvaluateRequest, PredictionsRequest
from visionlens_jlab.tests.catalog.finding_builders import analysis, finding

NAME = "street"
WAIT = 120.0
"""Seconds for an answer; tornado would wait for 20, and slow machines are busy at times."""


def make_images(folder: Path, count: int, size: tuple[int, int] = (64, 48)) -> list[str]:
    """Small JPEG files that all differ; returns their names."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"image_{number:05d}.jpg" for number in range(count)]
    for number, name in enumerate(names):
        colour = (number % 256, number // 256 % 256, 90)
        Image.new("RGB", size, colour).save(folder / name, quality=80)
    return names


def make_coco(folder: Path, count: int) -> Path:
    """A COCO folder: `images/` and `annotations/instances.json`, two boxes in each image."""
    names = make_images(folder / "images", count)
    labels = {
        "images": [
            {"id": number, "file_name": name, "width": 64, "height": 48}
            for number, name in enumerate(names)
        ],
        "categories": [{"id": 1, "name": "car"}, {"id": 2, "name": "person"}],
        "annotations": [
            {
                "id": 2 * number + part,
                "image_id": number,
                "category_id": part + 1,
                "bbox": [1.5 + part, 2, 10, 12.25],
                "area": 122.5,
                "iscrowd": 0,
            }
            for number in range(count)
            for part in range(2)
        ],
    }
    (folder / "annotations").mkdir()
    (folder / "annotations" / "instances.json").write_text(json.dumps(labels))
    return folder


def fill(library: Library, folder: Path, count: int = 30) -> str:
    """A dataset of `count` samples with a box each, from images made in `folder`; its slug."""
    names = make_images(folder, count)
    store = library.create(NAME)
    ids = pa.array(range(count), pa.uint32())
    tables = {
        "root": pa.table({"name": ["images"], "location": [str(folder)]}),
        "class": pa.table({"name": ["car", "person"], "source_id": ["1", "2"]}),
        "sample": pa.table(
            {
                "sample_id": ids,
                "root": ["images"] * count,
                "path": names,
                "filename": names,
                "split": ["train" if number % 3 else "val" for number in range(count)],
                "width": pa.array([64] * count, pa.int32()),
                "height": pa.array([48] * count, pa.int32()),
            }
        ),
        "annotation": pa.table(
            {
                "sample_id": ids,
                "source": ["ground_truth"] * count,
                "class": ["car" if number % 2 else "person" for number in range(count)],
                "kind": ["box"] * count,
                **{side: np.full(count, 10.0) for side in "xywh"},
                "is_crowd": [False] * count,
            }
        ),
    }
    store.results.apply(Piece("test", 0, folder, tables, {}, {}))
    return store.slug


def evaluate(library: Library, dataset: str) -> None:
    """A run `model` that finds each second box, and its evaluation of the same name."""
    boxes = pa.table(
        {
            "sample_id": list(range(0, 30, 2)),
            "class": ["person"] * 15,
            **{side: np.full(15, 10.0) for side in "xywh"},
            "confidence": np.linspace(0.3, 0.9, 15),
        }
    )
    for request, rows in (
        (PredictionsRequest(dataset=dataset, run="model", source="table"), boxes),
        (EvaluateRequest(dataset=dataset, run="model", replicates=0), None),
    ):
        run_job(library, request, on_progress=lambda job: None, table=rows)


def analyse(library: Library, dataset: str) -> str:
    """An analysis `first` of the evaluation with one finding; the finding's id."""
    store = library.open(dataset)
    found = finding("split = 'val'", evaluation="model", run="model", count=10, examples=[0, 3])
    result = analysis([found]).model_dump(mode="json")
    summary = {"analysis": {"result": result, "digest": store.part(Findings).evidence("model")}}
    store.results.apply(Piece("analysed", 0, store.folder, {}, {}, summary))
    return found.finding


def give_answers(library: Library, dataset: str) -> None:
    """The attribute `night` of 30 samples: yes for every third."""
    table = pa.table(
        {
            "attribute": ["night"] * 30,
            "id": pa.array(range(30), pa.uint32()),
            "answer": ["no" if number % 3 else "yes" for number in range(30)],
            "agreement": [1.0] * 30,
        }
    )
    spec = AttributeSpec(name="night", question="Is it night?").model_dump(mode="json")
    asked = {"spec": spec, "model": "m", "prompts": 3, "quantize": "none"}
    store = library.open(dataset)
    summary = {"attributes": [asked]}
    store.results.apply(Piece("ask", 0, store.folder, {"attribute_answer": table}, {}, summary))


@dataclass(frozen=True)
class Api:
    """Requests below the API's prefix."""

    fetch: Any

    async def __call__(
        self, path: str, method: str = "GET", body: Any = None, **options: Any
    ) -> HTTPResponse:
        """Send JSON (or bytes) and return the answer, whatever its status."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is None and method in ("POST", "PUT", "PATCH"):
            body = b""
        options.setdefault("raise_error", False)
        options.setdefault("request_timeout", WAIT)
        path, _, query = path.partition("?")
        options.setdefault("params", dict(parse_qsl(query)))
        return await self.fetch(API_PREFIX, path, method=method, body=body, **options)

    async def json(self, path: str, method: str = "GET", body: Any = None, **options: Any) -> Any:
        """Send and expect success with JSON."""
        answer = await self(path, method, body, **options)
        assert answer.code < 300, answer.body
        return json.loads(answer.body)


def code(answer: HTTPResponse) -> str:
    """The code of an error; every part of the one shape must be there."""
    body = json.loads(answer.body)
    assert set(body) == {"code", "message", "hint", "details", "request_id"}
    assert body["message"]
    assert body["request_id"] == answer.headers["VisionLens-Request-Id"]
    return str(body["code"])


def read_table(answer: HTTPResponse) -> pa.Table:
    """The table in an answer."""
    assert answer.code == 200, answer.body
    with pa.ipc.open_stream(answer.body) as reader:
        return reader.read_all()
