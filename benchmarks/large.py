"""A large dataset in seconds: labels and thumbnails, without image files.

Usage: python benchmarks/large.py DATA_DIR [SAMPLES] [NAME] [DIMENSION]

Samples share a few hundred pictures, each with its own place in a pack. The dataset is written
through the catalog, as an ingest would, so it opens like any other. With DIMENSION its samples
have vectors around 1,000 centres.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
from PIL import Image

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.embeddings.shapes import EmbeddingSpace
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.media.thumbnails import PackWriter, encode
from visionlens_jlab.tests.catalog.builders import annotations_table, final, piece, samples_table

PIECE = 20_000
BOXES = 7
PICTURES = 300
CLASSES = ["car", "person", "bus", "cone"]
WIDTH, HEIGHT = 640, 480
THUMBNAIL = (256, 192)


def fill(store: DatasetStore, folder: Path, samples: int) -> None:
    """Commit `samples` samples of `BOXES` boxes each, with thumbnails, in pieces."""
    rng = np.random.default_rng(7)
    pack = folder / "pictures"
    places = _write_pictures(rng, pack)
    sequences = range(0, samples, PIECE)
    for sequence, first in enumerate(sequences):
        count = min(PIECE, samples - first)
        part = folder / str(sequence)
        part.mkdir()
        own_pack = Path(shutil.copy(pack, part / "thumbnails.pack"))
        total = {"found": samples, "imported": samples, "skipped": 0}
        whole = piece(
            part,
            sequence,
            files={own_pack.name: own_pack},
            summary=final(images=total) if first + count == samples else {},
            root=pa.table({"name": ["images"], "location": ["/nowhere/"]}),
            sample=samples_table(
                first,
                count,
                split=rng.choice(["train", "val"], count, p=[0.9, 0.1]).tolist(),
                speed=rng.uniform(0, 90, count).tolist(),
            ),
            annotation=_boxes(rng, first, count),
            media=_media(rng, first, count, places),
        )
        store.results.apply(whole)
    store.set_state("ready")


def _write_pictures(rng: np.random.Generator, pack: Path) -> np.ndarray:
    """Smooth noise as thumbnails; offset, length and colour (0xRRGGBB) of each."""
    places = []
    with PackWriter(pack) as writer:
        for _ in range(PICTURES):
            low = rng.integers(30, 225, (12, 16, 3), dtype=np.uint8)
            image = Image.fromarray(low).resize(THUMBNAIL, Image.Resampling.BICUBIC)
            red, green, blue = (int(value) for value in low.mean(axis=(0, 1)))
            places.append((*writer.add(encode(image)), red << 16 | green << 8 | blue))
    return np.array(places)


def _boxes(rng: np.random.Generator, first: int, count: int) -> pa.Table:
    total = count * BOXES
    w, h = rng.uniform(8, 240, total), rng.uniform(8, 240, total)
    return annotations_table(
        np.repeat(np.arange(first, first + count), BOXES).tolist(),
        **{
            "class": rng.choice(CLASSES, total).tolist(),
            "x": pa.array(rng.uniform(0, WIDTH - w)),
            "y": pa.array(rng.uniform(0, HEIGHT - h)),
            "w": pa.array(w),
            "h": pa.array(h),
            "area": pa.array(w * h),
        },
    )


def _media(rng: np.random.Generator, first: int, count: int, places: np.ndarray) -> pa.Table:
    ids = np.arange(first, first + count)
    offsets, lengths, colors = places[ids % len(places)].T
    return pa.table(
        {
            "sample_id": pa.array(ids, pa.uint32()),
            "content_hash": pa.array([None] * count, pa.string()),
            "thumb_offset": pa.array(offsets, pa.int64()),
            "thumb_length": pa.array(lengths, pa.int32()),
            "thumb_width": pa.array(np.full(count, THUMBNAIL[0]), pa.int32()),
            "thumb_height": pa.array(np.full(count, THUMBNAIL[1]), pa.int32()),
            "dominant_color": pa.array(colors, pa.uint32()),
            "brightness": pa.array(rng.uniform(0, 255, count)),
            "contrast": pa.array(rng.uniform(0, 90, count)),
            "sharpness": pa.array(rng.uniform(0, 4000, count)),
        }
    )


def embed(store: DatasetStore, samples: int, dimension: int) -> None:
    """Vectors in a space `centres`: what is around one centre is alike."""
    rng = np.random.default_rng(11)
    centres = rng.normal(size=(1000, dimension)).astype(np.float32)
    matrix = centres[rng.integers(0, 1000, samples)]
    matrix += rng.normal(size=matrix.shape).astype(np.float32)
    space = EmbeddingSpace(
        space="centres", level="samples", model="m", version="1", dimension=dimension, created_at=""
    )
    store.part(Embeddings).add(space, np.arange(samples), matrix)


def main() -> None:
    """Write one dataset and say how long it took."""
    data_dir = Path(sys.argv[1])
    samples = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    name = sys.argv[3] if len(sys.argv) > 3 else "large"
    dimension = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    start = time.perf_counter()
    library = Library(data_dir)
    store = library.create(name)
    with tempfile.TemporaryDirectory() as temporary:
        fill(store, Path(temporary), samples)
    if dimension:
        embed(store, samples, dimension)
    library.close()
    print(f"{samples} samples, {samples * BOXES} boxes: {time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
