"""Near-duplicates: planted copies are found, what only looks alike is left alone."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw

from visionlens_demo.dataset import COPIES as DEMO_COPIES
from visionlens_demo.dataset import arrange
from visionlens_demo.generate import WORLDS
from visionlens_demo.labels import label
from visionlens_demo.layout import lay_out
from visionlens_demo.render.images import render_images
from visionlens_jlab.duplicates.groups import Member, exact_groups
from visionlens_jlab.duplicates.table import Samples, Thumbnails
from visionlens_jlab.embeddings.models.classical import SIDE, ClassicalEmbedder
from visionlens_jlab.tests.duplicates.gallery import COPIES, cut, gallery, jpeg, search

PHOTOGRAPHS = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "cls_clothing_val"


def pairs_of(groups: list[list[Member]]) -> set[tuple[int, int]]:
    """Every two members of a group."""
    rows = [sorted(member.row for member in group) for group in groups]
    return {(one, two) for group in rows for one in group for two in group if one < two}


class Demonstration(NamedTuple):
    """The demonstration dataset, small, with many copies."""

    names: list[Path]
    samples: Samples
    pictures: Thumbnails
    copy: npt.NDArray[np.int64]
    """Of each sample which of `DEMO_COPIES` it is; 0: none."""
    truth: dict[str, set[tuple[int, int]]]
    """Pairs that were planted, by kind."""


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    folder = tmp_path_factory.mktemp("demonstration")
    layout = lay_out(WORLDS["street"], 220, 3, (320, 200))
    arrangement = arrange(layout, label(layout, 3), 100, 3)
    for _ in render_images(arrangement, folder, 1):
        pass
    names = [folder / arrangement.file_name(at) for at in range(320)]
    samples, pictures = gallery([name.read_bytes() for name in names], folder / "packs")
    original = arrangement.original()
    truth: dict[str, set[tuple[int, int]]] = {kind: set() for kind in DEMO_COPIES[1:]}
    for at in np.flatnonzero(arrangement.copy > 0).tolist():
        one = int(original[at])
        truth[DEMO_COPIES[arrangement.copy[at]]].add((min(one, at), max(one, at)))
    # The decoys are there: distinct scenes before one background, and frames of a burst.
    twins = layout.groups.twin_set[layout.group_of]
    assert (np.bincount(twins[twins >= 0]) > 1).any() and layout.groups.burst.any()
    return Demonstration(names, samples, pictures, arrangement.copy, truth)


def classical(names: list[Path]) -> tuple[np.ndarray, np.ndarray]:
    """Rows, and their vectors by the embedder that is built in."""
    embedder = ClassicalEmbedder()
    images = []
    for name in names:
        with Image.open(name) as image:
            images.append(np.asarray(image.convert("RGB").resize((SIDE, SIDE))))
    raw = embedder.pixels(np.stack(images))
    vectors = embedder.fit(raw).apply(raw)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.arange(len(names)), vectors


@pytest.mark.parametrize(
    "proposed_by", [pytest.param("hashes", marks=pytest.mark.soak), "hashes and vectors"]
)
def test_the_copies_of_the_demonstration_dataset(
    demonstration: Demonstration, proposed_by: str, tmp_path: Path
) -> None:
    names, samples, pictures, copy, truth = demonstration
    assert pairs_of(exact_groups(samples)) == truth["exact"]
    near = search(samples, pictures, tmp_path / "scratch")
    groups = near.find(classical(names) if "vectors" in proposed_by else None)
    found = pairs_of(groups)
    recall = {kind: len(found & planted) / len(planted) for kind, planted in truth.items()}
    assert min(map(len, truth.values())) >= 10
    assert recall["exact"] == 1
    assert min(recall["resized"], recall["recompressed"]) >= 0.98, recall
    assert min(recall["cropped"], recall["flipped"]) >= 0.95, recall
    planted = set().union(*truth.values())
    assert len(found & planted) / len(found) >= 0.98, sorted(found - planted)
    for group in groups:
        assert sum(member.best for member in group) == 1 and group[0].best
        for member in group[1:]:
            kind = DEMO_COPIES[max(copy[m.row] for m in group)]
            wanted = "identical" if kind == "exact" else kind
            # Of a recompressed pair either may be the sharper one.
            assert member.transform == wanted or kind == "recompressed", (kind, member)


@pytest.mark.parametrize("name", ["cls_clothing_val", "voc_bccd", "yolo_coco128"])
def test_photographs_of_which_none_is_a_copy(name: str, tmp_path: Path) -> None:
    folder = PHOTOGRAPHS.parent / name
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    names = sorted(folder.rglob("*.jpg"))[:80]
    samples, pictures = gallery([one.read_bytes() for one in names], tmp_path / "packs")
    near = search(samples, pictures, tmp_path / "scratch")
    assert near.find(classical(names)) == [] and len(names) == 80


def test_what_overlaps_its_neighbour_makes_no_chain(tmp_path: Path) -> None:
    wide = Image.new("RGB", (1200, 300))
    for place in range(3):
        wide.paste(scene(place), (400 * place, 0))
    step = 14  # of 400: neighbours show nearly the same, far ones share nothing
    files = [jpeg(wide.crop((left, 0, left + 400, 300))) for left in range(0, 800, step)]
    samples, pictures = gallery(files, tmp_path / "packs")
    near = search(samples, pictures, tmp_path / "scratch")
    groups = near.find()
    assert len(groups) > 3
    for group in groups:
        rows = [member.row for member in group]
        assert max(rows) - min(rows) < 15
        assert all(near._alike(one, two) for one in rows for two in rows if one < two), rows


@pytest.fixture(scope="module")
def photographs() -> list[bytes]:
    """Real ones, all different."""
    if not PHOTOGRAPHS.is_dir():
        pytest.skip(f"{PHOTOGRAPHS} is not there")
    names = sorted(PHOTOGRAPHS.rglob("*.jpg"))
    return [name.read_bytes() for name in random.Random(0).sample(names, 120)]


def test_copies_of_photographs(photographs: list[bytes], tmp_path: Path) -> None:
    files = list(photographs)
    planted: dict[str, list[tuple[int, int]]] = {kind: [] for kind in COPIES}
    for row in range(20):
        with Image.open(io.BytesIO(photographs[row])) as image:
            whole = image.convert("RGB")
        for kind, copy in COPIES.items():
            planted[kind].append((row, len(files)))
            files.append(copy(whole))
    samples, pictures = gallery(files, tmp_path / "packs")
    groups = search(samples, pictures, tmp_path / "scratch").find()
    found = pairs_of(groups)
    for kind, pairs in planted.items():
        assert set(pairs) <= found, kind
    source = [*range(120), *(row for row in range(20) for _ in COPIES)]
    assert all(len({source[member.row] for member in group}) == 1 for group in groups)
    # Where the artefacts of a compressed one make it the sharpest, the words are as seen from it.
    said = {
        member.row: member.transform for group in groups if group[0].row < 20 for member in group
    }
    assert len(said) > 60
    for kind, pairs in planted.items():
        assert {said[copy] for _, copy in pairs if copy in said} == {kind}


def test_vectors_propose_what_hashes_do_not(photographs: list[bytes], tmp_path: Path) -> None:
    files = list(photographs[:30])
    for row in range(10):
        with Image.open(io.BytesIO(photographs[row])) as image:
            files.append(jpeg(cut(image.convert("RGB"), 0, 0, 0.12, 0.12)))
    samples, pictures = gallery(files, tmp_path / "packs")
    planted = {(row, 30 + row) for row in range(10)}
    alone = pairs_of(search(samples, pictures, tmp_path / "one").find())
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(40, 50))
    vectors[30:] = vectors[:10] + 0.2 * rng.normal(size=(10, 50))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    given = (np.arange(40), vectors.astype(np.float32))
    found = pairs_of(search(samples, pictures, tmp_path / "two").find(given))
    assert len(found & planted) > len(alone & planted) and len(found & planted) >= 8
    assert found <= planted


def scene(seed: int) -> Image.Image:
    """Shapes on a background, different for each seed."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (400, 300), tuple(rng.integers(60, 200, 3).tolist()))
    draw = ImageDraw.Draw(image)
    for _ in range(40):
        left, top = rng.integers(0, 380), rng.integers(0, 280)
        width, height = rng.integers(15, 120, 2)
        box = (int(left), int(top), int(left + width), int(top + height))
        (draw.ellipse if rng.random() < 0.5 else draw.rectangle)(
            box, fill=tuple(rng.integers(0, 255, 3).tolist())
        )
    return image


