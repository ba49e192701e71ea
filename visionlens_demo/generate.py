"""Makes a dataset: layout, labels, predictions, manifest, pixels."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from visionlens_demo import coco
from visionlens_demo.dataset import Arrangement, arrange, assemble, copy_count
from visionlens_demo.evidence import Evidence
from visionlens_demo.harbour import HARBOUR
from visionlens_demo.labels import label
from visionlens_demo.layout import lay_out
from visionlens_demo.manifest import describe
from visionlens_demo.plants import find
from visionlens_demo.predictions import predict
from visionlens_demo.render.images import render_images
from visionlens_demo.street import STREET
from visionlens_demo.world import World
from visionlens_jlab.errors import VisionLensError

WORLDS: dict[str, World] = {world.name: world for world in (STREET, HARBOUR)}
MINIMUM, MAXIMUM = 40, 100_000
DEFAULT_SIZE = (640, 400)
SIZE_LIMITS = (160, 2560)

Progress = Callable[[int, int], None]


def generate(
    out: str | Path,
    n: int,
    seed: int,
    world: str = "street",
    *,
    manifest: str | Path | None = None,
    workers: int | None = None,
    size: tuple[int, int] = DEFAULT_SIZE,
    render: bool = True,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Write a COCO folder of `n` images, and its manifest, which it gives, outside.

    Parameters
    ----------
    out : path
        Folder to write; it must be missing or empty.
    n : int
        Images, 40 to 100,000. Effects that need more units than `n` allows are left out and the
        manifest says so.
    seed : int
        The same seed, world and size give the same bytes, whatever the number of workers.
    world : str
        `street` or `harbour`.
    manifest : path, optional
        Default: `<out>.manifest.json` beside the folder.
    workers : int, optional
        Processes that render; default: one per core.
    size : (int, int)
        Width and height of the images in pixels, 160 to 2560.
    render : bool
        False: write the labels only.
    progress : callable, optional
        Called with (images done, images in all).

    Raises
    ------
    VisionLensError
        REQUEST_INVALID for a number or world out of range, a manifest inside the folder, or a
        folder in use.
    """
    folder = Path(out).expanduser().resolve()
    target = _manifest_path(folder, manifest)
    _check(folder, target, n, world, size)
    copies = copy_count(n)
    layout = lay_out(WORLDS[world], n - copies, seed, size)
    labels = label(layout, seed)
    masks = find(layout, labels)
    run_a, run_b = predict(layout, labels, masks, seed)
    arrangement = arrange(layout, labels, copies, seed)
    dataset = assemble(layout, labels, arrangement, {"run_a": run_a, "run_b": run_b})
    coco.write(dataset, folder, seed)
    described = describe(Evidence(dataset), masks, seed)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")
    if render:
        _render(arrangement, folder / "images", workers, progress)
    return described


def _render(
    arrangement: Arrangement, folder: Path, workers: int | None, progress: Progress | None
) -> None:
    total = len(arrangement.source)
    for done, _ in enumerate(render_images(arrangement, folder, workers), start=1):
        if progress is not None:
            progress(done, total)


def _manifest_path(folder: Path, manifest: str | Path | None) -> Path:
    if manifest is None:
        return folder.with_name(folder.name + ".manifest.json")
    return Path(manifest).expanduser().resolve()


def _check(folder: Path, manifest: Path, n: int, world: str, size: tuple[int, int]) -> None:
    if world not in WORLDS:
        raise VisionLensError(
            "REQUEST_INVALID", f"There is no world {world!r}.", f"One of: {', '.join(WORLDS)}."
        )
    if not MINIMUM <= n <= MAXIMUM:
        raise VisionLensError(
            "REQUEST_INVALID", f"{n} images cannot be made.", f"Ask for {MINIMUM} to {MAXIMUM:,}."
        )
    low, high = SIZE_LIMITS
    if not all(low <= side <= high for side in size):
        raise VisionLensError(
            "REQUEST_INVALID",
            f"Images of {size[0]}x{size[1]} cannot be made.",
            f"Sides of {low} to {high} pixels.",
        )
    if manifest.is_relative_to(folder):
        raise VisionLensError(
            "REQUEST_INVALID",
            "The manifest must lie outside the dataset's folder.",
            "Name another path.",
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise VisionLensError(
            "REQUEST_INVALID", f"{folder} is not empty.", "Name a new folder with --out."
        )
