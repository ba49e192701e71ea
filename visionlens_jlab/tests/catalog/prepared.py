"""A small dataset with one of everything: thumbnails, vectors, index, projection, evaluation."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from visionlens_jlab.cli import checks as doctor
from visionlens_jlab.cli.checks import Finding
from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs.inline import run_job
from visionlens_jlab.core.shapes import JobParameters
from visionlens_jlab.core.views.shapes import SearchSpec, TagRequest, ViewSpec
from visionlens_jlab.embeddings.index.places import VectorConfig
from visionlens_jlab.embeddings.index.service import VectorService
from visionlens_jlab.embeddings.shapes import EmbeddingSpace
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.evaluation.shapes import CountsRequest, EvaluateRequest, PredictionsRequest
from visionlens_jlab.evaluation.store.evaluations import Evaluations
from visionlens_jlab.ingestion.shapes import IngestRequest
from visionlens_jlab.map.shapes import ProjectRequest
from visionlens_jlab.map.store.projections import Projections
from visionlens_jlab.media.store.images import Images
from visionlens_jlab.tests.notebook import small_coco

NAME = "small"
SPACE = EmbeddingSpace(
    space="clip", level="samples", model="matrix", version="1", dimension=8, created_at=""
)
EVALUATION = "a"
POINTS, MODEL = "datasets/small/projections/*.arrow", "datasets/small/projections/*.model"
OUTCOMES = "datasets/small/evaluations/*.npz"


def matrix(count: int = small_coco.IMAGES) -> np.ndarray[Any, Any]:
    """A vector for each sample."""
    return np.random.default_rng(5).normal(size=(count, SPACE.dimension))


def run(library: Library, request: JobParameters) -> None:
    """Run a job to its end."""
    run_job(library, request, on_progress=lambda _: None)


def add_vectors(store: DatasetStore) -> None:
    """The vectors of every sample, in two segments."""
    half = small_coco.IMAGES // 2
    store.part(Embeddings).add(SPACE, list(range(half)), matrix()[:half])
    store.part(Embeddings).add(SPACE, list(range(half, small_coco.IMAGES)), matrix()[half:])


def project(library: Library, **given: Any) -> None:
    """Principal components."""
    request = ProjectRequest(dataset=NAME, space="clip", method="pca", clusters=False, **given)
    run(library, request)


def evaluate(library: Library) -> None:
    """The evaluation of the run, without intervals."""
    run(library, EvaluateRequest(dataset=NAME, run="a", name=EVALUATION, replicates=0))


def prepare(folder: Path) -> Path:
    """Make the dataset below a folder; the data directory."""
    source = small_coco.write(folder / "source")
    predictions = folder / "predictions.json"
    box = {"category_id": 1, "bbox": [10, 5, 11, 20], "score": 0.9}
    ids = range(100, 100 + small_coco.IMAGES)
    predictions.write_text(json.dumps([{"image_id": number, **box} for number in ids]))
    library = Library(folder / "home")
    service = VectorService(library, VectorConfig())
    try:
        run(library, IngestRequest(source=str(source), name=NAME))
        run(library, PredictionsRequest(dataset=NAME, run="a", source=str(predictions)))
        evaluate(library)
        add_vectors(library.open(NAME))
        project(library)
        assert service.wait(120)
    finally:
        service.close()
        library.close()
    return library.data_dir


def uses(store: DatasetStore) -> dict[str, Any]:
    """What is done with a dataset, by name: each reads other files."""
    everything = list(range(small_coco.IMAGES))
    search = ViewSpec(search=SearchSpec(space="clip", like=[0], k=5))
    projection = (
        store.part(Projections).all()[-1].projection if store.part(Projections).all() else ""
    )
    return {
        "detail": store.detail,
        "table": lambda: store.tables.read("annotations", spec=ViewSpec(where="class = 'car'")),
        "tiles": lambda: store.tiles(ViewSpec(), everything),
        "thumbnails": lambda: [store.part(Images).thumbnails.read(sample) for sample in everything],
        "spaces": store.part(Embeddings).all,
        "search": lambda: store.view(search),
        "coordinates": lambda: store.part(Projections).coordinates(projection),
        "counts": lambda: store.part(Evaluations).counts(EVALUATION, CountsRequest(confidence=0.5)),
        "tag": lambda: store.tag(TagRequest(tag="seen", ids=[0])),
    }


def leave_a_log(home: Path) -> None:
    """Writes that are in the log alone, as a kill leaves them."""
    folder = home / "datasets" / NAME
    kept = home.parent / "killed"
    library = Library(home)
    store = library.open(NAME)
    for number in range(20):
        store.tag(TagRequest(tag=f"t{number}", ids=[number % 12]))
    shutil.copytree(folder, kept)
    library.close()
    shutil.rmtree(folder)
    kept.rename(folder)
    (folder / "vector_store.json").write_text('{"url": ""}')


def found(home: Path, **options: Any) -> list[Finding]:
    """What doctor says but for what is well."""
    return [finding for finding in doctor.check_datasets(home, **options) if finding.level != "ok"]


def named(findings: list[Finding], name: str) -> list[Finding]:
    return [finding for finding in findings if name in finding.subject]