def with_object(image: Image.Image, color: str, left: int = 170) -> Image.Image:
    """The scene with something in front of it."""
    changed = image.copy()
    ImageDraw.Draw(changed).rectangle((left, 120, left + 50, 180), fill=color)
    return changed


def test_one_background_with_other_things_in_front_is_no_duplicate(tmp_path: Path) -> None:
    background = scene(1)
    files = [jpeg(with_object(background, color)) for color in ("red", "white", "black")]
    files += [jpeg(with_object(background, "red", left)) for left in (40, 300)]
    samples, pictures = gallery(files, tmp_path / "packs")
    near = search(samples, pictures, tmp_path / "scratch")
    assert near.find() == [] and near.compared >= 5


def test_identical_files_stand_beside_their_copies(tmp_path: Path) -> None:
    image = scene(2)
    small = jpeg(image.resize((200, 150)), 85)
    files = [small, jpeg(image, 95), small, jpeg(scene(3)), jpeg(image, 95)]
    samples, pictures = gallery(files, tmp_path / "packs")
    (group,) = search(samples, pictures, tmp_path / "scratch").find()
    assert [member.row for member in group] == [1, 4, 0, 2]
    assert [member.best for member in group] == [True, False, False, False]
    assert [member.transform for member in group] == ["identical"] * 2 + ["resized"] * 2
    assert group[1].distance == 0 and group[2].confidence == group[3].confidence > 0.5


def test_what_shows_nothing_is_left_out(tmp_path: Path) -> None:
    plain = [jpeg(Image.new("RGB", (300, 200), color)) for color in ("black", "white", "#010101")]
    samples, pictures = gallery([*plain, plain[0], jpeg(scene(4))], tmp_path / "packs")
    near = search(samples, pictures, tmp_path / "scratch")
    (group,) = near.find()
    assert [member.row for member in group] == [0, 3] and near.left_out == 3


def test_missing_and_broken_thumbnails_are_left_out(tmp_path: Path) -> None:
    files = [jpeg(scene(5)), jpeg(scene(5), 50), jpeg(scene(6))]
    samples, pictures = gallery(files, tmp_path / "packs")
    samples.pack[2] = None
    samples.length[1] = 40  # cut short
    near = search(samples, pictures, tmp_path / "scratch")
    assert near.find() == [] and near.left_out == 2
    assert search(*gallery([], tmp_path / "none"), tmp_path / "empty").find() == []


def test_it_can_be_stopped_at_every_stage(tmp_path: Path) -> None:
    from visionlens_jlab.duplicates.near import NearDuplicates

    class StopError(Exception):
        pass

    samples, pictures = gallery([jpeg(scene(7)), jpeg(scene(7), 50)], tmp_path / "packs")
    seen: list[str] = []
    NearDuplicates(
        samples, pictures, tmp_path, lambda stage, done, total: seen.append(stage)
    ).find()
    assert set(seen) == {"thumbnails", "hashes", "pairs", "groups"}

    def stopping(at: str) -> Iterator[None]:
        def watch(stage: str, done: int, total: int | None) -> None:
            if stage == at:
                raise StopError

        with pytest.raises(StopError):
            NearDuplicates(samples, pictures, tmp_path, watch).find()
        yield

    for stage in set(seen):
        next(stopping(stage))
